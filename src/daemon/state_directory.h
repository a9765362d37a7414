// SPDX-License-Identifier: Apache-2.0
// StateDirectory: made if missing, for the daemon's user only, and locked: one daemon per state directory.
#pragma once

#include <filesystem>

namespace scsilo::daemon {

class StateDirectory {
  public:
    // ConfigError; EBUSY when another daemon lives there.
    explicit StateDirectory(std::filesystem::path path);
    StateDirectory(const StateDirectory &) = delete;
    StateDirectory &operator=(const StateDirectory &) = delete;
    ~StateDirectory(); // the lock goes; the directory stays

    [[nodiscard]] const std::filesystem::path &path() const noexcept { return path_; }

  private:
    void lock();

    const std::filesystem::path path_;
    int lock_fd_ = -1;
};

// Makes the directory and those above it. A dead mount there counts as a directory: mounting cleans it away.
// ConfigError.
void make_mount_point(const std::filesystem::path &path);

} // namespace scsilo::daemon
