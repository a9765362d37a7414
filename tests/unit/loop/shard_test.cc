// SPDX-License-Identifier: Apache-2.0
// A shard's thread: start, stop, call, run, post from several threads.
#include "loop/sleep.h"
#include "probe.h"

#include <atomic>
#include <stdexcept>

namespace scsilo::loop::test {
namespace {

Shard::Limits small_limits() {
    Shard::Limits limits;
    limits.count_ring_entries = 64;
    limits.buffers.count_chunks = {4, 2, 2};
    return limits;
}

TEST(Shard, startsAndStops) {
    Shard never(0, small_limits());
    never.stop();
    for (unsigned i = 0; i < 10; ++i) {
        Shard shard(i, small_limits());
        shard.start();
        EXPECT_FALSE(shard.is_current());
        EXPECT_TRUE(shard.call([&] { return shard.is_current() && &Shard::current() == &shard; }));
        shard.stop();
        shard.stop();
    }
}

TEST(Shard, saysWhyItCannotStart) {
    Shard::Limits limits = small_limits();
    limits.count_ring_entries = 1U << 20;
    Shard shard(0, limits);
    EXPECT_THROW(shard.start(), std::system_error);
}

TEST(Shard, deliversWhatWasPostedBeforeTheStop) {
    int count = 0;
    {
        Shard shard(0, small_limits());
        for (int i = 0; i < 10; ++i) {
            shard.post_call([&] { ++count; }); // before the start too
        }
        shard.start();
        for (int i = 0; i < 1000; ++i) {
            shard.post_call([&] { ++count; });
        }
    }
    EXPECT_EQ(count, 1010);
}

TEST(Shard, callReturnsValuesAndExceptions) {
    Shard shard(0, small_limits());
    shard.start();
    EXPECT_EQ(shard.call([] { return std::string("here"); }), "here");
    EXPECT_THROW(shard.call([] { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(shard.call([&] { return shard.call([] { return 3; }); }), 3) << "on its own thread it just runs";
}

TEST(Shard, runDeliversTheValueOrNothing) {
    Shard shard(0, small_limits());
    shard.start();
    auto good = [&]() -> Op<int> {
        co_await shard.ring().nop();
        co_await sleep_for(1);
        co_return 9;
    };
    auto bad = []() -> Op<int> {
        co_await fail(5);
        co_return 1;
    };
    auto nothing = []() -> Op<void> { co_await yield_turn(); };
    EXPECT_EQ(shard.run([&] { return good(); }), 9);
    EXPECT_EQ(shard.run([&] { return bad(); }), std::nullopt);
    EXPECT_TRUE(shard.run([&] { return nothing(); }).has_value());
}

TEST(Shard, servesTwoThreadsUnderLoad) {
    Shard shard(0, small_limits());
    shard.start();
    constexpr int count_rounds = 3000;
    std::uint64_t on_shard = 0; // touched by the shard's thread only
    std::atomic<int> wrong{0};
    auto work = [&] {
        auto op = [&](int i) -> Op<int> {
            Buffer buffer;
            co_await shard.buffers().take(4096, buffer);
            co_await shard.ring().nop();
            ++on_shard;
            co_return i * 2;
        };
        for (int i = 0; i < count_rounds; ++i) {
            shard.post_call([&] { ++on_shard; });
            if (shard.call([&] { return ++on_shard; }) == 0) {
                ++wrong;
            }
            if (shard.run([&] { return op(i); }) != i * 2) {
                ++wrong;
            }
        }
    };
    std::thread first(work);
    std::thread second(work);
    first.join();
    second.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(shard.call([&] { return on_shard; }), 2U * 3U * count_rounds);
}

TEST(Shard, pollersAreAskedAndMayLeave) {
    struct Counting final : Poller {
        bool poll() noexcept override {
            if (++count == 3) {
                unlink();
            }
            return count < 3;
        }
        int count = 0;
    };
    Shard shard(0, small_limits());
    shard.attach_here();
    Counting one;
    Counting two;
    shard.add_poller(one);
    shard.add_poller(two);
    for (int i = 0; i < 6; ++i) {
        shard.turn(false);
    }
    EXPECT_EQ(one.count, 3);
    EXPECT_EQ(two.count, 3);
}

} // namespace
} // namespace scsilo::loop::test
