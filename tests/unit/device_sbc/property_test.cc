// SPDX-License-Identifier: Apache-2.0
// Random streams of commands, some failing, against a plain array of bytes. A failure prints the seed and the command.
#include "unit/device_sbc/disk_fixture.h"

#include <algorithm>
#include <cerrno>
#include <gtest/gtest.h>
#include <random>

namespace scsilo::sbc::test {
namespace {

using scsi::Sense;
using Status = scsi::Status;

constexpr std::uint64_t count_blocks = test_disk_bytes / 512;

class Stream {
  public:
    explicit Stream(unsigned seed) : random_(seed) {}

    void run(int count_commands) {
        for (int i = 0; i < count_commands && !testing::Test::HasFailure(); ++i) {
            one();
        }
        EXPECT_TRUE(disk_.run("2f 02 00000000 00 0800 00", model_).good());
        EXPECT_EQ(disk_.run("28 00 00000000 00 0800 00", {}, {.data_in_bytes = test_disk_bytes}).data, model_);
    }

  private:
    std::uint64_t below(std::uint64_t bound) {
        return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random_);
    }
    bool chance(unsigned one_in) { return below(one_in) == 0; }

    ByteVector data(std::size_t length_bytes) {
        ByteVector bytes(length_bytes);
        const auto start = chance(4) ? 0 : below(256); // sometimes zeros
        for (std::size_t i = 0; i < bytes.size() && start != 0; ++i) {
            bytes[i] = static_cast<std::uint8_t>(start + i / 7);
        }
        return bytes;
    }
    // Operation code of 10 or 16 bytes, address, number of blocks.
    ByteVector cdb(std::uint8_t ten, std::uint8_t sixteen, std::uint8_t flags) {
        const bool is_long = chance(2);
        ByteVector bytes(is_long ? 16 : 10);
        bytes[0] = is_long ? sixteen : ten;
        bytes[1] = flags;
        if (is_long) {
            scsi::Be<2, 8>::set(MutableBytes(bytes), lba_);
            scsi::Be<10, 4>::set(MutableBytes(bytes), count_);
        } else {
            scsi::Be<2, 4>::set(MutableBytes(bytes), lba_);
            scsi::Be<7, 2>::set(MutableBytes(bytes), count_);
        }
        return bytes;
    }
    Ran send(const ByteVector &bytes, const ByteVector &out = {}, std::size_t in_bytes = 0) {
        last_ = scsilo::test::to_hex(bytes);
        return disk_.unit.run(bytes, out, {.data_in_bytes = in_bytes, .piece_bytes = chance(3) ? 1 + below(3000) : 0});
    }
    std::uint8_t *at() { return model_.data() + lba_ * 512; }

    void one() {
        lba_ = chance(10) ? below(count_blocks + 50) : below(count_blocks);
        count_ = chance(10) ? below(600) : below(20);
        fits_ = lba_ <= count_blocks && count_ <= count_blocks - lba_;
        switch (below(6)) {
        case 0:
            return read();
        case 1:
        case 2:
            return write();
        case 3:
            return write_same();
        case 4:
            return unmap();
        default:
            return verify();
        }
    }
    void expect(const Ran &ran, const std::optional<Sense> &sense) {
        EXPECT_TRUE(sense ? is(ran, *sense) : ran.good()) << "command " << last_ << "sense " << to_text(ran.sense);
    }
    Sense out_of_range() const { return Sense::lba_out_of_range(std::max(lba_, count_blocks)); }

    void read() {
        const std::size_t room = chance(3) ? below(4000) : count_ * 512;
        const Ran ran = send(cdb(0x28, 0x88, chance(2) ? 0x18 : 0), {}, room);
        if (!fits_) {
            return expect(ran, out_of_range());
        }
        expect(ran, std::nullopt);
        const std::size_t length = std::min<std::size_t>(room, count_ * 512);
        EXPECT_EQ(ran.wanted_bytes, count_ * 512);
        EXPECT_EQ(ran.data, ByteVector(at(), at() + length)) << last_;
    }

