// SPDX-License-Identifier: Apache-2.0
// The memory of a calling process, by process_vm_readv(2) and process_vm_writev(2): all or an errno, no half results.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <span>
#include <sys/types.h>
#include <sys/uio.h>

namespace scsilo::fuse {

// A run of bytes in the caller's memory (never to be dereferenced here).
struct CallerPiece {
    std::uint64_t address = 0;
    std::uint64_t length_bytes = 0;
};

// Each returns 0 or an errno:
//   EFAULT  not all of the bytes exist (some may have been copied)
//   EPERM   we lack CAP_SYS_PTRACE over the caller
//   ESRCH   the thread is gone, or lives where we cannot see it (pid 0)
//   EINVAL  the two sides of the iovec forms differ in length
// pid may be a thread's id (Caller::pid). Any number of pieces is handled, IOV_MAX at a time.
[[nodiscard]] int read_caller(pid_t pid, std::uint64_t address, MutableBytes into) noexcept;
[[nodiscard]] int write_caller(pid_t pid, std::uint64_t address, Bytes from) noexcept;
[[nodiscard]] int read_caller(pid_t pid, std::span<const CallerPiece> from, std::span<const iovec> into) noexcept;
[[nodiscard]] int write_caller(pid_t pid, std::span<const CallerPiece> to, std::span<const iovec> from) noexcept;

} // namespace scsilo::fuse
