// SPDX-License-Identifier: Apache-2.0
// What a command costs in process: engine and disk on this thread's shard, beside a bare io_uring NOP in the same run.
//
//     bench_engine [Google Benchmark's options; --benchmark_format=json]
//     bench_engine --file PATH [--direct] [--seconds N] [--depth N]     random 4 KiB READ(10); prints one JSON object
#include "device/sbc/disk.h"
#include "media/file.h"
#include "media/null.h"
#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <liburing.h>
#include <random>
#include <string>
#include <unistd.h>

namespace scsilo {
namespace {

constexpr std::size_t block_bytes = 4096;

std::unique_ptr<sbc::Disk> disk_on(std::unique_ptr<media::BlockMedium> medium) {
    return sbc::make_disk(
        {.identity = sbc::disk_identity(sbc::DiskKind::fileio, "bench"), .block_length_bytes = block_bytes},
        std::move(medium));
}

std::unique_ptr<sbc::Disk> null_disk() { return disk_on(std::make_unique<media::NullMedium>(std::uint64_t{1} << 40)); }

// One pooled command, sent again and again.
class OneCommand final : engine::CommandDelivery {
  public:
    explicit OneCommand(std::string_view cdb)
        : memory_(block_bytes), piece_{memory_.data(), memory_.size()}, command_(*this) {
        command_.request.cdb = scsi::Cdb(test::hex(cdb));
        command_.request.data_in = Segments({&piece_, 1});
    }
    void send(engine::ItlNexus &itl) {
        ended_ = false;
        itl.submit(command_);
    }
    [[nodiscard]] bool good() const { return ended_ && command_.status == scsi::Status::good; }

  private:
    void command_ended(engine::Command &) noexcept override { ended_ = true; }
    test::ByteVector memory_;
    iovec piece_;
    engine::Command command_;
    bool ended_ = false;
};

enum class Turn : std::uint8_t { no, yes };

// `turn`: a round of the shard's loop, ring included, for each command.
void one_command(benchmark::State &state, std::string_view cdb, Turn turn) {
    test::TestUnit unit(null_disk());
    OneCommand command(cdb);
    for (auto iteration : state) {
        benchmark::DoNotOptimize(iteration);
        command.send(unit.itl());
        if (turn == Turn::yes) {
            unit.shard().turn(false);
        }
        if (!command.good()) {
            state.SkipWithError("the command failed");
            return;
        }
    }
}

void test_unit_ready(benchmark::State &state) { one_command(state, "00 00000000 00", Turn::no); }
void test_unit_ready_and_turn(benchmark::State &state) { one_command(state, "00 00000000 00", Turn::yes); }
void read_4k_null(benchmark::State &state) { one_command(state, "28 00 00000010 00 0001 00", Turn::no); }
void read_4k_null_and_turn(benchmark::State &state) { one_command(state, "28 00 00000010 00 0001 00", Turn::yes); }
BENCHMARK(test_unit_ready);
BENCHMARK(test_unit_ready_and_turn);
BENCHMARK(read_4k_null);
BENCHMARK(read_4k_null_and_turn);

// Beside read_4k_null: the same while the nexus holds a persistent reservation.
void read_4k_null_reserved(benchmark::State &state) {
    test::TestUnit unit(null_disk());
    const bool reserved = unit.run(test::hex("5f 00 00 0000 00000018 00"), test::hex("00*15 01 00*8")).good() &&
                          unit.run(test::hex("5f 01 03 0000 00000018 00"), test::hex("00*7 01 00*16")).good();
    OneCommand command("28 00 00000010 00 0001 00");
    for (auto iteration : state) {
        benchmark::DoNotOptimize(iteration);
        command.send(unit.itl());
        if (!reserved || !command.good()) {
            state.SkipWithError("the command failed");
            return;
        }
    }
}
BENCHMARK(read_4k_null_reserved);

class NopActivity final : public loop::Activity {
  public:
    explicit NopActivity(loop::Ring &ring) : ring_(ring) {}
    void start() {
        ended = false;
        renew();
        run_root(run().release_to(*this));
    }
    bool ended = false;

  private:
    loop::Op<void> run() { (void)co_await ring_.nop(); }
    void on_end(loop::End) noexcept override { ended = true; }
    loop::Ring &ring_;
};

void nop_loop_ring(benchmark::State &state) {
    loop::Shard shard(0, {});
    shard.attach_here();
    NopActivity nop(shard.ring());
    for (auto iteration : state) {
        benchmark::DoNotOptimize(iteration);
        nop.start();
        while (!nop.ended) {
            shard.turn(true);
        }
    }
}
BENCHMARK(nop_loop_ring);

void nop_liburing(benchmark::State &state) {
    io_uring ring{};
    if (io_uring_queue_init(64, &ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) < 0) {
        state.SkipWithError("io_uring cannot be set up");
        return;
    }
    for (auto iteration : state) {
        benchmark::DoNotOptimize(iteration);
        io_uring_prep_nop(io_uring_get_sqe(&ring));
        io_uring_cqe *cqe = nullptr;
        io_uring_submit_and_wait(&ring, 1);
        io_uring_peek_cqe(&ring, &cqe);
        io_uring_cqe_seen(&ring, cqe);
    }
    io_uring_queue_exit(&ring);
}
BENCHMARK(nop_liburing);

// `depth` READ(10) of 4 KiB at random places, each followed by the next when it has ended.
class RandomReads final : public engine::CommandDelivery {
  public:
    RandomReads(test::TestUnit &unit, unsigned depth)
        : unit_(unit), count_blocks_(unit.device<sbc::Disk>().capacity().value), depth_(depth) {
        const std::size_t length_bytes = depth * block_bytes;
        memory_ = static_cast<std::uint8_t *>(std::aligned_alloc(block_bytes, length_bytes));
        std::memset(memory_, 0, length_bytes);
        pieces_.resize(depth);
        for (unsigned i = 0; i < depth; ++i) {
            pieces_[i] = {memory_ + i * block_bytes, block_bytes};
            commands_.emplace_back(*this).request.data_in = Segments({&pieces_[i], 1});
        }
    }
    RandomReads(const RandomReads &) = delete;
    RandomReads &operator=(const RandomReads &) = delete;
    ~RandomReads() { std::free(memory_); }

