// SPDX-License-Identifier: Apache-2.0
// MODE SELECT(6) and MODE SELECT(10) (SPC-4 6.11, 6.12): all of the parameter list is checked before any of it is taken
// over.
#include "device/spc/commands.h"

#include "device/spc/mode_layout.h"
#include "engine/logical_unit.h"
#include "scsi/cdb_spc.h"

#include <algorithm>

namespace scsilo::spc {
namespace {

using scsi::Sense;

// A parameter list that ends inside the header, a descriptor or a page is truncated (SPC-4 6.11).
Sense truncated() noexcept { return Sense::parameter_list_length_error(); }

Sense wrong(std::size_t byte, Sense::Bit bit = std::nullopt) noexcept {
    return Sense::invalid_field_in_parameter_list(static_cast<std::uint16_t>(byte), bit);
}

struct Head {
    std::size_t descriptors_at = 0;
    std::size_t descriptors_bytes = 0;
    std::size_t descriptor_length_field = 0; // where it is written
    bool long_lba = false;

    [[nodiscard]] std::size_t pages_at() const noexcept { return descriptors_at + descriptors_bytes; }
};

// MODE DATA LENGTH and DEVICE-SPECIFIC PARAMETER are not looked at: they mean nothing here, and what MODE SENSE sent
// comes back in them (SPC-4 7.5.4).
Result<Head, Sense> check_header(const Device &device, bool ten, Bytes list) noexcept {
    if (list.size() < (ten ? ModeHeader10::length_bytes : ModeHeader6::length_bytes)) {
        return fail(truncated());
    }
    const std::size_t medium_type_at = ten ? ModeHeader10::medium_type::offset : ModeHeader6::medium_type::offset;
    if (list[medium_type_at] != 0 && list[medium_type_at] != device.medium_type()) {
        return fail(wrong(medium_type_at));
    }
    Head head;
    if (!ten) {
        head.descriptors_at = ModeHeader6::length_bytes;
        head.descriptor_length_field = ModeHeader6::block_descriptor_length::offset;
        head.descriptors_bytes = ModeHeader6::block_descriptor_length::get(list);
        return head;
    }
    head.descriptors_at = ModeHeader10::length_bytes;
    head.descriptor_length_field = ModeHeader10::block_descriptor_length::offset;
    head.descriptors_bytes = ModeHeader10::block_descriptor_length::get(list);
    head.long_lba = ModeHeader10::longlba::get(list);
    if (head.long_lba && device.type() != scsi::PeripheralDeviceType::direct_access) {
        return fail(wrong(ModeHeader10::longlba::offset, std::uint8_t{0}));
    }
    if (ModeHeader10::reserved::get(list) != 0) {
        return fail(wrong(ModeHeader10::reserved::offset, std::uint8_t{7}));
    }
    return head;
}

struct ParsedDescriptor {
    BlockDescriptor values;
    bool count_all_ones = false;
    std::size_t count_at = 0;
    std::size_t reserved_at = 0;
    std::size_t block_length_at = 0;
    bool reserved_is_zero = true;
};

template <class Layout> ParsedDescriptor parse_as(Bytes from) noexcept {
    ParsedDescriptor parsed;
    parsed.values.count_blocks = Layout::count_blocks::get(from);
    parsed.values.block_length_bytes = Layout::block_length::get(from);
    parsed.count_all_ones = parsed.values.count_blocks == Layout::count_blocks::maximum;
    parsed.count_at = Layout::count_blocks::offset;
    parsed.reserved_at = Layout::reserved::offset;
    parsed.block_length_at = Layout::block_length::offset;
    parsed.reserved_is_zero = Layout::reserved::get(from) == 0;
    return parsed;
}

ParsedDescriptor parse(BlockDescriptorForm form, Bytes from) noexcept {
    switch (form) {
    case BlockDescriptorForm::short_lba:
        return parse_as<ShortLbaBlockDescriptor>(from);
    case BlockDescriptorForm::long_lba:
        return parse_as<LongLbaBlockDescriptor>(from);
    case BlockDescriptorForm::general:
        break;
    }
    ParsedDescriptor parsed = parse_as<GeneralBlockDescriptor>(from);
    parsed.values.density_code = GeneralBlockDescriptor::density_code::get(from);
    return parsed;
}

// One descriptor or none, since a logical unit has one block length.
Result<void, Sense> check_descriptor(const Device &device, const Head &head, Bytes list) noexcept {
    if (head.descriptors_bytes == 0) {
        return {};
    }
    const auto form = descriptor_form(device.type(), head.long_lba);
    const std::size_t expected_bytes = form == BlockDescriptorForm::long_lba ? LongLbaBlockDescriptor::length_bytes
                                                                             : ShortLbaBlockDescriptor::length_bytes;
    if (!device.block_descriptor() || head.descriptors_bytes != expected_bytes) {
        return fail(wrong(head.descriptor_length_field));
    }
    if (list.size() < head.pages_at()) {
        return fail(truncated());
    }
    const ParsedDescriptor sent = parse(form, list.subspan(head.descriptors_at, head.descriptors_bytes));
    if (!sent.reserved_is_zero) {
        return fail(wrong(head.descriptors_at + sent.reserved_at));
    }
    const auto accepted = device.check_block_descriptor(sent.values, sent.count_all_ones);
    if (accepted) {
        return {};
    }
    switch (accepted.error()) {
    case Device::DescriptorField::density_code:
        return fail(wrong(head.descriptors_at));
    case Device::DescriptorField::count_blocks:
        return fail(wrong(head.descriptors_at + sent.count_at));
    case Device::DescriptorField::block_length:
        break;
    }
    return fail(wrong(head.descriptors_at + sent.block_length_at));
}

Result<const ModeStore::Entry *, Sense> find_page(const Device &device, Bytes rest, std::size_t at) noexcept {
    const bool has_subpage = ModePageHeader::spf::get(rest);
    const std::uint8_t code = ModePageHeader::page_code::get(rest);
    const std::uint8_t subpage = has_subpage ? ModeSubpageHeader::subpage_code::get(rest) : std::uint8_t{0};
    const bool exists_as_page = has_subpage && subpage == 0; // SPF with subpage 00h names no page
    const ModeStore::Entry *entry = exists_as_page ? nullptr : device.modes().find(code, subpage);
    if (entry != nullptr) {
        return entry;
    }
    const auto has_code = [&](const ModeStore::Entry &other) { return other.row->code == code; };
    if (has_subpage && std::ranges::any_of(device.modes().entries(), has_code)) {
        return fail(wrong(at + ModeSubpageHeader::subpage_code::offset));
    }
    return fail(wrong(at, std::uint8_t{5}));
}

// The page that begins at `at`: its row if it can be taken over.
Result<const ModeStore::Entry *, Sense> check_page(const Device &device, Bytes list, std::size_t at) noexcept {
    const Bytes rest = list.subspan(at);
    const bool has_subpage = ModePageHeader::spf::get(rest);
    if (rest.size() < (has_subpage ? ModeSubpageHeader::length_bytes : ModePageHeader::length_bytes)) {
        return fail(truncated());
    }
    if (ModePageHeader::ps::get(rest)) {
        return fail(wrong(at, std::uint8_t{7})); // reserved in MODE SELECT
    }
    auto entry = find_page(device, rest, at);
    if (!entry) {
        return entry;
    }
    const std::size_t told_bytes = has_subpage
                                       ? ModeSubpageHeader::page_length::get(rest) + ModeSubpageHeader::length_bytes
                                       : ModePageHeader::page_length::get(rest) + ModePageHeader::length_bytes;
    if (told_bytes != (*entry)->length_bytes()) {
        return fail(
            wrong(at + (has_subpage ? ModeSubpageHeader::page_length::offset : ModePageHeader::page_length::offset)));
    }
    if (rest.size() < told_bytes) {
        return fail(truncated());
    }
    if (const auto fits = device.modes().check(device, **entry, rest.first(told_bytes)); !fits) {
        return fail(wrong(at + fits.error().byte, fits.error().bit));
    }
    return entry;
}

Result<void, Sense> check_list(const Device &device, const Head &head, Bytes list) noexcept {
    if (const auto fits = check_descriptor(device, head, list); !fits) {
        return fits;
    }
    for (std::size_t at = head.pages_at(); at < list.size();) {
        const auto entry = check_page(device, list, at);
        if (!entry) {
            return fail(entry.error());
        }
        at += (*entry)->length_bytes();
    }
    return {};
}

// The list was checked: every page is there and whole. True if a value differs afterwards.
bool take_over(Device &device, const Head &head, Bytes list) noexcept {
    bool changed = false;
    for (std::size_t at = head.pages_at(); at < list.size();) {
        const ModeStore::Entry *entry = *find_page(device, list.subspan(at), at);
        changed = device.change_mode(*entry, list.subspan(at, entry->length_bytes())) || changed;
        at += entry->length_bytes();
    }
    return changed;
}

Result<void, Sense> select(Device &device, engine::Command &command) {
    using Fields = scsi::ModeSelect10; // PF and SP sit at the same places in both CDBs
    if (command.cdb().get<Fields::sp>() && !device.can_save()) {
        return fail(Sense::invalid_field_in_cdb(1, std::uint8_t{0}));
    }
    const auto length_bytes = static_cast<std::size_t>(command.length_field());
    engine::LogicalUnit &unit = command.itl().unit();
    const auto list = command.parameter_list(unit.scratch(), length_bytes);
    if (!list) {
        return fail(list.error());
    }
    if (length_bytes == 0) {
        return {}; // not an error, and nothing to take over
    }
    const auto head = check_header(device, command.row().usage.length_bytes() == 10, *list);
    if (!head) {
        return fail(head.error());
    }
    if (!command.cdb().get<Fields::pf>() && list->size() > head->pages_at()) {
        return fail(Sense::invalid_field_in_cdb(1, std::uint8_t{4})); // pages of a vendor's own format
    }
    if (const auto fits = check_list(device, *head, *list); !fits) {
        return fits;
    }
    if (take_over(device, *head, *list)) {
        unit.establish(scsi::asc::mode_parameters_changed, engine::LogicalUnit::Scope::all_but, &command.itl());
    }
    return {};
}

} // namespace

// With SP the values are in force even if saving them fails: the sense data then say so.
loop::Op<void> mode_select(Device &device, engine::Command &command) {
    const bool save = command.cdb().get<scsi::ModeSelect10::sp>();
    co_await select(device, command);
    if (save) {
        co_await device.save_modes();
    }
}

} // namespace scsilo::spc
