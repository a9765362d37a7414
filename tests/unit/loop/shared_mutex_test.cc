// SPDX-License-Identifier: Apache-2.0
// Sharing, being alone, and the order among them.
#include "loop/shared_mutex.h"
#include "loop/wait_queue.h"
#include "probe.h"

namespace scsilo::loop::test {
namespace {

class SharedMutexTest : public LoopTest {
  protected:
    SharedMutex mutex;
    WaitQueue queue;
    std::string log;
    Probe a, b, c, d;

    Op<void> shares(char letter) {
        auto held = co_await mutex.lock_shared();
        log += letter;
        co_await queue.wait();
    }
    Op<void> alone(char letter) {
        auto held = co_await mutex.lock();
        log += letter;
        co_await queue.wait();
    }
};

TEST_F(SharedMutexTest, whoWantsItAloneWaitsForAllAndIsNotOvertaken) {
    a.start(shares('a'));
    b.start(shares('b'));
    c.start(alone('c'));
    d.start(shares('d'));
    EXPECT_EQ(log, "ab");
    queue.wake_one();
    settle();
    EXPECT_EQ(log, "ab");
    queue.wake_one();
    settle();
    EXPECT_EQ(log, "abc");
    queue.wake_one();
    settle();
    EXPECT_EQ(log, "abcd");
    queue.wake_one();
    settle();
    EXPECT_EQ(d.ended, End::finished);
}

TEST_F(SharedMutexTest, whenTheOneInFrontLeavesThoseBehindShare) {
    a.start(shares('a'));
    b.start(alone('b'));
    c.start(shares('c'));
    EXPECT_EQ(log, "a");
    b.request_stop();
    settle();
    EXPECT_EQ(b.ended, End::stopped);
    EXPECT_EQ(log, "ac");
    queue.wake_all();
    settle();
    EXPECT_EQ(c.ended, End::finished);
}

} // namespace
} // namespace scsilo::loop::test
