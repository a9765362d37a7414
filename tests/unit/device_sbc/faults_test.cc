// SPDX-License-Identifier: Apache-2.0
// What a medium reports becomes the sense data that SBC-4 4.18 asks for, with the block in error.
#include "unit/device_sbc/disk_fixture.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace scsilo::sbc::test {
namespace {

using media::FaultOn;
using scsi::Sense;

const ByteVector four_blocks(2048, 0x11);
constexpr auto read_4_at_16 = "28 00 00000010 00 0004 00";
constexpr auto write_4_at_16 = "2a 00 00000010 00 0004 00";

TEST(DiskFaults, AReadErrorNamesTheBlockThatItDidNotComplete) {
    DiskUnit disk;
    EXPECT_TRUE(disk.run(write_4_at_16, four_blocks).good());
    disk.faults->add({.on = FaultOn::read, .error = EIO, .done_bytes = 1100});
    const Ran ran = disk.run(read_4_at_16);
    EXPECT_TRUE(is(ran, Sense::medium_error(scsi::asc::unrecovered_read_error, 0x12)));
    EXPECT_EQ(ran.data.size(), 1100U);
    EXPECT_EQ(ran.wanted_bytes, 2048U);
}

TEST(DiskFaults, AWriteErrorToo) {
    DiskUnit disk;
    disk.faults->add({.on = FaultOn::write, .error = EIO, .done_bytes = 512});
    EXPECT_TRUE(is(disk.run(write_4_at_16, four_blocks), Sense::medium_error(scsi::asc::write_error, 0x11)));
}

TEST(DiskFaults, AVerifyErrorIsAReadErrorAtItsPlace) {
    DiskUnit disk;
    disk.faults->add({.on = FaultOn::read, .begin_offset = 70000, .error = EIO, .done_bytes = 4096});
    EXPECT_TRUE(
        is(disk.run("2f 00 00000000 00 0200 00"), Sense::medium_error(scsi::asc::unrecovered_read_error, 128 + 8)));
}

TEST(DiskFaults, EachErrnoHasItsSense) {
    const std::pair<int, Sense> cases[] = {
        {EIO, Sense::medium_error(scsi::asc::write_error, 0x10)},
        {ENODATA, Sense::medium_error(scsi::asc::write_error, 0x10)},
        {ENOSPC, Sense::data_protect(scsi::asc::space_allocation_failed_write_protect).with_information(0x10)},
        {EDQUOT, Sense::data_protect(scsi::asc::space_allocation_failed_write_protect).with_information(0x10)},
        {EROFS, Sense::data_protect(scsi::asc::write_protected)},
        {EPERM, Sense::data_protect(scsi::asc::write_protected)},
        {ENODEV, Sense::not_ready(scsi::asc::logical_unit_not_ready_manual_intervention_required)},
        {ENXIO, Sense::not_ready(scsi::asc::logical_unit_not_ready_manual_intervention_required)},
        {ENOMEM, Sense::aborted_command(scsi::asc::insufficient_resources)},
        {EINVAL, Sense::hardware_error(scsi::asc::internal_target_failure)},
    };
    for (const auto &[error, sense] : cases) {
        DiskUnit disk;
        disk.faults->add({.on = FaultOn::write, .error = error});
        EXPECT_TRUE(is(disk.run(write_4_at_16, four_blocks), sense)) << error;
    }
}

TEST(DiskFaults, UnmapAndWriteSameReportTheirFirstBlock) {
    DiskUnit disk({.thin_provisioned = true});
    disk.faults->add({.on = FaultOn::punch, .error = EIO});
    disk.faults->add({.on = FaultOn::zero, .error = ENOSPC});
    disk.faults->add({.on = FaultOn::write, .error = EIO, .done_bytes = 1024});
    const ByteVector list = hex("0016 0010 00000000 0000000000000007 00000001 00000000");
    EXPECT_TRUE(is(disk.run("42 00 00000000 00 0018 00", list), Sense::medium_error(scsi::asc::write_error, 7)));
    EXPECT_TRUE(is(disk.run("93 01 0000000000000020 00000004 00 00"),
                   Sense::data_protect(scsi::asc::space_allocation_failed_write_protect).with_information(0x20)));
    EXPECT_TRUE(is(disk.run("93 00 0000000000000020 00000004 00 00", ByteVector(512, 1)),
                   Sense::medium_error(scsi::asc::write_error, 0x22)));
}

TEST(DiskFaults, AMediumThatCannotPunchNorZeroIsWrittenTo) {
    DiskUnit disk({.thin_provisioned = true});
    disk.faults->add({.on = FaultOn::punch, .error = EOPNOTSUPP});
    disk.faults->add({.on = FaultOn::zero, .error = EOPNOTSUPP});
    EXPECT_TRUE(disk.run(write_4_at_16, four_blocks).good());
    EXPECT_TRUE(
        disk.run("42 00 00000000 00 0018 00", hex("0016 0010 00000000 0000000000000010 00000003 00000000")).good());
    ByteVector expected(1536, 0);
    expected.resize(2048, 0x11);
    EXPECT_EQ(disk.run(read_4_at_16).data, expected);
}

TEST(DiskFaults, AFlushBeforeAReadWithFuaMayFail) {
    DiskUnit disk;
    disk.faults->add({.on = FaultOn::flush, .error = EIO});
    EXPECT_TRUE(is(disk.run("28 08 00000010 00 0004 00"), Sense::medium_error(scsi::asc::write_error)));
}

} // namespace
} // namespace scsilo::sbc::test
