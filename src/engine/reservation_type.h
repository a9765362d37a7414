// SPDX-License-Identifier: Apache-2.0
// Reservation types, roles, and the tables that say which command conflicts with them (SPC-6 5.14.1, SBC-4 4.17,
// SPC-2 5.5.1).
#pragma once

#include "engine/command_row.h"

#include <array>
#include <cstdint>
#include <optional>

namespace scsilo::engine {

// SPC-6 table "Persistent reservation TYPE field"
enum class ReservationType : std::uint8_t {
    write_exclusive = 0x1,
    exclusive_access = 0x3,
    write_exclusive_registrants_only = 0x5,
    exclusive_access_registrants_only = 0x6,
    write_exclusive_all_registrants = 0x7,
    exclusive_access_all_registrants = 0x8,
};
inline constexpr std::array all_reservation_types{
    ReservationType::write_exclusive,
    ReservationType::exclusive_access,
    ReservationType::write_exclusive_registrants_only,
    ReservationType::exclusive_access_registrants_only,
    ReservationType::write_exclusive_all_registrants,
    ReservationType::exclusive_access_all_registrants,
};

[[nodiscard]] constexpr std::optional<ReservationType> reservation_type(std::uint8_t code) noexcept {
    for (const ReservationType type : all_reservation_types) {
        if (static_cast<std::uint8_t>(type) == code) {
            return type;
        }
    }
    return std::nullopt;
}

[[nodiscard]] constexpr bool is_all_registrants(ReservationType type) noexcept {
    return type == ReservationType::write_exclusive_all_registrants ||
           type == ReservationType::exclusive_access_all_registrants;
}

// Registrants only or all registrants: every registrant may do what the holder may.
[[nodiscard]] constexpr bool is_shared_by_registrants(ReservationType type) noexcept {
    return type != ReservationType::write_exclusive && type != ReservationType::exclusive_access;
}

[[nodiscard]] constexpr bool excludes_reads(ReservationType type) noexcept {
    return type == ReservationType::exclusive_access || type == ReservationType::exclusive_access_registrants_only ||
           type == ReservationType::exclusive_access_all_registrants;
}

// What a nexus is to the persistent reservation.
enum class ReservationRole : std::uint8_t { unregistered, registered, holder };

// The persistent columns of the tables: who may not do what while a reservation of that type is held.
//
//                 | WE: others | EA: others | WE-RO, WE-AR          | EA-RO, EA-AR
//                 |            |            | registered  not regd. | registered  not regd.
//   allowed…      | -          | -          | -           -         | -           -
//   reads         | -          | conflict   | -           -         | -           conflict
//   everything    | conflict   | conflict   | -           conflict  | -           conflict
[[nodiscard]] constexpr bool conflicts(Reservation column, ReservationType type, ReservationRole role) noexcept {
    if (role == ReservationRole::holder || (role == ReservationRole::registered && is_shared_by_registrants(type))) {
        return false;
    }
    switch (column) {
    case Reservation::allowed:
    case Reservation::allowed_unless_legacy:
    case Reservation::decided_by_handler:
        return false;
    case Reservation::read_conflict:
        return excludes_reads(type);
    default:
        return true;
    }
}

// The column of SPC-2: another nexus holds the logical unit by RESERVE. Reads and writes are alike then.
[[nodiscard]] constexpr bool conflicts_with_legacy(Reservation column) noexcept {
    return column != Reservation::allowed && column != Reservation::decided_by_handler;
}

} // namespace scsilo::engine
