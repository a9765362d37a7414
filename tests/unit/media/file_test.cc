// SPDX-License-Identifier: Apache-2.0
// File media: refusals, transfers of every shape, O_DIRECT, holes, locks, full and truncated files.
#include "media/file.h"

#include "base/config_error.h"
#include "media_fixture.h"

#include <array>
#include <cstdio>
#include <random>
#include <sys/mman.h>

namespace scsilo::media::test {
namespace {

constexpr std::uint64_t mib = 1048576;

class FileTest : public MediaTest {
  protected:
    // errno and sentence of a refusal.
    void expect_refused(const FileOptions &options, int error, const std::string &words) {
        try {
            const auto medium = open_file(options);
            FAIL() << options.path << " was opened";
        } catch (const ConfigError &refusal) {
            EXPECT_EQ(refusal.error_number(), error) << refusal.what();
            EXPECT_NE(std::string(refusal.what()).find(words), std::string::npos) << refusal.what();
            EXPECT_NE(std::string(refusal.what()).find(options.path), std::string::npos) << refusal.what();
        }
    }
    static bool direct_works(const std::string &path) {
        const int fd = open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC);
        if (fd >= 0) {
            close(fd);
        }
        return fd >= 0;
    }
    // Random writes and reads of all shapes against a copy in memory.
    void compare_with_model(BlockMedium &medium, std::uint64_t size_bytes, unsigned seed, int count_steps) {
        std::mt19937 random(seed);
        Data model(size_bytes);
        for (int step = 0; step < count_steps; ++step) {
            const std::uint64_t unit = random() % 2 == 0 ? 512 : 4096;
            const std::uint64_t length = unit * (1 + random() % (random() % 4 == 0 ? size_bytes / unit / 2 : 16));
            const std::uint64_t offset = random() % ((size_bytes - length) / unit + 1) * unit;
            const std::size_t piece = std::array<std::size_t, 4>{1 << 30, 4096, 512, 1000}[random() % 4];
            const std::size_t skew = random() % 3 == 0 ? 8 : 0;
            const auto at = model.begin() + static_cast<std::ptrdiff_t>(offset);
            if (random() % 2 == 0) {
                const Data data = pattern(length, seed + static_cast<unsigned>(step));
                write_at(medium, offset, data, piece, skew,
                         random() % 4 == 0 ? Durability::durable : Durability::cached);
                std::copy(data.begin(), data.end(), at);
            } else if (random() % 4 == 0) {
                EXPECT_EQ(wait(random() % 2 == 0 ? medium.punch(offset, length) : medium.zero(offset, length)), 0);
                std::fill_n(at, length, std::uint8_t{0});
            } else {
                ASSERT_TRUE(std::equal(at, at + static_cast<std::ptrdiff_t>(length),
                                       read_at(medium, offset, length, piece, skew).begin()))
                    << step;
            }
        }
        EXPECT_EQ(read_at(medium, 0, size_bytes), model);
    }
};

TEST_F(FileTest, refusalsSayWhatWhyAndTheRemedy) {
    expect_refused({.path = directory + "/none"}, ENOENT, "truncate");
    expect_refused({.path = directory}, EISDIR, "directory");
    expect_refused({.path = "/dev/null"}, EINVAL, "neither a regular file nor a block device");
    expect_refused({.path = make_file("empty", 0)}, EINVAL, "0 bytes");
    expect_refused({.path = make_file("tiny", 511)}, EINVAL, "at least 512");
    const std::string fifo = directory + "/fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    expect_refused({.path = fifo}, EINVAL, "neither");
    expect_refused({.path = make_file("x", 512) + "/below"}, ENOTDIR, "cannot be opened");
}

TEST_F(FileTest, aFileWithoutPermissionIsRefused) {
    const std::string path = make_file("closed", mib);
    ASSERT_EQ(chmod(path.c_str(), 0), 0);
    ASSERT_EQ(chmod(directory.c_str(), 0755), 0);
    if (geteuid() == 0 && seteuid(65534) != 0) {
        GTEST_SKIP() << "cannot become nobody";
    }
    expect_refused({.path = path}, EACCES, "change its owner or mode");
    if (getuid() == 0) {
        ASSERT_EQ(seteuid(0), 0);
    }
}

TEST_F(FileTest, sizesThatODirectCannotReachAreRefused) {
    const std::string path = make_file("odd", mib + 100);
    if (!direct_works(path)) {
        GTEST_SKIP() << "no O_DIRECT here";
    }
    expect_refused({.path = path, .o_direct = true}, EINVAL, "without o_direct");
    EXPECT_EQ(open_file({.path = path})->facts().size_bytes, mib + 100);
}

TEST_F(FileTest, symbolicLinksAreFollowed) {
    const std::string path = make_file("image", mib);
    std::filesystem::create_symlink(path, directory + "/link");
    EXPECT_EQ(open_file({.path = directory + "/link"})->facts().size_bytes, mib);
}

TEST_F(FileTest, oneWriterOrManyReaders) {
    const std::string path = make_file("image", mib);
    {
        const auto writer = open_file({.path = path});
        expect_refused({.path = path}, EBUSY, "in use");
        expect_refused({.path = path, .read_only = true}, EBUSY, "in use");
    }
    const auto reader = open_file({.path = path, .read_only = true});
    const auto another = open_file({.path = path, .read_only = true});
    expect_refused({.path = path}, EBUSY, "in use");
}

TEST_F(FileTest, bufferedTransfersMatchAModel) {
    const auto medium = open_file({.path = make_file("image", 4 * mib)});
    EXPECT_EQ(medium->kind(), "file");
    EXPECT_TRUE(medium->facts().volatile_cache);
    EXPECT_EQ(medium->facts().alignment_bytes, 1U);
    compare_with_model(*medium, 4 * mib, 1, 150);
}

TEST_F(FileTest, directTransfersOfEveryShapeMatchAModel) {
    const std::string path = make_file("image", 4 * mib);
    if (!direct_works(path)) {
        GTEST_SKIP() << "no O_DIRECT here";
    }
    const auto medium = open_file({.path = path, .o_direct = true});
    EXPECT_GE(medium->facts().alignment_bytes, 1U);
    compare_with_model(*medium, 4 * mib, 2, 150);
    struct stat facts{};
    ASSERT_EQ(stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_size, off_t{4 * mib}) << "whole blocks at the end do not enlarge the file";
}

// A device that wants 4096 although the one below takes less: the worst case of the bounce buffer, on any file system.
TEST_F(FileTest, smallBlocksOnALargeAlignmentMatchAModel) {
    const std::string path = make_file("image", mib);
    OpenedFile opened;
    opened.fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    opened.direct = true;
    opened.memory_align_bytes = opened.offset_align_bytes = 4096;
    opened.facts.size_bytes = mib;
    opened.bounce = static_cast<std::uint8_t *>(
        mmap(nullptr, FileMedium::bounce_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    FileMedium medium(opened);
    compare_with_model(medium, mib, 3, 300);
    write_at(medium, 512, pattern(1024 * 700, 9), 1 << 30,
             8); // larger than the bounce buffer, both edges inside blocks
    EXPECT_EQ(read_at(medium, 512, 1024 * 700), pattern(1024 * 700, 9));
}

TEST_F(FileTest, concurrentSmallWritesIntoOneBlockLoseNothing) {
    const std::string path = make_file("image", mib);
    OpenedFile opened;
    opened.fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    opened.direct = true;
    opened.memory_align_bytes = opened.offset_align_bytes = 4096;
    opened.facts.size_bytes = mib;
    opened.bounce = static_cast<std::uint8_t *>(
        mmap(nullptr, FileMedium::bounce_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    FileMedium medium(opened);
    const Data data = pattern(8 * 4096, 7);
    int count_open = 0;
    auto one = [&](std::size_t at, std::size_t length) -> loop::Op<void> {
        const Data mine(data.begin() + static_cast<std::ptrdiff_t>(at),
                        data.begin() + static_cast<std::ptrdiff_t>(at + length));
        const Scattered memory(mine);
        const IoOutcome outcome = co_await medium.write(at, memory.segments(), Durability::cached);
        EXPECT_EQ(outcome.error, 0);
        --count_open;
    };
    for (std::size_t at = 0; at < data.size(); at += 512) { // whole blocks are written among the small pieces
        ++count_open;
        shard.spawn(one(at, at % 8192 == 0 ? 4096 : 512));
    }
    while (count_open > 0) {
        shard.turn(true);
    }
    EXPECT_EQ(read_at(medium, 0, data.size()), data);
}

TEST_F(FileTest, moreThanOneGoOfPiecesIsTransferredWhole) {
    const auto medium = open_file({.path = make_file("image", 4 * mib), .write_through = true});
    EXPECT_FALSE(medium->facts().volatile_cache);
    const Data data = pattern(100'000, 5);
    write_at(*medium, 123, data, 700);
    EXPECT_EQ(read_at(*medium, 123, data.size(), 333), data);
    write_at(*medium, 0, Data{});
    EXPECT_EQ(wait(medium->flush()), 0);
}

TEST_F(FileTest, readOnlyMediaRefuseEveryChange) {
    const auto medium = open_file({.path = make_file("image", mib), .read_only = true});
    EXPECT_TRUE(medium->facts().read_only);
    const Scattered memory(512, 512);
    EXPECT_EQ(wait(medium->write(0, memory.segments(), Durability::cached)).error, EROFS);
    EXPECT_EQ(wait(medium->punch(0, 512)), EROFS);
    EXPECT_EQ(wait(medium->zero(0, 512)), EROFS);
    EXPECT_EQ(wait(medium->flush()), 0);
    EXPECT_EQ(read_at(*medium, 0, 512), Data(512));
}

TEST_F(FileTest, punchedRangesAreHoles) {
    const std::string path = make_file("image", mib);
    const auto medium = open_file({.path = path});
    BlockMedium::Extent extent = wait(medium->extent_at(4096));
    EXPECT_FALSE(extent.mapped);
    EXPECT_EQ(extent.end_offset, mib);
    write_at(*medium, 0, pattern(mib, 1), 1 << 30, 0, Durability::durable);
    extent = wait(medium->extent_at(4096));
    EXPECT_TRUE(extent.mapped);
    EXPECT_EQ(extent.end_offset, mib);
    EXPECT_EQ(wait(medium->punch(65536, 131072)), 0);
    EXPECT_EQ(read_at(*medium, 65536, 131072), Data(131072));
    extent = wait(medium->extent_at(65536));
    EXPECT_FALSE(extent.mapped) << "the file system of /tmp has holes";
    EXPECT_EQ(extent.end_offset, 65536U + 131072U);
    extent = wait(medium->extent_at(0));
    EXPECT_TRUE(extent.mapped);
    EXPECT_EQ(extent.end_offset, 65536U);
    EXPECT_EQ(wait(medium->punch(0, 0)), 0);
    EXPECT_GT(medium->facts().punch_granularity_bytes, 0U);
}

TEST_F(FileTest, truncationBehindOurBackIsAShortReadWithENODATA) {
    const std::string path = make_file("image", mib);
    const auto medium = open_file({.path = path});
    write_at(*medium, 0, pattern(mib, 1));
    ASSERT_EQ(truncate(path.c_str(), 10'000), 0);
    const Scattered memory(8192, 4096);
    IoOutcome outcome = wait(medium->read(4096, memory.segments()));
    EXPECT_EQ(outcome.done_bytes, 10'000U - 4096U);
    EXPECT_EQ(outcome.error, ENODATA);
    outcome = wait(medium->read(65536, memory.segments()));
    EXPECT_EQ(outcome.done_bytes, 0U);
    EXPECT_EQ(outcome.error, ENODATA);
    EXPECT_EQ(wait(medium->refresh()), 0);
    EXPECT_EQ(medium->facts().size_bytes, 10'000U);
    ASSERT_EQ(truncate(path.c_str(), 0), 0);
    EXPECT_EQ(wait(medium->refresh()), ENODATA);
    EXPECT_EQ(medium->facts().size_bytes, 10'000U);
    ASSERT_EQ(truncate(path.c_str(), 2 * mib), 0);
    EXPECT_EQ(wait(medium->refresh()), 0);
    EXPECT_EQ(medium->facts().size_bytes, 2 * mib);
}

TEST_F(FileTest, directReadsOfATruncatedFileEndWithENODATA) {
    const std::string path = make_file("image", mib);
    if (!direct_works(path)) {
        GTEST_SKIP() << "no O_DIRECT here";
    }
    const auto medium = open_file({.path = path, .o_direct = true});
    ASSERT_EQ(truncate(path.c_str(), 10'000), 0);
    for (const std::size_t skew : {std::size_t{0}, std::size_t{8}}) {
        const Scattered memory(16384, 1 << 30, skew);
        const IoOutcome outcome = wait(medium->read(0, memory.segments()));
        EXPECT_EQ(outcome.done_bytes, 10'000U);
        EXPECT_EQ(outcome.error, ENODATA);
    }
}

TEST_F(FileTest, worksOnTmpfsAndReportsAFullOne) {
    const std::string where = small_tmpfs("256k");
    if (where.empty()) {
        GTEST_SKIP() << "needs root";
    }
    const auto medium = open_file({.path = make_file("image", mib, where)});
    compare_with_model(*medium, 65536, 4, 60); // no FALLOC_FL_ZERO_RANGE here: zeros are written
    const Scattered memory(pattern(mib, 1));
    const IoOutcome outcome = wait(medium->write(0, memory.segments(), Durability::cached));
    EXPECT_EQ(outcome.error, ENOSPC);
    EXPECT_LT(outcome.done_bytes, mib);
    EXPECT_EQ(wait(medium->zero(0, mib)), ENOSPC);
    EXPECT_EQ(wait(medium->punch(0, mib)), 0);
    EXPECT_EQ(read_at(*medium, 0, 65536), Data(65536));
    if (!direct_works(where + "/image")) {
        const std::string other = make_file("other", mib, where);
        expect_refused({.path = other, .o_direct = true}, EINVAL, "without o_direct");
    }
}

// A loop device with 4096-byte blocks over a file; empty where loop devices are not to be had.
std::string loop_device(const std::string &path) {
    const std::string command = "losetup --find --show --sector-size 4096 " + path + " 2>/dev/null";
    std::string name(64, '\0');
    FILE *out = popen(command.c_str(), "r");
    if (out == nullptr) {
        return "";
    }
    name.resize(fread(name.data(), 1, name.size(), out));
    const bool good = pclose(out) == 0 && name.starts_with("/dev/loop");
    return good ? name.substr(0, name.find('\n')) : "";
}

TEST_F(FileTest, blockDevicesMatchAModel) {
    const std::string device = loop_device(make_file("image", 4 * mib));
    if (device.empty()) {
        GTEST_SKIP() << "no loop device here";
    }
    for (const bool o_direct : {false, true}) {
        const auto medium = open_file({.path = device, .o_direct = o_direct});
        EXPECT_EQ(medium->facts().size_bytes, 4 * mib);
        EXPECT_EQ(medium->facts().alignment_bytes, o_direct ? 4096U : 1U);
        expect_refused({.path = device}, EBUSY, "in use");
        EXPECT_EQ(wait(medium->zero(0, 4 * mib)), 0);
        compare_with_model(*medium, 4 * mib, 5, 100);
        const BlockMedium::Extent extent = wait(medium->extent_at(0));
        EXPECT_TRUE(extent.mapped);
        EXPECT_EQ(extent.end_offset, 4 * mib);
        EXPECT_EQ(wait(medium->refresh()), 0);
    }
    EXPECT_EQ(std::system(("losetup --detach " + device).c_str()), 0);
}

TEST_F(FileTest, aStoppedTransferLeavesNothingBehind) {
    const auto medium = open_file({.path = make_file("image", 4 * mib)});
    struct Task final : loop::Activity {
        void start(loop::Op<void> operation) noexcept { run_root(operation.release_to(*this)); }
        void on_end(loop::End) noexcept override { over = true; }
        bool over = false;
    };
    for (int round = 0; round < 200; ++round) {
        Task task;
        const Scattered memory(65536, 4096);
        auto body = [&]() -> loop::Op<void> {
            (void)co_await medium->write(0, memory.segments(), Durability::durable);
            (void)co_await medium->read(0, memory.segments());
        };
        task.start(body());
        for (int i = 0; i < round % 3; ++i) {
            shard.turn(false);
        }
        task.request_stop();
        while (!task.over) {
            shard.turn(true);
        }
    }
    shard.turn(false);
    EXPECT_LE(shard.ring().count_in_flight(), 1U);
}

} // namespace
} // namespace scsilo::media::test
