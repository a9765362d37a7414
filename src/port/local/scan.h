// SPDX-License-Identifier: Apache-2.0
// What Linux asks a logical unit before it makes nodes of it: INQUIRY, TEST UNIT READY, capacity, block limits.
#pragma once

#include "loop/op.h"
#include "port/local/exchange.h"

namespace scsilo::local {

class ScsiDevice;

// Fills identity and, for disks, disk. Tolerates what the device does not know; the unit attentions of its attachment
// are used up. False: not even INQUIRY was answered. The activity is the one that runs this.
[[nodiscard]] loop::Op<bool> scan(loop::Activity &activity, ScsiDevice &device);

// READ CAPACITY (16), or (10) where that is unknown, into device.disk. Unchanged when neither is answered.
[[nodiscard]] loop::Op<void> read_capacity(loop::Activity &activity, Exchange &exchange, ScsiDevice &device);

// The same from the logical unit's own shard, without using up the unit attentions that are pending for the nexus. Does
// not wait; for attention().
void refresh_capacity(const std::shared_ptr<ScsiDevice> &device);

} // namespace scsilo::local
