// SPDX-License-Identifier: Apache-2.0
// PREEMPT AND ABORT ends when the preempted nexus's commands have ended, and not before (SPC-6 5.14.11.2.4).
#include "unit/device_sbc/disk_fixture.h"

#include <gtest/gtest.h>

namespace scsilo::sbc::test {
namespace {

const ByteVector register_a = hex("00*8 00*7 aa 00*8");
const ByteVector register_b = hex("00*8 00*7 bb 00*8");
const ByteVector a_preempts_b = hex("00*7 aa 00*7 bb 00*8");
const ByteVector a_preempts_a = hex("00*7 aa 00*7 aa 00*8");
constexpr std::string_view preempt_and_abort = "5f 05 01 0000 00000018 00";
constexpr std::string_view preempt = "5f 04 01 0000 00000018 00";
const ByteVector read_one = hex("28 00 00000000 00 0001 00");
constexpr std::uint64_t a_minute_ns = 60'000'000'000;

class PreemptAndAbort : public testing::Test {
  protected:
    PreemptAndAbort() {
        disk.unit.add_nexus();
        EXPECT_TRUE(disk.run("5f 00 00 0000 00000018 00", register_a).good());
        EXPECT_TRUE(disk.run("5f 00 00 0000 00000018 00", register_b, {.nexus = 1}).good());
        disk.faults->add({.on = media::FaultOn::read, .delay_ns = a_minute_ns});
    }
    DiskUnit disk;
};

TEST_F(PreemptAndAbort, AbortsThePreemptedNexusAlone) {
    const auto own = disk.unit.start(read_one, {}, {.data_in_bytes = 512});
    const auto other = disk.unit.start(read_one, {}, {.data_in_bytes = 512, .nexus = 1});
    EXPECT_TRUE(disk.run(preempt_and_abort, a_preempts_b).good());
    ASSERT_TRUE(other->ended());
    EXPECT_EQ(other->take().outcome, engine::Outcome::aborted);
    EXPECT_FALSE(own->ended());
    EXPECT_EQ(disk.unit.itl(1).unit_attentions.take(), scsi::asc::registrations_preempted);
    (void)disk.unit.manage(scsi::TaskManagementFunction::abort_task_set);
    ASSERT_TRUE(own->ended());
}

TEST_F(PreemptAndAbort, PreemptAloneLetsThemRun) {
    const auto other = disk.unit.start(read_one, {}, {.data_in_bytes = 512, .nexus = 1});
    EXPECT_TRUE(disk.run(preempt, a_preempts_b).good());
    EXPECT_FALSE(other->ended());
    (void)disk.unit.manage(scsi::TaskManagementFunction::logical_unit_reset);
}

TEST_F(PreemptAndAbort, OfItselfSparesTheCommandThatAsks) {
    const auto own = disk.unit.start(read_one, {}, {.data_in_bytes = 512});
    EXPECT_TRUE(disk.run(preempt_and_abort, a_preempts_a).good());
    ASSERT_TRUE(own->ended());
    EXPECT_EQ(own->take().outcome, engine::Outcome::aborted);
}

TEST_F(PreemptAndAbort, ReportsTaskAbortedWhereTasSaysSo) {
    ASSERT_TRUE(disk.run("15 10 0000 10 00", hex("00000000 0a 0a 02 10 00 40 00 00 0000 0000")).good());
    disk.unit.itl(1).unit_attentions.clear_all();
    const auto other = disk.unit.start(read_one, {}, {.data_in_bytes = 512, .nexus = 1});
    EXPECT_TRUE(disk.run(preempt_and_abort, a_preempts_b).good());
    ASSERT_TRUE(other->ended());
    EXPECT_EQ(other->take().status, scsi::Status::task_aborted);
}

TEST_F(PreemptAndAbort, AbortsWhatWaitsItsTurnToo) {
    const auto first =
        disk.unit.start(read_one, {}, {.data_in_bytes = 512, .nexus = 1, .attribute = scsi::TaskAttribute::ordered});
    const auto dormant = disk.unit.start(read_one, {}, {.data_in_bytes = 512, .nexus = 1});
    const auto order =
        disk.unit.start(hex(preempt_and_abort), a_preempts_b, {.attribute = scsi::TaskAttribute::head_of_queue});
    const Ran ran = disk.unit.finish(*order);
    EXPECT_TRUE(ran.good());
    EXPECT_TRUE(first->ended());
    EXPECT_TRUE(dormant->ended());
}

TEST_F(PreemptAndAbort, OfEachOtherAtOnceEndsBoth) {
    const auto of_b = disk.unit.start(hex(preempt_and_abort), a_preempts_b);
    const auto of_a = disk.unit.start(hex(preempt_and_abort), hex("00*7 bb 00*7 aa 00*8"), {.nexus = 1});
    EXPECT_TRUE(disk.unit.finish(*of_b).good());
    const Ran ran = disk.unit.finish(*of_a);
    EXPECT_TRUE(ran.outcome == engine::Outcome::aborted || ran.status == scsi::Status::reservation_conflict ||
                ran.status == scsi::Status::check_condition);
    EXPECT_EQ(disk.unit.unit().reservations().persistent().registrants.size(), 1U);
}

} // namespace
} // namespace scsilo::sbc::test
