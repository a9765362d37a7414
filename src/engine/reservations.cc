// SPDX-License-Identifier: Apache-2.0
// Reservations in force: conflicts, changes in their order, and who is told.
#include "engine/reservations.h"

#include "engine/logical_unit.h"
#include "engine/preemption.h"

#include <algorithm>
#include <cerrno>

namespace scsilo::engine {

using scsi::Sense;
using scsi::Status;

namespace {

// Two columns depend on the CDB (SBC-4 4.17, SPC-6 5.14.1).
Reservation column_of(const Command &command) noexcept {
    using start = scsi::Bits<4, 0, 0>;
    using power_condition = scsi::Bits<4, 7, 4>;
    using prevent = scsi::Bits<4, 1, 0>;
    const scsi::Cdb &cdb = command.cdb();
    switch (command.row().reservation) {
    case Reservation::conflict_unless_start:
        return cdb.get<start>() != 0 && cdb.get<power_condition>() == 0 ? Reservation::allowed : Reservation::conflict;
    case Reservation::conflict_unless_allow:
        return cdb.get<prevent>() == 0 ? Reservation::allowed : Reservation::conflict;
    default:
        return command.row().reservation;
    }
}

} // namespace

Reservations::Reservations(LogicalUnit &unit, KeptReservation kept)
    : unit_(unit), store_(std::move(kept.store)), state_(std::move(kept.state)), stored_(state_.after_power_loss()) {
    refresh();
}

bool Reservations::conflict(const Command &command) const noexcept {
    const Reservation column = column_of(command);
    if (legacy_holder_ != nullptr && legacy_holder_ != &command.itl().nexus() && conflicts_with_legacy(column)) {
        return true;
    }
    return state_.type && conflicts(column, *state_.type, command.itl().reservation_role);
}

std::vector<std::uint16_t> Reservations::target_ports() const {
    std::vector<std::uint16_t> ports;
    for (const auto &itl : unit_.nexuses()) {
        ports.push_back(itl->nexus().identity().target_port);
    }
    std::ranges::sort(ports);
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
    return ports;
}

loop::Op<void> Reservations::reserve_out(Command &command, ReserveOutRequest &request) {
    PreemptedCommands preempted(unit_, command);
    {
        const auto turn = co_await changing_.lock();
        if (legacy_held()) {
            co_await fail(Status::reservation_conflict);
        }
        const std::vector<std::uint16_t> ports = target_ports();
        request.nexus = command.itl().nexus().identity();
        request.target_ports = ports;
        request.aptpl_possible = survives_power_loss();
        auto change = decide(state_, request);
        if (!change) {
            if (change.error().conflict) {
                co_await fail(Status::reservation_conflict);
            }
            co_await fail(Sense{change.error().sense});
        }
        if (co_await keep(change->next) != 0) {
            co_await fail(Sense::hardware_error(scsi::asc::internal_target_failure));
        }
        take_effect(*change);
        preempted.collect(change->aborted);
    }
    co_await preempted;
}

loop::Op<int> Reservations::import(const PersistentReservation &state) {
    if (!state.valid() || state.registrants.size() > max_registrants || (state.aptpl && !survives_power_loss())) {
        co_return EINVAL;
    }
    const auto turn = co_await changing_.lock();
    const int error = co_await keep(state);
    if (error == 0) {
        state_ = state;
        legacy_holder_ = nullptr;
        refresh();
    }
    co_return error;
}

// Once begun it is finished: a stop waits, so that what is stored takes effect.
loop::Op<int> Reservations::keep(const PersistentReservation &next) {
    const loop::Shield shield(co_await loop::this_activity);
    const PersistentReservation wanted = next.after_power_loss();
    if (store_ == nullptr || stored_ == wanted) {
        co_return 0;
    }
    stored_.reset();
    const int error = co_await store_->save(wanted);
    if (error == 0) {
        stored_ = wanted;
    }
    co_return error;
}

void Reservations::take_effect(ReservationChange &change) noexcept {
    state_ = std::move(change.next);
    refresh();
    for (const ReservationAttention &one : change.attentions) {
        for (const auto &itl : unit_.nexuses()) {
            if (itl->nexus().identity() == one.nexus) {
                unit_.establish(one.condition, LogicalUnit::Scope::only, itl.get());
            }
        }
    }
}

void Reservations::refresh() noexcept {
    in_force_ = state_.type.has_value() || legacy_holder_ != nullptr;
    for (const auto &itl : unit_.nexuses()) {
        itl->reservation_role = state_.role_of(itl->nexus().identity());
    }
}

void Reservations::attached(ItlNexus &itl) noexcept { itl.reservation_role = state_.role_of(itl.nexus().identity()); }

// SPC-6 5.14.3: who may do everything with a persistent reservation gets GOOD and nothing happens; anybody else
// conflicts while there are registrants (SPC-2 5.5.1).
Status Reservations::reserve(const ItlNexus &itl) noexcept {
    if (!state_.registrants.empty()) {
        const bool exempt =
            state_.type &&
            (itl.reservation_role == ReservationRole::holder ||
             (itl.reservation_role == ReservationRole::registered && is_shared_by_registrants(*state_.type)));
        return exempt ? Status::good : Status::reservation_conflict;
    }
    if (legacy_holder_ != nullptr && legacy_holder_ != &itl.nexus()) {
        return Status::reservation_conflict;
    }
    legacy_holder_ = &itl.nexus();
    refresh();
    return Status::good;
}

Status Reservations::release(const ItlNexus &itl) noexcept {
    if (!state_.registrants.empty()) {
        return reserve(itl); // the same rule
    }
    if (legacy_holder_ == &itl.nexus()) { // for anybody else there is nothing to release
        reset();
    }
    return Status::good;
}

void Reservations::nexus_lost(const ItNexus &nexus) noexcept {
    if (legacy_holder_ == &nexus) {
        reset();
    }
}

void Reservations::reset() noexcept {
    legacy_holder_ = nullptr;
    refresh();
}

} // namespace scsilo::engine
