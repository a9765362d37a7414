// SPDX-License-Identifier: Apache-2.0
// File operations on the shard's ring.
#include "media/file_operations.h"

#include "loop/shard.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace scsilo::media {
namespace {

constexpr std::size_t max_write_bytes = std::size_t{1} << 30;

class RingFileOperations final : public FileOperations {
  public:
    loop::Op<int> create(const std::string &path) override {
        co_return co_await ring().operation([&](io_uring_sqe *entry) {
            io_uring_prep_openat(entry, AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 0600);
        });
    }
    loop::Op<int> open_directory(const std::string &path) override {
        co_return co_await ring().operation([&](io_uring_sqe *entry) {
            io_uring_prep_openat(entry, AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        });
    }
    loop::Op<int> write(int fd, Bytes from, std::uint64_t offset) override {
        const auto length = static_cast<std::uint32_t>(std::min(from.size(), max_write_bytes));
        co_return co_await ring().write(fd, from.data(), length, offset);
    }
    loop::Op<int> synchronise(int fd) override { co_return co_await ring().fsync(fd, false); }
    loop::Op<int> rename(const std::string &from, const std::string &to) override {
        co_return co_await ring().operation([&](io_uring_sqe *entry) {
            io_uring_prep_renameat(entry, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0);
        });
    }
    loop::Op<int> remove(const std::string &path) override {
        co_return co_await ring().operation(
            [&](io_uring_sqe *entry) { io_uring_prep_unlinkat(entry, AT_FDCWD, path.c_str(), 0); });
    }
    void close(int fd) noexcept override { ::close(fd); }

  private:
    static loop::Ring &ring() noexcept { return loop::Shard::current().ring(); }
};

} // namespace

FileOperations &ring_file_operations() noexcept {
    static RingFileOperations operations;
    return operations;
}

} // namespace scsilo::media
