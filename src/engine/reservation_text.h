// SPDX-License-Identifier: Apache-2.0
// A persistent reservation as text, in the lines of SCST's device attribute pr_state.
//
//     version 1
//     generation <decimal>
//     reservation <type, 2 hexadecimal digits> <scope, 2>                      only while there is a reservation
//     registrant <relative target port> <key, 16 hexadecimal digits> <1 if holder> <TransportID bytes> <TransportID>
//
// With an all-registrants type every registrant is marked as holder. The text says nothing of APTPL.
#pragma once

#include "engine/persistent_reservation.h"

#include <string>
#include <string_view>

namespace scsilo::engine {

[[nodiscard]] std::string to_text(const PersistentReservation &state);

// The error is a sentence for the user. The state has no APTPL; its invariants hold. Empty lines are passed over, as
// SCST does; a line of another kind is an error.
[[nodiscard]] Result<PersistentReservation, std::string> reservation_from_text(std::string_view text);

} // namespace scsilo::engine
