// SPDX-License-Identifier: Apache-2.0
// REPORT LUNS and REQUEST SENSE: answers that depend on the nexus and clear what they tell.
#include "fake_device.h"

#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include <gtest/gtest.h>

namespace scsilo::spc {
namespace {

using scsi::Sense;
using test::hex;
using test::TestUnit;

const test::ByteVector report_luns_4096 = hex("a0 00 00 000000 00001000 00 00");
const test::ByteVector unit_ready = hex("000000000000");

TEST(ReportLuns, lists_what_the_nexus_sees_in_order_and_by_the_shortest_method) {
    TestUnit unit(std::make_unique<FakeDevice>());
    unit.map_again(0, 20000);
    unit.map_again(0, 300);
    unit.map_again(0, 255);
    const test::Ran ran = unit.run(report_luns_4096);
    ASSERT_TRUE(ran.good());
    EXPECT_EQ(test::to_hex(ran.data), test::to_hex(hex("00000020 00000000"
                                                       "0000000000000000"
                                                       "00ff000000000000"
                                                       "412c000000000000"
                                                       "d2004e2000000000")));
}

TEST(ReportLuns, is_cut_by_the_allocation_length_and_by_the_buffer) {
    TestUnit unit(std::make_unique<FakeDevice>());
    unit.map_again(0, 1);
    test::Ran ran = unit.run(hex("a0 00 00 000000 00000014 00 00"));
    EXPECT_EQ(test::to_hex(ran.data), test::to_hex(hex("00000010 00000000 0000000000000000 00010000")));
    ran = unit.run(report_luns_4096, {.data_in_bytes = 10, .piece_bytes = 3});
    EXPECT_EQ(ran.data.size(), 10U);
    EXPECT_EQ(ran.wanted_bytes, 24U);
}

TEST(ReportLuns, counts_every_logical_unit) {
    TestUnit unit(std::make_unique<FakeDevice>());
    constexpr std::uint32_t count = 300;
    for (std::uint32_t number = 1; number < count; ++number) {
        unit.map_again(0, number);
    }
    const test::Ran ran = unit.run(hex("a0 00 00 000000 00ffffff 00 00"));
    EXPECT_EQ(ran.data.size(), 8U + 8 * count);
    EXPECT_EQ(ran.data.back(), 0);
    EXPECT_EQ(test::to_hex(Bytes(ran.data).last(8)), "41 2b 00 00 00 00 00 00 ");
}

TEST(ReportLuns, clears_reported_luns_data_has_changed_and_nothing_else) {
    TestUnit unit(std::make_unique<FakeDevice>());
    unit.map_again(0, 1);
    EXPECT_EQ(unit.itl().unit_attentions.first(), scsi::asc::reported_luns_data_has_changed);
    unit.itl().unit_attentions.establish(scsi::asc::mode_parameters_changed);
    ASSERT_TRUE(unit.run(report_luns_4096).good());
    EXPECT_TRUE(unit.run(unit_ready).check(Sense::unit_attention(scsi::asc::mode_parameters_changed)));
    EXPECT_TRUE(unit.run(unit_ready).good());
}

TEST(RequestSense, tells_a_unit_attention_once_and_oldest_first) {
    TestUnit unit(std::make_unique<FakeDevice>(), TestUnit::PowerOn::pending);
    unit.itl().unit_attentions.establish(scsi::asc::mode_parameters_changed);
    const auto request = hex("03 00 0000 ff 00");
    EXPECT_EQ(test::to_hex(unit.run(request).data), test::to_hex(hex("7000 0600 0000 000a 0000 0000 2900 0000 0000")));
    EXPECT_EQ(test::to_hex(unit.run(request).data), test::to_hex(hex("7000 0600 0000 000a 0000 0000 2a01 0000 0000")));
    EXPECT_EQ(test::to_hex(unit.run(request).data), test::to_hex(hex("7000 0000 0000 000a 0000 0000 0000 0000 0000")));
}

TEST(RequestSense, has_its_own_choice_of_format) {
    TestUnit unit(std::make_unique<FakeDevice>(), TestUnit::PowerOn::pending);
    EXPECT_EQ(test::to_hex(unit.run(hex("03 01 0000 ff 00")).data), "72 06 29 00 00 00 00 00 ");
}

TEST(RequestSense, tells_why_the_unit_is_not_ready) {
    TestUnit unit(std::make_unique<FakeDevice>());
    unit.device<FakeDevice>().obstacle_now = Sense::not_ready({0x04, 0x02}).with_progress(0x8000);
    EXPECT_EQ(test::to_hex(unit.run(hex("03 00 0000 ff 00")).data),
              test::to_hex(hex("7000 0200 0000 000a 0000 0000 0402 0080 8000")));
    EXPECT_EQ(unit.run(unit_ready).sense.key, scsi::SenseKey::not_ready);
    EXPECT_TRUE(unit.run(hex("12 00 00 0024 00")).good());
    EXPECT_TRUE(unit.run(hex("1a 08 0a 00 ff 00")).good());
}

TEST(Inquiry, leaves_a_unit_attention_pending) {
    TestUnit unit(std::make_unique<FakeDevice>(), TestUnit::PowerOn::pending);
    EXPECT_TRUE(unit.run(hex("12 00 00 0024 00")).good());
    EXPECT_TRUE(unit.run(report_luns_4096).good());
    EXPECT_TRUE(
        unit.run(unit_ready).check(Sense::unit_attention(scsi::asc::power_on_reset_or_bus_device_reset_occurred)));
}

} // namespace
} // namespace scsilo::spc
