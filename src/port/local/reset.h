// SPDX-License-Identifier: Apache-2.0
// Resets that an initiator of this machine asks for, awaitable from any shard.
#pragma once

#include "engine/task_management.h"
#include "loop/activity.h"
#include "loop/mailbox.h"
#include "loop/op.h"

#include <atomic>
#include <cstdint>

namespace scsilo::loop {
class Shard;
}

namespace scsilo::local {

class ScsiDevice;

enum class ResetScope : std::uint8_t {
    device, // LOGICAL UNIT RESET
    target, // TARGET RESET
    host,   // TARGET RESET of all targets of the host
};

// Ends when every command that it hit has ended. Only while the device is entered.
[[nodiscard]] loop::Op<void> reset(ScsiDevice &device, ResetScope scope);

} // namespace scsilo::local
