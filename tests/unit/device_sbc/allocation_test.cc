// SPDX-License-Identifier: Apache-2.0
// Once warm, a disk's commands do not touch the heap, whatever the medium.
#include "media/file.h"
#include "unit/device_sbc/disk_fixture.h"

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <new>
#include <unistd.h>

// The sanitizers bring their own operator new: there, only the frames are counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SCSILO_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SCSILO_SANITIZED 1
#endif
#endif

namespace {
std::atomic<std::uint64_t> count_new{0};
} // namespace

#ifndef SCSILO_SANITIZED
void *operator new(std::size_t length_bytes) {
    count_new.fetch_add(1, std::memory_order_relaxed);
    if (void *memory = std::malloc(length_bytes == 0 ? 1 : length_bytes); memory != nullptr) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace scsilo::sbc::test {
namespace {

// One command used again and again, as a port's pooled request is.
class Pooled final : engine::CommandDelivery {
  public:
    Pooled(TestUnit &unit, std::string_view cdb, ByteVector data)
        : unit_(unit), data_(std::move(data)), piece_{data_.data(), data_.size()}, command_(*this) {
        const ByteVector bytes = hex(cdb);
        command_.request.cdb = scsi::Cdb(bytes);
        command_.request.data_out = Segments({&piece_, 1});
        command_.request.data_in = Segments({&piece_, 1});
    }
    void run() {
        ended_ = false;
        unit_.itl().submit(command_);
        while (!ended_) {
            unit_.shard().turn(true);
        }
    }
    [[nodiscard]] bool good() const { return command_.status == scsi::Status::good; }

  private:
    void command_ended(engine::Command &) noexcept override { ended_ = true; }

    TestUnit &unit_;
    ByteVector data_;
    iovec piece_;
    bool ended_ = false;
    engine::Command command_;
};

void expect_no_allocation(std::unique_ptr<media::BlockMedium> medium) {
    TestUnit unit(
        make_disk({.identity = disk_identity(DiskKind::fileio, "disk1"), .thin_provisioned = true}, std::move(medium)));
    const ByteVector list = hex("0016 0010 00000000 0000000000000010 00000001 00000000 00*65536");
    std::vector<std::unique_ptr<Pooled>> commands;
    for (const auto *cdb :
         {"00 00000000 00", "28 00 00000000 00 0008 00", "28 08 00000000 00 0008 00", "28 00 00000000 00 0001 00",
          "2a 00 00000000 00 0008 00", "2a 08 00000000 00 0008 00", "2a 00 00000000 00 0001 00",
          "2f 06 00000000 00 0300 00", "35 00 00000000 00 0000 00", "35 02 00000000 00 0000 00",
          "41 00 00000000 00 0300 00", "42 00 00000000 00 0018 00", "25 00 00000000 0000 00 00", "1b 00 00 00 00 00",
          "1b 00 00 00 01 00", "28 00 FFFFFFFF 00 0001 00"}) {
        commands.push_back(std::make_unique<Pooled>(unit, cdb, list));
    }
    // A flush behind a command (IMMED) keeps the unit alive. It has ended before the next command begins: how many
    // frames are in use at once, and so how many the pool holds, must not depend on how fast the file system is.
    const std::weak_ptr<engine::LogicalUnit> alive = unit.unit().weak_from_this();
    const auto count_owners = alive.use_count();
    const auto round = [&] {
        for (const auto &command : commands) {
            command->run();
            while (alive.use_count() != count_owners) {
                unit.shard().turn(true);
            }
        }
    };
    for (int i = 0; i < 20; ++i) { // a flush in the background may overlap with more or fewer commands
        round();
    }
    const std::uint64_t before = count_new + loop::FramePool::of_this_thread().count_heap();
    for (int i = 0; i < 50; ++i) {
        round();
    }
    EXPECT_EQ(count_new + loop::FramePool::of_this_thread().count_heap(), before);
    EXPECT_TRUE(commands[1]->good() && commands[4]->good() && commands[10]->good() && commands[11]->good());
}

TEST(DiskAllocation, NoneOnRamOnceWarm) { expect_no_allocation(media::make_ram(test_disk_bytes)); }

TEST(DiskAllocation, NoneOnAFileOnceWarm) {
    char path[] = "/tmp/scsilo-sbc-XXXXXX";
    const int fd = mkstemp(path);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(ftruncate(fd, test_disk_bytes), 0);
    close(fd);
    auto medium = media::open_file({.path = path});
    unlink(path);
    expect_no_allocation(std::move(medium));
}

} // namespace
} // namespace scsilo::sbc::test
