// SPDX-License-Identifier: Apache-2.0
// The commands of reservations, one row each: PERSISTENT RESERVE IN and OUT (SPC-6 6.19, 6.20), RESERVE and RELEASE
// (SPC-2). Any device type may join them: they need nothing of the device server.
#pragma once

#include "engine/command.h"
#include "engine/command_table.h"

namespace scsilo::spc {

[[nodiscard]] Result<void, scsi::Sense> read_keys(engine::DeviceServer &device, engine::Command &command);
[[nodiscard]] Result<void, scsi::Sense> read_reservation(engine::DeviceServer &device, engine::Command &command);
[[nodiscard]] Result<void, scsi::Sense> report_capabilities(engine::DeviceServer &device, engine::Command &command);
[[nodiscard]] Result<void, scsi::Sense> read_full_status(engine::DeviceServer &device, engine::Command &command);
[[nodiscard]] loop::Op<void> persistent_reserve_out(engine::DeviceServer &device, engine::Command &command);
[[nodiscard]] Result<void, scsi::Sense> reserve(engine::DeviceServer &device, engine::Command &command);
[[nodiscard]] Result<void, scsi::Sense> release(engine::DeviceServer &device, engine::Command &command);

namespace detail {
using namespace engine;

// REPLACE LOST RESERVATION has no row: nothing is ever lost (RLR_C 0). Third-party reservations and extents have no
// bits.
// clang-format off
inline constexpr auto reservation_rows = std::to_array<CommandRow>({
    {.usage = "16 00 000000 00", .service_action = {}, .name = "RESERVE(6)", .clause = "SPC-2 7.21",
     .data = no_data, .reservation = Reservation::decided_by_handler, .gates = gates_any, .handler = handler<reserve>},
    {.usage = "17 00 000000 00", .service_action = {}, .name = "RELEASE(6)", .clause = "SPC-2 7.17",
     .data = no_data, .reservation = Reservation::decided_by_handler, .gates = gates_any, .handler = handler<release>},
    {.usage = "56 00 00000000000000 00", .service_action = {}, .name = "RESERVE(10)", .clause = "SPC-2 7.20",
     .data = no_data, .reservation = Reservation::decided_by_handler, .gates = gates_any, .handler = handler<reserve>},
    {.usage = "57 00 00000000000000 00", .service_action = {}, .name = "RELEASE(10)", .clause = "SPC-2 7.16",
     .data = no_data, .reservation = Reservation::decided_by_handler, .gates = gates_any, .handler = handler<release>},

    {.usage = "5e 00 0000000000 ffff 00", .service_action = 0x00,
     .name = "PERSISTENT RESERVE IN, READ KEYS", .clause = "SPC-6 6.19.2",
     .data = in_bytes(7, 2), .reservation = Reservation::decided_by_handler, .gates = gates_any, .handler = handler<read_keys>},
    {.usage = "5e 01 0000000000 ffff 00", .service_action = 0x01,
     .name = "PERSISTENT RESERVE IN, READ RESERVATION", .clause = "SPC-6 6.19.3",
     .data = in_bytes(7, 2), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<read_reservation>},
    {.usage = "5e 02 0000000000 ffff 00", .service_action = 0x02,
     .name = "PERSISTENT RESERVE IN, REPORT CAPABILITIES", .clause = "SPC-6 6.19.4",
     .data = in_bytes(7, 2), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<report_capabilities>},
    {.usage = "5e 03 0000000000 ffff 00", .service_action = 0x03,
     .name = "PERSISTENT RESERVE IN, READ FULL STATUS", .clause = "SPC-6 6.19.5",
     .data = in_bytes(7, 2), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<read_full_status>},

    {.usage = "5f 00 ff 0000 ffffffff 00", .service_action = 0x00,
     .name = "PERSISTENT RESERVE OUT, REGISTER", .clause = "SPC-6 6.20",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<persistent_reserve_out>},
    {.usage = "5f 01 ff 0000 ffffffff 00", .service_action = 0x01,
     .name = "PERSISTENT RESERVE OUT, RESERVE", .clause = "SPC-6 6.20",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<persistent_reserve_out>},
    {.usage = "5f 02 ff 0000 ffffffff 00", .service_action = 0x02,
     .name = "PERSISTENT RESERVE OUT, RELEASE", .clause = "SPC-6 6.20",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<persistent_reserve_out>},
    {.usage = "5f 03 ff 0000 ffffffff 00", .service_action = 0x03,
     .name = "PERSISTENT RESERVE OUT, CLEAR", .clause = "SPC-6 6.20",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<persistent_reserve_out>},
    {.usage = "5f 04 ff 0000 ffffffff 00", .service_action = 0x04,
     .name = "PERSISTENT RESERVE OUT, PREEMPT", .clause = "SPC-6 6.20",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<persistent_reserve_out>},
    {.usage = "5f 05 ff 0000 ffffffff 00", .service_action = 0x05,
     .name = "PERSISTENT RESERVE OUT, PREEMPT AND ABORT", .clause = "SPC-6 6.20",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any, .timeout = timeout_media,
     .handler = handler<persistent_reserve_out>},
    {.usage = "5f 06 ff 0000 ffffffff 00", .service_action = 0x06,
     .name = "PERSISTENT RESERVE OUT, REGISTER AND IGNORE EXISTING KEY", .clause = "SPC-6 6.20",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<persistent_reserve_out>},
    {.usage = "5f 07 ff 0000 ffffffff 00", .service_action = 0x07,
     .name = "PERSISTENT RESERVE OUT, REGISTER AND MOVE", .clause = "SPC-6 6.20.3",
     .data = out_bytes(5, 4), .reservation = Reservation::decided_by_handler, .gates = gates_any,
     .handler = handler<persistent_reserve_out>},
});
// clang-format on
} // namespace detail

inline constexpr const auto &reservation_rows = detail::reservation_rows;

} // namespace scsilo::spc
