// SPDX-License-Identifier: Apache-2.0
// The pending unit attention conditions of one I_T_L nexus (SAM-6 5.14).
#include "engine/unit_attention.h"

#include <algorithm>

namespace scsilo::engine {
namespace {

constexpr std::uint8_t asc_reset = 0x29; // POWER ON, RESET, OR BUS DEVICE RESET OCCURRED and its kin

} // namespace

void UnitAttentions::establish(scsi::AdditionalSense condition) noexcept {
    auto *const end = conditions_.begin() + count_;
    if (std::find(conditions_.begin(), end, condition) != end) {
        return;
    }
    if (condition.asc == asc_reset) {
        count_ = 0;
    } else if (count_ == conditions_.size()) {
        std::shift_left(conditions_.begin(), conditions_.end(), 1);
        --count_;
    }
    conditions_[count_++] = condition;
}

std::optional<scsi::AdditionalSense> UnitAttentions::first() const noexcept {
    return count_ == 0 ? std::nullopt : std::optional(conditions_[0]);
}

std::optional<scsi::AdditionalSense> UnitAttentions::take() noexcept {
    const auto oldest = first();
    if (oldest) {
        clear(*oldest);
    }
    return oldest;
}

void UnitAttentions::clear(scsi::AdditionalSense condition) noexcept {
    auto *const end = conditions_.begin() + count_;
    count_ = static_cast<std::size_t>(std::remove(conditions_.begin(), end, condition) - conditions_.begin());
}

} // namespace scsilo::engine
