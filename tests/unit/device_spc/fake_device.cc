// SPDX-License-Identifier: Apache-2.0
// The rows of the tests' own device type.
#include "fake_device.h"

namespace scsilo::spc {
namespace {

constexpr auto joined = engine::join(rows);
constexpr engine::CommandTable table(joined);

void block_limits(const FakeDevice &device, const engine::ItlNexus &, scsi::PageBuilder &page) {
    page.be64(device.count_blocks);
}

constexpr std::array vpd_rows{VpdPage{0xB0, "Block Limits", "SBC-3 6.6.3", vpd_build<block_limits>}};

// WCE without a retention priority; the other bits are not this device's.
Result<void, FieldFault> check_caching(const FakeDevice &, Bytes page) {
    if (scsi::Bits<3, 7, 4>::get(page) == 0xF) {
        return fail(FieldFault{3, std::uint8_t{7}});
    }
    return {};
}

constexpr std::array<std::uint8_t, 20> caching_defaults{0x08, 0x12, 0x04};
constexpr std::array<std::uint8_t, 20> caching_changeable{0, 0, 0x04, 0xF0};
constexpr std::array<std::uint8_t, 8> subpage_defaults{0x4A, 0x01, 0, 4, 0, 0x11, 0, 0};
constexpr std::array<std::uint8_t, 8> subpage_changeable{0, 0, 0, 0, 0, 0x0F, 0, 0};

constexpr std::array mode_rows{
    ModePage{0x0A, 0x01, "Control Extension", "SPC-4 7.5.9", subpage_defaults, subpage_changeable},
    ModePage{0x08, 0, "Caching", "SBC-3 6.4.5", caching_defaults, caching_changeable, mode_validate<check_caching>},
};

} // namespace

const engine::CommandTable &FakeDevice::commands() const noexcept { return table; }
std::span<const VpdPage> FakeDevice::vpd_pages() const noexcept { return vpd_rows; }
std::span<const ModePage> FakeDevice::mode_pages() const noexcept { return mode_rows; }

} // namespace scsilo::spc
