// SPDX-License-Identifier: Apache-2.0
// Buffers: lengths, exhaustion, fairness, cancellation.
#include "loop/buffer_pool.h"
#include "loop/wait_queue.h"
#include "probe.h"

#include <set>

namespace scsilo::loop::test {
namespace {

constexpr std::size_t mib = 1048576;

class BufferPoolTest : public LoopTest {
  protected:
    BufferPool pool{BufferPool::Limits{{2, 2, 40}}};
    WaitQueue queue;
    std::string log;

    Op<void> holds(std::size_t length_bytes, char letter) {
        Buffer buffer;
        co_await pool.take(length_bytes, buffer);
        log += letter;
        co_await queue.wait();
    }
};

TEST_F(BufferPoolTest, everyLengthIsHeldExactlyInPageAlignedPieces) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{4097},
                                     std::size_t{65536}, std::size_t{65537}, mib, mib + 1, 33 * mib}) {
        Buffer buffer;
        ASSERT_TRUE(pool.can_ever_hold(length)) << length;
        ASSERT_TRUE(pool.try_take(length, buffer)) << length;
        EXPECT_EQ(buffer.length_bytes(), length);
        EXPECT_EQ(buffer.segments().length_bytes(), length);
        std::set<void *> seen;
        for (const iovec &piece : buffer.segments().pieces()) {
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(piece.iov_base) % 4096, 0U);
            EXPECT_TRUE(seen.insert(piece.iov_base).second);
        }
        EXPECT_EQ(buffer.segments().fill(0, length, 0xA5), length);
    }
    Buffer buffer;
    EXPECT_FALSE(pool.can_ever_hold(33 * mib + 1));
    EXPECT_FALSE(pool.try_take(33 * mib + 1, buffer));
    EXPECT_FALSE(pool.can_ever_hold(~std::size_t{0}));
    EXPECT_EQ(buffer.length_bytes(), 0U);
}

TEST_F(BufferPoolTest, fewChunksBoundWhatCanBeHeld) {
    const BufferPool small{BufferPool::Limits{{2, 0, 3}}};
    EXPECT_TRUE(small.can_ever_hold(3 * mib));
    EXPECT_FALSE(small.can_ever_hold(3 * mib + 1));
    EXPECT_FALSE(small.can_ever_hold(4097));
}

TEST_F(BufferPoolTest, anEmptyPoolRefusesUntilABufferComesBack) {
    Buffer one;
    Buffer two;
    Buffer three;
    EXPECT_TRUE(pool.try_take(4096, one));
    EXPECT_TRUE(pool.try_take(1, two));
    EXPECT_FALSE(pool.try_take(1, three));
    one.clear();
    one.clear();
    EXPECT_TRUE(pool.try_take(1, three));
}

TEST_F(BufferPoolTest, waitersAreServedInOrderAndNewcomersDoNotOvertake) {
    Probe first, second, third, fourth;
    first.start(holds(40 * mib - 7 * mib, '1')); // 33 of 40
    second.start(holds(20 * mib, '2'));
    third.start(holds(2 * mib, '3')); // would fit, but waits its turn
    Buffer late;
    EXPECT_FALSE(pool.try_take(mib, late));
    EXPECT_EQ(log, "1");
    fourth.start(holds(4096, '4')); // another class waits for nobody
    EXPECT_EQ(log, "14");
    queue.wake_one();
    settle();
    EXPECT_EQ(log, "1423");
    queue.wake_all();
    settle();
    EXPECT_TRUE(pool.try_take(33 * mib, late));
}

TEST_F(BufferPoolTest, whenTheFirstWaiterLeavesTheNextIsServed) {
    Probe first, second, third;
    first.start(holds(33 * mib, '1'));
    second.start(holds(20 * mib, '2'));
    third.start(holds(2 * mib, '3'));
    second.request_stop();
    settle();
    EXPECT_EQ(second.ended, End::stopped);
    EXPECT_EQ(log, "13");
    first.request_stop();
    third.request_stop();
    settle();
    Buffer all;
    EXPECT_TRUE(pool.try_take(33 * mib, all)) << "everything came back";
}

TEST_F(BufferPoolTest, aBufferGrantedToAnActivityThatMustLeaveComesBack) {
    Probe first, second;
    first.start(holds(33 * mib, '1'));
    second.start(holds(33 * mib, '2'));
    queue.wake_one();
    shard.turn(false); // first ends; second is granted and ready
    second.request_stop();
    settle();
    EXPECT_EQ(second.ended, End::stopped);
    Buffer all;
    EXPECT_TRUE(pool.try_take(33 * mib, all));
}

} // namespace
} // namespace scsilo::loop::test
