// SPDX-License-Identifier: Apache-2.0
// Blocks to and from a logical unit for its sd node: READ(16) and WRITE(16) split to the block limits, with Linux sd's
// retries.
#pragma once

#include "port/local/job.h"

namespace scsilo::local {

enum class BlockDirection : std::uint8_t { read, write };

struct BlockRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

// All of the range, or it leaves with an Errno. `data` covers the range; its iovecs live until the end.
[[nodiscard]] loop::Op<void> transfer(Job &job, BlockDirection direction, BlockRange range, Segments data,
                                      bool force_unit_access = false);

// job.exchange with the command that is in it, retried as sd does: its end, good or not. Leaves when it cannot be
// carried out.
[[nodiscard]] loop::Op<void> execute(Job &job, std::uint64_t timeout_ms);
// The same, and leaves with the Errno that the end means unless it is good.
[[nodiscard]] loop::Op<void> execute_good(Job &job, std::uint64_t timeout_ms);

// Is it a CHECK CONDITION of that kind: no such command, or a field of it that the device does not know?
[[nodiscard]] bool is_unknown_command(const Exchange &exchange) noexcept;
[[nodiscard]] bool is_invalid_field(const Exchange &exchange) noexcept;
[[nodiscard]] int errno_of(const Exchange &exchange) noexcept;

} // namespace scsilo::local
