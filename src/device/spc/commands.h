// SPDX-License-Identifier: Apache-2.0
// The commands of every device type, one row each (SPC-4 clause 6).
#pragma once

#include "device/spc/device.h"
#include "engine/command.h"
#include "engine/command_table.h"

namespace scsilo::spc {

using Answer = Result<void, scsi::Sense>;

[[nodiscard]] Answer test_unit_ready(Device &device, engine::Command &command);
[[nodiscard]] Answer request_sense(Device &device, engine::Command &command);
[[nodiscard]] Answer inquiry(Device &device, engine::Command &command);
[[nodiscard]] Answer mode_sense(Device &device, engine::Command &command);
[[nodiscard]] loop::Op<void> mode_select(Device &device, engine::Command &command);
[[nodiscard]] Answer report_luns(Device &device, engine::Command &command);
[[nodiscard]] Answer report_supported_operation_codes(Device &device, engine::Command &command);
[[nodiscard]] Answer report_supported_task_management_functions(Device &device, engine::Command &command);
[[nodiscard]] Answer send_diagnostic(Device &device, engine::Command &command);

namespace detail {
using namespace engine;

// clang-format off
inline constexpr auto rows = std::to_array<CommandRow>({
    {.usage = "00 00000000 00", .service_action = {}, .name = "TEST UNIT READY", .clause = "SPC-4 6.47",
     .data = no_data, .reservation = Reservation::allowed_unless_legacy, .gates = gates_read,
     .handler = handler<test_unit_ready>},
    {.usage = "03 01 0000 ff 00", .service_action = {}, .name = "REQUEST SENSE", .clause = "SPC-4 6.39",
     .data = in_bytes(4, 1), .reservation = Reservation::allowed, .gates = no_gates, .ordering = Ordering::head_of_queue,
     .handler = handler<request_sense>},
    {.usage = "12 01 ff ffff 00", .service_action = {}, .name = "INQUIRY", .clause = "SPC-4 6.6",
     .data = in_bytes(3, 2), .reservation = Reservation::allowed, .gates = no_gates, .ordering = Ordering::head_of_queue,
     .handler = handler<inquiry>},
    {.usage = "15 11 0000 ff 00", .service_action = {}, .name = "MODE SELECT(6)", .clause = "SPC-4 6.11",
     .data = out_bytes(4, 1), .reservation = Reservation::conflict, .gates = gates_any,
     .handler = handler<mode_select>},
    {.usage = "1a 08 ff ff ff 00", .service_action = {}, .name = "MODE SENSE(6)", .clause = "SPC-4 6.13",
     .data = in_bytes(4, 1), .reservation = Reservation::read_conflict, .gates = gates_any,
     .handler = handler<mode_sense>},
    {.usage = "1d 04 0000 00 00", .service_action = {}, .name = "SEND DIAGNOSTIC", .clause = "SPC-4 6.42",
     .data = no_data, .reservation = Reservation::conflict, .gates = gates_ready,
     .handler = handler<send_diagnostic>},
    {.usage = "55 11 0000000000 ffff 00", .service_action = {}, .name = "MODE SELECT(10)", .clause = "SPC-4 6.12",
     .data = out_bytes(7, 2), .reservation = Reservation::conflict, .gates = gates_any,
     .handler = handler<mode_select>},
    {.usage = "5a 18 ff ff 000000 ffff 00", .service_action = {}, .name = "MODE SENSE(10)", .clause = "SPC-4 6.14",
     .data = in_bytes(7, 2), .reservation = Reservation::read_conflict, .gates = gates_any,
     .handler = handler<mode_sense>},
    {.usage = "a0 00 ff 000000 ffffffff 00 00", .service_action = {}, .name = "REPORT LUNS", .clause = "SPC-4 6.33",
     .data = in_bytes(6, 4), .reservation = Reservation::allowed, .gates = no_gates, .ordering = Ordering::head_of_queue,
     .handler = handler<report_luns>},
    {.usage = "a3 0c 87 ff ffff ffffffff 00 00", .service_action = 0x0C,
     .name = "REPORT SUPPORTED OPERATION CODES", .clause = "SPC-4 6.35",
     .data = in_bytes(6, 4), .reservation = Reservation::allowed_unless_legacy, .gates = gates_any,
     .handler = handler<report_supported_operation_codes>},
    {.usage = "a3 0d 80 000000 ffffffff 00 00", .service_action = 0x0D,
     .name = "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", .clause = "SPC-4 6.36",
     .data = in_bytes(6, 4), .reservation = Reservation::allowed_unless_legacy, .gates = gates_any,
     .handler = handler<report_supported_task_management_functions>},
});
// clang-format on
} // namespace detail

inline constexpr const auto &rows = detail::rows;

} // namespace scsilo::spc
