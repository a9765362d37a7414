// SPDX-License-Identifier: Apache-2.0
// The timer wheel under an invented clock, and sleeping in an activity.
#include "loop/sleep.h"
#include "probe.h"

#include <functional>

namespace scsilo::loop::test {
namespace {

constexpr std::uint64_t ms = 1'000'000;

struct Alarm final : Timer {
    void expired() noexcept override {
        ++count;
        if (then) {
            then();
        }
    }
    int count = 0;
    std::function<void()> then;
};

TEST(TimerWheel, firesNotEarlierAndAtMostATickLate) {
    for (const std::uint64_t delay : {1 * ms, 10 * ms, 11 * ms, 999 * ms, 10240 * ms, 10250 * ms, 60000 * ms}) {
        TimerWheel wheel;
        std::uint64_t now = 123 * ms + 456;
        wheel.start(now);
        wheel.advance(now);
        Alarm alarm;
        wheel.arm(alarm, delay);
        const std::uint64_t due = now + delay;
        while (alarm.count == 0) {
            now += ms;
            wheel.advance(now);
            ASSERT_LE(now, due + TimerWheel::tick_ns + ms) << delay;
        }
        EXPECT_GE(now, due) << delay;
        EXPECT_FALSE(alarm.armed());
        wheel.advance(now + 100000 * ms);
        EXPECT_EQ(alarm.count, 1);
    }
}

TEST(TimerWheel, aLongJumpFiresEverythingDueAndNothingElse) {
    TimerWheel wheel;
    wheel.advance(0);
    std::array<Alarm, 50> soon;
    for (std::size_t i = 0; i < soon.size(); ++i) {
        wheel.arm(soon[i], i * 1000 * ms);
    }
    Alarm far;
    wheel.arm(far, 200'000 * ms);
    Alarm never;
    wheel.arm(never, ~std::uint64_t{0});
    wheel.advance(100'000 * ms);
    for (const Alarm &alarm : soon) {
        EXPECT_EQ(alarm.count, 1);
    }
    EXPECT_EQ(far.count + never.count, 0);
    wheel.advance(200'010 * ms);
    EXPECT_EQ(far.count, 1);
    EXPECT_EQ(never.count, 0);
}

TEST(TimerWheel, rearmingInsideTheCallbackDuringAJumpIsNotLost) {
    TimerWheel wheel;
    wheel.advance(0);
    Alarm alarm;
    alarm.then = [&] {
        if (alarm.count < 3) {
            wheel.arm(alarm, 0);
        }
    };
    wheel.arm(alarm, 10 * ms);
    wheel.advance(50'000 * ms); // many rounds of the wheel at once
    EXPECT_EQ(alarm.count, 1);
    wheel.advance(50'010 * ms);
    EXPECT_EQ(alarm.count, 2);
    wheel.advance(50'020 * ms);
    EXPECT_EQ(alarm.count, 3);
    EXPECT_EQ(wheel.sleep_ns(50'020 * ms), std::nullopt);
}

TEST(TimerWheel, disarmedAndDestroyedTimersDoNotFire) {
    TimerWheel wheel;
    wheel.advance(0);
    Alarm kept;
    Alarm disarmed;
    Alarm victim;
    {
        Alarm destroyed;
        wheel.arm(destroyed, 10 * ms);
    }
    wheel.arm(disarmed, 10 * ms);
    wheel.arm(kept, 10 * ms);
    wheel.arm(victim, 10 * ms); // due in the same tick, behind kept
    kept.then = [&] { victim.disarm(); };
    disarmed.disarm();
    disarmed.disarm();
    wheel.advance(30 * ms);
    EXPECT_EQ(kept.count, 1);
    EXPECT_EQ(disarmed.count + victim.count, 0);
    EXPECT_EQ(wheel.sleep_ns(30 * ms), std::nullopt) << "nothing is counted as armed any more";
}

TEST(TimerWheel, sleepsUntilTheNearestDeadline) {
    TimerWheel wheel;
    wheel.advance(0);
    EXPECT_EQ(wheel.sleep_ns(0), std::nullopt);
    Alarm near;
    wheel.arm(near, 50 * ms);
    EXPECT_EQ(wheel.sleep_ns(1 * ms), 49 * ms);
    near.disarm();
    wheel.arm(near, 5000 * ms);
    EXPECT_EQ(wheel.sleep_ns(0), 1000 * ms) << "far deadlines are looked at again every second";
}

class SleepTest : public LoopTest {};

TEST_F(SleepTest, passesTheTimeEvenWhileASubmissionIsPending) {
    Probe probe;
    int fds[2];
    ASSERT_EQ(pipe(fds), 0);
    std::uint64_t took = 0;
    auto waits = [&]() -> Op<void> {
        char byte = 0;
        co_await shard.ring().read(fds[0], &byte, 1, 0);
    };
    auto sleeps = [&]() -> Op<void> {
        const std::uint64_t before = shard.now_ns();
        co_await sleep_for(50 * ms);
        took = shard.now_ns() - before;
    };
    Probe reader;
    shard.turn(false);
    probe.start(sleeps());
    reader.start(waits());
    finish(probe);
    EXPECT_GE(took, 50 * ms);
    EXPECT_LT(took, 90 * ms) << "the loop slept twice";
    reader.request_stop();
    finish(reader);
    close(fds[0]);
    close(fds[1]);
}

TEST_F(SleepTest, aStopEndsItAtOnce) {
    Probe probe;
    auto sleeps = []() -> Op<void> { co_await sleep_for(3600'000 * ms); };
    probe.start(sleeps());
    probe.request_stop();
    settle();
    EXPECT_EQ(probe.ended, End::stopped);
    EXPECT_EQ(shard.timers().sleep_ns(shard.now_ns()), std::nullopt);
}

} // namespace
} // namespace scsilo::loop::test
