// SPDX-License-Identifier: Apache-2.0
// Reservations: the persistent reservation and the RESERVE of SPC-2 of one logical unit, in force on its shard
// (SPC-6 5.14).
//
// A change is decided, made durable if it has to outlive a power loss, and only then takes effect, all of it at once;
// the command ends with GOOD after that. Changes come one at a time.
#pragma once

#include "engine/it_nexus.h"
#include "engine/persistent_reservation.h"
#include "loop/op.h"
#include "loop/wait_queue.h"

#include <memory>
#include <optional>
#include <vector>

namespace scsilo::engine {

class LogicalUnit;

// Where a persistent reservation with APTPL survives.
class ReservationStore {
  public:
    ReservationStore() = default;
    ReservationStore(const ReservationStore &) = delete;
    ReservationStore &operator=(const ReservationStore &) = delete;
    virtual ~ReservationStore() = default;

    // Replaces what is stored, atomically and durably. The state stays until it has ended; one call at a time. The
    // value is an errno, 0 = done. After an error either state may be the stored one.
    [[nodiscard]] virtual loop::Op<int> save(const PersistentReservation &state) = 0;
};

// What a logical unit begins with: the state that was loaded from the store. Without a store APTPL is refused.
struct KeptReservation {
    PersistentReservation state;
    std::unique_ptr<ReservationStore> store;
};

class Reservations {
  public:
    Reservations(LogicalUnit &unit, KeptReservation kept);

    // The one test of every command while nothing is reserved.
    [[nodiscard]] bool in_force() const noexcept { return in_force_; }
    // Does the command end with RESERVATION CONFLICT?
    [[nodiscard]] bool conflict(const Command &command) const noexcept;

    [[nodiscard]] const PersistentReservation &persistent() const noexcept { return state_; }
    [[nodiscard]] bool survives_power_loss() const noexcept { return store_ != nullptr; }
    // PERSISTENT RESERVE IN and OUT end with RESERVATION CONFLICT for every nexus while anyone holds a RESERVE
    // (SPC-2 5.5.1).
    [[nodiscard]] bool legacy_held() const noexcept { return legacy_holder_ != nullptr; }

    // PERSISTENT RESERVE OUT. Leaves with Status or Sense. Fills in what the request's own bytes do not tell.
    [[nodiscard]] loop::Op<void> reserve_out(Command &command, ReserveOutRequest &request);
    // Takes the place of everything there is, from outside (pr_state). An errno, 0 = done; EINVAL: the state breaks its
    // invariants. No unit attention conditions: it is meant for a unit that nobody uses yet.
    [[nodiscard]] loop::Op<int> import(const PersistentReservation &state);

    // RESERVE and RELEASE with the exceptions of CRH = 1 (SPC-6 5.14.3).
    [[nodiscard]] scsi::Status reserve(const ItlNexus &itl) noexcept;
    [[nodiscard]] scsi::Status release(const ItlNexus &itl) noexcept;

    // --- for the logical unit ---
    void attached(ItlNexus &itl) noexcept; // a registration may have been waiting for it
    void nexus_lost(const ItNexus &nexus) noexcept;
    void reset() noexcept;

  private:
    [[nodiscard]] loop::Op<int> keep(const PersistentReservation &next);
    [[nodiscard]] std::vector<std::uint16_t> target_ports() const;
    void take_effect(ReservationChange &change) noexcept;
    void refresh() noexcept;

    LogicalUnit &unit_;
    const std::unique_ptr<ReservationStore> store_;
    PersistentReservation state_;
    std::optional<PersistentReservation> stored_; // nothing: unknown, after an error
    const ItNexus *legacy_holder_ = nullptr;
    bool in_force_ = false;
    loop::Mutex changing_;
};

} // namespace scsilo::engine
