// SPDX-License-Identifier: Apache-2.0
// The persistent reservation of a logical unit as a value, and what each service action makes of it (SPC-6 5.14).
//
// Pure: decide() looks at a state and a request and returns the next state with everything that follows from the
// change, or why there is none. Nothing is changed in place, so a change happens as a whole or not at all.
//
// Invariants of a state
//  1. Registrants are in order of registration; no two have the same nexus; every key is non-zero.
//  2. Without a reservation no registrant `holds`. With an all-registrants type none does either (each of them is a
//  holder) and
//     there is at least one registrant. With any other type exactly one registrant holds.
#pragma once

#include "base/result.h"
#include "engine/nexus_identity.h"
#include "engine/reservation_type.h"
#include "scsi/sense.h"

#include <optional>
#include <span>
#include <vector>

namespace scsilo::engine {

struct Registrant {
    NexusIdentity nexus;
    std::uint64_t key = 0;
    bool holds = false;

    bool operator==(const Registrant &) const = default;
};

struct PersistentReservation {
    std::uint32_t generation = 0;        // PRgeneration; zero after a power on, whatever APTPL says (SPC-6 6.19.2)
    bool aptpl = false;                  // activate persist through power loss
    std::optional<ReservationType> type; // of the reservation; its scope is always LU_SCOPE
    std::vector<Registrant> registrants;

    bool operator==(const PersistentReservation &) const = default;

    [[nodiscard]] const Registrant *find(const NexusIdentity &nexus) const noexcept;
    [[nodiscard]] bool is_holder(const Registrant &registrant) const noexcept {
        return type && (is_all_registrants(*type) || registrant.holds);
    }
    [[nodiscard]] ReservationRole role_of(const NexusIdentity &nexus) const noexcept;
    // The key in READ RESERVATION: zero for the all-registrants types (SPC-6 6.19.3).
    [[nodiscard]] std::uint64_t holder_key() const noexcept;
    // The invariants above.
    [[nodiscard]] bool valid() const noexcept;
    // What outlives a power loss: nothing without APTPL, everything but the generation with it.
    [[nodiscard]] PersistentReservation after_power_loss() const;
};

// SPC-6 table "PERSISTENT RESERVE OUT service action codes"
enum class ReserveOutAction : std::uint8_t {
    register_key = 0x00,
    reserve = 0x01,
    release = 0x02,
    clear = 0x03,
    preempt = 0x04,
    preempt_and_abort = 0x05,
    register_and_ignore_existing_key = 0x06,
    register_and_move = 0x07,
};

// PERSISTENT RESERVE OUT with its parameter list, as far as bytes alone tell whether it is right.
struct ReserveOutRequest {
    ReserveOutAction action = ReserveOutAction::register_key;
    NexusIdentity nexus; // on which it was received
    std::uint8_t scope = 0;
    std::uint8_t type = 0;
    std::uint64_t key = 0;
    std::uint64_t service_action_key = 0;
    bool aptpl = false;
    bool aptpl_possible = false; // there is a place that survives a power loss
    bool spec_i_pt = false;
    bool all_tg_pt = false;
    bool unregister = false; // UNREG
    // SPEC_I_PT: the initiator ports; REGISTER AND MOVE: the one that gets the reservation. With their place in the
    // list.
    struct Port {
        TransportIdBytes id;
        std::uint16_t offset = 0;
    };
    std::vector<Port> ports;
    std::uint16_t move_to_target_port = 0;
    std::span<const std::uint16_t> target_ports; // all through which the logical unit is reached now
};

// A unit attention condition for one nexus, by identity.
struct ReservationAttention {
    NexusIdentity nexus;
    scsi::AdditionalSense condition;

    bool operator==(const ReservationAttention &) const = default;
};

struct ReservationChange {
    PersistentReservation next;
    std::vector<ReservationAttention> attentions;
    std::vector<NexusIdentity> aborted; // whose commands PREEMPT AND ABORT aborts
};

// RESERVATION CONFLICT status, or CHECK CONDITION with sense data.
struct ReservationRefusal {
    bool conflict = true;
    scsi::Sense sense;

    bool operator==(const ReservationRefusal &) const = default;
};

[[nodiscard]] Result<ReservationChange, ReservationRefusal> decide(const PersistentReservation &now,
                                                                   const ReserveOutRequest &request);

} // namespace scsilo::engine
