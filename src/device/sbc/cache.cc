// SPDX-License-Identifier: Apache-2.0
// SYNCHRONIZE CACHE, and when a disk's data are on stable storage (SBC-4 4.15, 5.32, 5.33).
#include "device/sbc/commands.h"
#include "device/sbc/medium_sense.h"
#include "device/sbc/trace.h"

namespace scsilo::sbc {

loop::Op<void> Disk::flush() {
    if (!volatile_cache()) {
        co_return;
    }
    trace(trace_disk, Trace::order, "{}: the cache is written to the medium", options_.identity.product);
    if (const int error = co_await medium_->flush(); error != 0) {
        co_await fail(medium_sense(Access::write, error));
    }
}

loop::Op<void> Disk::finish_writing() {
    if (durability(false) == media::Durability::durable) {
        co_await flush();
    }
}

// The range is checked; the whole cache goes to the medium, since a medium's flush knows no range. A number of blocks
// of zero means to the end (SBC-4 5.32).
loop::Op<void> synchronize_blocks(Disk &disk, engine::Command &, Transfer transfer, bool immediate) {
    co_await disk.check_range(transfer.lba, transfer.count);
    if (immediate) {
        disk.flush_in_background();
        co_return;
    }
    co_await disk.flush();
}

} // namespace scsilo::sbc
