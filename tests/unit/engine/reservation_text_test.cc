// SPDX-License-Identifier: Apache-2.0
// pr_state: the text of a state, back to the same state, and what is no state.
#include "engine/reservation_text.h"

#include <gtest/gtest.h>

namespace scsilo::engine::test {
namespace {

const std::string sas = "06000000"
                        "3000000000000001" +
                        std::string(24, '0');
const std::string sas_2 = "06000000"
                          "3000000000000002" +
                          std::string(24, '0');

std::string registrant(const std::string &id, const char *key, int holder) {
    return "registrant 1 " + std::string(key) + " " + std::to_string(holder) + " 24 " + id + "\n";
}

TEST(ReservationText, ComesBackAsItWas) {
    for (const char *type : {"", "01", "03", "05", "06", "07", "08"}) {
        const bool held = *type != 0;
        const bool all = std::string(type) >= "07";
        const std::string text =
            "version 1\ngeneration 42\n" + (held ? "reservation " + std::string(type) + " 00\n" : "") +
            registrant(sas, "00000000000000ab", all ? 1 : 0) + registrant(sas_2, "123456789abcdef0", held ? 1 : 0);
        const auto state = reservation_from_text(text);
        ASSERT_TRUE(state) << text << state.error();
        EXPECT_TRUE(state->valid());
        EXPECT_EQ(to_text(*state), text);
    }
    EXPECT_EQ(to_text({}), "version 1\ngeneration 0\n");
}

TEST(ReservationText, IsRefusedWithTheLine) {
    const std::string head = "version 1\ngeneration 1\n";
    const std::string one = registrant(sas, "0000000000000001", 1);
    for (const std::string &text :
         {std::string(), std::string("generation 1\n"), std::string("version 2\n"), head + "something else\n",
          head + "reservation 02 00\n" + one, head + "reservation 01 01\n" + one, head + one /* holder of nothing */,
          head + "reservation 01 00\n", head + "reservation 01 00\n" + one + one,
          head + "reservation 01 00\n" + one + registrant(sas_2, "0000000000000001", 1), head + "reservation 07 00\n",
          head + registrant(sas, "0000000000000000", 0), head + registrant("06", "0000000000000001", 0),
          head + "registrant 1 1 0 999 " + sas + "\n",
          head + registrant("0f" + sas.substr(2), "0000000000000001", 0)}) {
        EXPECT_FALSE(reservation_from_text(text)) << text;
    }
    EXPECT_NE(reservation_from_text(head + "x\n").error().find("Line 3"), std::string::npos);
}

} // namespace
} // namespace scsilo::engine::test
