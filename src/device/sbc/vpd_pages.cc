// SPDX-License-Identifier: Apache-2.0
// Vital product data of disks: B0h, B1h, B2h, and their part of 86h (SBC-4 6.6, SPC-6 7.7.7).
#include "device/sbc/disk.h"

#include <array>

namespace scsilo::sbc {
namespace {

std::uint32_t blocks(const Disk &disk, std::uint64_t bytes) noexcept {
    return static_cast<std::uint32_t>(disk.blocks_in(bytes).value);
}

void block_limits(const Disk &disk, const engine::ItlNexus &, scsi::PageBuilder &page) {
    const media::MediumFacts &facts = disk.medium().facts();
    const std::uint64_t optimal =
        facts.optimal_transfer_bytes != 0 ? facts.optimal_transfer_bytes : optimal_transfer_bytes;
    const std::uint32_t granularity = blocks(disk, facts.punch_granularity_bytes);
    page.u8(0); // WSNZ 0: a WRITE SAME of zero blocks goes to the end
    page.u8(0); // MAXIMUM COMPARE AND WRITE LENGTH
    page.be16(
        static_cast<std::uint16_t>(1U << disk.options().physical_exponent)); // OPTIMAL TRANSFER LENGTH GRANULARITY
    page.be32(blocks(disk, maximum_transfer_bytes));
    page.be32(blocks(disk, std::min(optimal, maximum_transfer_bytes)));
    page.be32(0); // MAXIMUM PREFETCH LENGTH
    page.be32(disk.thin() ? blocks(disk, maximum_unmap_bytes) : 0);
    page.be32(disk.thin() ? maximum_unmap_descriptors : 0);
    page.be32(disk.thin() ? std::max(granularity, 1U) : 0); // OPTIMAL UNMAP GRANULARITY
    page.be32(disk.thin() ? 0x80000000U : 0);               // UGAVALID, UNMAP GRANULARITY ALIGNMENT 0
    page.be64(blocks(disk, maximum_write_same_bytes));
    page.zeros(20); // no atomic writes
}

constexpr std::uint16_t non_rotating = 0x0001;
constexpr std::uint16_t nominal_rotations_per_minute = 7200;

void block_device_characteristics(const Disk &disk, const engine::ItlNexus &, scsi::PageBuilder &page) {
    using vbuls = scsi::Bits<2, 0, 0>; // byte 8 of the page
    page.be16(disk.options().rotational ? nominal_rotations_per_minute : non_rotating);
    vbuls::set(page.zeros(58), 1); // VERIFY compares unmapped blocks as the zeros that they read as
}

void logical_block_provisioning(const Disk &disk, const engine::ItlNexus &, scsi::PageBuilder &page) {
    using lbpu = scsi::Bits<1, 7, 7>;
    using lbpws = scsi::Bits<1, 6, 6>;
    using lbpws10 = scsi::Bits<1, 5, 5>;
    using lbprz = scsi::Bits<1, 4, 2>;
    using provisioning_type = scsi::Bits<2, 2, 0>;
    constexpr std::uint8_t thin_provisioned = 2;
    const MutableBytes fields = page.zeros(4); // THRESHOLD EXPONENT 0: no thresholds; ANC_SUP 0
    if (!disk.thin()) {
        return; // PROVISIONING TYPE 0: fully provisioned
    }
    lbpu::set(fields, 1);
    lbpws::set(fields, 1);
    lbpws10::set(fields, 1);
    lbprz::set(fields, 1);
    provisioning_type::set(fields, thin_provisioned);
}

constexpr std::array<spc::VpdPage, 3> pages{{
    {.code = 0xB0, .name = "Block Limits", .clause = "SBC-4 6.6.4", .build = spc::vpd_build<block_limits>},
    {.code = 0xB1,
     .name = "Block Device Characteristics",
     .clause = "SBC-4 6.6.2",
     .build = spc::vpd_build<block_device_characteristics>},
    {.code = 0xB2,
     .name = "Logical Block Provisioning",
     .clause = "SBC-4 6.6.6",
     .build = spc::vpd_build<logical_block_provisioning>},
}};

} // namespace

std::span<const spc::VpdPage> Disk::vpd_pages() const noexcept { return pages; }

// SPC-6 7.7.7: is there a cache, and would it survive.
void Disk::adjust_extended_inquiry(MutableBytes page) const noexcept {
    using nv_sup = scsi::Bits<6, 1, 1>;
    using v_sup = scsi::Bits<6, 0, 0>;
    nv_sup::set(page, volatile_cache() ? 0 : 1);
    v_sup::set(page, volatile_cache() ? 1 : 0);
}

} // namespace scsilo::sbc
