// SPDX-License-Identifier: Apache-2.0
// Makes and locks the state directory, makes the mount point.
#include "daemon/state_directory.h"

#include "base/config_error.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace scsilo::daemon {
namespace {

constexpr mode_t private_mode = 0700;
constexpr mode_t public_mode = 0755;

void make_directory(const std::filesystem::path &path, mode_t mode, const char *what) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (!error && mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        error = {errno, std::generic_category()};
    }
    if (error) {
        throw ConfigError(error.value(), std::string("The ") + what + " directory " + path.string() +
                                             " cannot be made: " + error.message() + ".");
    }
}

std::string owner_of(int lock_fd) {
    std::array<char, 16> text{};
    const ssize_t count = pread(lock_fd, text.data(), text.size() - 1, 0);
    std::string pid(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    while (!pid.empty() && pid.back() == '\n') {
        pid.pop_back();
    }
    return pid.empty() ? "" : " (process " + pid + ")";
}

} // namespace

StateDirectory::StateDirectory(std::filesystem::path path) : path_(std::move(path)) {
    make_directory(path_, private_mode, "state");
    lock();
}

void StateDirectory::lock() {
    const std::filesystem::path file = path_ / "lock";
    lock_fd_ = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_fd_ < 0) {
        const int error = errno;
        throw ConfigError(error, "The lock " + file.string() + " cannot be opened: " + std::strerror(error) + ".");
    }
    if (flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
        const std::string owner = owner_of(lock_fd_);
        close(lock_fd_);
        throw ConfigError(EBUSY, "The state directory " + path_.string() + " is in use by another scsilod" + owner +
                                     ": stop it, or choose another directory with --state.");
    }
    // For the reader of the sentence above. A full disk must not keep the daemon from starting.
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(lock_fd_, 0) != 0 || pwrite(lock_fd_, pid.data(), pid.size(), 0) < 0) {
        return;
    }
}

StateDirectory::~StateDirectory() {
    if (lock_fd_ >= 0) {
        close(lock_fd_);
    }
}

void make_mount_point(const std::filesystem::path &path) { make_directory(path, public_mode, "root"); }

} // namespace scsilo::daemon
