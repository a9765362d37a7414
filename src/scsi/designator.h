// SPDX-License-Identifier: Apache-2.0
// Designation descriptors of VPD page 83h, appended to a PageBuilder (SPC-6 7.7.6).
#pragma once

#include "scsi/page_builder.h"
#include "scsi/protocol.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace scsilo::scsi {

enum class DesignatorCodeSet : std::uint8_t { binary = 1, ascii = 2, utf8 = 3 };

enum class DesignatorAssociation : std::uint8_t { logical_unit = 0, target_port = 1, target_device = 2 };

enum class DesignatorType : std::uint8_t {
    vendor_specific = 0x0,
    t10_vendor_id = 0x1,
    eui_64 = 0x2,
    naa = 0x3,
    relative_target_port = 0x4,
    target_port_group = 0x5,
    logical_unit_group = 0x6,
    md5_logical_unit = 0x7,
    scsi_name_string = 0x8,
    protocol_specific_port = 0x9,
    uuid = 0xA,
};

// Bytes 0 and 1 of a descriptor. PIV is set for a known protocol with a port or device association only, as the field
// is reserved otherwise.
struct DesignatorHead {
    DesignatorCodeSet code_set = DesignatorCodeSet::binary;
    DesignatorType type = DesignatorType::vendor_specific;
    DesignatorAssociation association = DesignatorAssociation::logical_unit;
    ProtocolIdentifier protocol = ProtocolIdentifier::none;
};

// Any designator of at most 255 bytes. Each function appends one whole descriptor or nothing (the builder overflowed).
void append_designator(PageBuilder &page, DesignatorHead head, Bytes designator) noexcept;

// T10 VENDOR IDENTIFICATION of eight bytes, then the vendor's own text.
void append_t10_vendor_id(PageBuilder &page, std::string_view vendor, std::string_view vendor_specific,
                          DesignatorAssociation association = DesignatorAssociation::logical_unit) noexcept;

void append_eui_64(PageBuilder &page, std::uint64_t eui,
                   DesignatorAssociation association = DesignatorAssociation::logical_unit) noexcept;

// Eight-byte NAA forms, by their upper four bits: 2h IEEE extended, 3h locally assigned, 5h IEEE registered.
void append_naa(PageBuilder &page, std::uint64_t naa,
                DesignatorAssociation association = DesignatorAssociation::logical_unit,
                ProtocolIdentifier protocol = ProtocolIdentifier::none) noexcept;

// NAA 6h, IEEE registered extended: the eight bytes of an NAA 5h form with 6h on top, and the vendor's extension.
void append_naa_extended(PageBuilder &page, std::uint64_t naa, std::uint64_t vendor_extension,
                         DesignatorAssociation association = DesignatorAssociation::logical_unit) noexcept;

void append_relative_target_port(PageBuilder &page, std::uint16_t port,
                                 ProtocolIdentifier protocol = ProtocolIdentifier::none) noexcept;
void append_target_port_group(PageBuilder &page, std::uint16_t group,
                              ProtocolIdentifier protocol = ProtocolIdentifier::none) noexcept;
void append_logical_unit_group(PageBuilder &page, std::uint16_t group) noexcept;

// "iqn.…", "eui.…", "naa.…": UTF-8, closed with NUL and padded with NUL to a multiple of four.
void append_scsi_name_string(PageBuilder &page, std::string_view name, DesignatorAssociation association,
                             ProtocolIdentifier protocol = ProtocolIdentifier::none) noexcept;

// NAA values: the upper four bits are the form, the rest must fit below.
[[nodiscard]] constexpr std::uint64_t naa_locally_assigned(std::uint64_t value_60_bits) noexcept {
    return std::uint64_t{3} << 60 | (value_60_bits & 0x0FFF'FFFF'FFFF'FFFF);
}
[[nodiscard]] constexpr std::uint64_t naa_ieee_registered(std::uint32_t company_24_bits,
                                                          std::uint64_t value_36_bits) noexcept {
    return std::uint64_t{5} << 60 | std::uint64_t{company_24_bits & 0xFF'FFFF} << 36 | (value_36_bits & 0xF'FFFF'FFFF);
}
[[nodiscard]] constexpr std::uint64_t naa_ieee_registered_extended(std::uint32_t company_24_bits,
                                                                   std::uint64_t value_36_bits) noexcept {
    return naa_ieee_registered(company_24_bits, value_36_bits) ^ std::uint64_t{5 ^ 6} << 60;
}

} // namespace scsilo::scsi
