// SPDX-License-Identifier: Apache-2.0
// Disks of other makes than the one of the clause table: block lengths, removable, read-only, fully provisioned,
// resized, large.
#include "media/null.h"
#include "unit/device_sbc/disk_fixture.h"

#include <gtest/gtest.h>
#include <numeric>

namespace scsilo::sbc::test {
namespace {

using scsi::Sense;

constexpr auto test_unit_ready = "00 00000000 00";
const auto no_medium = Sense::not_ready(scsi::asc::medium_not_present);
const auto write_protected = Sense::data_protect(scsi::asc::write_protected);

ByteVector counted(std::size_t length_bytes) {
    ByteVector bytes(length_bytes);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
    return bytes;
}

TEST(DiskTransfer, ReadsAndWritesScatteredMemoryWithoutRegardToBlocks) {
    for (const std::size_t piece_bytes : {std::size_t{1}, std::size_t{333}, std::size_t{512}, std::size_t{700}}) {
        DiskUnit disk;
        const ByteVector data = counted(2048);
        EXPECT_TRUE(disk.run("2a 00 00000010 00 0004 00", data, {.piece_bytes = piece_bytes}).good());
        EXPECT_EQ(disk.run("28 00 00000010 00 0004 00", {}, {.data_in_bytes = 5000, .piece_bytes = piece_bytes}).data,
                  data);
        EXPECT_TRUE(disk.run("2f 02 00000010 00 0004 00", data, {.piece_bytes = piece_bytes}).good());
    }
}

TEST(DiskTransfer, MoreDataThanTheCdbAsksForStayWhereTheyAre) {
    for (const std::size_t piece_bytes : {std::size_t{0}, std::size_t{1000}, std::size_t{512}, std::size_t{3}}) {
        DiskUnit disk;
        const ByteVector data = counted(5000);
        const Ran ran = disk.run("2a 00 00000010 00 0004 00", data, {.piece_bytes = piece_bytes});
        EXPECT_TRUE(ran.good());
        EXPECT_EQ(ran.data_out_wanted_bytes, 2048U);
        ByteVector expected(data.begin(), data.begin() + 2048);
        expected.resize(2560);
        EXPECT_EQ(disk.run("28 00 00000010 00 0005 00").data, expected);
    }
}

TEST(DiskTransfer, AShortBufferIsFilledAndTheWholeIsTold) {
    DiskUnit disk;
    const ByteVector data = counted(2048);
    EXPECT_TRUE(disk.run("2a 00 00000010 00 0004 00", data).good());
    const Ran ran = disk.run("28 00 00000010 00 0004 00", {}, {.data_in_bytes = 700});
    EXPECT_TRUE(ran.good());
    EXPECT_EQ(ran.data, ByteVector(data.begin(), data.begin() + 700));
    EXPECT_EQ(ran.wanted_bytes, 2048U);
    disk.asked();
    EXPECT_TRUE(disk.run("28 00 00000010 00 0004 00", {}, {.data_in_bytes = 0}).good());
    EXPECT_EQ(disk.asked(), "");
}

TEST(DiskTransfer, MaximumTransferLengthIsInForce) {
    DiskOptions options{
        .identity = disk_identity(DiskKind::nullio, "big"), .kind = DiskKind::nullio, .block_length_bytes = 4096};
    TestUnit unit(make_disk(options, std::make_unique<media::NullMedium>(std::uint64_t{1} << 40)));
    const scsilo::test::CommandOptions no_room{.data_in_bytes = 0};
    EXPECT_TRUE(unit.run(hex("28 00 00000000 00 2000 00"), no_room).good());
    EXPECT_TRUE(is(unit.run(hex("28 00 00000000 00 2001 00"), no_room), Sense::invalid_field_in_cdb(7)));
    EXPECT_TRUE(is(unit.run(hex("a8 00 00000000 00002001 00 00"), no_room), Sense::invalid_field_in_cdb(6)));
    EXPECT_TRUE(is(unit.run(hex("88 00 0000000000000000 00002001 00 00"), no_room), Sense::invalid_field_in_cdb(10)));
    EXPECT_TRUE(is(unit.run(hex("2a 00 00000000 00 2001 00")), Sense::invalid_field_in_cdb(7)));
    EXPECT_TRUE(is(unit.run(hex("2f 00 00000000 00 2001 00")), Sense::invalid_field_in_cdb(7)));
    EXPECT_EQ(unit.run(hex("12 01 b0 00ff 00")).data[10], 0x20);
}

TEST(DiskLimits, OfUnmapAndWriteSameAreInForce) {
    DiskOptions options{
        .identity = disk_identity(DiskKind::nullio, "big"), .kind = DiskKind::nullio, .thin_provisioned = true};
    TestUnit unit(make_disk(options, std::make_unique<media::NullMedium>(std::uint64_t{1} << 40)));
    const ByteVector most = hex("0016 0010 00000000 0000000000000000 00800000 00000000");
    const ByteVector too_many = hex("0016 0010 00000000 0000000000000000 00800001 00000000");
    EXPECT_TRUE(unit.run(hex("42 00 00000000 00 0018 00"), most).good());
    EXPECT_TRUE(is(unit.run(hex("42 00 00000000 00 0018 00"), too_many), Sense::invalid_field_in_parameter_list(16)));
    const ByteVector in_sum =
        hex("0026 0020 00000000 0000000000000000 00800000 00000000 0000000000000000 00000001 00000000");
    EXPECT_TRUE(is(unit.run(hex("42 00 00000000 00 0028 00"), in_sum), Sense::invalid_field_in_parameter_list(32)));
    EXPECT_TRUE(unit.run(hex("93 01 0000000000000000 00800000 00 00")).good());
    EXPECT_TRUE(is(unit.run(hex("93 01 0000000000000000 00800001 00 00")), Sense::invalid_field_in_cdb(10)));
    EXPECT_TRUE(is(unit.run(hex("93 01 0000000000000000 00000000 00 00")), Sense::invalid_field_in_cdb(10)));
    EXPECT_TRUE(is(unit.run(hex("41 00 00000000 00 0000 00"), ByteVector(512)), Sense::invalid_field_in_cdb(7)));
}

TEST(DiskCapacity, BeyondThirtyTwoBitsReadCapacity10SaysSo) {
    DiskOptions options{
        .identity = disk_identity(DiskKind::nullio, "big"), .kind = DiskKind::nullio, .physical_exponent = 3};
    TestUnit unit(make_disk(options, std::make_unique<media::NullMedium>(std::uint64_t{1} << 42)));
    EXPECT_EQ(unit.run(hex("25 00 00000000 0000 00 00")).data, hex("FFFFFFFF 00000200"));
    EXPECT_EQ(unit.run(hex("9e 10 0000000000000000 00000020 00 00")).data,
              hex("00000001FFFFFFFF 00000200 00 03 0000 00*16"));
    EXPECT_EQ(unit.run(hex("12 01 b0 00ff 00")).data[7], 8); // OPTIMAL TRANSFER LENGTH GRANULARITY
    const Ran sense = unit.run(hex("1a 00 08 00 ff 00"));
    EXPECT_EQ(ByteVector(sense.data.begin() + 4, sense.data.begin() + 12), hex("FFFFFFFF 00 000200"));
}

TEST(DiskCapacity, TheLastBlockOfAllCanBeRead) {
    DiskOptions options{.identity = disk_identity(DiskKind::nullio, "big"), .kind = DiskKind::nullio};
    TestUnit unit(make_disk(options, std::make_unique<media::NullMedium>(std::uint64_t{1} << 42)));
    EXPECT_TRUE(unit.run(hex("88 00 00000001FFFFFFFF 00000001 00 00")).good());
    EXPECT_TRUE(is(unit.run(hex("88 00 0000000200000000 00000001 00 00")), Sense::lba_out_of_range(0x200000000)));
    EXPECT_TRUE(is(unit.run(hex("88 00 FFFFFFFFFFFFFFFF 00000002 00 00")), Sense::lba_out_of_range(~std::uint64_t{0})));
}

TEST(DiskCapacity, FollowsTheMediumAndTellsEveryNexus) {
    DiskUnit disk;
    disk.unit.add_nexus();
    disk.recording->next_size_bytes = test_disk_bytes / 2;
    disk.unit.shard().spawn([](Disk &which) -> loop::Op<void> { co_await which.refresh(); }(disk.disk()));
    const auto changed = Sense::unit_attention(scsi::asc::capacity_data_has_changed);
    EXPECT_TRUE(is(disk.run("28 00 000003FF 00 0001 00", {}, {.nexus = 0}), changed));
    EXPECT_TRUE(is(disk.run(test_unit_ready, {}, {.nexus = 1}), changed));
    EXPECT_TRUE(disk.run("28 00 000003FF 00 0001 00").good());
    EXPECT_TRUE(is(disk.run("28 00 00000400 00 0001 00"), Sense::lba_out_of_range(0x400)));
    disk.unit.shard().spawn([](Disk &which) -> loop::Op<void> { co_await which.refresh(); }(disk.disk()));
    EXPECT_TRUE(disk.run(test_unit_ready).good()); // the same again is no change
}

TEST(DiskCapacity, LessThanABlockIsNoMedium) {
    DiskUnit disk({.block_length_bytes = 4096}, 512);
    EXPECT_TRUE(is(disk.run(test_unit_ready), Sense::medium_error(scsi::asc::medium_format_corrupted)));
    EXPECT_TRUE(is(disk.run("25 00 00000000 0000 00 00"), Sense::medium_error(scsi::asc::medium_format_corrupted)));
}

TEST(DiskBlockLength, AnyPowerOfTwoFrom512On) {
    for (std::uint32_t length = 512; length <= maximum_block_length_bytes; length *= 2) {
        DiskUnit disk({.block_length_bytes = length});
        const ByteVector data = counted(length);
        EXPECT_TRUE(disk.run("2a 00 00000001 00 0001 00", data).good()) << length;
        EXPECT_EQ(disk.run("28 00 00000001 00 0001 00").data, data) << length;
        EXPECT_TRUE(disk.run("2f 06 00000001 00 0001 00", data).good()) << length;
        EXPECT_TRUE(disk.run("41 00 00000002 00 0003 00", data).good()) << length;
        EXPECT_TRUE(disk.run("2f 06 00000001 00 0004 00", data).good()) << length;
        const Ran capacity = disk.run("25 00 00000000 0000 00 00");
        EXPECT_EQ((scsi::Be<4, 4>::get(Bytes(capacity.data))), length);
    }
    EXPECT_FALSE(valid_block_length(256));
    EXPECT_FALSE(valid_block_length(520));
    EXPECT_FALSE(valid_block_length(131072));
}

TEST(DiskReadOnly, RefusesWhatWritesAndSaysSoInModeSense) {
    DiskUnit disk({.read_only = true, .thin_provisioned = true});
    for (const auto *cdb : {"0a 000000 01 00", "2a 00 00000000 00 0001 00", "aa 00 00000000 00000001 00 00",
                            "8a 00 0000000000000000 00000001 00 00", "41 00 00000000 00 0001 00",
                            "93 00 0000000000000000 00000001 00 00", "42 00 00000000 00 0000 00"}) {
        EXPECT_TRUE(is(disk.run(cdb, ByteVector(512)), write_protected)) << cdb;
    }
    EXPECT_EQ(disk.asked(), "");
    EXPECT_TRUE(disk.run("28 00 00000000 00 0001 00").good());
    EXPECT_TRUE(disk.run("35 00 00000000 00 0000 00").good());
    EXPECT_EQ(disk.run("1a 08 08 00 ff 00").data[2], 0x90);
}

TEST(DiskReadOnly, IsAMatterOfTheNexusToo) {
    DiskUnit disk;
    const std::size_t reader = disk.unit.add_nexus(true);
    EXPECT_TRUE(is(disk.run("2a 00 00000000 00 0001 00", ByteVector(512), {.nexus = reader}), write_protected));
    EXPECT_EQ(disk.run("1a 08 08 00 ff 00", {}, {.nexus = reader}).data[2], 0x90);
    EXPECT_TRUE(disk.run("2a 00 00000000 00 0001 00", ByteVector(512)).good());
    EXPECT_EQ(disk.run("1a 08 08 00 ff 00").data[2], 0x10);
}

TEST(DiskRemovable, EjectAndLoad) {
    DiskUnit disk({.removable = true});
    disk.unit.add_nexus();
    EXPECT_EQ(disk.run("12 00 00 0024 00").data[1] & 0x80, 0x80);
    EXPECT_TRUE(disk.run("1b 00 00 00 02 00").good());
    EXPECT_EQ(disk.asked(), "f ");
    for (const auto *cdb :
         {test_unit_ready, "28 00 00000000 00 0001 00", "25 00 00000000 0000 00 00", "35 00 00000000 00 0000 00"}) {
        EXPECT_TRUE(is(disk.run(cdb), no_medium)) << cdb;
    }
    EXPECT_TRUE(disk.run("1b 00 00 00 02 00").good()); // once more is no error
    EXPECT_TRUE(disk.run("1b 00 00 00 03 00").good());
    EXPECT_TRUE(disk.run(test_unit_ready).good());
    const auto changed = Sense::unit_attention(scsi::asc::not_ready_to_ready_change_medium_may_have_changed);
    EXPECT_TRUE(is(disk.run(test_unit_ready, {}, {.nexus = 1}), changed));
    EXPECT_TRUE(disk.run(test_unit_ready, {}, {.nexus = 1}).good());
}

TEST(DiskStartStop, ResetStartsAgain) {
    DiskUnit disk;
    EXPECT_TRUE(disk.run("1b 00 00 00 00 00").good());
    EXPECT_EQ(disk.unit.manage(scsi::TaskManagementFunction::logical_unit_reset),
              scsi::ServiceResponse::function_complete);
    EXPECT_TRUE(is(disk.run(test_unit_ready), Sense::unit_attention(scsi::asc::bus_device_reset_function_occurred)));
    EXPECT_TRUE(disk.run(test_unit_ready).good());
}

TEST(DiskProvisioning, FullyProvisionedDisksHaveNoUnmap) {
    DiskUnit disk;
    EXPECT_TRUE(is(disk.run("42 00 00000000 00 0000 00"), Sense::invalid_operation_code()));
    EXPECT_TRUE(is(disk.run("41 08 00000000 00 0001 00", ByteVector(512)), Sense::invalid_field_in_cdb(1, 3)));
    EXPECT_TRUE(is(disk.run("93 09 0000000000000000 00000001 00 00"), Sense::invalid_field_in_cdb(1, 3)));
    EXPECT_TRUE(disk.run("93 01 0000000000000000 00000001 00 00").good());
    EXPECT_EQ(disk.asked(), "z ");
    EXPECT_EQ(disk.run("9e 10 0000000000000000 00000020 00 00").data[14], 0);
    EXPECT_EQ(disk.run("12 01 b2 00ff 00").data, hex("00 b2 0004 00000000"));
    const Ran limits = disk.run("12 01 b0 00ff 00");
    EXPECT_EQ(ByteVector(limits.data.begin() + 20, limits.data.begin() + 36), ByteVector(16, 0));
}

TEST(DiskIdentity, IsThatOfScst) {
    const std::pair<DiskKind, std::string_view> kinds[] = {
        {DiskKind::fileio, "SCST_FIO"}, {DiskKind::blockio, "SCST_BIO"}, {DiskKind::nullio, "SCST_NUL"}};
    for (const auto &[kind, vendor] : kinds) {
        DiskUnit disk({.kind = kind, .rotational = true});
        const Ran inquiry = disk.run("12 00 00 0024 00");
        EXPECT_EQ(std::string(inquiry.data.begin() + 8, inquiry.data.begin() + 16), vendor);
        EXPECT_EQ(std::string(inquiry.data.begin() + 16, inquiry.data.begin() + 32), "disk1           ");
        EXPECT_EQ(disk.run("12 01 b1 00ff 00").data[4], 0x1C); // 7200 rotations per minute
    }
}

} // namespace
} // namespace scsilo::sbc::test
