// SPDX-License-Identifier: Apache-2.0
// READ CAPACITY and a capacity that changes (SBC-4 5.19, 5.20).
#include "device/sbc/commands.h"
#include "engine/logical_unit.h"
#include "scsi/page_builder.h"

#include <algorithm>
#include <array>

namespace scsilo::sbc {
namespace {

// LBA and PMI are obsolete in SBC-4. As SBC-2 has them: without PMI an address is an error, with it the answer is the
// last block before a delay, which here is the last block of all.
Answer check_obsolete_fields(const Disk &disk, scsi::Lba lba, bool pmi) noexcept {
    if (!pmi && lba.value != 0) {
        return fail(scsi::Sense::invalid_field_in_cdb(2));
    }
    return disk.check_range(lba, scsi::BlockCount(1));
}

std::uint64_t last_lba(const Disk &disk) noexcept { return disk.capacity().value - 1; }

} // namespace

Answer read_capacity_10(Disk &disk, engine::Command &command) {
    using Layout = scsi::ReadCapacity10;
    const scsi::Lba lba(command.cdb().get<Layout::lba>());
    if (auto fields = check_obsolete_fields(disk, lba, command.cdb().get<Layout::pmi>()); !fields) {
        return fields;
    }
    std::array<std::uint8_t, 8> data{};
    scsi::PageBuilder page(data);
    page.be32(static_cast<std::uint32_t>(std::min<std::uint64_t>(last_lba(disk), 0xFFFFFFFF)));
    page.be32(disk.block_length_bytes());
    command.reply(page.data(), data.size());
    return {};
}

Answer read_capacity_16(Disk &disk, engine::Command &command) {
    using Layout = scsi::ReadCapacity16;
    using lbpme = scsi::Bits<14, 7, 7>;
    using lbprz = scsi::Bits<14, 6, 6>;
    const scsi::Lba lba(command.cdb().get<Layout::lba>());
    if (auto fields = check_obsolete_fields(disk, lba, command.cdb().get<Layout::pmi>()); !fields) {
        return fields;
    }
    std::array<std::uint8_t, 32> data{};
    scsi::PageBuilder page(data);
    page.be64(last_lba(disk)).be32(disk.block_length_bytes());
    page.u8(0); // P_TYPE, PROT_EN: no protection information
    page.u8(disk.options().physical_exponent);
    page.be16(0); // LOWEST ALIGNED LOGICAL BLOCK ADDRESS; LBPME and LBPRZ follow
    lbpme::set(data, disk.thin() ? 1U : 0U);
    lbprz::set(data, disk.thin() ? 1U : 0U);
    command.reply(data);
    return {};
}

loop::Op<int> Disk::refresh() {
    const int error = co_await medium_->refresh();
    const scsi::BlockCount fresh = blocks_in(medium_->facts().size_bytes);
    if (fresh != capacity_) {
        capacity_ = fresh;
        unit().establish(scsi::asc::capacity_data_has_changed);
    }
    co_return error;
}

} // namespace scsilo::sbc
