// SPDX-License-Identifier: Apache-2.0
// Random PERSISTENT RESERVE OUT commands of three nexuses with aborts, resets, restarts and failing stores, against the
// model; after each one its status, who was told, whose commands ended, keys, reservation, and who may read and write.
#include "device/spc/reservation_file.h"
#include "unit/device_sbc/disk_fixture.h"
#include "unit/support/clauses.h"
#include "unit/support/reservation_model.h"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>

namespace scsilo::sbc::test {
namespace {

using Model = scsilo::test::ReservationModel;

struct Stored {
    std::optional<ByteVector> image;
    int error = 0; // of the next save; with it the new image is there or not
    bool in_spite = false;
};

class MemoryStore final : public engine::ReservationStore {
  public:
    explicit MemoryStore(Stored &stored) : stored_(stored) {}
    loop::Op<int> save(const engine::PersistentReservation &state) override {
        if (stored_.error == 0 || stored_.in_spite) {
            stored_.image = spc::encode_reservation(state);
        }
        co_return std::exchange(stored_.error, 0);
    }

  private:
    Stored &stored_;
};

class Cluster {
  public:
    explicit Cluster(unsigned seed) : random_(seed) { start(); }

    void step() {
        if (chance(25)) {
            model_ = on_disk_;
            model_.power_cycle();
            on_disk_ = model_;
            start();
        } else if (chance(25)) {
            (void)unit_->manage(chance(2) ? scsi::TaskManagementFunction::logical_unit_reset
                                          : scsi::TaskManagementFunction::i_t_nexus_reset,
                                below(3));
            clear_attentions();
        } else {
            command();
        }
        check();
    }

  private:
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }

    void start() {
        unit_.reset();
        engine::KeptReservation kept{{}, std::make_unique<MemoryStore>(stored_)};
        if (stored_.image) {
            const auto loaded = spc::decode_reservation(*stored_.image);
            ASSERT_TRUE(loaded);
            kept.state = *loaded;
        }
        auto medium = std::make_unique<media::FaultMedium>(media::make_ram(test_disk_bytes));
        faults_ = medium.get();
        auto disk = make_disk({.identity = disk_identity(DiskKind::fileio, "disk1")}, std::move(medium));
        unit_ = std::make_unique<TestUnit>(std::move(disk), TestUnit::PowerOn::cleared,
                                           engine::PortIdentity{"scstlcltgt0"}, std::move(kept));
        unit_->add_nexus();
        unit_->add_nexus();
    }

    void clear_attentions() {
        for (std::size_t n = 0; n < 3; ++n) {
            unit_->itl(n).unit_attentions.clear_all();
        }
    }

    Model::Request any_request() {
        Model::Request r{.action = static_cast<Model::Action>(below(8)),
                         .by = static_cast<int>(below(3)),
                         .key = 0,
                         .new_key = below(3)};
        r.key = chance(8) ? below(3) : model_.key[static_cast<std::size_t>(r.by)];
        static constexpr std::array<int, 6> types{1, 3, 5, 6, 7, 8};
        r.type = chance(10)                      ? static_cast<int>(below(16))
                 : chance(3) && model_.type != 0 ? model_.type
                                                 : types[below(6)];
        r.scope = chance(20) ? 1 : 0;
        r.aptpl = chance(2);
        r.to = static_cast<int>(below(3));
        r.unreg = chance(2);
        return r;
    }

    ByteVector parameter_list(const Model::Request &r) {
        const bool moves = r.action == Model::move;
        ByteVector list(24);
        scsi::Be<0, 8>::set(MutableBytes(list), r.key);
        scsi::Be<8, 8>::set(MutableBytes(list), r.new_key);
        if (moves) {
            const Bytes id = unit_->nexus(static_cast<std::size_t>(r.to)).identity().initiator_port.bytes();
            list[17] = static_cast<std::uint8_t>((r.unreg ? 2 : 0) | (r.aptpl ? 1 : 0));
            list[19] = 1; // relative target port identifier
            list[23] = static_cast<std::uint8_t>(id.size());
            list.insert(list.end(), id.begin(), id.end());
        } else {
            list[20] = r.aptpl ? 1 : 0;
        }
        return list;
    }

    static std::string expected_status(const std::string &text) {
        static const std::map<std::string, std::string> names{{"GOOD", "GOOD"},
                                                              {"CONFLICT", "RESERVATION CONFLICT"},
                                                              {"CDB 2.7", "5/24/00 cdb 2.7"},
                                                              {"CDB 2.3", "5/24/00 cdb 2.3"},
                                                              {"CDB 1.4", "5/24/00 cdb 1.4"},
                                                              {"LIST 8", "5/26/00 list 8"},
                                                              {"LIST 24", "5/26/00 list 24"},
                                                              {"RELEASE", "5/26/04"}};
        return names.at(text);
    }