    void write() {
        const std::size_t length = count_ * 512;
        const ByteVector bytes = data(chance(5) ? below(length + 600) : length);
        const bool failing = chance(8);
        const std::size_t done = below(length + 1);
        if (failing) {
            disk_.faults->add({.on = media::FaultOn::write, .error = EIO, .done_bytes = done});
        }
        const Ran ran = send(cdb(0x2a, 0x8a, chance(2) ? 0x18 : 0), bytes);
        disk_.faults->clear();
        if (!fits_) {
            return expect(ran, out_of_range());
        }
        if (bytes.size() < length) {
            return expect(ran, Sense::invalid_field_in_cdb(last_.starts_with("2a") ? 7 : 10));
        }
        if (!failing || length == 0) {
            std::copy_n(bytes.begin(), length, at());
            return expect(ran, std::nullopt);
        }
        // How far a failing transfer came depends on how it was cut; what came is what was sent.
        EXPECT_EQ(ran.status, Status::check_condition) << last_;
        EXPECT_EQ(ran.sense.asc, scsi::asc::write_error);
        const std::size_t whole = (ran.sense.information - lba_) * 512;
        EXPECT_LE(whole, length);
        const Ran now = send(cdb(0x28, 0x88, 0), {}, length);
        EXPECT_TRUE(std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(whole), now.data.begin()))
            << last_;
        for (std::size_t i = 0; i < length; ++i) {
            EXPECT_TRUE(now.data[i] == bytes[i] || now.data[i] == at()[i]);
        }
        std::copy_n(now.data.begin(), length, at());
    }

    void write_same() {
        const bool unmap = chance(2);
        const ByteVector block = data(512);
        const Ran ran = send(cdb(0x41, 0x93, unmap ? 0x08 : 0), block);
        if (!fits_) {
            return expect(ran, out_of_range());
        }
        expect(ran, std::nullopt);
        const std::uint64_t count = count_ == 0 ? count_blocks - lba_ : count_;
        for (std::uint64_t i = 0; i < count; ++i) {
            std::copy(block.begin(), block.end(), at() + i * 512);
        }
    }

    void unmap() {
        ByteVector list = hex("0000 0010 00000000 0000000000000000 00000000 00000000");
        scsi::Be<8, 8>::set(MutableBytes(list), lba_);
        scsi::Be<16, 4>::set(MutableBytes(list), count_);
        const Ran ran = send(hex("42 00 00000000 00 0018 00"), list);
        if (!fits_) {
            return expect(ran, out_of_range());
        }
        expect(ran, std::nullopt);
        std::fill_n(at(), count_ * 512, std::uint8_t{0});
    }

    void verify() {
        if (!fits_) {
            return expect(send(cdb(0x2f, 0x8f, 0)), out_of_range());
        }
        ByteVector bytes(at(), at() + count_ * 512);
        if (chance(2) || bytes.empty()) {
            return expect(send(cdb(0x2f, 0x8f, 0x02), bytes), std::nullopt);
        }
        const std::size_t wrong = below(bytes.size());
        bytes[wrong] ^= 0x40;
        expect(send(cdb(0x2f, 0x8f, 0x02), bytes), Sense::miscompare(wrong));
    }

    std::mt19937 random_;
    DiskUnit disk_{{.thin_provisioned = true}};
    ByteVector model_ = ByteVector(test_disk_bytes);
    std::string last_;
    std::uint64_t lba_ = 0;
    std::uint64_t count_ = 0;
    bool fits_ = true;
};

TEST(DiskProperty, HoldsWhatWasWrittenToIt) {
    for (unsigned seed = 1; seed <= 8; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Stream(seed).run(600);
        if (HasFailure()) {
            return;
        }
    }
}

} // namespace
} // namespace scsilo::sbc::test
