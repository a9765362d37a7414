// SPDX-License-Identifier: Apache-2.0
// The least a FUSE server can do: a blocking read() and write() on /dev/fuse with fixed answers, in a process of its
// own. What a real server costs is measured against it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <sys/types.h>

namespace scsilo::bench {

// One file, `f`, of 1 GiB: reads give zeroes, writes are swallowed, every ioctl returns 0. Root only.
class EmptyFuseServer {
  public:
    // Mounts and forks; throws std::runtime_error.
    explicit EmptyFuseServer(std::filesystem::path mount_point);
    EmptyFuseServer(const EmptyFuseServer &) = delete;
    EmptyFuseServer &operator=(const EmptyFuseServer &) = delete;
    ~EmptyFuseServer();

    [[nodiscard]] std::filesystem::path file() const { return mount_point_ / "f"; }

  private:
    const std::filesystem::path mount_point_;
    pid_t child_ = -1;
};

} // namespace scsilo::bench
