// SPDX-License-Identifier: Apache-2.0
// VpdPage: one row for each vital product data page; the pages of every device type (SPC-4 7.8).
#pragma once

#include "engine/it_nexus.h"
#include "scsi/page_builder.h"

#include <array>
#include <span>
#include <string_view>

namespace scsilo::spc {

class Device;

// A page is a row plus a function that appends what follows the four-byte header; the header is written by the house.
struct VpdPage {
    using Build = void (*)(const Device &, const engine::ItlNexus &, scsi::PageBuilder &);

    std::uint8_t code = 0;
    std::string_view name;   // as T10 prints it
    std::string_view clause; // "SBC-4 6.6.4"
    Build build = nullptr;
    bool (*present)(const Device &) = nullptr; // none: always there
};

namespace detail {
template <auto Function> struct VpdBuildOf;
template <class D, void (*Function)(const D &, const engine::ItlNexus &, scsi::PageBuilder &)>
struct VpdBuildOf<Function> {
    static constexpr VpdPage::Build value = [](const Device &device, const engine::ItlNexus &itl,
                                               scsi::PageBuilder &page) {
        Function(static_cast<const D &>(device), itl, page);
    };
};
} // namespace detail

// `vpd_build<block_limits>` for `void block_limits(const Disk &, const engine::ItlNexus &, scsi::PageBuilder &)`.
template <auto Function> inline constexpr VpdPage::Build vpd_build = detail::VpdBuildOf<Function>::value;

// 00h, 80h, 83h, 86h. A type's own row of the same code takes the place of a common one.
[[nodiscard]] std::span<const VpdPage> common_vpd_pages() noexcept;

// The row that this device has for the code, or none.
[[nodiscard]] const VpdPage *find_vpd_page(const Device &device, std::uint8_t code) noexcept;

} // namespace scsilo::spc