    // Commands ended in that time; nothing is on its way afterwards.
    std::uint64_t run(std::chrono::nanoseconds time) {
        count_ended = 0;
        going_ = true;
        count_under_way_ = depth_;
        for (engine::Command &command : commands_) {
            send(command);
        }
        const auto end = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < end) {
            unit_.shard().turn(true);
        }
        const std::uint64_t counted = count_ended;
        going_ = false;
        while (count_under_way_ != 0) {
            unit_.shard().turn(true);
        }
        return counted;
    }
    [[nodiscard]] bool failed() const { return failed_; }
    std::uint64_t count_ended = 0;

  private:
    void send(engine::Command &command) {
        std::array<std::uint8_t, 10> cdb{0x28};
        // A place by multiplication: random_ is 64 bits, and a capacity here is far below 2^32.
        const std::uint64_t lba = (random_() >> 32) * count_blocks_ >> 32;
        scsi::Be<2, 4>::set(MutableBytes(cdb), lba);
        scsi::Be<7, 2>::set(MutableBytes(cdb), 1);
        command.request.cdb = scsi::Cdb(cdb);
        unit_.itl().submit(command);
    }
    void command_ended(engine::Command &command) noexcept override {
        failed_ = failed_ || command.status != scsi::Status::good;
        ++count_ended;
        if (going_) {
            send(command);
        } else {
            --count_under_way_;
        }
    }

    test::TestUnit &unit_;
    const std::uint64_t count_blocks_;
    const unsigned depth_;
    std::uint8_t *memory_ = nullptr;
    std::vector<iovec> pieces_;
    std::deque<engine::Command> commands_;
    std::mt19937_64 random_{1};
    unsigned count_under_way_ = 0;
    bool going_ = false;
    bool failed_ = false;
};

// On tmpfs, if there is any: otherwise it would measure the page cache of a disk.
void file_random_read_depth_32(benchmark::State &state) {
    char path[] = "/dev/shm/scsilo-bench-XXXXXX";
    const int fd = mkstemp(path);
    if (fd < 0 || posix_fallocate(fd, 0, 256 << 20) != 0) {
        state.SkipWithError("no room in /dev/shm");
        return;
    }
    close(fd);
    auto medium = media::open_file({.path = path});
    unlink(path);
    test::TestUnit unit(disk_on(std::move(medium)));
    RandomReads reads(unit, 32);
    std::uint64_t total = 0;
    for (auto iteration : state) {
        benchmark::DoNotOptimize(iteration);
        total += reads.run(std::chrono::milliseconds(200));
    }
    state.counters["IOPS"] = benchmark::Counter(static_cast<double>(total), benchmark::Counter::kIsRate);
}
BENCHMARK(file_random_read_depth_32)->UseRealTime()->Unit(benchmark::kMillisecond);

int measure_file(int count, char **words) {
    media::FileOptions options;
    unsigned depth = 32;
    double seconds = 2;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        const char *next = i + 1 < count ? words[i + 1] : "";
        if (word == "--direct") {
            options.o_direct = true;
            continue;
        }
        ++i;
        if (word == "--file") {
            options.path = next;
        } else if (word == "--seconds") {
            seconds = std::strtod(next, nullptr);
        } else if (word == "--depth") {
            depth = static_cast<unsigned>(std::strtoul(next, nullptr, 10));
        }
    }
    test::TestUnit unit(disk_on(media::open_file(options)));
    RandomReads reads(unit, depth);
    (void)reads.run(std::chrono::milliseconds(100)); // warm
    const auto count_ended = reads.run(std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9)));
    if (reads.failed()) {
        std::fprintf(stderr, "bench_engine: a READ failed\n");
        return 1;
    }
    std::printf("{\"file\": \"%s\", \"direct\": %s, \"depth\": %u, \"iops\": %.0f}\n", options.path.c_str(),
                options.o_direct ? "true" : "false", depth, static_cast<double>(count_ended) / seconds);
    return 0;
}

} // namespace
} // namespace scsilo

int main(int count, char **words) {
    if (count > 1 && std::strcmp(words[1], "--file") == 0) {
        return scsilo::measure_file(count, words);
    }
    benchmark::Initialize(&count, words);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
