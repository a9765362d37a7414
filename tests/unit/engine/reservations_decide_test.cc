// SPDX-License-Identifier: Apache-2.0
// Every service action on every state of three nexuses with two keys, held against the model; and what the model leaves
// out.
#include "engine/limits.h"
#include "engine/persistent_reservation.h"
#include "unit/support/reservation_model.h"

#include <gtest/gtest.h>

namespace scsilo::engine::test {
namespace {

using Model = scsilo::test::ReservationModel;
using scsi::Sense;

constexpr std::array<std::uint16_t, 2> target_ports{1, 2};

NexusIdentity nexus(int n, std::uint16_t port = 1) {
    return {TransportIdBytes::from_port_name("initiator" + std::to_string(n)), port};
}

PersistentReservation state_of(const Model &model) {
    PersistentReservation state{
        model.generation, model.aptpl, reservation_type(static_cast<std::uint8_t>(model.type)), {}};
    for (int n = 0; n < Model::count; ++n) {
        if (const auto key = model.key[static_cast<std::size_t>(n)]; key != 0) {
            state.registrants.push_back({nexus(n), key, model.holder == n});
        }
    }
    return state;
}

ReserveOutRequest request_of(const Model::Request &r) {
    ReserveOutRequest request;
    request.action = static_cast<ReserveOutAction>(r.action);
    request.nexus = nexus(r.by);
    request.scope = static_cast<std::uint8_t>(r.scope);
    request.type = static_cast<std::uint8_t>(r.type);
    request.key = r.key;
    request.service_action_key = r.new_key;
    request.aptpl = r.aptpl;
    request.aptpl_possible = true;
    request.unregister = r.unreg;
    request.move_to_target_port = 1;
    request.target_ports = target_ports;
    if (r.action == Model::move) {
        request.ports.push_back({nexus(r.to).initiator_port, 24});
    }
    return request;
}

std::string text_of(const ReservationRefusal &refusal) {
    if (refusal.conflict) {
        return "CONFLICT";
    }
    if (refusal.sense.asc == scsi::asc::invalid_release_of_persistent_reservation) {
        return "RELEASE";
    }
    const auto &pointer = refusal.sense.specific;
    return (pointer.in_cdb ? "CDB " : "LIST ") + std::to_string(pointer.value) +
           (pointer.bit ? "." + std::to_string(*pointer.bit) : "");
}

void sort(PersistentReservation &state) {
    std::ranges::sort(state.registrants, {}, [](const Registrant &one) { return one.nexus; });
}

void expect_same(const Model &before, const Model::Request &r) {
    Model after = before;
    const Model::Answer answer = after.apply(r);
    const auto change = decide(state_of(before), request_of(r));
    ASSERT_EQ(change ? "GOOD" : text_of(change.error()), answer.text);
    if (!change) {
        return;
    }
    PersistentReservation next = (*change).next;
    PersistentReservation expected = state_of(after);
    ASSERT_TRUE(next.valid());
    sort(next);
    sort(expected);
    ASSERT_TRUE(next == expected);
    std::size_t count_attentions = 0;
    for (int n = 0; n < Model::count; ++n) {
        const std::string &what = answer.attention[static_cast<std::size_t>(n)];
        if (!what.empty()) {
            const auto condition = what == "released"    ? scsi::asc::reservations_released
                                   : what == "preempted" ? scsi::asc::reservations_preempted
                                                         : scsi::asc::registrations_preempted;
            const ReservationAttention one{nexus(n), condition};
            ASSERT_EQ(std::ranges::count((*change).attentions, one), 1) << what << n;
            ++count_attentions;
        }
        ASSERT_EQ(std::ranges::count((*change).aborted, nexus(n)), answer.aborted.contains(n) ? 1 : 0);
    }
    ASSERT_EQ((*change).attentions.size(), count_attentions);
}

template <class Visit> void for_each_state(Visit visit) {
    for (int keys = 0; keys < 27; ++keys) {
        Model model;
        model.key = {static_cast<std::uint64_t>(keys % 3), static_cast<std::uint64_t>(keys / 3 % 3),
                     static_cast<std::uint64_t>(keys / 9)};
        model.generation = 7;
        visit(model);
        for (const int type : {1, 3, 5, 6, 7, 8}) {
            model.type = type;
            for (int holder = 0; holder < Model::count; ++holder) {
                model.holder = type >= 7 ? -1 : holder;
                if (type >= 7 ? keys != 0 && holder == 0 : model.key[static_cast<std::size_t>(holder)] != 0) {
                    visit(model);
                }
            }
        }
    }
}

std::string describe(const Model &m, const Model::Request &r) {
    return "keys " + std::to_string(m.key[0]) + std::to_string(m.key[1]) + std::to_string(m.key[2]) + " type " +
           std::to_string(m.type) + " holder " + std::to_string(m.holder) + ": action " + std::to_string(r.action) +
           " by " + std::to_string(r.by) + " key " + std::to_string(r.key) + " new " + std::to_string(r.new_key) +
           " type " + std::to_string(r.type) + " scope " + std::to_string(r.scope) + " to " + std::to_string(r.to);
}

template <class Visit> void for_each_request(Visit visit) {
    for (int action = 0; action <= Model::move; ++action) {
        const bool moves = action == Model::move;
        const bool typed =
            !moves && action != Model::register_key && action != Model::register_ignore && action != Model::clear;
        for (int keys = 0; keys < 9; ++keys) {
            for (int type = 0; type < (typed ? 10 : 1); ++type) {
                for (int variant = 0; variant < (moves ? 6 : 2); ++variant) { // scope or APTPL; or where to
                    visit({.action = static_cast<Model::Action>(action),
                           .by = 0,
                           .key = static_cast<std::uint64_t>(keys % 3),
                           .new_key = static_cast<std::uint64_t>(keys / 3),
                           .type = type,
                           .scope = typed ? variant : 0,
                           .aptpl = !typed && variant % 2 == 1,
                           .to = moves ? variant / 2 : 0,
                           .unreg = moves && variant % 2 == 1});
                }
            }
        }
    }
}

TEST(ReservationsDecide, EveryActionOnEveryStateIsWhatTheModelSays) {
    std::size_t count = 0;
    for_each_state([&](const Model &model) {
        ASSERT_TRUE(state_of(model).valid());
        for_each_request([&](const Model::Request &request) {
            if (!testing::Test::HasFatalFailure()) {
                SCOPED_TRACE(describe(model, request));
                expect_same(model, request);
                ++count;
            }
        });
    });
    EXPECT_GT(count, 200'000U);
}

class Enrolment : public testing::Test {
  protected:
    static ReserveOutRequest registering(int n) {
        return request_of({.action = Model::register_key, .by = n, .key = 0, .new_key = 9});
    }
    static void list(ReserveOutRequest &request, int n, std::uint16_t offset) {
        request.spec_i_pt = true;
        request.ports.push_back({nexus(n).initiator_port, offset});
    }
    PersistentReservation empty;
};

TEST_F(Enrolment, SpecIPtRegistersTheListedPortsAndTheSender) {
    auto request = registering(0);
    list(request, 1, 28);
    list(request, 0, 52);
    list(request, 1, 76);
    const auto change = decide(empty, request);
    ASSERT_TRUE(change);
    ASSERT_EQ((*change).next.registrants.size(), 2U);
    EXPECT_EQ((*change).next.find(nexus(1))->key, 9U);
}

TEST_F(Enrolment, SpecIPtRefusesARegisteredPortWithItsPlace) {
    const auto first = decide(empty, registering(1));
    auto request = registering(0);
    list(request, 2, 28);
    list(request, 1, 52);
    EXPECT_EQ(decide((*first).next, request).error().sense, Sense::invalid_field_in_parameter_list(52));
}

TEST_F(Enrolment, SpecIPtBelongsToAFirstRegisterAlone) {
    const auto first = decide(empty, registering(0));
    for (const auto action : {Model::register_key, Model::register_ignore, Model::reserve, Model::clear}) {
        auto request = request_of({.action = action, .by = 0, .key = 9, .new_key = 9, .type = 1});
        request.spec_i_pt = true;
        EXPECT_EQ(decide((*first).next, request).error().sense, Sense::invalid_field_in_parameter_list(20, 3))
            << action;
    }
}

TEST_F(Enrolment, AllTgPtRegistersThroughEveryPort) {
    auto request = registering(0);
    request.all_tg_pt = true;
    const auto change = decide(empty, request);
    ASSERT_TRUE(change);
    EXPECT_NE((*change).next.find(nexus(0, 1)), nullptr);
    EXPECT_NE((*change).next.find(nexus(0, 2)), nullptr);
    EXPECT_EQ((*change).next.registrants.size(), 2U);
}

TEST_F(Enrolment, AptplWithoutAPlaceIsRefused) {
    auto request = registering(0);
    request.aptpl = true;
    request.aptpl_possible = false;
    EXPECT_EQ(decide(empty, request).error().sense, Sense::invalid_field_in_parameter_list(20, 0));
}

TEST_F(Enrolment, MoveToAnUnknownTargetPortIsRefused) {
    PersistentReservation state = (*decide(empty, registering(0))).next;
    state = (*decide(state, request_of({.action = Model::reserve, .by = 0, .key = 9, .new_key = 0, .type = 1}))).next;
    auto request = request_of({.action = Model::move, .by = 0, .key = 9, .new_key = 5, .to = 1});
    request.move_to_target_port = 3;
    EXPECT_EQ(decide(state, request).error().sense, Sense::invalid_field_in_parameter_list(18));
}

TEST_F(Enrolment, TheRegistrantBeyondTheLimitIsRefusedAndNothingChanges) {
    PersistentReservation state;
    for (int n = 1; n <= static_cast<int>(max_registrants) - 1; ++n) {
        state.registrants.push_back({nexus(n), 1, false});
    }
    auto request = registering(0);
    const auto last = decide(state, request);
    ASSERT_TRUE(last);
    EXPECT_EQ((*last).next.registrants.size(), max_registrants);
    request.all_tg_pt = true;
    EXPECT_EQ(decide(state, request).error().sense,
              Sense::illegal_request(scsi::asc::insufficient_registration_resources));
    const auto another = request_of({.action = Model::register_key, .by = 5000, .key = 0, .new_key = 1});
    EXPECT_EQ(decide((*last).next, another).error().sense,
              Sense::illegal_request(scsi::asc::insufficient_registration_resources));
}

} // namespace
} // namespace scsilo::engine::test
