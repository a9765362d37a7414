// SPDX-License-Identifier: Apache-2.0
// The rows of command_names.def and the names of SAM's and SPC's codes.
#include "scsi/names.h"

#include <algorithm>
#include <array>

namespace scsilo::scsi {

namespace {

enum class Family : std::uint8_t { any, disk, tape, changer, cd };

struct CommandRow {
    Family family;
    std::uint8_t opcode;
    std::uint32_t service_action;
    std::string_view name;
};

// Beyond every 16-bit service action.
constexpr std::uint32_t none = 0x1'0000;

// clang-format off
constexpr CommandRow command_rows[] = {
#define SCSILO_COMMAND(family, opcode, service_action, text) {Family::family, opcode, service_action, text},
#include "scsi/command_names.def"
#undef SCSILO_COMMAND
};
// clang-format on

static_assert(std::ranges::is_sorted(command_rows, {}, &CommandRow::opcode),
              "command_names.def: sorted by operation code");

constexpr bool matches(Family family, PeripheralDeviceType type) noexcept {
    switch (family) {
    case Family::any:
        return true;
    case Family::disk:
        return type == PeripheralDeviceType::direct_access || type == PeripheralDeviceType::write_once ||
               type == PeripheralDeviceType::optical_memory || type == PeripheralDeviceType::simplified_direct_access ||
               type == PeripheralDeviceType::host_managed_zoned_block;
    case Family::tape:
        return type == PeripheralDeviceType::sequential_access;
    case Family::changer:
        return type == PeripheralDeviceType::media_changer;
    case Family::cd:
        return type == PeripheralDeviceType::cd_dvd;
    }
    return false;
}

} // namespace

std::string_view command_name(std::uint8_t opcode, std::optional<std::uint16_t> service_action,
                              PeripheralDeviceType type) noexcept {
    const std::uint32_t wanted = service_action ? *service_action : none;
    for (const CommandRow &row : std::ranges::equal_range(command_rows, opcode, {}, &CommandRow::opcode)) {
        if (row.service_action == wanted && matches(row.family, type)) {
            return row.name;
        }
    }
    return {};
}

std::string_view command_name(const Cdb &cdb, PeripheralDeviceType type) noexcept {
    return command_name(cdb.opcode(), cdb.service_action(type), type);
}

std::string_view name(Status status) noexcept {
    switch (status) {
    case Status::good:
        return "GOOD";
    case Status::check_condition:
        return "CHECK CONDITION";
    case Status::condition_met:
        return "CONDITION MET";
    case Status::busy:
        return "BUSY";
    case Status::reservation_conflict:
        return "RESERVATION CONFLICT";
    case Status::task_set_full:
        return "TASK SET FULL";
    case Status::aca_active:
        return "ACA ACTIVE";
    case Status::task_aborted:
        return "TASK ABORTED";
    }
    return "RESERVED";
}

std::string_view name(SenseKey key) noexcept {
    constexpr std::array<std::string_view, 16> names = {
        "NO SENSE",       "RECOVERED ERROR", "NOT READY",   "MEDIUM ERROR",    "HARDWARE ERROR", "ILLEGAL REQUEST",
        "UNIT ATTENTION", "DATA PROTECT",    "BLANK CHECK", "VENDOR SPECIFIC", "COPY ABORTED",   "ABORTED COMMAND",
        "RESERVED",       "VOLUME OVERFLOW", "MISCOMPARE",  "COMPLETED"};
    return names[static_cast<std::uint8_t>(key) & 0xFU];
}

std::string_view name(TaskAttribute attribute) noexcept {
    switch (attribute) {
    case TaskAttribute::simple:
        return "SIMPLE";
    case TaskAttribute::ordered:
        return "ORDERED";
    case TaskAttribute::head_of_queue:
        return "HEAD OF QUEUE";
    case TaskAttribute::aca:
        return "ACA";
    }
    return "RESERVED";
}

std::string_view name(TaskManagementFunction function) noexcept {
    switch (function) {
    case TaskManagementFunction::abort_task:
        return "ABORT TASK";
    case TaskManagementFunction::abort_task_set:
        return "ABORT TASK SET";
    case TaskManagementFunction::clear_aca:
        return "CLEAR ACA";
    case TaskManagementFunction::clear_task_set:
        return "CLEAR TASK SET";
    case TaskManagementFunction::logical_unit_reset:
        return "LOGICAL UNIT RESET";
    case TaskManagementFunction::target_reset:
        return "TARGET RESET";
    case TaskManagementFunction::i_t_nexus_reset:
        return "I_T NEXUS RESET";
    case TaskManagementFunction::query_task:
        return "QUERY TASK";
    case TaskManagementFunction::query_task_set:
        return "QUERY TASK SET";
    case TaskManagementFunction::query_asynchronous_event:
        return "QUERY ASYNCHRONOUS EVENT";
    }
    return "RESERVED";
}

std::string_view name(ServiceResponse response) noexcept {
    switch (response) {
    case ServiceResponse::function_complete:
        return "FUNCTION COMPLETE";
    case ServiceResponse::function_succeeded:
        return "FUNCTION SUCCEEDED";
    case ServiceResponse::function_rejected:
        return "FUNCTION REJECTED";
    case ServiceResponse::incorrect_logical_unit_number:
        return "INCORRECT LOGICAL UNIT NUMBER";
    case ServiceResponse::service_delivery_or_target_failure:
        return "SERVICE DELIVERY OR TARGET FAILURE";
    }
    return "RESERVED";
}

std::string_view name(PeripheralDeviceType type) noexcept {
    switch (type) {
    case PeripheralDeviceType::direct_access:
        return "direct access block device";
    case PeripheralDeviceType::sequential_access:
        return "sequential access device";
    case PeripheralDeviceType::printer:
        return "printer device";
    case PeripheralDeviceType::processor:
        return "processor device";
    case PeripheralDeviceType::write_once:
        return "write-once device";
    case PeripheralDeviceType::cd_dvd:
        return "CD/DVD device";
    case PeripheralDeviceType::scanner:
        return "scanner device";
    case PeripheralDeviceType::optical_memory:
        return "optical memory device";
    case PeripheralDeviceType::media_changer:
        return "media changer device";
    case PeripheralDeviceType::communications:
        return "communications device";
    case PeripheralDeviceType::storage_array_controller:
        return "storage array controller device";
    case PeripheralDeviceType::enclosure_services:
        return "enclosure services device";
    case PeripheralDeviceType::simplified_direct_access:
        return "simplified direct access device";
    case PeripheralDeviceType::optical_card:
        return "optical card reader/writer device";
    case PeripheralDeviceType::bridge_controller:
        return "bridge controller";
    case PeripheralDeviceType::object_storage:
        return "object-based storage device";
    case PeripheralDeviceType::automation_drive_interface:
        return "automation/drive interface";
    case PeripheralDeviceType::security_manager:
        return "security manager device";
    case PeripheralDeviceType::host_managed_zoned_block:
        return "host managed zoned block device";
    case PeripheralDeviceType::well_known_logical_unit:
        return "well known logical unit";
    case PeripheralDeviceType::unknown:
        return "unknown or no device type";
    }
    return "RESERVED";
}

} // namespace scsilo::scsi
