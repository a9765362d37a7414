// SPDX-License-Identifier: Apache-2.0
// REPORT SUPPORTED OPERATION CODES and REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-4 6.35, 6.36).
#include "device/spc/commands.h"

#include "engine/logical_unit.h"
#include "scsi/cdb_spc.h"
#include "scsi/page_builder.h"

namespace scsilo::spc {
namespace {

using engine::CommandRow;
using scsi::PageBuilder;
using scsi::Sense;
using Fields = scsi::ReportSupportedOperationCodes;

enum class ReportingOptions : std::uint8_t {
    all = 0,
    by_operation_code = 1, // of a command without service action
    by_service_action = 2, // of a command with one
    by_service_action_or_none = 3,
};

enum class Support : std::uint8_t { not_supported = 1, as_the_standard_says = 3 };

constexpr std::uint8_t servactv = 0x01; // byte 5 of a command descriptor
constexpr std::uint8_t ctdp = 0x02;     // the same byte
constexpr std::uint8_t one_command_ctdp = 0x80;

// SPC-4 table 291
void append_timeouts(const CommandRow &row, PageBuilder &data) noexcept {
    constexpr std::uint16_t length_bytes = 10;
    data.be16(length_bytes).u8(0).u8(0).be32(row.timeout.nominal_s).be32(row.timeout.recommended_s);
}

void append_all(const Device &device, bool with_timeouts, PageBuilder &data) noexcept {
    const auto length = data.length_field<4>();
    for (const CommandRow &row : device.commands().rows()) {
        if (!device.has_feature(row.feature)) {
            continue;
        }
        const unsigned flags = (row.service_action ? servactv : 0U) | (with_timeouts ? ctdp : 0U);
        data.u8(row.usage.opcode()).u8(0).be16(row.service_action.value_or(0));
        data.u8(0).u8(static_cast<std::uint8_t>(flags)).be16(static_cast<std::uint16_t>(row.usage.length_bytes()));
        if (with_timeouts) {
            append_timeouts(row, data);
        }
    }
    data.patch(length);
}

void append_one(const CommandRow *row, bool with_timeouts, PageBuilder &data) noexcept {
    if (row == nullptr) {
        data.u8(0).u8(static_cast<std::uint8_t>(Support::not_supported)).be16(0);
        return;
    }
    const auto support = static_cast<unsigned>(Support::as_the_standard_says);
    data.u8(0).u8(static_cast<std::uint8_t>(support | (with_timeouts ? one_command_ctdp : 0U)));
    data.be16(static_cast<std::uint16_t>(row->usage.length_bytes())).bytes(row->usage.bytes());
    if (with_timeouts) {
        append_timeouts(*row, data);
    }
}

const CommandRow *find(const Device &device, std::uint8_t opcode, std::uint16_t service_action) noexcept {
    for (const CommandRow &row : device.commands().rows_of(opcode)) {
        if (device.has_feature(row.feature) && row.service_action.value_or(0) == service_action) {
            return &row;
        }
    }
    return nullptr;
}

// An operation code that the device lacks has service actions if the standard gives it some.
bool takes_service_action(const Device &device, std::uint8_t opcode) noexcept {
    const auto rows = device.commands().rows_of(opcode);
    return rows.empty() ? scsi::has_service_action(opcode, device.type()) : rows.front().service_action.has_value();
}

Sense wrong_option() noexcept {
    return Sense::invalid_field_in_cdb(Fields::reporting_options::offset, std::uint8_t{2});
}

} // namespace

Answer report_supported_operation_codes(Device &device, engine::Command &command) {
    const scsi::Cdb &cdb = command.cdb();
    const bool with_timeouts = cdb.get<Fields::rctd>();
    const auto opcode = cdb.get<Fields::requested_operation_code>();
    const auto service_action = cdb.get<Fields::requested_service_action>();
    PageBuilder data(command.itl().unit().scratch());
    switch (static_cast<ReportingOptions>(cdb.get<Fields::reporting_options>())) {
    case ReportingOptions::all:
        append_all(device, with_timeouts, data);
        break;
    case ReportingOptions::by_operation_code:
        if (takes_service_action(device, opcode)) {
            return fail(wrong_option());
        }
        append_one(find(device, opcode, 0), with_timeouts, data);
        break;
    case ReportingOptions::by_service_action:
        if (!takes_service_action(device, opcode)) {
            return fail(wrong_option());
        }
        append_one(find(device, opcode, service_action), with_timeouts, data);
        break;
    case ReportingOptions::by_service_action_or_none:
        append_one(find(device, opcode, service_action), with_timeouts, data);
        break;
    default:
        return fail(wrong_option());
    }
    command.reply(data.data());
    return {};
}

namespace {

// What LogicalUnit::manage() and TaskManager answer; bits as in SPC-4 table 293, TARGET RESET's as in SPC-3.
struct TaskManagementFunctions {
    using ats = scsi::Bits<0, 7, 7>;
    using atss = scsi::Bits<0, 6, 6>;
    using ctss = scsi::Bits<0, 4, 4>;
    using lurs = scsi::Bits<0, 3, 3>;
    using qts = scsi::Bits<0, 2, 2>;
    using trs = scsi::Bits<0, 1, 1>;
    using qtss = scsi::Bits<1, 1, 1>;
    using itnrs = scsi::Bits<1, 0, 0>;
    using additional_data_length = scsi::Be<3, 1>;
    static constexpr std::size_t basic_bytes = 4;
    static constexpr std::size_t extended_bytes = 16; // time-outs follow: none is claimed (TMFTMOV 0)
};

} // namespace

Answer report_supported_task_management_functions(Device &, engine::Command &command) {
    using Data = TaskManagementFunctions;
    const bool extended = command.cdb().get<scsi::ReportSupportedTaskManagementFunctions::repd>();
    std::array<std::uint8_t, Data::extended_bytes> data{};
    Data::ats::set(data, 1);
    Data::atss::set(data, 1);
    Data::ctss::set(data, 1);
    Data::lurs::set(data, 1);
    Data::qts::set(data, 1);
    Data::trs::set(data, 1);
    Data::qtss::set(data, 1);
    Data::itnrs::set(data, 1);
    Data::additional_data_length::set(data, extended ? Data::extended_bytes - Data::basic_bytes : 0);
    command.reply(Bytes(data).first(extended ? Data::extended_bytes : Data::basic_bytes));
    return {};
}

} // namespace scsilo::spc
