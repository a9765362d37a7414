// SPDX-License-Identifier: Apache-2.0
// The commands of disks, one row each (SBC-4 clause 5; READ(6), WRITE(6), READ(12) of SBC-3).
#pragma once

#include "device/sbc/transfer.h"
#include "engine/command.h"
#include "engine/command_table.h"

namespace scsilo::sbc {

using Answer = Result<void, scsi::Sense>;

// Bits of WRITE SAME(16); WRITE SAME(10) has no NDOB.
struct WriteSameFlags {
    bool unmap = false;
    bool no_data_out = false; // NDOB
};

[[nodiscard]] loop::Op<void> read_blocks(Disk &disk, engine::Command &command, Transfer transfer);
[[nodiscard]] loop::Op<void> write_blocks(Disk &disk, engine::Command &command, Transfer transfer);
[[nodiscard]] loop::Op<void> verify_blocks(Disk &disk, engine::Command &command, Transfer transfer,
                                           std::uint8_t bytchk);
[[nodiscard]] loop::Op<void> synchronize_blocks(Disk &disk, engine::Command &command, Transfer transfer,
                                                bool immediate);
[[nodiscard]] loop::Op<void> write_same_blocks(Disk &disk, engine::Command &command, Transfer transfer,
                                               WriteSameFlags flags);
[[nodiscard]] loop::Op<void> start_stop_unit(Disk &disk, engine::Command &command);
[[nodiscard]] loop::Op<void> unmap(Disk &disk, engine::Command &command);
[[nodiscard]] Answer read_capacity_10(Disk &disk, engine::Command &command);
[[nodiscard]] Answer read_capacity_16(Disk &disk, engine::Command &command);

// One CDB layout each.
template <class Layout> [[nodiscard]] loop::Op<void> read(Disk &disk, engine::Command &command) {
    return read_blocks(disk, command, transfer_of<Layout>(command.cdb()));
}
template <class Layout> [[nodiscard]] loop::Op<void> write(Disk &disk, engine::Command &command) {
    return write_blocks(disk, command, transfer_of<Layout>(command.cdb()));
}
template <class Layout> [[nodiscard]] loop::Op<void> verify(Disk &disk, engine::Command &command) {
    const scsi::Cdb &cdb = command.cdb();
    return verify_blocks(disk, command, transfer_of<Layout>(cdb), cdb.get<typename Layout::bytchk>());
}
template <class Layout> [[nodiscard]] loop::Op<void> synchronize_cache(Disk &disk, engine::Command &command) {
    const scsi::Cdb &cdb = command.cdb();
    return synchronize_blocks(disk, command, transfer_of<Layout>(cdb), cdb.get<typename Layout::immed>());
}
template <class Layout> [[nodiscard]] loop::Op<void> write_same(Disk &disk, engine::Command &command) {
    const scsi::Cdb &cdb = command.cdb();
    WriteSameFlags flags{.unmap = cdb.get<typename Layout::unmap>()};
    if constexpr (requires { typename Layout::ndob; }) {
        flags.no_data_out = cdb.get<typename Layout::ndob>();
    }
    return write_same_blocks(disk, command, transfer_of<Layout>(cdb), flags);
}

namespace detail {
using namespace engine;

// The usage maps leave out what a disk without protection information, anchors and rebuild assist does not evaluate:
// RDPROTECT, WRPROTECT, VRPROTECT, ANCHOR and RARC are refused as any reserved bit is. READ CAPACITY works while the
// unit is stopped.
// clang-format off
inline constexpr Gates gates_capacity = gates_any | Gate::medium;

inline constexpr auto rows = std::to_array<CommandRow>({
    {.usage = "08 1f ffff ff 00", .service_action = {}, .name = "READ(6)", .clause = "SBC-3 5.11",
     .data = in_blocks(4, 1), .reservation = Reservation::read_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<read<scsi::Read6>>},
    {.usage = "0a 1f ffff ff 00", .service_action = {}, .name = "WRITE(6)", .clause = "SBC-3 5.32",
     .data = out_blocks(4, 1), .reservation = Reservation::write_conflict, .gates = gates_write,
     .timeout = timeout_media, .handler = handler<write<scsi::Write6>>},
    {.usage = "1b 01 00 0f f7 00", .service_action = {}, .name = "START STOP UNIT", .clause = "SBC-4 5.31",
     .data = no_data, .reservation = Reservation::conflict_unless_start, .gates = gates_any,
     .timeout = timeout_media, .handler = handler<start_stop_unit>},
    {.usage = "25 00 ffffffff 0000 01 00", .service_action = {}, .name = "READ CAPACITY(10)", .clause = "SBC-4 5.20",
     .data = in_as_handler_says, .reservation = Reservation::allowed, .gates = gates_capacity,
     .handler = handler<read_capacity_10>},
    {.usage = "28 18 ffffffff 1f ffff 00", .service_action = {}, .name = "READ(10)", .clause = "SBC-4 5.16",
     .data = in_blocks(7, 2), .reservation = Reservation::read_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<read<scsi::Read10>>},
    {.usage = "2a 18 ffffffff 1f ffff 00", .service_action = {}, .name = "WRITE(10)", .clause = "SBC-4 5.40",
     .data = out_blocks(7, 2), .reservation = Reservation::write_conflict, .gates = gates_write,
     .timeout = timeout_media, .handler = handler<write<scsi::Write10>>},
    {.usage = "2f 16 ffffffff 1f ffff 00", .service_action = {}, .name = "VERIFY(10)", .clause = "SBC-4 5.36",
     .data = out_as_handler_says, .reservation = Reservation::read_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<verify<scsi::Verify10>>},
    {.usage = "35 02 ffffffff 1f ffff 00", .service_action = {}, .name = "SYNCHRONIZE CACHE(10)", .clause = "SBC-4 5.33",
     .data = no_data, .reservation = Reservation::write_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<synchronize_cache<scsi::SynchronizeCache10>>},
    {.usage = "41 08 ffffffff 1f ffff 00", .service_action = {}, .name = "WRITE SAME(10)", .clause = "SBC-4 5.52",
     .data = out_as_handler_says, .reservation = Reservation::write_conflict, .gates = gates_write,
     .timeout = timeout_long, .handler = handler<write_same<scsi::WriteSame10>>},
    {.usage = "42 00 00000000 1f ffff 00", .service_action = {}, .name = "UNMAP", .clause = "SBC-4 5.35",
     .data = out_bytes(7, 2), .reservation = Reservation::write_conflict, .gates = gates_write,
     .timeout = timeout_long, .feature = Feature::logical_block_provisioning, .handler = handler<unmap>},
    {.usage = "88 18 ffffffffffffffff ffffffff 3f 00", .service_action = {}, .name = "READ(16)", .clause = "SBC-4 5.18",
     .data = in_blocks(10, 4), .reservation = Reservation::read_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<read<scsi::Read16>>},
    {.usage = "8a 18 ffffffffffffffff ffffffff 3f 00", .service_action = {}, .name = "WRITE(16)", .clause = "SBC-4 5.42",
     .data = out_blocks(10, 4), .reservation = Reservation::write_conflict, .gates = gates_write,
     .timeout = timeout_media, .handler = handler<write<scsi::Write16>>},
    {.usage = "8f 16 ffffffffffffffff ffffffff 3f 00", .service_action = {}, .name = "VERIFY(16)", .clause = "SBC-4 5.38",
     .data = out_as_handler_says, .reservation = Reservation::read_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<verify<scsi::Verify16>>},
    {.usage = "91 02 ffffffffffffffff ffffffff 3f 00", .service_action = {}, .name = "SYNCHRONIZE CACHE(16)", .clause = "SBC-4 5.34",
     .data = no_data, .reservation = Reservation::write_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<synchronize_cache<scsi::SynchronizeCache16>>},
    {.usage = "93 09 ffffffffffffffff ffffffff 3f 00", .service_action = {}, .name = "WRITE SAME(16)", .clause = "SBC-4 5.53",
     .data = out_as_handler_says, .reservation = Reservation::write_conflict, .gates = gates_write,
     .timeout = timeout_long, .handler = handler<write_same<scsi::WriteSame16>>},
    {.usage = "9e 10 ffffffffffffffff ffffffff 01 00", .service_action = 0x10, .name = "READ CAPACITY(16)", .clause = "SBC-4 5.21",
     .data = in_bytes(10, 4), .reservation = Reservation::allowed, .gates = gates_capacity,
     .handler = handler<read_capacity_16>},
    {.usage = "a8 18 ffffffff ffffffff 1f 00", .service_action = {}, .name = "READ(12)", .clause = "SBC-4 5.17",
     .data = in_blocks(6, 4), .reservation = Reservation::read_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<read<scsi::Read12>>},
    {.usage = "aa 18 ffffffff ffffffff 1f 00", .service_action = {}, .name = "WRITE(12)", .clause = "SBC-4 5.41",
     .data = out_blocks(6, 4), .reservation = Reservation::write_conflict, .gates = gates_write,
     .timeout = timeout_media, .handler = handler<write<scsi::Write12>>},
    {.usage = "af 16 ffffffff ffffffff 1f 00", .service_action = {}, .name = "VERIFY(12)", .clause = "SBC-4 5.37",
     .data = out_as_handler_says, .reservation = Reservation::read_conflict, .gates = gates_read,
     .timeout = timeout_media, .handler = handler<verify<scsi::Verify12>>},
});
// clang-format on
} // namespace detail

inline constexpr const auto &rows = detail::rows;

} // namespace scsilo::sbc
