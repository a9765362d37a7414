// SPDX-License-Identifier: Apache-2.0
// FileOperations: the system calls of a state file's replacement, so that a test can stop between any two of them.
#pragma once

#include "base/bytes.h"
#include "loop/op.h"

#include <string>

namespace scsilo::media {

// Results are the kernel's: >= 0, or a negative errno. What is passed by reference lives until the value comes.
class FileOperations {
  public:
    FileOperations() = default;
    FileOperations(const FileOperations &) = delete;
    FileOperations &operator=(const FileOperations &) = delete;
    virtual ~FileOperations() = default;

    // A new file for writing, mode 0600; one of that name is an error. The value is a descriptor.
    [[nodiscard]] virtual loop::Op<int> create(const std::string &path) = 0;
    [[nodiscard]] virtual loop::Op<int> open_directory(const std::string &path) = 0;
    // How many bytes were written.
    [[nodiscard]] virtual loop::Op<int> write(int fd, Bytes from, std::uint64_t offset) = 0;
    [[nodiscard]] virtual loop::Op<int> synchronise(int fd) = 0;
    [[nodiscard]] virtual loop::Op<int> rename(const std::string &from, const std::string &to) = 0;
    [[nodiscard]] virtual loop::Op<int> remove(const std::string &path) = 0;
    virtual void close(int fd) noexcept = 0;
};

// On the ring of the shard that runs it.
[[nodiscard]] FileOperations &ring_file_operations() noexcept;

} // namespace scsilo::media
