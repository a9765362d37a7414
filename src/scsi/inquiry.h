// SPDX-License-Identifier: Apache-2.0
// Layout of standard INQUIRY data and of the head of every vital product data page (SPC-6 6.7.2, 7.7).
#pragma once

#include "scsi/field.h"

#include <cstddef>
#include <cstdint>

namespace scsilo::scsi {

struct StandardInquiryData {
    using peripheral_qualifier = Bits<0, 7, 5>;
    using peripheral_device_type = Bits<0, 4, 0>;
    using rmb = Bits<1, 7, 7>;
    using lu_cong = Bits<1, 6, 6>;
    using version = Be<2, 1>;
    using normaca = Bits<3, 5, 5>;
    using hisup = Bits<3, 4, 4>;
    using response_data_format = Bits<3, 3, 0>;
    using additional_length = Be<4, 1>;
    using sccs = Bits<5, 7, 7>;
    using tpgs = Bits<5, 5, 4>;
    using third_party_copy = Bits<5, 3, 3>;
    using protect = Bits<5, 0, 0>;
    using encserv = Bits<6, 6, 6>;
    using multip = Bits<6, 4, 4>;
    using cmdque = Bits<7, 1, 1>;
    // ASCII, left-aligned, padded with blanks: vendor 8-15, product 16-31, revision 32-35
    static constexpr std::size_t vendor_offset = 8;
    static constexpr std::size_t vendor_bytes = 8;
    static constexpr std::size_t product_offset = 16;
    static constexpr std::size_t product_bytes = 16;
    static constexpr std::size_t revision_offset = 32;
    static constexpr std::size_t revision_bytes = 4;
    // Eight descriptors of two bytes
    static constexpr std::size_t version_descriptors_offset = 58;
    static constexpr std::size_t version_descriptor_count = 8;
    static constexpr std::size_t minimum_length_bytes = 36;
    // ADDITIONAL LENGTH counts the bytes after its own
    static constexpr std::size_t additional_length_offset = 5;
};

// SPC-6 table 146
enum class PeripheralQualifier : std::uint8_t {
    connected = 0,     // the device type is served here
    not_connected = 1, // could be, but is not
    not_capable = 3,   // no such logical unit can be here: device type 1Fh
};

// VERSION field
inline constexpr std::uint8_t version_spc_3 = 0x05;
inline constexpr std::uint8_t version_spc_4 = 0x06;
inline constexpr std::uint8_t version_spc_5 = 0x07;

// Version descriptors, each "no version claimed" (SPC-6 6.7.2, table of version descriptor values).
namespace version_descriptor {
inline constexpr std::uint16_t sam_3 = 0x0060;
inline constexpr std::uint16_t sam_4 = 0x0080;
inline constexpr std::uint16_t sam_5 = 0x00A0;
inline constexpr std::uint16_t sam_6 = 0x00C0;
inline constexpr std::uint16_t spc_3 = 0x0300;
inline constexpr std::uint16_t mmc_4 = 0x03A0;
inline constexpr std::uint16_t sbc_2 = 0x0320;
inline constexpr std::uint16_t smc_2 = 0x02E0;
inline constexpr std::uint16_t ssc_3 = 0x0400;
inline constexpr std::uint16_t mmc_5 = 0x0420;
inline constexpr std::uint16_t spc_4 = 0x0460;
inline constexpr std::uint16_t smc_3 = 0x0480;
inline constexpr std::uint16_t sbc_3 = 0x04C0;
inline constexpr std::uint16_t mmc_6 = 0x04E0;
inline constexpr std::uint16_t ssc_4 = 0x0520;
inline constexpr std::uint16_t spc_5 = 0x05C0;
inline constexpr std::uint16_t sbc_4 = 0x0600;
inline constexpr std::uint16_t iscsi = 0x0960;
inline constexpr std::uint16_t sas_1_1 = 0x0C00;
inline constexpr std::uint16_t spl_3 = 0x20E0;
} // namespace version_descriptor

struct VpdPageHeader {
    using peripheral_qualifier = Bits<0, 7, 5>;
    using peripheral_device_type = Bits<0, 4, 0>;
    using page_code = Be<1, 1>;
    using page_length = Be<2, 2>;
    static constexpr std::size_t length_bytes = 4;
};

// SPC-6 table 627 and SBC-4 clause 6.6
enum class VpdPage : std::uint8_t {
    supported_vpd_pages = 0x00,
    unit_serial_number = 0x80,
    device_identification = 0x83,
    software_interface_identification = 0x84,
    management_network_addresses = 0x85,
    extended_inquiry_data = 0x86,
    mode_page_policy = 0x87,
    scsi_ports = 0x88,
    ata_information = 0x89,
    power_condition = 0x8A,
    device_constituents = 0x8B,
    power_consumption = 0x8D,
    third_party_copy = 0x8F,
    protocol_specific_logical_unit_information = 0x90,
    protocol_specific_port_information = 0x91,
    block_limits = 0xB0,
    block_device_characteristics = 0xB1,
    logical_block_provisioning = 0xB2,
    referrals = 0xB3,
    supported_block_lengths_and_protection_types = 0xB4,
    block_device_characteristics_extension = 0xB5,
    zoned_block_device_characteristics = 0xB6,
    block_limits_extension = 0xB7,
};

} // namespace scsilo::scsi
