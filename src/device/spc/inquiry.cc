// SPDX-License-Identifier: Apache-2.0
// INQUIRY: standard data and vital product data pages (SPC-4 6.6).
#include "device/spc/commands.h"

#include "engine/logical_unit.h"
#include "scsi/cdb_spc.h"
#include "scsi/inquiry.h"
#include "scsi/page_builder.h"

namespace scsilo::spc {
namespace {

using scsi::PageBuilder;
using scsi::Sense;

constexpr std::uint8_t response_data_format = 2;
constexpr std::size_t standard_data_bytes = 96; // with the version descriptors

// HISUP and MULTIP as SCST sets them; what the unit has no part in (TPGS, 3PC, PROTECT, …) is zero.
void append_standard_data(const Identity &identity, PageBuilder &page) noexcept {
    using Data = scsi::StandardInquiryData;
    const MutableBytes head = page.zeros(Data::vendor_offset);
    Data::peripheral_qualifier::set(head, static_cast<std::uint8_t>(scsi::PeripheralQualifier::connected));
    Data::peripheral_device_type::set(head, static_cast<std::uint8_t>(identity.type));
    Data::rmb::set(head, identity.removable ? 1 : 0);
    Data::version::set(head, identity.version);
    Data::hisup::set(head, 1);
    Data::response_data_format::set(head, response_data_format);
    Data::additional_length::set(head, standard_data_bytes - Data::additional_length_offset);
    Data::multip::set(head, 1);
    Data::cmdque::set(head, identity.command_queuing ? 1 : 0);
    page.ascii(identity.vendor, Data::vendor_bytes);
    page.ascii(identity.product, Data::product_bytes);
    page.ascii(identity.revision, Data::revision_bytes);
    const MutableBytes vendor_specific = page.zeros(Data::version_descriptors_offset - page.length_bytes());
    const std::string_view own = identity.vendor_specific;
    std::copy_n(own.begin(), std::min(own.size(), std::size_t{20}), vendor_specific.begin());
    for (const std::uint16_t descriptor : identity.version_descriptors) {
        if (descriptor != 0) {
            page.be16(descriptor);
        }
    }
    page.zeros(standard_data_bytes - page.length_bytes());
}

Answer vital_product_data(Device &device, engine::Command &command, std::uint8_t code) {
    using Header = scsi::VpdPageHeader;
    const VpdPage *row = find_vpd_page(device, code);
    if (row == nullptr) {
        return fail(Sense::invalid_field_in_cdb(2));
    }
    PageBuilder page(command.itl().unit().scratch());
    page.u8(static_cast<std::uint8_t>(device.type())).u8(code); // peripheral qualifier 000b
    const auto length = page.length_field<2>();
    static_assert(Header::page_length::end == Header::length_bytes);
    row->build(device, command.itl(), page);
    page.patch(length);
    command.reply(page.data());
    return {};
}

} // namespace

Answer inquiry(Device &device, engine::Command &command) {
    const scsi::Cdb &cdb = command.cdb();
    const std::uint8_t code = cdb.get<scsi::Inquiry::page_code>();
    if (cdb.get<scsi::Inquiry::evpd>()) {
        return vital_product_data(device, command, code);
    }
    if (code != 0) {
        return fail(Sense::invalid_field_in_cdb(2));
    }
    PageBuilder page(command.itl().unit().scratch());
    append_standard_data(device.inquiry(), page);
    command.reply(page.data());
    return {};
}

} // namespace scsilo::spc
