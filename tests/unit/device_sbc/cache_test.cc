// SPDX-License-Identifier: Apache-2.0
// When a disk's data are on stable storage: FUA, WCE, SYNCHRONIZE CACHE, NV_CACHE, stop (SBC-4 4.15).
#include "unit/device_sbc/disk_fixture.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace scsilo::sbc::test {
namespace {

const ByteVector block(512, 0xAB);
const ByteVector zeros(512, 0);
constexpr auto write_10 = "2a 00 00000000 00 0001 00";
constexpr auto write_10_fua = "2a 08 00000000 00 0001 00";
constexpr auto read_10 = "28 00 00000000 00 0001 00";
constexpr auto read_10_fua = "28 08 00000000 00 0001 00";
constexpr auto synchronize = "35 00 00000000 00 0000 00";
constexpr auto synchronize_immed = "35 02 00000000 00 0000 00";
constexpr auto write_same_10 = "41 00 00000000 00 0002 00";
constexpr auto write_same_10_unmap = "41 08 00000000 00 0002 00";
constexpr auto select_caching = "15 10 0000 18 00";

ByteVector caching_list(bool wce) {
    return hex(std::string("00000000 08 12 ") + (wce ? "04" : "00") + " 00 FFFF 0000 FFFF FFFF 00*8");
}

// Runs a command and tells what the medium was asked for.
std::string asked_by(DiskUnit &disk, std::string_view cdb, const ByteVector &data_out = {}) {
    EXPECT_TRUE(disk.run(cdb, data_out).good()) << cdb;
    disk.unit.settle();
    return disk.asked();
}

TEST(DiskCache, WriteBackLeavesDataInTheCacheUntilFuaOrSynchronize) {
    DiskUnit disk;
    EXPECT_EQ(asked_by(disk, write_10, block), "w ");
    EXPECT_EQ(asked_by(disk, write_10_fua, block), "w+ ");
    EXPECT_EQ(asked_by(disk, synchronize), "f ");
    EXPECT_EQ(asked_by(disk, synchronize_immed), "f ");
    EXPECT_EQ(asked_by(disk, read_10), "r ");
    EXPECT_EQ(asked_by(disk, read_10_fua), "f r ");
}

TEST(DiskCache, WriteThroughMakesEveryWriteDurable) {
    DiskUnit disk({.write_through = true, .thin_provisioned = true});
    EXPECT_EQ(asked_by(disk, write_10, block), "w+ ");
    EXPECT_EQ(asked_by(disk, read_10_fua), "r ");
    EXPECT_EQ(asked_by(disk, write_same_10, block), "w f ");
    EXPECT_EQ(asked_by(disk, write_same_10, zeros), "z f ");
    EXPECT_EQ(asked_by(disk, write_same_10_unmap, zeros), "p f ");
    EXPECT_EQ(asked_by(disk, "42 00 00000000 00 0018 00", hex("0016 0010 00000000 0000000000000001 00000001 00000000")),
              "p f ");
}

TEST(DiskCache, NonVolatileCacheNeedsNoFlush) {
    DiskUnit disk({.write_through = true, .nv_cache = true});
    EXPECT_EQ(asked_by(disk, write_10_fua, block), "w ");
    EXPECT_EQ(asked_by(disk, synchronize), "");
    EXPECT_EQ(asked_by(disk, synchronize_immed), "");
    EXPECT_EQ(asked_by(disk, read_10_fua), "r ");
    EXPECT_EQ(asked_by(disk, write_same_10, block), "w ");
    EXPECT_EQ(asked_by(disk, "1b 00 00 00 00 00"), "");
    EXPECT_EQ(disk.run("12 01 86 00ff 00").data[6], 0x02); // NV_SUP
}

TEST(DiskCache, WceSwitchesBetweenBothAndLeavesNothingBehind) {
    DiskUnit disk;
    EXPECT_EQ(asked_by(disk, select_caching, caching_list(false)), "f ");
    EXPECT_EQ(asked_by(disk, write_10, block), "w+ ");
    EXPECT_EQ(asked_by(disk, select_caching, caching_list(true)), "");
    EXPECT_EQ(asked_by(disk, write_10, block), "w ");
}

TEST(DiskCache, SavedWceOutlastsTheDisk) {
    std::optional<ByteVector> saved;
    {
        DiskUnit disk;
        EXPECT_TRUE(disk.run("15 11 0000 18 00", caching_list(false)).good());
        saved = disk.saved;
    }
    ASSERT_TRUE(saved);
    TestUnit again(make_disk({.identity = disk_identity(DiskKind::fileio, "disk1")}, media::make_ram(test_disk_bytes),
                             std::make_unique<MemorySavedPages>(saved)));
    EXPECT_EQ(again.device<Disk>().durability(false), media::Durability::durable);
}

TEST(DiskCache, ResetBringsTheSavedWceBack) {
    DiskUnit disk;
    EXPECT_TRUE(disk.run(select_caching, caching_list(false)).good());
    EXPECT_EQ(disk.disk().durability(false), media::Durability::durable);
    EXPECT_EQ(disk.unit.manage(scsi::TaskManagementFunction::logical_unit_reset),
              scsi::ServiceResponse::function_complete);
    EXPECT_EQ(disk.disk().durability(false), media::Durability::cached);
}

TEST(DiskCache, StopEmptiesItUnlessToldNotTo) {
    DiskUnit disk;
    EXPECT_EQ(asked_by(disk, "1b 00 00 00 00 00"), "f ");
    EXPECT_EQ(asked_by(disk, "1b 01 00 00 00 00"), "f ");
    EXPECT_EQ(asked_by(disk, "1b 00 00 00 04 00"), "");
    EXPECT_EQ(asked_by(disk, "1b 00 00 00 01 00"), "");
}

TEST(DiskCache, AFailedFlushIsAWriteErrorAndDoesNotStopTheUnit) {
    DiskUnit disk;
    disk.faults->add({.on = media::FaultOn::flush, .count_times = 2, .error = EIO});
    EXPECT_TRUE(is(disk.run(synchronize), scsi::Sense::medium_error(scsi::asc::write_error)));
    EXPECT_TRUE(is(disk.run("1b 00 00 00 00 00"), scsi::Sense::medium_error(scsi::asc::write_error)));
    EXPECT_TRUE(disk.run("00 00000000 00").good());
}

TEST(DiskCache, AFlushThatFailsBehindTheCommandIsADeferredErrorOfTheNextOneOnly) {
    DiskUnit disk;
    disk.faults->add({.on = media::FaultOn::flush, .count_times = 1, .error = EIO});
    EXPECT_TRUE(disk.run(synchronize_immed).good());
    disk.unit.settle();
    EXPECT_TRUE(disk.run("12 00 00 0024 00").good());
    EXPECT_TRUE(is(disk.run(write_10, block), scsi::Sense::medium_error(scsi::asc::write_error).as_deferred()));
    EXPECT_EQ(disk.asked(), "");
    EXPECT_TRUE(disk.run(write_10, block).good());
}

TEST(DiskCache, TheUnitOutlivesItsBackgroundFlush) {
    DiskUnit disk;
    const std::weak_ptr<engine::LogicalUnit> unit = disk.unit.unit().weak_from_this();
    const auto before = unit.use_count();
    disk.faults->add({.on = media::FaultOn::flush, .count_times = 1, .delay_ns = 2'000'000});
    EXPECT_TRUE(disk.run(synchronize_immed).good());
    EXPECT_TRUE(disk.run(synchronize_immed).good()); // a second one, served after the first
    EXPECT_EQ(unit.use_count(), before + 1);
    while (disk.log != "f f ") {
        disk.unit.shard().turn(true);
    }
    disk.unit.settle();
    EXPECT_EQ(unit.use_count(), before);
}

} // namespace
} // namespace scsilo::sbc::test
