// SPDX-License-Identifier: Apache-2.0
// co_await means: the value, or leave; and frames unwind from the inside out.
#include "loop/sleep.h"
#include "loop/wait_queue.h"
#include "probe.h"

#include <memory>

namespace scsilo::loop::test {
namespace {

struct Reason {
    int code;
};
struct Other {
    int code;
};

class OpTest : public LoopTest {
  protected:
    WaitQueue queue;
    Mutex mutex;
    std::string log;
    Probe probe;

    Op<int> seven() { co_return 7; }
    Op<std::unique_ptr<int>> boxed(int value) { co_return std::make_unique<int>(value); }
    Op<int> sum() {
        const int one = co_await seven();
        auto box = co_await boxed(4);
        co_return one + *box;
    }
    Result<int, Reason> maybe(bool good) {
        if (good) {
            return 5;
        }
        return fail(Reason{42});
    }
    Op<int> inner(bool good) {
        const Trace trace(log, 'i');
        co_return co_await maybe(good);
    }
    Op<int> middle(bool good) {
        const Trace trace(log, 'm');
        co_return co_await inner(good);
    }
    Op<void> waits(char letter) {
        const Trace trace(log, letter);
        co_await queue.wait();
        log += '!';
    }
};

TEST_F(OpTest, deliversTheValueOfNestedOperations) {
    int got = 0;
    auto root = [&]() -> Op<void> { got = co_await sum(); };
    probe.start(root());
    EXPECT_EQ(probe.ended, End::finished);
    EXPECT_EQ(got, 11);
}

TEST_F(OpTest, doesNothingUntilAwaited) {
    bool ran = false;
    auto body = [&]() -> Op<void> {
        ran = true;
        co_return;
    };
    {
        Op<void> never = body();
        Op<void> moved = std::move(never);
    }
    EXPECT_FALSE(ran);
}

TEST_F(OpTest, goodResultsAreValues) {
    int got = 0;
    auto root = [&]() -> Op<void> { got = co_await middle(true); };
    probe.start(root());
    EXPECT_EQ(probe.ended, End::finished);
    EXPECT_EQ(got, 5);
}

TEST_F(OpTest, failedResultsLeaveThroughEveryFrameInnermostFirst) {
    bool went_on = false;
    auto root = [&]() -> Op<void> {
        const Trace trace(log, 'r');
        (void)co_await middle(false);
        went_on = true;
    };
    probe.start(root());
    EXPECT_EQ(probe.ended, End::left);
    ASSERT_NE(probe.error<Reason>(), nullptr);
    EXPECT_EQ(probe.error<Reason>()->code, 42);
    EXPECT_EQ(probe.error<Other>(), nullptr);
    EXPECT_FALSE(went_on);
    EXPECT_EQ(log, "imr");
    EXPECT_EQ(probe.count_ends, 1);
}

TEST_F(OpTest, failuresAndVoidResultsAreAwaitable) {
    auto good = []() -> Op<void> { co_await Result<void, Reason>(); };
    probe.start(good());
    EXPECT_EQ(probe.ended, End::finished);
    auto bad = []() -> Op<void> { co_await fail(Other{3}); };
    probe.start(bad());
    EXPECT_EQ(probe.ended, End::left);
    ASSERT_NE(probe.error<Other>(), nullptr);
    EXPECT_EQ(probe.error<Other>()->code, 3);
}

TEST_F(OpTest, aStopUnwindsSuspendedFramesInnermostFirst) {
    auto root = [&]() -> Op<void> {
        const Trace trace(log, 'r');
        co_await waits('w');
    };
    probe.start(root());
    EXPECT_FALSE(probe.ended);
    probe.request_stop();
    probe.request_stop();
    EXPECT_FALSE(probe.ended) << "frames are destroyed by the loop, not by who asks";
    settle();
    EXPECT_EQ(probe.ended, End::stopped);
    EXPECT_EQ(log, "wr");
    EXPECT_EQ(probe.count_ends, 1);
}

TEST_F(OpTest, aStopWhileRunningTakesEffectAtTheNextAwait) {
    auto root = [&]() -> Op<void> {
        probe.request_stop();
        log += 'a';
        co_await queue.wait();
        log += 'b';
    };
    probe.start(root());
    EXPECT_EQ(probe.ended, End::stopped);
    EXPECT_EQ(log, "a");
    EXPECT_TRUE(queue.empty());
}

TEST_F(OpTest, aStopAfterTheWakeUpLosesAgainstTheValue) {
    probe.start(waits('w'));
    queue.wake_one();
    probe.request_stop();
    settle();
    EXPECT_EQ(probe.ended, End::finished);
    EXPECT_EQ(log, "!w");
}

TEST_F(OpTest, aShieldKeepsTheStopWaiting) {
    auto root = [&]() -> Op<void> {
        {
            const Shield shield(co_await this_activity);
            co_await queue.wait();
            log += 's';
            co_await queue.wait();
            log += 't';
        }
        co_await queue.wait();
        log += 'u';
    };
    probe.start(root());
    probe.request_stop();
    settle();
    EXPECT_FALSE(probe.ended);
    queue.wake_one();
    settle();
    EXPECT_EQ(log, "s");
    EXPECT_FALSE(probe.ended);
    queue.wake_one();
    settle();
    EXPECT_EQ(probe.ended, End::stopped);
    EXPECT_EQ(log, "st");
}

TEST_F(OpTest, anErrorLeavesThroughAShieldToo) {
    auto root = [&]() -> Op<void> {
        const Shield shield(probe);
        co_await fail(Reason{1});
    };
    probe.start(root());
    EXPECT_EQ(probe.ended, End::left);
    EXPECT_FALSE(probe.must_leave());
    probe.request_stop();
    EXPECT_TRUE(probe.must_leave()) << "the Shield is gone with its frame";
}

TEST_F(OpTest, queuesWakeInOrderAndForgetWhoLeft) {
    Probe first;
    Probe second;
    Probe third;
    first.start(waits('1'));
    second.start(waits('2'));
    third.start(waits('3'));
    second.request_stop();
    settle();
    EXPECT_EQ(log, "2");
    queue.wake_one();
    queue.wake_one();
    queue.wake_one(); // nobody left: no effect
    settle();
    EXPECT_EQ(log, "2!1!3");
}

TEST_F(OpTest, mutexHandsOverInOrder) {
    auto locks = [&](char letter) -> Op<void> {
        auto held = co_await mutex.lock();
        log += letter;
        co_await queue.wait();
    };
    Probe a;
    Probe b;
    Probe c;
    Probe d;
    a.start(locks('a'));
    b.start(locks('b'));
    c.start(locks('c'));
    b.request_stop();
    settle();
    EXPECT_EQ(b.ended, End::stopped);
    EXPECT_EQ(log, "a");
    queue.wake_one();
    settle();
    d.start(locks('d'));
    EXPECT_EQ(log, "ac") << "a newcomer does not overtake";
    c.request_stop(); // while it holds the lock: unwinding hands it over
    settle();
    EXPECT_EQ(c.ended, End::stopped);
    EXPECT_EQ(log, "acd");
    EXPECT_TRUE(mutex.locked());
    queue.wake_one();
    settle();
    EXPECT_EQ(d.ended, End::finished);
    EXPECT_FALSE(mutex.locked());
}

TEST_F(OpTest, aHandedOverLockIsGivenBackByWhoMustLeave) {
    auto locks = [&]() -> Op<void> {
        auto held = co_await mutex.lock();
        co_await queue.wait();
    };
    Probe a;
    Probe b;
    a.start(locks());
    b.start(locks());
    queue.wake_one();
    shard.turn(false); // a ends, b has been handed the lock and is ready
    b.request_stop();
    settle();
    EXPECT_EQ(b.ended, End::stopped);
    EXPECT_FALSE(mutex.locked());
}

TEST_F(OpTest, manyAwaitsThatFinishAtOnceUseNoStack) {
    int total = 0;
    auto root = [&]() -> Op<void> {
        for (int i = 0; i < 200000; ++i) {
            total += co_await seven();
        }
    };
    probe.start(root());
    EXPECT_EQ(total, 1400000);
}

TEST_F(OpTest, yieldingLetsTheOthersAndAStopThrough) {
    int count = 0;
    auto root = [&]() -> Op<void> {
        for (;;) {
            ++count;
            co_await yield_turn();
        }
    };
    probe.start(root());
    shard.turn(false);
    EXPECT_EQ(count, 2);
    probe.request_stop();
    settle();
    EXPECT_EQ(probe.ended, End::stopped);
    EXPECT_LE(count, 3);
}

} // namespace
} // namespace scsilo::loop::test
