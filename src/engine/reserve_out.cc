// SPDX-License-Identifier: Apache-2.0
// What each service action of PERSISTENT RESERVE OUT makes of a state (SPC-6 5.14.5 to 5.14.11, 6.20).
#include "engine/limits.h"
#include "engine/persistent_reservation.h"

#include <algorithm>

namespace scsilo::engine {
namespace {

using scsi::AdditionalSense;
using scsi::Sense;
using State = PersistentReservation;
using Decision = Result<ReservationChange, ReservationRefusal>;

constexpr std::uint8_t logical_unit_scope = 0;

// Field pointers: bytes of the CDB and of the parameter list (SPC-6 tables of 6.20.2 and 6.20.3).
constexpr std::uint16_t cdb_service_action = 1;
constexpr std::uint16_t cdb_scope_and_type = 2;
constexpr std::uint16_t list_service_action_key = 8;
constexpr std::uint16_t list_move_to_target_port = 18;
constexpr std::uint16_t list_flags = 20;
constexpr std::uint8_t bit_spec_i_pt = 3;

Failure<ReservationRefusal> conflict() { return fail(ReservationRefusal{}); }
Failure<ReservationRefusal> refuse(const Sense &sense) { return fail(ReservationRefusal{false, sense}); }
Failure<ReservationRefusal> no_room() {
    return refuse(Sense::illegal_request(scsi::asc::insufficient_registration_resources));
}

Registrant *find(State &state, const NexusIdentity &nexus) {
    return const_cast<Registrant *>(std::as_const(state).find(nexus));
}

void end_reservation(State &state) {
    state.type.reset();
    for (Registrant &one : state.registrants) {
        one.holds = false;
    }
}

void begin_reservation(State &state, ReservationType type, const NexusIdentity &holder) {
    end_reservation(state);
    state.type = type;
    find(state, holder)->holds = !is_all_registrants(type);
}

// For every registrant but one.
void tell_others(ReservationChange &change, const NexusIdentity &but, AdditionalSense condition) {
    for (const Registrant &one : change.next.registrants) {
        if (one.nexus != but) {
            change.attentions.push_back({one.nexus, condition});
        }
    }
}

// SPC-6 5.14.11.2: the reservation goes with its holder, or with the last registrant of an all-registrants type.
void unregister(ReservationChange &change, const NexusIdentity &nexus) {
    State &next = change.next;
    const auto at = std::ranges::find(next.registrants, nexus, &Registrant::nexus);
    const bool held = at->holds;
    next.registrants.erase(at);
    if (held) {
        const bool shared = is_shared_by_registrants(*next.type);
        end_reservation(next);
        if (shared) {
            tell_others(change, nexus, scsi::asc::reservations_released);
        }
    } else if (next.registrants.empty()) {
        end_reservation(next);
    }
}

// Gives the initiator port a registration through one target port; one that is there keeps its key unless `replace`.
void add(State &state, const NexusIdentity &nexus, std::uint64_t key, bool replace) {
    if (Registrant *there = find(state, nexus); there == nullptr) {
        if (state.registrants.size() <= max_registrants) { // one more tells that there are too many
            state.registrants.push_back({nexus, key, false});
        }
    } else if (replace) {
        there->key = key;
    }
}

void add_through(State &state, const ReserveOutRequest &request, const TransportIdBytes &port, bool replace) {
    add(state, {port, request.nexus.target_port}, request.service_action_key, replace);
    if (request.all_tg_pt) {
        for (const std::uint16_t target_port : request.target_ports) {
            add(state, {port, target_port}, request.service_action_key, replace);
        }
    }
}

Sense spec_i_pt_not_here() { return Sense::invalid_field_in_parameter_list(list_flags, bit_spec_i_pt); }

// SPC-6 5.14.7: REGISTER and REGISTER AND IGNORE EXISTING KEY. ALL_TG_PT counts where a registration is made; a change
// of the key or the end of a registration by REGISTER concern the one nexus whose key was compared.
Decision register_key(const State &now, const ReserveOutRequest &request) {
    const bool ignore = request.action == ReserveOutAction::register_and_ignore_existing_key;
    const Registrant *own = now.find(request.nexus);
    if (!ignore && request.key != (own == nullptr ? 0 : own->key)) {
        return conflict();
    }
    if (request.spec_i_pt && (ignore || own != nullptr)) {
        return refuse(spec_i_pt_not_here());
    }
    if (request.aptpl && !request.aptpl_possible) {
        return refuse(Sense::invalid_field_in_parameter_list(list_flags, 0));
    }
    ReservationChange change{now, {}, {}};
    if (request.service_action_key == 0 && own == nullptr) {
        return change; // nothing to do
    }
    if (request.service_action_key == 0) {
        unregister(change, request.nexus);
    } else if (own != nullptr && !ignore) {
        find(change.next, request.nexus)->key = request.service_action_key;
    } else {
        for (const ReserveOutRequest::Port &port : request.ports) {
            const NexusIdentity listed{port.id, request.nexus.target_port};
            if (listed != request.nexus && now.find(listed) != nullptr) {
                return refuse(Sense::invalid_field_in_parameter_list(port.offset));
            }
        }
        add_through(change.next, request, request.nexus.initiator_port, ignore);
        for (const ReserveOutRequest::Port &port : request.ports) {
            if (change.next.find({port.id, request.nexus.target_port}) == nullptr) { // not named twice
                add_through(change.next, request, port.id, false);
            }
        }
        if (change.next.registrants.size() > max_registrants) {
            return no_room();
        }
    }
    ++change.next.generation;
    change.next.aptpl = request.aptpl;
    return change;
}

std::optional<Sense> wrong_scope_or_type(const ReserveOutRequest &request) {
    if (request.scope != logical_unit_scope) {
        return Sense::invalid_field_in_cdb(cdb_scope_and_type, 7);
    }
    if (!reservation_type(request.type)) {
        return Sense::invalid_field_in_cdb(cdb_scope_and_type, 3);
    }
    return std::nullopt;
}

bool is_held_as_requested(const State &now, const ReserveOutRequest &request) {
    return request.scope == logical_unit_scope && now.type == reservation_type(request.type);
}

// SPC-6 5.14.9. A conflict precedes what is wrong in the CDB (SAM-6 5.3.3).
Decision reserve(const State &now, const Registrant &own, const ReserveOutRequest &request) {
    ReservationChange change{now, {}, {}};
    if (now.type) {
        if (!now.is_holder(own) || !is_held_as_requested(now, request)) {
            return conflict();
        }
        return change;
    }
    if (const auto wrong = wrong_scope_or_type(request); wrong) {
        return refuse(*wrong);
    }
    begin_reservation(change.next, *reservation_type(request.type), own.nexus);
    return change;
}

// SPC-6 5.14.11.2.2
Decision release(const State &now, const Registrant &own, const ReserveOutRequest &request) {
    ReservationChange change{now, {}, {}};
    if (!now.is_holder(own)) {
        return change;
    }
    if (!is_held_as_requested(now, request)) {
        return refuse(Sense::illegal_request(scsi::asc::invalid_release_of_persistent_reservation));
    }
    end_reservation(change.next);
    if (is_shared_by_registrants(*now.type)) {
        tell_others(change, own.nexus, scsi::asc::reservations_released);
    }
    return change;
}

// SPC-6 5.14.11.2.5
Decision clear(const State &now, const Registrant &own) {
    ReservationChange change{now, {}, {}};
    tell_others(change, own.nexus, scsi::asc::reservations_preempted);
    end_reservation(change.next);
    change.next.registrants.clear();
    ++change.next.generation;
    return change;
}

// Removes the registrants that `goes` says, tells them (never the preempting nexus) and notes whose commands are to be
// aborted.
template <class Goes> void remove(ReservationChange &change, const NexusIdentity &by, bool spare_own, Goes goes) {
    std::vector<Registrant> stay;
    for (const Registrant &one : change.next.registrants) {
        const bool hit = goes(one);
        if (hit) {
            change.aborted.push_back(one.nexus);
        }
        if (!hit || (spare_own && one.nexus == by)) {
            stay.push_back(one);
        } else if (one.nexus != by) {
            change.attentions.push_back({one.nexus, scsi::asc::registrations_preempted});
        }
    }
    change.next.registrants = std::move(stay);
}

// SPC-6 5.14.11.2.3: registrations alone, or the reservation with them. SCOPE and TYPE count for a new reservation
// only.
Decision preempt(const State &now, const Registrant &own, const ReserveOutRequest &request) {
    const std::uint64_t victim = request.service_action_key;
    const bool all_registrants = now.type && is_all_registrants(*now.type);
    const auto has_key = [&](const Registrant &one) { return one.key == victim; };
    ReservationChange change{now, {}, {}};
    if (victim == 0 && !all_registrants) {
        return refuse(Sense::invalid_field_in_parameter_list(list_service_action_key));
    }
    if (victim != 0 && std::ranges::none_of(now.registrants, has_key)) {
        return conflict();
    }
    const bool reservation = victim == 0 || (now.type && !all_registrants && now.holder_key() == victim);
    if (!reservation) {
        remove(change, own.nexus, false, has_key);
        if (change.next.registrants.empty()) {
            end_reservation(change.next);
        }
    } else {
        if (const auto wrong = wrong_scope_or_type(request); wrong) {
            return refuse(*wrong);
        }
        const auto others = [&](const Registrant &one) { return one.nexus != own.nexus; };
        victim == 0 ? remove(change, own.nexus, true, others) : remove(change, own.nexus, true, has_key);
        begin_reservation(change.next, *reservation_type(request.type), own.nexus);
        if (change.next.type != now.type) {
            tell_others(change, own.nexus, scsi::asc::reservations_released);
        }
    }
    if (request.action != ReserveOutAction::preempt_and_abort) {
        change.aborted.clear();
    }
    ++change.next.generation;
    return change;
}

// SPC-6 5.14.8
Decision move(const State &now, const Registrant &own, const ReserveOutRequest &request) {
    if (!now.type) {
        return refuse(Sense::invalid_field_in_cdb(cdb_service_action, 4));
    }
    if (!now.is_holder(own) || is_all_registrants(*now.type)) {
        return conflict();
    }
    if (request.service_action_key == 0) {
        return refuse(Sense::invalid_field_in_parameter_list(list_service_action_key));
    }
    if (request.aptpl && !request.aptpl_possible) {
        return refuse(Sense::invalid_field_in_parameter_list(17, 0));
    }
    if (std::ranges::find(request.target_ports, request.move_to_target_port) == request.target_ports.end()) {
        return refuse(Sense::invalid_field_in_parameter_list(list_move_to_target_port));
    }
    const NexusIdentity to{request.ports.front().id, request.move_to_target_port};
    if (to == own.nexus) {
        return refuse(Sense::invalid_field_in_parameter_list(request.ports.front().offset));
    }
    ReservationChange change{now, {}, {}};
    add(change.next, to, request.service_action_key, true);
    begin_reservation(change.next, *now.type, to);
    if (request.unregister) {
        unregister(change, own.nexus);
    }
    if (change.next.registrants.size() > max_registrants) {
        return no_room();
    }
    ++change.next.generation;
    change.next.aptpl = request.aptpl;
    return change;
}

} // namespace

Decision decide(const State &now, const ReserveOutRequest &request) {
    if (request.action == ReserveOutAction::register_key ||
        request.action == ReserveOutAction::register_and_ignore_existing_key) {
        return register_key(now, request);
    }
    const Registrant *own = now.find(request.nexus);
    if (own == nullptr || own->key != request.key) {
        return conflict();
    }
    if (request.spec_i_pt) {
        return refuse(spec_i_pt_not_here());
    }
    switch (request.action) {
    case ReserveOutAction::reserve:
        return reserve(now, *own, request);
    case ReserveOutAction::release:
        return release(now, *own, request);
    case ReserveOutAction::clear:
        return clear(now, *own);
    case ReserveOutAction::preempt:
    case ReserveOutAction::preempt_and_abort:
        return preempt(now, *own, request);
    default:
        return move(now, *own, request);
    }
}

} // namespace scsilo::engine
