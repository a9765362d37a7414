// SPDX-License-Identifier: Apache-2.0
// CallerMemory: the memory behind the pointers of a hostile header; an interface, so that decoding can be tested
// without a kernel.
#pragma once

#include "fuse/caller_memory.h"

namespace scsilo::local {

// Each returns 0 or an errno, as fuse/caller_memory.h says.
class CallerMemory {
  public:
    virtual int read(std::span<const fuse::CallerPiece> from, std::span<const iovec> into) noexcept = 0;
    virtual int write(std::span<const fuse::CallerPiece> to, std::span<const iovec> from) noexcept = 0;

    int read(std::uint64_t address, MutableBytes into) noexcept {
        const fuse::CallerPiece piece{address, into.size()};
        const iovec here{into.data(), into.size()};
        return read({&piece, 1}, {&here, 1});
    }
    int write(std::uint64_t address, Bytes from) noexcept {
        const fuse::CallerPiece piece{address, from.size()};
        const iovec here{const_cast<std::uint8_t *>(from.data()), from.size()}; // iovec knows no const
        return write({&piece, 1}, {&here, 1});
    }

  protected:
    ~CallerMemory() = default;
};

// Of a thread that is blocked in a system call on one of our nodes.
class ProcessMemory final : public CallerMemory {
  public:
    explicit ProcessMemory(pid_t thread) noexcept : thread_(thread) {}
    using CallerMemory::read;
    using CallerMemory::write;
    int read(std::span<const fuse::CallerPiece> from, std::span<const iovec> into) noexcept override {
        return fuse::read_caller(thread_, from, into);
    }
    int write(std::span<const fuse::CallerPiece> to, std::span<const iovec> from) noexcept override {
        return fuse::write_caller(thread_, to, from);
    }

  private:
    pid_t thread_;
};

} // namespace scsilo::local
