// SPDX-License-Identifier: Apache-2.0
// Mode pages 01h and 08h, the block descriptor and the device-specific parameter of disks (SBC-4 6.5).
#include "device/sbc/disk.h"
#include "engine/it_nexus.h"
#include "scsi/field.h"

#include <array>

namespace scsilo::sbc {
namespace {

// clang-format off
// Read-write error recovery (SBC-4 6.5.10): AWRE and ARRE, since what lies below relocates; nothing to be changed.
constexpr std::array<std::uint8_t, 12> error_recovery_defaults{0x01, 0x0A, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
constexpr std::array<std::uint8_t, 12> error_recovery_changeable{};

// Caching (SBC-4 6.5.6): WCE alone; no prefetch is ever disabled or limited.
constexpr std::array<std::uint8_t, 20> caching_defaults{0x08, 0x12, 0x04, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
                                                        0, 0, 0, 0, 0, 0, 0, 0};
constexpr std::array<std::uint8_t, 20> caching_changeable{0, 0, 0x04};
// clang-format on

namespace caching_page {
constexpr std::uint8_t code = 0x08;
using wce = scsi::Bits<2, 2, 2>;
} // namespace caching_page

constexpr std::array<spc::ModePage, 2> pages{{
    {.code = 0x01,
     .name = "Read-Write Error Recovery",
     .clause = "SBC-4 6.5.10",
     .defaults = error_recovery_defaults,
     .changeable = error_recovery_changeable},
    {.code = caching_page::code,
     .name = "Caching",
     .clause = "SBC-4 6.5.6",
     .defaults = caching_defaults,
     .changeable = caching_changeable},
}};

using wp = scsi::Bits<0, 7, 7>;
using dpofua = scsi::Bits<0, 4, 4>;

} // namespace

std::span<const spc::ModePage> Disk::mode_pages() const noexcept { return pages; }

void Disk::adjust_mode_defaults(const spc::ModePage &page, MutableBytes defaults) const noexcept {
    if (page.code == caching_page::code) {
        caching_page::wce::set(defaults, options_.write_through ? 0 : 1);
    }
}

// Data that were cached before the cache was switched off do not stay behind.
void Disk::mode_changed(const spc::ModePage &page) noexcept {
    if (page.code != caching_page::code) {
        return;
    }
    const bool was_write_back = std::exchange(write_back_, caching_page::wce::get(modes().current(caching_page::code)));
    if (was_write_back && !write_back_ && attached_) {
        flush_in_background();
    }
}

std::optional<spc::BlockDescriptor> Disk::block_descriptor() const noexcept {
    return spc::BlockDescriptor{.count_blocks = capacity_.value, .block_length_bytes = options_.block_length_bytes};
}

std::uint8_t Disk::device_specific_parameter(const engine::ItlNexus &itl) const noexcept {
    std::array<std::uint8_t, 1> parameter{};
    wp::set(parameter, write_protected() || itl.read_only() ? 1U : 0U);
    dpofua::set(parameter, 1);
    return parameter[0];
}

} // namespace scsilo::sbc
