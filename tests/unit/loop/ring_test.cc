// SPDX-License-Identifier: Apache-2.0
// The real ring: files, more operations than queue entries, and cancellation racing completion.
#include "loop/wait_queue.h"
#include "probe.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <random>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace scsilo::loop::test {
namespace {

Shard::Limits few_entries() {
    Shard::Limits limits;
    limits.count_ring_entries = 16;
    limits.buffers.count_chunks = {64, 1, 1};
    return limits;
}

class RingTest : public LoopTest {
  protected:
    RingTest() : LoopTest(few_entries()) {}
    void TearDown() override { EXPECT_LE(shard.ring().count_in_flight(), 1U) << "only the shard's own wake-up read"; }
};

TEST_F(RingTest, readsAndWritesAFile) {
    char path[] = "/tmp/scsilo-ring-XXXXXX";
    const int fd = mkstemp(path);
    ASSERT_GE(fd, 0);
    unlink(path);
    std::array<std::int32_t, 8> results{};
    std::array<char, 16> back{};
    auto root = [&]() -> Op<void> {
        Ring &ring = shard.ring();
        results[0] = co_await ring.write(fd, "0123456789", 10, 4096);
        std::array<char, 2> x{'a', 'b'};
        std::array<char, 3> y{'c', 'd', 'e'};
        std::array<iovec, 2> pieces{iovec{x.data(), x.size()}, iovec{y.data(), y.size()}};
        results[1] = co_await ring.writev(fd, pieces, 4098, RWF_DSYNC);
        results[2] = co_await ring.fsync(fd, true);
        results[3] = co_await ring.read(fd, back.data(), 16, 4096);
        results[4] = co_await ring.readv(fd, pieces, 4097);
        results[5] = co_await ring.read(fd, back.data() + 10, 1, 1 << 20);
        results[6] = co_await ring.fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096);
        results[7] = co_await ring.read(-1, back.data(), 1, 0);
    };
    Probe probe;
    probe.start(root());
    finish(probe);
    EXPECT_EQ(results, (std::array<std::int32_t, 8>{10, 5, 0, 10, 5, 0, 0, -EBADF}));
    EXPECT_EQ(std::string(back.data(), 10), "01abcde789");
    close(fd);
}

TEST_F(RingTest, timeoutsEndWithTheirErrorNumber) {
    __kernel_timespec time{};
    time.tv_nsec = 1;
    std::int32_t result = 0;
    auto root = [&]() -> Op<void> { result = co_await shard.ring().timeout(time); };
    Probe probe;
    probe.start(root());
    finish(probe);
    EXPECT_EQ(result, -ETIME);
}

TEST_F(RingTest, takesFarMoreOperationsThanItHasEntries) {
    constexpr std::size_t count = 2000; // entries: 16, completion queue: 128
    int count_done = 0;
    auto nops = [&]() -> Op<void> {
        for (int i = 0; i < 5; ++i) {
            (void)co_await shard.ring().nop();
        }
        ++count_done;
    };
    std::vector<std::unique_ptr<Probe>> probes;
    for (std::size_t i = 0; i < count; ++i) {
        probes.push_back(std::make_unique<Probe>());
        probes.back()->start(nops());
    }
    for (const auto &probe : probes) {
        finish(*probe);
    }
    EXPECT_EQ(count_done, int{count});
}

// One operation of some kind that somebody completes, somebody stops, or both; it counts how it ended.
struct Tally {
    int values = 0;
    int frames_alive = 0;
};

struct Alive {
    explicit Alive(Tally &of) : tally(of) { ++tally.frames_alive; }
    Alive(const Alive &) = delete;
    Alive &operator=(const Alive &) = delete;
    ~Alive() { --tally.frames_alive; }
    Tally &tally;
};

struct Pipe {
    Pipe() {
        if (pipe2(fds, O_CLOEXEC) != 0) {
            std::abort();
        }
    }
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;
    ~Pipe() {
        close(fds[0]);
        close(fds[1]);
    }
    int fds[2];
};

enum class Kind : int { pipe_read, eventfd_read, nop, timeout, poll, file_read, fsync, count };

class Racers {
  public:
    Racers() {
        char path[] = "/tmp/scsilo-race-XXXXXX";
        file_ = mkstemp(path);
        event_ = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
        if (file_ < 0 || event_ < 0 || unlink(path) != 0 || ftruncate(file_, 8192) != 0) {
            std::abort();
        }
    }
    Racers(const Racers &) = delete;
    Racers &operator=(const Racers &) = delete;
    ~Racers() {
        close(file_);
        close(event_);
    }

    // Never the same memory for two operations at once: `to` is per operation.
    Op<void> one(Shard &shard, Kind kind, Tally &tally) {
        const Alive alive(tally);
        Ring &ring = shard.ring();
        std::uint64_t to = 0;
        __kernel_timespec time{};
        time.tv_nsec = 20'000;
        std::int32_t result = 0;
        switch (kind) {
        case Kind::pipe_read:
            result = co_await ring.read(pipe_.fds[0], &to, 1, 0);
            break;
        case Kind::eventfd_read:
            result = co_await ring.read(event_, &to, 8, 0);
            break;
        case Kind::timeout:
            result = co_await ring.timeout(time);
            break;
        case Kind::poll:
            result = co_await ring.poll(pipe_.fds[1], POLLOUT);
            break;
        case Kind::file_read:
            result = co_await ring.read(file_, &to, 8, 64);
            break;
        case Kind::fsync:
            result = co_await ring.fsync(file_, true);
            break;
        case Kind::nop:
        case Kind::count:
            result = co_await ring.nop();
            break;
        }
        EXPECT_TRUE(result >= 0 || (kind == Kind::timeout && result == -ETIME)) << result;
        ++tally.values;
    }

