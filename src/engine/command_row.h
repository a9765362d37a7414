// SPDX-License-Identifier: Apache-2.0
// CommandRow: everything the house knows of one command, in one row. A row plus a function is a command.
#pragma once

#include "base/result.h"
#include "loop/op.h"
#include "scsi/cdb_usage.h"
#include "scsi/sense.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace scsilo::engine {

class Command;
class DeviceServer;

// Direction of the data, and the CDB field that says how much (byte offset and width as the standard prints them).
struct DataRule {
    enum class Direction : std::uint8_t { none, in, out };
    enum class Unit : std::uint8_t {
        none,   // no length field: the handler knows
        bytes,  // ALLOCATION LENGTH or PARAMETER LIST LENGTH
        blocks, // TRANSFER LENGTH in logical blocks
    };
    Direction direction = Direction::none;
    Unit unit = Unit::none;
    std::uint8_t offset = 0;
    std::uint8_t width = 0;
};
inline constexpr DataRule no_data{};
consteval DataRule in_bytes(std::uint8_t offset, std::uint8_t width) {
    return {DataRule::Direction::in, DataRule::Unit::bytes, offset, width};
}
consteval DataRule out_bytes(std::uint8_t offset, std::uint8_t width) {
    return {DataRule::Direction::out, DataRule::Unit::bytes, offset, width};
}
consteval DataRule in_blocks(std::uint8_t offset, std::uint8_t width) {
    return {DataRule::Direction::in, DataRule::Unit::blocks, offset, width};
}
consteval DataRule out_blocks(std::uint8_t offset, std::uint8_t width) {
    return {DataRule::Direction::out, DataRule::Unit::blocks, offset, width};
}
inline constexpr DataRule in_as_handler_says{DataRule::Direction::in, DataRule::Unit::none, 0, 0};
inline constexpr DataRule out_as_handler_says{DataRule::Direction::out, DataRule::Unit::none, 0, 0};

// The column of the reservation tables (SPC-6 5.14.1 and each command standard's own); see reservation_type.h.
enum class Reservation : std::uint8_t {
    allowed,               // never in conflict
    allowed_unless_legacy, // in conflict with another nexus's RESERVE (SPC-2) only
    decided_by_handler,    // the commands of reservations themselves
    conflict,              // in conflict with every type; a registrant of a shared type may do it
    write_conflict,        // the same, because it writes the medium
    read_conflict,         // reads the medium: in conflict with exclusive access only
    conflict_unless_start, // START STOP UNIT: START 1 with POWER CONDITION 0 is allowed (SBC-4 4.17)
    conflict_unless_allow, // PREVENT ALLOW MEDIUM REMOVAL: PREVENT 0 is allowed
};

// What is looked at before the handler runs. The set says which obstacles stop this command.
enum class Gate : std::uint16_t {
    unit_attention = 1, // a pending unit attention condition is reported instead (SAM-6 5.14)
    ready = 2,          // the device server's own readiness: started, formatted, not in self-test
    medium = 4,         // a removable medium has to be there
    write_protect = 8,  // the medium or the mapping of this nexus may be read-only
};
struct Gates {
    std::uint16_t bits = 0;
    [[nodiscard]] constexpr bool has(Gate gate) const noexcept {
        return (bits & static_cast<std::uint16_t>(gate)) != 0;
    }
};
consteval Gates operator|(Gates set, Gate gate) {
    return {static_cast<std::uint16_t>(set.bits | static_cast<std::uint16_t>(gate))};
}
inline constexpr Gates no_gates{};
inline constexpr Gates gates_any{static_cast<std::uint16_t>(Gate::unit_attention)};
inline constexpr Gates gates_ready = gates_any | Gate::ready;
inline constexpr Gates gates_read = gates_ready | Gate::medium;
inline constexpr Gates gates_write = gates_read | Gate::write_protect;

enum class Ordering : std::uint8_t {
    as_sent,       // the task attribute of the request
    head_of_queue, // processed as HEAD OF QUEUE whatever was sent (SPC-6: INQUIRY, REPORT LUNS, REQUEST SENSE may be)
};

// Nominal and recommended time-outs reported by REPORT SUPPORTED OPERATION CODES, seconds.
struct TimeoutClass {
    std::uint32_t nominal_s = 0;
    std::uint32_t recommended_s = 0;
};
inline constexpr TimeoutClass timeout_quick{1, 10};
inline constexpr TimeoutClass timeout_media{5, 60};
inline constexpr TimeoutClass timeout_long{60, 7200};

// A command may be absent from a device that lacks the feature (it is then an unknown operation code there).
enum class Feature : std::uint8_t {
    always,
    logical_block_provisioning,
    removable_medium,
};

// Two kinds of function: one that cannot suspend, and a coroutine. Exactly one is set. Both are made by handler<>.
struct Handler {
    Result<void, scsi::Sense> (*immediate)(DeviceServer &, Command &) = nullptr;
    loop::Op<void> (*suspending)(DeviceServer &, Command &) = nullptr;
};

namespace detail {
template <auto Function> struct HandlerOf;
template <class Device, Result<void, scsi::Sense> (*Function)(Device &, Command &)> struct HandlerOf<Function> {
    static constexpr Handler value{
        [](DeviceServer &device, Command &command) { return Function(static_cast<Device &>(device), command); },
        nullptr};
};
template <class Device, loop::Op<void> (*Function)(Device &, Command &)> struct HandlerOf<Function> {
    static constexpr Handler value{nullptr, [](DeviceServer &device, Command &command) {
                                       return Function(static_cast<Device &>(device), command);
                                   }};
};
} // namespace detail

// `handler<read>` for `loop::Op<void> read(Disk &, Command &)` or `Result<void, scsi::Sense> inquiry(Device &, Command
// &)`.
template <auto Function> inline constexpr Handler handler = detail::HandlerOf<Function>::value;

struct CommandRow {
    scsi::CdbUsage usage;
    std::optional<std::uint16_t> service_action;
    std::string_view name;   // as T10 prints it
    std::string_view clause; // "SBC-4 5.12"
    DataRule data;
    Reservation reservation = Reservation::conflict;
    Gates gates = gates_any;
    Ordering ordering = Ordering::as_sent;
    TimeoutClass timeout = timeout_quick;
    Feature feature = Feature::always;
    Handler handler;
};

} // namespace scsilo::engine
