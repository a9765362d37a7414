// SPDX-License-Identifier: Apache-2.0
// Atomic, durable replacement of small files.
#include "media/state_file.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace scsilo::media {
namespace {

constexpr std::string_view suffix = ".tmp";
constexpr int create_flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t private_mode = 0600;

// Unique in this process and among processes that live at the same time.
std::string temporary_name(const std::string &path) {
    static std::atomic<unsigned> number{0};
    std::string name = path;
    name.append(".").append(std::to_string(getpid())).append(".").append(std::to_string(++number));
    return name.append(suffix);
}

std::string directory_of(const std::string &path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

class Descriptor {
  public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    ~Descriptor() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    int fd_;
};

int write_all(int fd, Bytes content) noexcept {
    while (!content.empty()) {
        const ssize_t count = write(fd, content.data(), content.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return count < 0 ? errno : EIO;
        }
        content = content.subspan(static_cast<std::size_t>(count));
    }
    return fsync(fd) == 0 ? 0 : errno;
}

int synchronise_directory(const std::string &path) noexcept {
    const Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.get() >= 0 && fsync(directory.get()) == 0 ? 0 : errno;
}

// Closes at the end of its block.
class OpenFile {
  public:
    OpenFile(FileOperations &files, int fd) noexcept : files_(files), fd_(fd) {}
    OpenFile(const OpenFile &) = delete;
    OpenFile &operator=(const OpenFile &) = delete;
    ~OpenFile() { files_.close(fd_); }

  private:
    FileOperations &files_;
    int fd_;
};

loop::Op<int> write_all_through(FileOperations &files, int fd, Bytes content) {
    std::uint64_t offset = 0;
    while (offset < content.size()) {
        const int count = co_await files.write(fd, content.subspan(offset), offset);
        if (count == -EINTR || count == -EAGAIN) {
            continue;
        }
        if (count <= 0) {
            co_return count < 0 ? -count : EIO;
        }
        offset += static_cast<unsigned>(count);
    }
    co_return -co_await files.synchronise(fd);
}

} // namespace

Result<std::string, int> load_state_file(const std::string &path, std::size_t max_bytes) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        return fail(int{errno});
    }
    std::string content;
    char part[4096];
    for (;;) {
        const ssize_t count = read(file.get(), part, sizeof part);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return fail(int{errno});
        }
        if (count == 0) {
            return content;
        }
        if (content.size() + static_cast<std::size_t>(count) > max_bytes) {
            return fail(EFBIG);
        }
        content.append(part, static_cast<std::size_t>(count));
    }
}

int store_state_file(const std::string &path, Bytes content) {
    const std::string temporary = temporary_name(path);
    int error = 0;
    {
        const Descriptor file(open(temporary.c_str(), create_flags, private_mode));
        if (file.get() < 0) {
            return errno;
        }
        error = write_all(file.get(), content);
    }
    if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) {
        error = errno;
    }
    if (error != 0) {
        unlink(temporary.c_str());
        return error;
    }
    return synchronise_directory(directory_of(path));
}

loop::Op<int> store_state_through(FileOperations &files, const std::string &path, Bytes content) {
    const loop::Shield shield(co_await loop::this_activity);
    const std::string temporary = temporary_name(path);
    const int fd = co_await files.create(temporary);
    if (fd < 0) {
        co_return -fd;
    }
    int error = 0;
    {
        const OpenFile file(files, fd);
        error = co_await write_all_through(files, fd, content);
    }
    if (error == 0) {
        error = -co_await files.rename(temporary, path);
    }
    if (error != 0) {
        (void)co_await files.remove(temporary);
        co_return error;
    }
    const std::string directory = directory_of(path);
    const int opened = co_await files.open_directory(directory);
    if (opened < 0) {
        co_return -opened;
    }
    const OpenFile file(files, opened);
    co_return -co_await files.synchronise(opened);
}

loop::Op<int> store_state_on_ring(const std::string &path, Bytes content) {
    return store_state_through(ring_file_operations(), path, content);
}

std::size_t remove_stale_state_files(const std::string &directory) {
    std::size_t count = 0;
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator(directory, error)) {
        if (entry.path().extension() == suffix && entry.is_regular_file(error)) {
            count += std::filesystem::remove(entry.path(), error) ? 1U : 0U;
        }
    }
    return count;
}

} // namespace scsilo::media
