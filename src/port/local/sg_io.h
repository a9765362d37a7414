// SPDX-License-Identifier: Apache-2.0
// SG_IO: a caller's header and CDB become a command, its answer and data go back. For sg and sd nodes.
#pragma once

#include "port/local/job.h"

namespace scsilo::local {

// What the open file and the caller may do. Linux lets a file that is not open for writing send harmless commands only,
// unless the caller has CAP_SYS_RAWIO.
struct SgAccess {
    bool unrestricted = true;
    std::uint64_t timeout_ms = 0; // where the header says 0
};

[[nodiscard]] loop::Op<void> sg_io(Job &job, fuse::IoctlRequest ioctl, SgAccess access);

// --- its parts, for asynchronous commands, too ---
[[nodiscard]] Result<void, Errno> check_access(Job &job, const SgAccess &access) noexcept;
// Buffer for the data of `job.sg`, with what the caller sends in it.
[[nodiscard]] loop::Op<void> take_data(Job &job, CallerMemory &memory);
// Runs the command and makes job.sg.answer; leaves with ENODEV or EINTR.
[[nodiscard]] loop::Op<void> run_sg_command(Job &job, SgAccess access);
// The data of the command (if it sent any) and its sense data, and then the header at `header_address` if there is one.
[[nodiscard]] int deliver_answer(Job &job, CallerMemory &memory, std::uint64_t header_address) noexcept;

} // namespace scsilo::local
