// SPDX-License-Identifier: Apache-2.0
// MODE SENSE(6) and MODE SENSE(10) (SPC-4 6.13, 6.14).
#include "device/spc/commands.h"

#include "device/spc/mode_layout.h"
#include "engine/logical_unit.h"
#include "scsi/cdb_spc.h"
#include "scsi/page_builder.h"

#include <algorithm>

namespace scsilo::spc {
namespace {

using scsi::PageBuilder;
using scsi::Sense;

constexpr std::uint8_t all_pages = 0x3F;
constexpr std::uint8_t all_subpages = 0xFF;

struct Wanted {
    PageControl control = PageControl::current;
    std::uint8_t page = 0;
    std::uint8_t subpage = 0;
    bool descriptors = false;
    bool long_lba = false;

    [[nodiscard]] bool matches(const ModePage &row) const noexcept {
        const bool page_fits = page == all_pages || row.code == page;
        return page_fits && (subpage == all_subpages || row.subpage == subpage);
    }
};

// The fields sit at the same places in both CDBs.
Wanted wanted(const scsi::Cdb &cdb) noexcept {
    using Fields = scsi::ModeSense10;
    return {static_cast<PageControl>(cdb.get<Fields::pc>()), cdb.get<Fields::page_code>(),
            cdb.get<Fields::subpage_code>(), !cdb.get<Fields::dbd>(), cdb.get<Fields::llbaa>()};
}

void append_descriptor(PageBuilder &data, const BlockDescriptor &descriptor, BlockDescriptorForm form) noexcept {
    const auto capped = [&](std::uint64_t maximum) { return std::min(descriptor.count_blocks, maximum); };
    switch (form) {
    case BlockDescriptorForm::general: {
        using Layout = GeneralBlockDescriptor;
        const MutableBytes to = data.zeros(Layout::length_bytes);
        Layout::density_code::set(to, descriptor.density_code);
        // SPC-4 7.5.5: zero stands for more than the field holds.
        Layout::count_blocks::set(to, descriptor.count_blocks > 0xFFFFFF ? 0 : descriptor.count_blocks);
        Layout::block_length::set(to, descriptor.block_length_bytes);
        break;
    }
    case BlockDescriptorForm::short_lba: {
        using Layout = ShortLbaBlockDescriptor;
        const MutableBytes to = data.zeros(Layout::length_bytes);
        Layout::count_blocks::set(to, capped(Layout::count_blocks::maximum));
        Layout::block_length::set(to, descriptor.block_length_bytes);
        break;
    }
    case BlockDescriptorForm::long_lba: {
        using Layout = LongLbaBlockDescriptor;
        const MutableBytes to = data.zeros(Layout::length_bytes);
        Layout::count_blocks::set(to, descriptor.count_blocks);
        Layout::block_length::set(to, descriptor.block_length_bytes);
        break;
    }
    }
}

// Everything behind MODE DATA LENGTH up to the pages; returns nothing, an overflow shows in the builder.
void append_head(Device &device, const engine::ItlNexus &itl, const Wanted &what, bool ten,
                 PageBuilder &data) noexcept {
    const auto descriptor = what.descriptors ? device.block_descriptor() : std::nullopt;
    const auto form = descriptor_form(device.type(), ten && what.long_lba);
    const std::size_t descriptor_bytes = form == BlockDescriptorForm::long_lba ? LongLbaBlockDescriptor::length_bytes
                                                                               : ShortLbaBlockDescriptor::length_bytes;
    const std::size_t length_bytes = descriptor ? descriptor_bytes : 0;
    data.u8(device.medium_type()).u8(device.device_specific_parameter(itl));
    if (ten) {
        data.u8(form == BlockDescriptorForm::long_lba && descriptor ? 1 : 0).u8(0);
        data.be16(static_cast<std::uint16_t>(length_bytes));
    } else {
        data.u8(static_cast<std::uint8_t>(length_bytes));
    }
    if (descriptor) {
        append_descriptor(data, *descriptor, form);
    }
}

std::size_t append_pages(const Device &device, const Wanted &what, PageBuilder &data) noexcept {
    std::size_t count = 0;
    for (const ModeStore::Entry &entry : device.modes().entries()) {
        if (!what.matches(*entry.row)) {
            continue;
        }
        ++count;
        const MutableBytes to = data.zeros(entry.length_bytes());
        if (to.empty()) {
            continue;
        }
        std::ranges::copy(device.modes().values(entry, what.control), to.begin());
        // The mask of changeable bits has no header of its own.
        std::copy_n(entry.row->defaults.begin(), entry.row->header_bytes(), to.begin());
        ModePageHeader::ps::set(to, device.can_save() ? 1 : 0);
    }
    return count;
}

// Which of PAGE CODE and SUBPAGE CODE names nothing.
Sense no_such_page(const Device &device, const Wanted &what) noexcept {
    const auto has_code = [&](const ModeStore::Entry &entry) { return entry.row->code == what.page; };
    if (what.page == all_pages || std::ranges::any_of(device.modes().entries(), has_code)) {
        return Sense::invalid_field_in_cdb(3);
    }
    return Sense::invalid_field_in_cdb(2, 5);
}

} // namespace

Answer mode_sense(Device &device, engine::Command &command) {
    const Wanted what = wanted(command.cdb());
    const bool ten = command.row().usage.length_bytes() == 10;
    if (what.control == PageControl::saved && !device.can_save()) {
        return fail(Sense::illegal_request(scsi::asc::saving_parameters_not_supported));
    }
    if (what.page == all_pages && what.subpage != 0 && what.subpage != all_subpages) {
        return fail(Sense::invalid_field_in_cdb(3));
    }
    PageBuilder data(command.itl().unit().scratch());
    const auto length6 = ten ? PageBuilder::LengthMark<1>{} : data.length_field<1>();
    const auto length10 = ten ? data.length_field<2>() : PageBuilder::LengthMark<2>{};
    append_head(device, command.itl(), what, ten, data);
    if (append_pages(device, what, data) == 0) {
        return fail(no_such_page(device, what));
    }
    data.patch(length6);
    data.patch(length10);
    if (data.overflowed()) {
        return fail(Sense::invalid_field_in_cdb(2, 5)); // more than MODE SENSE(6) can count
    }
    command.reply(data.data());
    return {};
}

} // namespace scsilo::spc
