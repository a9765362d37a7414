// SPDX-License-Identifier: Apache-2.0
// A local driver with a RAM disk behind a real FUSE mount, and system calls on its nodes.
#pragma once

#include "device/sbc/disk.h"
#include "engine/logical_unit.h"
#include "fuse/session.h"
#include "media/faults.h"
#include "media/ram.h"
#include "port/local/driver.h"
#include "port/local/scsi_device.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace scsilo::local {

inline constexpr std::uint64_t disk_bytes = 8U << 20U;

class File {
  public:
    explicit File(const std::filesystem::path &path, int flags = O_RDWR)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    File(const File &) = delete;
    File &operator=(const File &) = delete;
    ~File() { close(); }
    void close() {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }
    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_;
};

// sg_io_hdr with what it points to.
struct SgCall {
    std::vector<std::uint8_t> cdb;
    std::vector<std::uint8_t> data;
    std::array<std::uint8_t, 64> sense{};
    sg_io_hdr header{};

    explicit SgCall(std::vector<std::uint8_t> bytes, int direction = SG_DXFER_NONE, std::size_t length = 0)
        : cdb(std::move(bytes)), data(length) {
        header.interface_id = 'S';
        header.dxfer_direction = direction;
        header.cmd_len = static_cast<unsigned char>(cdb.size());
        header.mx_sb_len = static_cast<unsigned char>(sense.size());
        header.dxfer_len = static_cast<unsigned>(length);
        header.dxferp = data.data();
        header.cmdp = cdb.data();
        header.sbp = sense.data();
        header.timeout = 20'000;
    }
    // 0 or an errno.
    int run(int fd) { return ioctl(fd, SG_IO, &header) == 0 ? 0 : errno; }
};

inline std::vector<std::uint8_t> read_10(std::uint8_t lba, std::uint8_t count) {
    return {0x28, 0, 0, 0, 0, lba, 0, 0, count, 0};
}

class NodeTest : public testing::Test {
  protected:
    void SetUp() override {
        if (geteuid() != 0 || access("/dev/fuse", R_OK | W_OK) != 0) {
            GTEST_SKIP() << "needs root and /dev/fuse";
        }
        std::string name = (std::filesystem::temp_directory_path() / "scsilo-local-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        path_ = name;
        for (unsigned i = 0; i < 2; ++i) {
            shards_.push_back(std::make_unique<loop::Shard>(i, loop::Shard::Limits{}));
            shards_.back()->start();
            shard_pointers_.push_back(shards_.back().get());
        }
        driver_ = std::make_unique<Driver>(options_, shard_pointers_, root_);
        session_ = std::make_unique<fuse::Session>(fuse::SessionOptions{.mount_point = path_}, root_);
        const auto mounted = session_->mount();
        ASSERT_TRUE(mounted) << mounted.error().text;
        for (auto &shard : shards_) {
            ASSERT_TRUE(session_->attach(*shard));
        }
        unit_ = make_unit("vm_disk1", 1, &faults_);
        ASSERT_TRUE(nexus()->map(0, unit_, false));
        shard_pointers_[1]->call([&] { unit_->nexuses()[0]->unit_attentions.clear_all(); });
    }

    void TearDown() override {
        clear_faults();
        session_.reset();
        driver_.reset();
        unit_.reset();
        shards_.clear();
        if (!path_.empty()) {
            std::filesystem::remove(path_);
        }
    }

    std::shared_ptr<engine::LogicalUnit> make_unit(const std::string &name, unsigned shard, media::FaultMedium **faults,
                                                   bool thin = true) {
        auto medium = std::make_unique<media::FaultMedium>(media::make_ram(disk_bytes));
        if (faults != nullptr) {
            *faults = medium.get();
        }
        sbc::DiskOptions options;
        options.identity = sbc::disk_identity(sbc::DiskKind::fileio, name);
        options.thin_provisioned = thin;
        auto device = shard_pointers_[shard]->call(
            [&]() -> std::unique_ptr<engine::DeviceServer> { return sbc::make_disk(options, std::move(medium)); });
        return engine::LogicalUnit::create(name, *shard_pointers_[shard], std::move(device));
    }

    // Reads take so long that nobody waits for their end.
    void stick_reads() {
        unit_->shard().call([&] { faults_->add({.on = media::FaultOn::read, .delay_ns = 3'600'000'000'000}); });
    }
    void clear_faults() {
        if (unit_ != nullptr) {
            unit_->shard().call([&] { faults_->clear(); });
        }
    }
    [[nodiscard]] std::uint32_t count_commands() const {
        return driver_->hosts()[0]->targets()[0]->nexus()->count_commands();
    }
    void wait_for_commands(std::uint32_t count) const {
        while (count_commands() != count) {
            std::this_thread::yield();
        }
    }
    [[nodiscard]] const std::shared_ptr<engine::ItNexus> &nexus() const {
        return driver_->hosts()[0]->targets()[0]->nexus();
    }
    [[nodiscard]] HostStatistics &statistics() const { return driver_->hosts()[0]->statistics(); }

    DriverOptions options_;
    std::filesystem::path path_;
    std::vector<std::unique_ptr<loop::Shard>> shards_;
    std::vector<loop::Shard *> shard_pointers_;
    std::shared_ptr<fuse::Directory> root_ = std::make_shared<fuse::Directory>();
    std::unique_ptr<Driver> driver_;
    std::unique_ptr<fuse::Session> session_;
    std::shared_ptr<engine::LogicalUnit> unit_;
    media::FaultMedium *faults_ = nullptr;
};

} // namespace scsilo::local
