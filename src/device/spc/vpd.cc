// SPDX-License-Identifier: Apache-2.0
// The vital product data pages of every device type (SPC-4 7.8).
#include "device/spc/vpd.h"

#include "device/spc/device.h"
#include "engine/target_port.h"
#include "scsi/designator.h"

#include <bitset>

namespace scsilo::spc {
namespace {

using engine::ItlNexus;
using scsi::PageBuilder;

bool is_there(const Device &device, const VpdPage &row) noexcept {
    return row.present == nullptr || row.present(device);
}

// In ascending order, as the standard asks; made of the rows.
void supported_pages(const Device &device, const ItlNexus &, PageBuilder &page) {
    std::bitset<256> codes;
    for (const auto rows : {common_vpd_pages(), device.vpd_pages()}) {
        for (const VpdPage &row : rows) {
            codes[row.code] = find_vpd_page(device, row.code) != nullptr;
        }
    }
    for (std::size_t code = 0; code < codes.size(); ++code) {
        if (codes[code]) {
            page.u8(static_cast<std::uint8_t>(code));
        }
    }
}

void unit_serial_number(const Device &device, const ItlNexus &, PageBuilder &page) {
    page.ascii(device.inquiry().serial_number, device.inquiry().serial_number.size());
}

bool has_serial_number(const Device &device) { return !device.inquiry().serial_number.empty(); }

void device_identification(const Device &device, const ItlNexus &itl, PageBuilder &page) {
    const Identity &identity = device.inquiry();
    const engine::PortIdentity &port = itl.nexus().port().identity();
    const auto protocol = static_cast<scsi::ProtocolIdentifier>(port.protocol_identifier);
    scsi::append_t10_vendor_id(page, identity.vendor, identity.t10_device_id);
    if (identity.naa_extension) {
        scsi::append_naa_extended(page, identity.naa, *identity.naa_extension);
    } else if (identity.naa != 0) {
        scsi::append_naa(page, identity.naa);
    }
    if (identity.eui_64 != 0) {
        scsi::append_eui_64(page, identity.eui_64);
    }
    scsi::append_relative_target_port(page, port.relative_port_identifier, protocol);
    if (!identity.device_name.empty()) {
        scsi::append_scsi_name_string(page, identity.device_name, scsi::DesignatorAssociation::target_device, protocol);
    }
}

// SPC-4 table 585
struct ExtendedInquiry {
    using headsup = scsi::Bits<5, 2, 2>;
    using ordsup = scsi::Bits<5, 1, 1>;
    using simpsup = scsi::Bits<5, 0, 0>;
    using maximum_supported_sense_data_length = scsi::Be<13, 1>;
    static constexpr std::size_t length_bytes = 64;
};

void extended_inquiry(const Device &device, const ItlNexus &, PageBuilder &page) {
    std::array<std::uint8_t, ExtendedInquiry::length_bytes> whole{};
    ExtendedInquiry::headsup::set(whole, 1);
    ExtendedInquiry::ordsup::set(whole, 1);
    ExtendedInquiry::simpsup::set(whole, 1);
    ExtendedInquiry::maximum_supported_sense_data_length::set(whole, scsi::maximum_descriptor_sense_length_bytes);
    device.adjust_extended_inquiry(whole);
    page.bytes(Bytes(whole).subspan(scsi::VpdPageHeader::length_bytes));
}

constexpr std::array rows{
    VpdPage{0x00, "Supported VPD Pages", "SPC-4 7.8.14", supported_pages},
    VpdPage{0x80, "Unit Serial Number", "SPC-4 7.8.15", unit_serial_number, has_serial_number},
    VpdPage{0x83, "Device Identification", "SPC-4 7.8.5", device_identification},
    VpdPage{0x86, "Extended INQUIRY Data", "SPC-4 7.8.7", extended_inquiry},
};

} // namespace

std::span<const VpdPage> common_vpd_pages() noexcept { return rows; }

const VpdPage *find_vpd_page(const Device &device, std::uint8_t code) noexcept {
    for (const auto table : {device.vpd_pages(), common_vpd_pages()}) {
        for (const VpdPage &row : table) {
            if (row.code == code) {
                return is_there(device, row) ? &row : nullptr;
            }
        }
    }
    return nullptr;
}

} // namespace scsilo::spc
