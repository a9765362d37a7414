// SPDX-License-Identifier: Apache-2.0
// The state of a persistent reservation: its questions and invariants (SPC-6 5.14.1).
#include "engine/persistent_reservation.h"

#include <algorithm>

namespace scsilo::engine {

const Registrant *PersistentReservation::find(const NexusIdentity &nexus) const noexcept {
    const auto at = std::ranges::find(registrants, nexus, &Registrant::nexus);
    return at == registrants.end() ? nullptr : &*at;
}

ReservationRole PersistentReservation::role_of(const NexusIdentity &nexus) const noexcept {
    const Registrant *registrant = find(nexus);
    if (registrant == nullptr) {
        return ReservationRole::unregistered;
    }
    return is_holder(*registrant) ? ReservationRole::holder : ReservationRole::registered;
}

std::uint64_t PersistentReservation::holder_key() const noexcept {
    const auto at = std::ranges::find(registrants, true, &Registrant::holds);
    return at == registrants.end() ? 0 : at->key;
}

bool PersistentReservation::valid() const noexcept {
    std::size_t count_holding = 0;
    for (auto one = registrants.begin(); one != registrants.end(); ++one) {
        if (one->key == 0 || std::ranges::find(registrants.begin(), one, one->nexus, &Registrant::nexus) != one) {
            return false;
        }
        count_holding += one->holds ? 1U : 0U;
    }
    if (!type) {
        return count_holding == 0;
    }
    return is_all_registrants(*type) ? count_holding == 0 && !registrants.empty() : count_holding == 1;
}

PersistentReservation PersistentReservation::after_power_loss() const {
    if (!aptpl) {
        return {};
    }
    PersistentReservation kept = *this;
    kept.generation = 0;
    return kept;
}

} // namespace scsilo::engine
