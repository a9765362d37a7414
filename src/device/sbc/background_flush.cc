// SPDX-License-Identifier: Apache-2.0
// The flush that nobody waits for.
#include "device/sbc/background_flush.h"

#include "device/sbc/disk.h"
#include "engine/logical_unit.h"

namespace scsilo::sbc {

void BackgroundFlush::start() noexcept {
    if (active()) {
        again_ = true;
        return;
    }
    keep_alive_ = disk_.unit().shared_from_this();
    renew();
    run_root(run().release_to(*this));
}

loop::Op<void> BackgroundFlush::run() { co_await disk_.flush(); }

void BackgroundFlush::on_end(loop::End) noexcept {
    if (const auto *why = error<scsi::Sense>(); why != nullptr) {
        disk_.deferred_error_ = why->as_deferred();
    }
    if (std::exchange(again_, false)) {
        const auto kept = std::exchange(keep_alive_, nullptr);
        start();
        return;
    }
    const auto last = std::exchange(keep_alive_, nullptr); // may destroy *this
}

} // namespace scsilo::sbc
