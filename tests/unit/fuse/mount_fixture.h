// SPDX-License-Identifier: Apache-2.0
// A session on a temporary directory and two shards, and nodes that answer from what a test sets.
#pragma once

#include "fuse/request.h"
#include "fuse/session.h"
#include "loop/shard.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <unistd.h>

namespace scsilo::fuse {

inline std::filesystem::path temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "scsilo-fuse-XXXXXX").string();
    return mkdtemp(name.data()) == nullptr ? std::filesystem::path() : std::filesystem::path(name);
}

// Owns a descriptor.
class File {
  public:
    explicit File(const std::filesystem::path &path, int flags = O_RDWR, mode_t mode = 0600)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
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

class MountTest : public testing::Test {
  protected:
    void SetUp() override {
        if (geteuid() != 0 || access("/dev/fuse", R_OK | W_OK) != 0) {
            GTEST_SKIP() << "needs root and /dev/fuse";
        }
        path_ = temporary_directory();
        start();
    }

    void TearDown() override {
        stop();
        if (!path_.empty()) {
            std::filesystem::remove(path_);
        }
    }

    // No thread is left: a test may fork.
    void stop() {
        session_.reset();
        shards_.clear();
    }

    void start(SessionOptions options = {}) {
        stop();
        for (unsigned i = 0; i < 2; ++i) {
            shards_.push_back(std::make_unique<loop::Shard>(i, loop::Shard::Limits{}));
            shards_.back()->start();
        }
        options.mount_point = path_;
        session_ = std::make_unique<Session>(options, root_);
        const auto mounted = session_->mount();
        ASSERT_TRUE(mounted) << mounted.error().text;
        for (auto &shard : shards_) {
            const auto attached = session_->attach(*shard);
            ASSERT_TRUE(attached) << attached.error().text;
        }
    }

    std::filesystem::path path_;
    std::vector<std::unique_ptr<loop::Shard>> shards_;
    std::shared_ptr<Directory> root_ = std::make_shared<Directory>();
    std::unique_ptr<Session> session_;
};

// 1 MiB and more of memory that can be read and written, with a log of what was asked.
class MemoryNode : public Node {
  public:
    explicit MemoryNode(std::size_t size_bytes) : Node(Attributes{.mode = S_IFREG | 0600}), bytes(size_bytes) {}
    // Orders a test's look at the members after the system calls it has made: what went through the kernel is invisible
    // to the thread sanitizer.
    void meet() const { meetings_.fetch_add(1, std::memory_order_acq_rel); }
    [[nodiscard]] Attributes attributes() const override {
        meet();
        Attributes attributes = Node::attributes();
        attributes.size_bytes = bytes.size();
        meet();
        return attributes;
    }
    void open(Request &request, const OpenRequest &open) override {
        open_flags = open.flags;
        ++count_opens;
        request.reply_open(++last_handle, {.parallel_writes = true});
    }
    void release(Handle) noexcept override { ++count_releases; }
    void flush(Request &request, Handle) override {
        ++count_flushes;
        request.reply_ok();
    }
    void read(Request &request, Handle, std::uint64_t offset, std::uint32_t size_bytes) override {
        const std::size_t from = std::min<std::size_t>(offset, bytes.size());
        request.reply_data(Bytes(bytes).subspan(from, std::min<std::size_t>(size_bytes, bytes.size() - from)));
    }
    void write(Request &request, Handle, std::uint64_t offset, MutableBytes payload) override {
        page_aligned = reinterpret_cast<std::uintptr_t>(payload.data()) % 4096 == 0;
        longest_write = std::max<std::size_t>(longest_write, payload.size());
        if (offset + payload.size() > bytes.size()) {
            request.reply_error(ENOSPC);
            return;
        }
        std::copy(payload.begin(), payload.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        meet();
        request.reply_written(static_cast<std::uint32_t>(payload.size()));
    }
    void fallocate(Request &request, Handle, const FallocateRequest &asked) override {
        fallocated = asked;
        meet();
        request.reply_ok();
    }
    void fsync(Request &request, Handle, bool data_only) override {
        data_only ? ++count_datasyncs : ++count_syncs;
        request.reply_ok();
    }

    std::vector<std::uint8_t> bytes;
    std::atomic<int> open_flags{0};
    std::atomic<int> count_opens{0};
    std::atomic<int> count_releases{0};
    std::atomic<int> count_flushes{0};
    std::atomic<int> count_syncs{0};
    std::atomic<int> count_datasyncs{0};
    std::atomic<std::uint64_t> last_handle{0};
    std::atomic<bool> page_aligned{false};
    std::atomic<std::size_t> longest_write{0};
    FallocateRequest fallocated;

  private:
    mutable std::atomic<int> meetings_{0};
};

// ioctl() does what the test says.
class IoctlNode : public Node {
  public:
    using Answer = std::function<void(Request &, const IoctlRequest &)>;
    explicit IoctlNode(Answer answer) : Node(Attributes{.mode = S_IFREG | 0600}), answer_(std::move(answer)) {}
    void ioctl(Request &request, Handle, const IoctlRequest &asked) override { answer_(request, asked); }
    void release(Handle) noexcept override { released.store(true); }
    std::atomic<bool> released{false};

  private:
    const Answer answer_;
};

} // namespace scsilo::fuse
