// SPDX-License-Identifier: Apache-2.0
// The mode pages of every device type (SPC-4 7.5). A bit is changeable only where the change has its effect.
#include "device/spc/mode.h"

#include <array>

namespace scsilo::spc {
namespace {

template <class... B> consteval auto bytes(B... byte) {
    return std::array<std::uint8_t, sizeof...(B)>{static_cast<std::uint8_t>(byte)...};
}

// TST 0 (one task set for all nexuses), GLTSD 1 (no log is saved), unrestricted reordering of SIMPLE commands, QERR 0.
constexpr auto control_defaults = bytes(0x0A, 0x0A, 0x02, 0x10, 0, 0, 0, 0, 0, 0, 0, 0);
// D_SENSE, SWP, TAS
constexpr auto control_changeable = bytes(0, 0, 0x04, 0, 0x08, 0x40, 0, 0, 0, 0, 0, 0);

// DEXCPT 1: no exception is ever reported, and there is none to test.
constexpr auto exceptions_defaults = bytes(0x1C, 0x0A, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0);
constexpr auto exceptions_changeable = bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

constexpr std::array rows{
    ModePage{control_page::code, 0, "Control", "SPC-4 7.5.8", control_defaults, control_changeable},
    ModePage{0x1C, 0, "Informational Exceptions Control", "SPC-4 7.5.11", exceptions_defaults, exceptions_changeable},
};

} // namespace

std::span<const ModePage> common_mode_pages() noexcept { return rows; }

} // namespace scsilo::spc
