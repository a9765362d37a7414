// SPDX-License-Identifier: Apache-2.0
// UnitAttentions: the queue of pending unit attention conditions of one I_T_L nexus (SAM-6 5.14).
#pragma once

#include "engine/limits.h"
#include "scsi/sense.h"

#include <array>
#include <optional>

namespace scsilo::engine {

class UnitAttentions {
  public:
    // A reset-class condition (29h) clears what is older, since it covers it; an equal pending condition is not
    // repeated.
    void establish(scsi::AdditionalSense condition) noexcept;
    [[nodiscard]] bool pending() const noexcept { return count_ != 0; }
    [[nodiscard]] std::optional<scsi::AdditionalSense> first() const noexcept;
    // Takes the one to report; it is cleared by being reported.
    [[nodiscard]] std::optional<scsi::AdditionalSense> take() noexcept;
    void clear(scsi::AdditionalSense condition) noexcept; // e.g. 3Fh/0Eh by REPORT LUNS
    void clear_all() noexcept { count_ = 0; }

  private:
    std::array<scsi::AdditionalSense, max_unit_attentions> conditions_{};
    std::size_t count_ = 0;
};

} // namespace scsilo::engine
