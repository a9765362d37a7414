// SPDX-License-Identifier: Apache-2.0
// Null and RAM media, and media with faults put in.
#include "base/config_error.h"
#include "media/faults.h"
#include "media/null.h"
#include "media/ram.h"
#include "media_fixture.h"

#include <array>

namespace scsilo::media::test {
namespace {

class MemoryMediaTest : public MediaTest {};

TEST_F(MemoryMediaTest, nullReadsZerosUnlessToldOtherwise) {
    NullMedium medium(1 << 20);
    EXPECT_EQ(medium.kind(), "null");
    EXPECT_EQ(medium.facts().size_bytes, 1U << 20);
    write_at(medium, 0, pattern(4096, 1));
    const Scattered memory(pattern(4096, 2), 1000);
    EXPECT_EQ(wait(medium.read(0, memory.segments())).done_bytes, 4096U);
    EXPECT_EQ(memory.data(), Data(4096));
    NullMedium untouched(1 << 20, false);
    const Scattered kept(pattern(4096, 2));
    EXPECT_EQ(wait(untouched.read(0, kept.segments())).done_bytes, 4096U);
    EXPECT_EQ(kept.data(), pattern(4096, 2));
    EXPECT_EQ(wait(medium.flush()) + wait(medium.punch(0, 9)) + wait(medium.zero(0, 9)) + wait(medium.refresh()), 0);
    EXPECT_EQ(wait(medium.extent_at(0)).end_offset, 1U << 20);
}

TEST_F(MemoryMediaTest, ramKeepsPunchesAndZeroes) {
    const auto medium = make_ram(16 << 20);
    EXPECT_EQ(medium->kind(), "ram");
    Data model = pattern(65536, 3);
    write_at(*medium, 4000, model, 777);
    EXPECT_EQ(read_at(*medium, 4000, 65536, 1234), model);
    const std::array<std::pair<std::uint64_t, std::uint64_t>, 5> ranges{
        {{4000, 100}, {8192, 4096}, {12289, 20000}, {40960, 4097}, {60000, 0}}};
    for (const auto &[offset, length] : ranges) {
        EXPECT_EQ(wait(medium->punch(offset, length)), 0);
        std::fill_n(model.begin() + static_cast<std::ptrdiff_t>(offset - 4000), length, std::uint8_t{0});
        EXPECT_EQ(read_at(*medium, 4000, 65536), model) << offset;
    }
    EXPECT_EQ(wait(medium->zero(0, 16 << 20)), 0);
    EXPECT_EQ(read_at(*medium, 0, 16 << 20), Data(16 << 20));
    EXPECT_EQ(wait(medium->flush()) + wait(medium->refresh()), 0);
    EXPECT_TRUE(wait(medium->extent_at(5)).mapped);
}

TEST_F(MemoryMediaTest, ramOfAnImpossibleSizeIsRefused) {
    EXPECT_THROW((void)make_ram(0), ConfigError);
    EXPECT_THROW((void)make_ram(std::uint64_t{1} << 60), ConfigError);
}

TEST_F(MemoryMediaTest, faultsHitWhereTheRuleSaysAndAsOften) {
    FaultMedium medium(make_ram(1 << 20));
    EXPECT_EQ(medium.kind(), "ram");
    write_at(medium, 0, pattern(65536, 1));
    medium.add({.on = FaultOn::read,
                .begin_offset = 4096,
                .end_offset = 8192,
                .count_times = 2,
                .error = EIO,
                .done_bytes = 700});
    medium.add({.on = FaultOn::write, .error = ENOSPC, .done_bytes = 512});
    medium.add({.on = FaultOn::flush, .error = EIO});
    medium.add({.on = FaultOn::punch, .begin_offset = 8192, .error = EIO});
    EXPECT_EQ(read_at(medium, 0, 4096), pattern(4096, 1)) << "beside the range";
    for (int i = 0; i < 2; ++i) {
        const Scattered memory(8192, 300);
        const IoOutcome outcome = wait(medium.read(0, memory.segments()));
        EXPECT_EQ(outcome.done_bytes, 700U);
        EXPECT_EQ(outcome.error, EIO);
    }
    EXPECT_EQ(read_at(medium, 4096, 4096).size(), 4096U) << "used up";
    const Scattered memory(Data(1024, 0xEE));
    const IoOutcome outcome = wait(medium.write(0, memory.segments(), Durability::cached));
    EXPECT_EQ(outcome.done_bytes, 512U);
    EXPECT_EQ(outcome.error, ENOSPC);
    const Data back = read_at(medium, 0, 1024);
    EXPECT_EQ(back[511], 0xEE);
    EXPECT_EQ(back[512], pattern(1024, 1)[512]);
    EXPECT_EQ(wait(medium.flush()), EIO);
    EXPECT_EQ(wait(medium.punch(0, 8192)), 0);
    EXPECT_EQ(wait(medium.punch(0, 8193)), EIO);
    EXPECT_EQ(wait(medium.zero(0, 1 << 20)), 0);
    medium.clear();
    EXPECT_EQ(wait(medium.flush()), 0);
}

TEST_F(MemoryMediaTest, delaysPassTheTime) {
    FaultMedium medium(make_ram(1 << 20));
    medium.add({.on = FaultOn::flush, .delay_ns = 20'000'000});
    const std::uint64_t before = shard.now_ns();
    EXPECT_EQ(wait(medium.flush()), 0);
    EXPECT_GE(shard.now_ns() - before, 20'000'000U);
}

} // namespace
} // namespace scsilo::media::test
