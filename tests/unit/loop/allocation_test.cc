// SPDX-License-Identifier: Apache-2.0
// Once warm, activities that lock, take buffers, use the ring and sleep do not touch the heap.
#include "loop/frame_pool.h"
#include "loop/sleep.h"
#include "loop/wait_queue.h"
#include "probe.h"

#include <atomic>
#include <cstdlib>
#include <new>

// The sanitizers bring their own operator new: there, only the frames are counted.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SCSILO_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SCSILO_SANITIZED 1
#endif
#endif

namespace {
std::atomic<std::uint64_t> count_new{0};
} // namespace

#ifndef SCSILO_SANITIZED
void *operator new(std::size_t length_bytes) {
    count_new.fetch_add(1, std::memory_order_relaxed);
    if (void *memory = std::malloc(length_bytes == 0 ? 1 : length_bytes); memory != nullptr) {
        return memory;
    }
    throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace scsilo::loop::test {
namespace {

class AllocationTest : public LoopTest {
  protected:
    Mutex mutex;

    Op<int> leaf(std::size_t length_bytes) {
        Buffer buffer;
        co_await shard.buffers().take(length_bytes, buffer);
        (void)co_await shard.ring().nop();
        co_return int{1};
    }
    Op<void> command(std::size_t length_bytes) {
        auto held = co_await mutex.lock();
        (void)co_await leaf(length_bytes);
        co_await yield_turn();
    }
};

TEST_F(AllocationTest, theWarmPathDoesNotAllocate) {
    std::array<Probe, 8> probes;
    const auto round = [&] {
        std::size_t length_bytes = 512;
        for (Probe &probe : probes) {
            probe.start(command(length_bytes));
            length_bytes *= 4;
        }
        probes[3].request_stop();
        for (const Probe &probe : probes) {
            finish(probe);
        }
    };
    round();
    const std::uint64_t news = count_new.load();
    const std::uint64_t frames = FramePool::of_this_thread().count_heap();
#ifndef SCSILO_SANITIZED
    EXPECT_GT(news, 0U) << "the counter is in place";
#endif
    EXPECT_GT(frames, 0U);
    for (int i = 0; i < 1000; ++i) {
        round();
    }
    EXPECT_EQ(count_new.load(), news);
    EXPECT_EQ(FramePool::of_this_thread().count_heap(), frames);
}

TEST_F(AllocationTest, framesOfEverySizeComeFromThePoolAndGoBack) {
    FramePool pool;
    for (const std::size_t length : {std::size_t{1}, std::size_t{64}, std::size_t{65}, std::size_t{4096}}) {
        void *first = pool.take(length);
        std::memset(first, 1, length);
        pool.give(first, length);
        const std::uint64_t before = pool.count_heap();
        void *second = pool.take(length);
        std::memset(second, 2, length);
        EXPECT_EQ(second, first);
        EXPECT_EQ(pool.count_heap(), before);
        pool.give(second, length);
    }
    const std::uint64_t before = pool.count_heap();
    for (int i = 0; i < 2; ++i) {
        void *large = pool.take(4097);
        std::memset(large, 3, 4097);
        pool.give(large, 4097);
    }
    EXPECT_EQ(pool.count_heap(), before + 2) << "larger ones go to the heap each time";
}

} // namespace
} // namespace scsilo::loop::test
