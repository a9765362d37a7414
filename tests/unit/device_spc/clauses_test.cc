// SPDX-License-Identifier: Apache-2.0
// The clause table of the primary commands, and what holds for each of their rows.
#include "fake_device.h"

#include "unit/support/clauses.h"
#include "unit/support/rows.h"

namespace scsilo::spc {
namespace {

TEST(PrimaryCommands, answer_as_the_clause_table_says) {
    Shelf shelf;
    const std::size_t count =
        test::run_clauses("spc.txt", [&] { return std::make_unique<FakeDevice>(std::make_unique<ShelfPages>(shelf)); });
    EXPECT_GE(count, 90U);
}

TEST(PrimaryCommands, refuse_every_bit_that_they_do_not_evaluate) {
    test::TestUnit unit(std::make_unique<FakeDevice>());
    test::expect_reserved_bits_refused(unit);
}

TEST(PrimaryCommands, are_reported_as_their_rows_say) {
    test::TestUnit unit(std::make_unique<FakeDevice>());
    test::expect_operation_codes_reported(unit);
}

} // namespace
} // namespace scsilo::spc
