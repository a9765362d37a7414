// SPDX-License-Identifier: Apache-2.0
// dev/sdX against a model of its bytes, and what tools ask of a disk.
#include "unit/port_local/node_fixture.h"

#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <poll.h>
#include <random>
#include <sys/mman.h>
#include <sys/uio.h>

namespace scsilo::local {
namespace {

using SdNodeTest = NodeTest;
using ByteVector = std::vector<std::uint8_t>;

ByteVector random_bytes(std::mt19937 &random, std::size_t length) {
    ByteVector bytes(length);
    for (auto &byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

ssize_t put(const File &file, const ByteVector &bytes, std::uint64_t offset) {
    return pwrite(file.fd(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
}

ByteVector get(const File &file, std::size_t length, std::uint64_t offset) {
    ByteVector bytes(length);
    const ssize_t got = pread(file.fd(), bytes.data(), length, static_cast<off_t>(offset));
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
}

TEST_F(SdNodeTest, AnyOffsetAndLengthIsAsInTheModel) {
    const File sd(path_ / "sda");
    std::mt19937 random(20081130);
    ByteVector model(disk_bytes);
    for (int i = 0; i < 300; ++i) {
        const std::size_t offset = random() % model.size();
        const std::size_t length =
            std::min<std::size_t>(1 + random() % (i % 10 == 0 ? 300'000 : 3000), model.size() - offset);
        const ByteVector bytes = random_bytes(random, length);
        ASSERT_EQ(put(sd, bytes, offset), static_cast<ssize_t>(length));
        std::copy(bytes.begin(), bytes.end(), model.begin() + static_cast<std::ptrdiff_t>(offset));
        const std::size_t from = random() % model.size();
        const std::size_t count = std::min<std::size_t>(random() % 5000, model.size() - from);
        const auto expected = std::span(model).subspan(from, count);
        const ByteVector got = get(sd, count, from);
        ASSERT_TRUE(std::equal(got.begin(), got.end(), expected.begin(), expected.end())) << i;
    }
    EXPECT_EQ(get(sd, disk_bytes, 0), model);
}

TEST_F(SdNodeTest, WritersOfPartsOfOneBlockLoseNothing) {
    const File sd(path_ / "sda");
    std::vector<std::thread> writers;
    for (std::size_t part = 0; part < 4; ++part) {
        writers.emplace_back([&, part] {
            for (int round = 0; round < 50; ++round) {
                ASSERT_EQ(put(sd, ByteVector(100, static_cast<std::uint8_t>(part + 1)), 512 + part * 100), 100);
            }
        });
    }
    for (auto &writer : writers) {
        writer.join();
    }
    const ByteVector block = get(sd, 512, 512);
    for (std::size_t i = 0; i < 400; ++i) {
        ASSERT_EQ(block[i], i / 100 + 1);
    }
}

TEST_F(SdNodeTest, TheEndIsTheCapacity) {
    const File sd(path_ / "sda");
    EXPECT_EQ(std::filesystem::file_size(path_ / "sda"), disk_bytes);
    EXPECT_EQ(lseek(sd.fd(), 0, SEEK_END), static_cast<off_t>(disk_bytes));
    EXPECT_EQ(get(sd, 100, disk_bytes).size(), 0U);
    EXPECT_EQ(get(sd, 100, disk_bytes - 7).size(), 7U);
    EXPECT_EQ(put(sd, ByteVector(100), disk_bytes - 7), 7);
    EXPECT_EQ(put(sd, ByteVector(1), disk_bytes), -1);
    EXPECT_EQ(errno, ENOSPC);
}

TEST_F(SdNodeTest, TruncationIsIgnored) {
    {
        const File sd(path_ / "sda");
        ASSERT_EQ(put(sd, ByteVector(512, 0x77), 0), 512);
        EXPECT_EQ(ftruncate(sd.fd(), 5), 0);
    }
    const File sd(path_ / "sda", O_RDWR | O_CREAT | O_TRUNC);
    ASSERT_GE(sd.fd(), 0);
    EXPECT_EQ(get(sd, 512, 0), ByteVector(512, 0x77));
    EXPECT_EQ(std::filesystem::file_size(path_ / "sda"), disk_bytes);
}

TEST_F(SdNodeTest, FlushesAndSynchronousWrites) {
    const File sd(path_ / "sda", O_RDWR | O_DSYNC);
    EXPECT_EQ(put(sd, ByteVector(512, 1), 0), 512);
    EXPECT_EQ(fsync(sd.fd()), 0);
    unit_->shard().call([&] { faults_->add({.on = media::FaultOn::flush, .error = EIO}); });
    EXPECT_EQ(put(sd, ByteVector(512, 2), 0), 512); // FUA: a durable write, not a flush
    EXPECT_EQ(fsync(sd.fd()), -1);
    EXPECT_EQ(errno, EIO);
}

TEST_F(SdNodeTest, SpaceIsPunchedZeroedAndDiscarded) {
    const File sd(path_ / "sda");
    constexpr off_t at = 1 << 20;
    const auto fill = [&] { ASSERT_EQ(put(sd, ByteVector(1 << 20, 0x99), at), 1 << 20); };
    fill();
    ASSERT_EQ(fallocate(sd.fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, 65536), 0) << errno;
    EXPECT_EQ(get(sd, 65536, at), ByteVector(65536, 0));
    fill();
    ASSERT_EQ(fallocate(sd.fd(), FALLOC_FL_ZERO_RANGE, at, 65536), 0) << errno;
    EXPECT_EQ(get(sd, 65536 + 1, at).back(), 0x99);
    EXPECT_EQ(get(sd, 65536, at), ByteVector(65536, 0));
    EXPECT_EQ(fallocate(sd.fd(), FALLOC_FL_ZERO_RANGE, at, 100), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(fallocate(sd.fd(), 0, at, 512), -1);
    EXPECT_EQ(errno, EOPNOTSUPP);
    fill();
    std::uint64_t range[2] = {1 << 20, 4096};
    EXPECT_EQ(ioctl(sd.fd(), BLKZEROOUT, range), 0) << errno;
    EXPECT_EQ(get(sd, 4096, at), ByteVector(4096, 0));
    EXPECT_EQ(ioctl(sd.fd(), BLKDISCARD, range), 0) << errno;
    range[0] = 1;
    EXPECT_EQ(ioctl(sd.fd(), BLKDISCARD, range), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(ioctl(sd.fd(), BLKDISCARD, nullptr), -1);
    EXPECT_EQ(errno, EFAULT);
}

TEST_F(SdNodeTest, QuestionsOfBlockDevices) {
    const File sd(path_ / "sda");
    std::uint64_t size = 0;
    EXPECT_EQ(ioctl(sd.fd(), BLKGETSIZE64, &size), 0);
    EXPECT_EQ(size, disk_bytes);
    unsigned long sectors = 0;
    EXPECT_EQ(ioctl(sd.fd(), BLKGETSIZE, &sectors), 0);
    EXPECT_EQ(sectors, disk_bytes / 512);
    int value = 0;
    EXPECT_EQ(ioctl(sd.fd(), BLKSSZGET, &value), 0);
    EXPECT_EQ(value, 512);
    struct {
        std::uint16_t sectors = 0;
        std::uint16_t guard = 0xABCD;
    } most;
    EXPECT_EQ(ioctl(sd.fd(), BLKSECTGET, &most), 0);
    EXPECT_NE(most.sectors, 0);
    EXPECT_EQ(most.guard, 0xABCD);
    hd_geometry geometry{};
    EXPECT_EQ(ioctl(sd.fd(), HDIO_GETGEO, &geometry), 0);
    EXPECT_EQ(geometry.heads, 255);
    EXPECT_EQ(ioctl(sd.fd(), BLKRRPART), 0);
    EXPECT_EQ(ioctl(sd.fd(), BLKFLSBUF), 0);
    EXPECT_EQ(ioctl(sd.fd(), 0x5331), -1); // CDROM_GET_CAPABILITY
    EXPECT_EQ(errno, ENOTTY);
    SgCall ready({0, 0, 0, 0, 0, 0});
    EXPECT_EQ(ready.run(sd.fd()), 0);
    pollfd waiting{sd.fd(), POLLIN | POLLOUT, 0};
    EXPECT_EQ(poll(&waiting, 1, 0), 1);
    EXPECT_EQ(waiting.revents, POLLIN | POLLOUT);
}

TEST_F(SdNodeTest, UnitAttentionsAreNotTheReadersConcern) {
    const File sd(path_ / "sda");
    unit_->shard().call([&] { unit_->establish(scsi::asc::mode_parameters_changed); });
    EXPECT_EQ(get(sd, 512, 0).size(), 512U);
}

TEST_F(SdNodeTest, MediumErrorsAreInputOutputErrors) {
    const File sd(path_ / "sda");
    unit_->shard().call(
        [&] { faults_->add({.on = media::FaultOn::read, .begin_offset = 512, .end_offset = 1024, .error = EIO}); });
    EXPECT_EQ(get(sd, 512, 0).size(), 512U);
    ByteVector bytes(4096);
    EXPECT_EQ(pread(sd.fd(), bytes.data(), bytes.size(), 0), -1);
    EXPECT_EQ(errno, EIO);
}

TEST_F(SdNodeTest, ARemovedDeviceGivesNoDevice) {
    const File sd(path_ / "sda");
    stick_reads();
    int error = 0;
    std::thread reader([&] {
        ByteVector bytes(512);
        error = pread(sd.fd(), bytes.data(), bytes.size(), 0) < 0 ? errno : 0;
    });
    wait_for_commands(1);
    ASSERT_TRUE(nexus()->unmap(0));
    reader.join();
    EXPECT_EQ(error, ENODEV);
    ByteVector bytes(512);
    EXPECT_EQ(pread(sd.fd(), bytes.data(), bytes.size(), 0), -1);
    EXPECT_EQ(errno, ENODEV);
    EXPECT_EQ(put(sd, bytes, 0), -1);
    EXPECT_EQ(errno, ENODEV);
    EXPECT_EQ(fsync(sd.fd()), -1);
    EXPECT_EQ(errno, ENODEV);
}

} // namespace
} // namespace scsilo::local
