// SPDX-License-Identifier: Apache-2.0
// Words, numbers and trace levels of command lines.
#include "control/words.h"

#include "base/config_error.h"
#include "control/trace_level.h"

#include <gtest/gtest.h>

namespace scsilo::control {
namespace {

TEST(Words, NumbersFollowTheBaseRulesOfC) {
    EXPECT_EQ(whole_number("12"), 12U);
    EXPECT_EQ(whole_number("0x1F"), 31U);
    EXPECT_EQ(whole_number("017"), 15U);
    EXPECT_EQ(whole_number("0"), 0U);
    for (const auto *bad : {"", "x", "08", "0x", "1 ", " 1", "-1", "12k"}) {
        EXPECT_EQ(whole_number(bad), std::nullopt) << bad;
    }
    std::string_view rest = "99999999999999999999999 x";
    EXPECT_EQ(take_number(rest), UINT64_MAX);
    EXPECT_EQ(rest, " x");
}

TEST(Words, BlanksAreThoseOfC) {
    std::string_view rest = " \t\v one\ttwo ";
    EXPECT_EQ(take_word(rest), "one");
    EXPECT_EQ(take_word(rest), "two");
    EXPECT_EQ(take_word(rest), "");
    EXPECT_EQ(trimmed(" a b \r"), "a b");
}

TEST(Words, PrefixesAreTakenOnlyWhole) {
    std::string_view rest = "AdD x";
    EXPECT_FALSE(take_prefix(rest, "add "));
    EXPECT_TRUE(take_prefix_no_case(rest, "add "));
    EXPECT_EQ(rest, "x");
    EXPECT_FALSE(take_prefix_no_case(rest, "xy"));
}

class TraceLevel : public testing::Test {
  protected:
    std::string after(std::string_view command) {
        write_trace_level(source_, core_trace_tokens(), command);
        return trace_level_text(source_, core_trace_tokens());
    }
    TraceSource source_{"test"};
};

TEST_F(TraceLevel, DefaultIsWhatReleaseBuildsLog) {
    EXPECT_EQ(trace_level_text(source_, core_trace_tokens()), "out_of_mem | minor | special | mgmt\n");
}

TEST_F(TraceLevel, EveryTokenSwitchesItsOwnBit) {
    for (const auto table : {common_trace_tokens(), core_trace_tokens()}) {
        for (const TraceToken &token : table) {
            EXPECT_EQ(after("set " + std::string(token.name)), std::string(token.name) + "\n");
            EXPECT_EQ(source_.bits(), static_cast<std::uint32_t>(token.bit));
            EXPECT_EQ(after("DEL " + std::string(token.name)), "none\n");
        }
    }
}

TEST_F(TraceLevel, VerbsArePrefixesInAnyCase) {
    EXPECT_EQ(after("ALLfoo"),
              "out_of_mem | minor | sg | mem | buff | entryexit | pid | line | function | debug | special | scsi | "
              "mgmt | mgmt_minor | mgmt_dbg | retry | scsi_serializing | recv_bot | send_bot | recv_top | send_top\n");
    EXPECT_EQ(after("null"), "none\n");
    EXPECT_EQ(after("value 0x2001"), "debug | scsi\n");
    EXPECT_EQ(after("add  SG ignored"), "sg | debug | scsi\n");
    EXPECT_EQ(after("none"), "none\n");
    EXPECT_EQ(after("default"), "out_of_mem | minor | special | mgmt\n");
}

TEST_F(TraceLevel, WhatIsNotUnderstoodChangesNothing) {
    for (const auto *bad : {"", "set", "set ", "add nonsense", "del order", "value", "value x", "scsi", "set|scsi"}) {
        try {
            write_trace_level(source_, core_trace_tokens(), bad);
            ADD_FAILURE() << bad;
        } catch (const ConfigError &error) {
            EXPECT_EQ(error.error_number(), EINVAL) << bad;
        }
    }
    EXPECT_EQ(source_.bits(), default_trace_bits);
}

TEST_F(TraceLevel, DisksHaveTheTokenOrder) {
    write_trace_level(source_, vdisk_trace_tokens(), "set order");
    EXPECT_EQ(trace_level_text(source_, vdisk_trace_tokens()), "order\n");
}

} // namespace
} // namespace scsilo::control