    void command() {
        const Model::Request r = any_request();
        faults_->clear();
        faults_->add({.on = media::FaultOn::read, .delay_ns = 60'000'000'000});
        std::vector<std::unique_ptr<scsilo::test::Running>> stuck;
        for (std::size_t n = 0; n < 3; ++n) {
            stuck.push_back(unit_->start(hex("28 00 00000000 00 0001 00"), {}, {.data_in_bytes = 512, .nexus = n}));
        }
        unit_->settle();
        const bool ended_before[3]{stuck[0]->ended(), stuck[1]->ended(), stuck[2]->ended()};

        Model next = model_;
        const Model::Answer answer = next.apply(r);
        stored_.error = chance(15) ? EIO : 0;
        stored_.in_spite = chance(2);
        const bool may_fail = stored_.error != 0;
        const ByteVector list = parameter_list(r);
        ByteVector cdb = hex("5f 00 00 0000 000000 00 00");
        cdb[1] = static_cast<std::uint8_t>(r.action);
        cdb[2] = static_cast<std::uint8_t>(r.scope << 4 | r.type);
        cdb[8] = static_cast<std::uint8_t>(list.size());
        const Ran ran = unit_->run(cdb, list, {.nexus = static_cast<std::size_t>(r.by)});
        const std::string status = scsilo::test::detail::describe(ran);
        const bool failed = may_fail && status == "4/44/00";
        stored_.error = 0;
        if (!failed) {
            EXPECT_EQ(status, expected_status(answer.text));
            model_ = next;
        }
        if (status == "GOOD") {
            on_disk_ = model_;
        } else if (failed && stored_.in_spite) {
            on_disk_ = next; // until the next GOOD the file is ahead of us
        }
        for (std::size_t n = 0; n < 3; ++n) {
            const bool aborted = !failed && answer.aborted.contains(static_cast<int>(n));
            EXPECT_EQ(stuck[n]->ended() && !ended_before[n], aborted && !ended_before[n]) << n;
            check_attention(n, failed ? std::string() : answer.attention[n]);
        }
        (void)unit_->manage(scsi::TaskManagementFunction::logical_unit_reset);
        clear_attentions();
        faults_->clear();
    }

    void check_attention(std::size_t n, const std::string &what) {
        const auto first = unit_->itl(n).unit_attentions.take();
        std::string found;
        if (first) {
            found = *first == scsi::asc::reservations_released     ? "released"
                    : *first == scsi::asc::reservations_preempted  ? "preempted"
                    : *first == scsi::asc::registrations_preempted ? "registrations"
                                                                   : "another";
        }
        EXPECT_EQ(found, what) << n;
        EXPECT_FALSE(unit_->itl(n).unit_attentions.pending());
    }

    void check() {
        const Ran keys = unit_->run(hex("5e 00 0000000000 00ff 00"));
        std::multiset<std::uint64_t> found;
        for (std::size_t at = 8; at + 8 <= keys.data.size(); at += 8) {
            found.insert(scsi::Be<0, 8>::get(Bytes(keys.data).subspan(at)));
        }
        std::multiset<std::uint64_t> expected(model_.key.begin(), model_.key.end());
        expected.erase(0);
        EXPECT_EQ(found, expected);
        const std::uint32_t generation = scsi::Be<0, 4>::get(Bytes(keys.data));
        EXPECT_EQ(generation, model_.generation);
        const Ran held = unit_->run(hex("5e 01 0000000000 00ff 00"));
        ASSERT_EQ(held.data.size(), model_.type == 0 ? 8U : 24U);
        if (model_.type != 0) {
            const std::uint64_t key = model_.holder < 0 ? 0 : model_.key[static_cast<std::size_t>(model_.holder)];
            const std::uint64_t reported = scsi::Be<8, 8>::get(Bytes(held.data));
            EXPECT_EQ(held.data[21], model_.type);
            EXPECT_EQ(reported, key);
        }
        const Ran capabilities = unit_->run(hex("5e 02 0000000000 00ff 00"));
        EXPECT_EQ(capabilities.data[3] & 1, model_.aptpl ? 1 : 0);
        for (int n = 0; n < 3; ++n) {
            const bool out = model_.type != 0 && !model_.holds(n) &&
                             !(model_.shared() && model_.key[static_cast<std::size_t>(n)] != 0);
            const bool reads_too = model_.type == 3 || model_.type == 6 || model_.type == 8;
            const scsilo::test::CommandOptions options{.nexus = static_cast<std::size_t>(n)};
            EXPECT_EQ(unit_->run(hex("2a 00 00000000 00 0001 00"), ByteVector(512), options).good(), !out) << n;
            EXPECT_EQ(unit_->run(hex("28 00 00000000 00 0001 00"), options).good(), !(out && reads_too)) << n;
        }
    }

    std::mt19937 random_;
    Model model_;
    Model on_disk_;
    Stored stored_;
    media::FaultMedium *faults_ = nullptr;
    std::unique_ptr<TestUnit> unit_;
};

TEST(ReservationProperty, RandomCommandsOfThreeNexusesAreWhatTheModelSays) {
    for (unsigned seed = 1; seed <= 20 && !testing::Test::HasFailure(); ++seed) {
        Cluster cluster(seed);
        for (int i = 0; i < 150 && !testing::Test::HasFailure(); ++i) {
            SCOPED_TRACE("seed " + std::to_string(seed) + " step " + std::to_string(i));
            cluster.step();
        }
    }
}

} // namespace
} // namespace scsilo::sbc::test
