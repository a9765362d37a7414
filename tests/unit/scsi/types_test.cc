// SPDX-License-Identifier: Apache-2.0
// Block addresses and counts, and the range check that must not wrap.
#include "scsi/types.h"

#include <gtest/gtest.h>
#include <limits>

namespace scsilo::scsi {
namespace {

TEST(BlockNumbers, AddressesMoveByCounts) {
    EXPECT_EQ(Lba(5) + BlockCount(3), Lba(8));
    EXPECT_EQ(Lba(8) - Lba(5), BlockCount(3));
    EXPECT_EQ(Lba(8) - BlockCount(8), Lba(0));
    EXPECT_LT(Lba(1), Lba(2));
    BlockCount count(4);
    count -= BlockCount(1);
    EXPECT_EQ(count + BlockCount(1), BlockCount(4));
}

TEST(RangeFits, LastBlockFitsAndOneMoreDoesNot) {
    EXPECT_TRUE(range_fits(Lba(9), BlockCount(1), BlockCount(10)));
    EXPECT_FALSE(range_fits(Lba(9), BlockCount(2), BlockCount(10)));
    EXPECT_TRUE(range_fits(Lba(10), BlockCount(0), BlockCount(10)));
    EXPECT_FALSE(range_fits(Lba(11), BlockCount(0), BlockCount(10)));
}

TEST(RangeFits, SumBeyond64BitsDoesNotWrap) {
    constexpr std::uint64_t top = std::numeric_limits<std::uint64_t>::max();
    EXPECT_FALSE(range_fits(Lba(top), BlockCount(2), BlockCount(10)));
    EXPECT_FALSE(range_fits(Lba(5), BlockCount(top), BlockCount(10)));
}

} // namespace
} // namespace scsilo::scsi
