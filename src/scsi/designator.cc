// SPDX-License-Identifier: Apache-2.0
// Designation descriptors: a four-byte header and the designator (SPC-6 7.7.6.1).
#include "scsi/designator.h"

#include <algorithm>

namespace scsilo::scsi {

namespace {

struct Layout {
    using protocol_identifier = Bits<0, 7, 4>;
    using code_set = Bits<0, 3, 0>;
    using piv = Bits<1, 7, 7>;
    using association = Bits<1, 5, 4>;
    using designator_type = Bits<1, 3, 0>;
    using designator_length = Be<3, 1>;
    static constexpr std::size_t header_bytes = 4;
};

// Room for the whole descriptor, header written; the span of the designator itself, empty when it does not fit.
MutableBytes begin(PageBuilder &page, DesignatorHead head, std::size_t length) noexcept {
    // An oversized designator must leave its mark like any other overflow.
    const std::size_t whole = length > Layout::designator_length::maximum ? SIZE_MAX : Layout::header_bytes + length;
    const MutableBytes all = page.zeros(whole);
    if (all.empty()) {
        return {};
    }
    const bool names_protocol =
        head.protocol != ProtocolIdentifier::none && head.association != DesignatorAssociation::logical_unit;
    Layout::code_set::set(all, static_cast<std::uint8_t>(head.code_set));
    Layout::association::set(all, static_cast<std::uint8_t>(head.association));
    Layout::designator_type::set(all, static_cast<std::uint8_t>(head.type));
    Layout::designator_length::set(all, length);
    if (names_protocol) {
        Layout::protocol_identifier::set(all, static_cast<std::uint8_t>(head.protocol));
        Layout::piv::set(all, 1);
    }
    return all.subspan(Layout::header_bytes);
}

template <std::size_t Width> void append_number(PageBuilder &page, DesignatorHead head, std::uint64_t number) noexcept {
    std::array<std::uint8_t, Width> bytes{};
    store_be<Width>(bytes.data(), number);
    append_designator(page, head, bytes);
}

// A two-byte number follows two reserved bytes, so four bytes big-endian have the same shape.
void append_port_number(PageBuilder &page, DesignatorType type, DesignatorAssociation association, std::uint16_t number,
                        ProtocolIdentifier protocol) noexcept {
    append_number<4>(page, {DesignatorCodeSet::binary, type, association, protocol}, number);
}

} // namespace

void append_designator(PageBuilder &page, DesignatorHead head, Bytes designator) noexcept {
    const MutableBytes to = begin(page, head, designator.size());
    std::copy_n(designator.begin(), std::min(designator.size(), to.size()), to.begin());
}

void append_t10_vendor_id(PageBuilder &page, std::string_view vendor, std::string_view vendor_specific,
                          DesignatorAssociation association) noexcept {
    constexpr std::size_t vendor_bytes = 8;
    const MutableBytes to =
        begin(page, {DesignatorCodeSet::ascii, DesignatorType::t10_vendor_id, association, ProtocolIdentifier::none},
              vendor_bytes + vendor_specific.size());
    if (to.empty()) {
        return;
    }
    PageBuilder text(to);
    text.ascii(vendor, vendor_bytes).ascii(vendor_specific, vendor_specific.size());
}

void append_eui_64(PageBuilder &page, std::uint64_t eui, DesignatorAssociation association) noexcept {
    append_number<8>(page, {DesignatorCodeSet::binary, DesignatorType::eui_64, association, ProtocolIdentifier::none},
                     eui);
}

void append_naa(PageBuilder &page, std::uint64_t naa, DesignatorAssociation association,
                ProtocolIdentifier protocol) noexcept {
    append_number<8>(page, {DesignatorCodeSet::binary, DesignatorType::naa, association, protocol}, naa);
}

void append_naa_extended(PageBuilder &page, std::uint64_t naa, std::uint64_t vendor_extension,
                         DesignatorAssociation association) noexcept {
    std::array<std::uint8_t, 16> bytes{};
    Be<0, 8>::set(MutableBytes(bytes), naa);
    Be<8, 8>::set(MutableBytes(bytes), vendor_extension);
    append_designator(page, {DesignatorCodeSet::binary, DesignatorType::naa, association, ProtocolIdentifier::none},
                      bytes);
}

void append_relative_target_port(PageBuilder &page, std::uint16_t port, ProtocolIdentifier protocol) noexcept {
    append_port_number(page, DesignatorType::relative_target_port, DesignatorAssociation::target_port, port, protocol);
}

void append_target_port_group(PageBuilder &page, std::uint16_t group, ProtocolIdentifier protocol) noexcept {
    append_port_number(page, DesignatorType::target_port_group, DesignatorAssociation::target_port, group, protocol);
}

void append_logical_unit_group(PageBuilder &page, std::uint16_t group) noexcept {
    append_port_number(page, DesignatorType::logical_unit_group, DesignatorAssociation::logical_unit, group,
                       ProtocolIdentifier::none);
}

void append_scsi_name_string(PageBuilder &page, std::string_view name, DesignatorAssociation association,
                             ProtocolIdentifier protocol) noexcept {
    const std::size_t padded = (name.size() / 4 + 1) * 4;
    const MutableBytes to =
        begin(page, {DesignatorCodeSet::utf8, DesignatorType::scsi_name_string, association, protocol}, padded);
    for (std::size_t i = 0; i < std::min(name.size(), to.size()); ++i) {
        to[i] = static_cast<std::uint8_t>(name[i]);
    }
}

} // namespace scsilo::scsi