    void feed(Kind kind) {
        if (kind == Kind::pipe_read) {
            EXPECT_EQ(write(pipe_.fds[1], "x", 1), 1);
        } else if (kind == Kind::eventfd_read) {
            const std::uint64_t one = 1;
            EXPECT_EQ(write(event_, &one, 8), 8);
        }
    }
    // Takes back what nobody read, so that every round begins alike.
    void drain() {
        pollfd ready{pipe_.fds[0], POLLIN, 0};
        char byte = 0;
        while (::poll(&ready, 1, 0) == 1 && read(pipe_.fds[0], &byte, 1) == 1) {
        }
        ready.fd = event_;
        std::uint64_t value = 0;
        while (::poll(&ready, 1, 0) == 1 && read(event_, &value, 8) == 8) {
        }
    }

  private:
    Pipe pipe_;
    int file_ = -1;
    int event_ = -1;
};

TEST_F(RingTest, cancellationAndCompletionRaceToExactlyOneEnd) {
    Racers racers;
    Tally tally;
    std::mt19937 random(4711);
    constexpr int count_rounds = 6000;
    std::array<Probe, 4> probes;
    int count_started = 0;
    int count_finished = 0;
    for (int round = 0; round < count_rounds; ++round) {
        std::array<Kind, 4> kinds{};
        for (std::size_t i = 0; i < probes.size(); ++i) {
            kinds[i] = static_cast<Kind>(random() % static_cast<unsigned>(Kind::count));
            probes[i].start(racers.one(shard, kinds[i], tally));
            ++count_started;
        }
        // Feed and stop in random order, with turns of the loop between: before, at and after submission and
        // completion.
        std::array<int, 8> steps{0, 1, 2, 3, 4, 5, 6, 7};
        std::shuffle(steps.begin(), steps.end(), random);
        for (const int step : steps) {
            const auto who = static_cast<std::size_t>(step % 4);
            if (step < 4) {
                probes[who].request_stop();
            } else {
                racers.feed(kinds[who]);
            }
            if (random() % 3 == 0) {
                shard.turn(false);
            }
        }
        for (const Probe &probe : probes) {
            finish(probe);
            count_finished += probe.ended == End::finished ? 1 : 0;
        }
        racers.drain();
    }
    int count_ends = 0;
    for (Probe &probe : probes) {
        count_ends += probe.count_ends;
    }
    EXPECT_EQ(count_ends, count_started);
    EXPECT_EQ(tally.values, count_finished) << "a value was delivered exactly where the operation was not stopped";
    EXPECT_EQ(tally.frames_alive, 0);
    EXPECT_GT(tally.values, count_rounds / 10);
    EXPECT_LT(tally.values, count_started - count_rounds / 10);
    settle();
}

// The same, with the stop requested by another thread through the mailbox while the shard's own thread runs.
class CountedRacer final : public Activity {
  public:
    void start(Op<void> operation) noexcept {
        renew();
        run_root(operation.release_to(*this));
    }
    int finished = 0;
    int stopped = 0;
    std::atomic<bool> over{true};

  private:
    void on_end(End how) noexcept override {
        ++(how == End::finished ? finished : stopped);
        over.store(true);
    }
};

TEST(RingThreads, stopsPostedByAnotherThreadRaceCompletion) {
    Shard shard(0, few_entries());
    shard.start();
    Racers racers;
    Tally tally;
    CountedRacer racer;
    std::mt19937 random(99);
    constexpr int count_rounds = 6000;
    for (int round = 0; round < count_rounds; ++round) {
        const auto kind = static_cast<Kind>(random() % static_cast<unsigned>(Kind::count));
        racer.over.store(false);
        shard.post_call([&, kind] { racer.start(racers.one(shard, kind, tally)); });
        if (random() % 2 == 0) {
            std::this_thread::yield();
        }
        if (random() % 2 == 0) {
            racers.feed(kind);
            shard.post_call([&] { racer.request_stop(); });
        } else {
            shard.post_call([&] { racer.request_stop(); });
            racers.feed(kind);
        }
        while (!racer.over.load()) {
            std::this_thread::yield();
        }
        shard.call([] {});
        racers.drain();
    }
    shard.call([&] {
        EXPECT_EQ(racer.finished + racer.stopped, count_rounds);
        EXPECT_EQ(racer.finished, tally.values) << "a value was delivered exactly where the operation was not stopped";
        EXPECT_EQ(tally.frames_alive, 0);
        EXPECT_GT(racer.finished, 0);
        EXPECT_GT(racer.stopped, 0);
    });
}

} // namespace
} // namespace scsilo::loop::test
