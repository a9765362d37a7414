// SPDX-License-Identifier: Apache-2.0
// tests/clauses/sbc.txt, and what holds for every row of a disk's command table.
#include "unit/device_sbc/disk_fixture.h"
#include "unit/support/clauses.h"
#include "unit/support/rows.h"

namespace scsilo::sbc::test {
namespace {

std::optional<ByteVector> nothing_saved;

std::unique_ptr<engine::DeviceServer> thin_disk() {
    nothing_saved.reset();
    DiskOptions options{.identity = disk_identity(DiskKind::fileio, "disk1"), .thin_provisioned = true};
    return make_disk(options, media::make_ram(test_disk_bytes), std::make_unique<MemorySavedPages>(nothing_saved));
}

TEST(DiskClauses, Hold) { EXPECT_GT(scsilo::test::run_clauses("sbc.txt", thin_disk), 150U); }

TEST(DiskClauses, HoldForReservations) {
    EXPECT_GT(scsilo::test::run_clauses("persistent_reserve.txt", thin_disk), 70U);
}

TEST(DiskRows, RefuseReservedBits) {
    TestUnit unit(thin_disk());
    scsilo::test::expect_reserved_bits_refused(unit);
}

TEST(DiskRows, AreReportedAsOperationCodes) {
    TestUnit unit(thin_disk());
    scsilo::test::expect_operation_codes_reported(unit);
}

} // namespace
} // namespace scsilo::sbc::test
