// SPDX-License-Identifier: Apache-2.0
// Which command of a disk conflicts with which reservation: every row × type × role, and RESERVE, sent as commands and
// held against the standards' tables written out a second time (SPC-6 5.14.1, SBC-4 4.17, SPC-2 5.5.1).
#include "unit/device_sbc/disk_fixture.h"
#include "unit/support/rows.h"

#include <map>

namespace scsilo::sbc::test {
namespace {

// The columns of the tables: WE and EA held by another nexus; a registered nexus under RO or AR; an unregistered one
// under WE-RO/AR and EA-RO/AR; RESERVE by another nexus. C is a conflict.
const std::map<std::string_view, std::string_view> tables{
    {"TEST UNIT READY", "-- - -- C"},
    {"REQUEST SENSE", "-- - -- -"},
    {"INQUIRY", "-- - -- -"},
    {"REPORT LUNS", "-- - -- -"},
    {"MODE SELECT(6)", "CC - CC C"},
    {"MODE SELECT(10)", "CC - CC C"},
    {"MODE SENSE(6)", "-C - -C C"},
    {"MODE SENSE(10)", "-C - -C C"},
    {"SEND DIAGNOSTIC", "CC - CC C"},
    {"REPORT SUPPORTED OPERATION CODES", "-- - -- C"},
    {"REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", "-- - -- C"},
    {"READ(6)", "-C - -C C"},
    {"READ(10)", "-C - -C C"},
    {"READ(12)", "-C - -C C"},
    {"READ(16)", "-C - -C C"},
    {"VERIFY(10)", "-C - -C C"},
    {"VERIFY(12)", "-C - -C C"},
    {"VERIFY(16)", "-C - -C C"},
    {"WRITE(6)", "CC - CC C"},
    {"WRITE(10)", "CC - CC C"},
    {"WRITE(12)", "CC - CC C"},
    {"WRITE(16)", "CC - CC C"},
    {"WRITE SAME(10)", "CC - CC C"},
    {"WRITE SAME(16)", "CC - CC C"},
    {"UNMAP", "CC - CC C"},
    {"SYNCHRONIZE CACHE(10)", "CC - CC C"},
    {"SYNCHRONIZE CACHE(16)", "CC - CC C"},
    {"START STOP UNIT", "CC - CC C"}, // START 0, as the bare CDB has it
    {"READ CAPACITY(10)", "-- - -- -"},
    {"READ CAPACITY(16)", "-- - -- -"},
    // With a registrant: who may use a shared reservation gets GOOD, everybody else a conflict (SPC-6 5.14.3).
    {"RESERVE(6)", "CC - CC C"},
    {"RESERVE(10)", "CC - CC C"},
    {"RELEASE(6)", "CC - CC -"},
    {"RELEASE(10)", "CC - CC -"},
    {"PERSISTENT RESERVE IN, READ KEYS", "-- - -- C"},
    {"PERSISTENT RESERVE IN, READ RESERVATION", "-- - -- C"},
    {"PERSISTENT RESERVE IN, REPORT CAPABILITIES", "-- - -- C"},
    {"PERSISTENT RESERVE IN, READ FULL STATUS", "-- - -- C"},
};

enum Role { holder, registered, unregistered };

bool expected(std::string_view columns, int type, Role role) {
    const bool shared = type >= 5;
    const bool exclusive = type == 3 || type == 6 || type == 8;
    if (role == holder) {
        return false;
    }
    if (!shared) {
        return columns[exclusive ? 1 : 0] == 'C';
    }
    return role == registered ? columns[3] == 'C' : columns[exclusive ? 6 : 5] == 'C';
}

ByteVector list(std::string_view key, std::string_view new_key) {
    return hex(std::string(key) + std::string(new_key) + "00*8");
}
constexpr std::string_view no_key = "0000000000000000";
constexpr std::string_view a_key = "00000000000000aa";

struct ReservedDisk : DiskUnit {
    ReservedDisk() : DiskUnit({.thin_provisioned = true}) {
        unit.add_nexus();
        unit.add_nexus();
    }
    void hold(int type) {
        EXPECT_TRUE(run("5f 00 00 0000 00000018 00", list(no_key, a_key)).good());
        EXPECT_TRUE(run("5f 00 00 0000 00000018 00", list(no_key, a_key), {.nexus = registered}).good());
        EXPECT_TRUE(run("5f 01 0" + std::to_string(type) + " 0000 00000018 00", list(a_key, no_key)).good());
    }
    bool conflicts(const ByteVector &cdb, std::size_t nexus) {
        const Ran ran = unit.run(cdb, {}, {.nexus = nexus});
        return ran.outcome == engine::Outcome::status && ran.status == scsi::Status::reservation_conflict;
    }
};

bool decided_by_parameter_list(const engine::CommandRow &row) { return row.usage.opcode() == 0x5F; }

template <class Visit> void for_each_row(DiskUnit &disk, Visit visit) {
    for (const engine::CommandRow &row : disk.disk().commands().rows()) {
        if (!decided_by_parameter_list(row)) {
            const auto at = tables.find(row.name);
            ASSERT_NE(at, tables.end()) << row.name << " has no line in the tables of this test";
            visit(row, at->second);
        }
    }
}

TEST(ReservationConflicts, EveryRowTypeAndRoleIsAsTheTablesSay) {
    for (const int type : {1, 3, 5, 6, 7, 8}) {
        for (const Role role : {holder, registered, unregistered}) {
            ReservedDisk disk;
            disk.hold(type);
            for_each_row(disk, [&](const engine::CommandRow &row, std::string_view columns) {
                const bool all = type >= 7 && role == registered; // a holder too
                EXPECT_EQ(disk.conflicts(scsilo::test::bare_cdb(row), role),
                          expected(columns, type, all ? holder : role))
                    << row.name << " type " << type << " role " << role;
            });
        }
    }
}

TEST(ReservationConflicts, ReserveKeepsOutTheOthersAsSpc2Says) {
    ReservedDisk disk;
    ASSERT_TRUE(disk.run("16 00 000000 00").good());
    for_each_row(disk, [&](const engine::CommandRow &row, std::string_view columns) {
        const bool persistent = row.usage.opcode() == 0x5E; // whoever asks
        EXPECT_EQ(disk.conflicts(scsilo::test::bare_cdb(row), 1), columns[8] == 'C') << row.name;
        if (row.usage.opcode() != 0x17 && row.usage.opcode() != 0x57) {
            EXPECT_EQ(disk.conflicts(scsilo::test::bare_cdb(row), 0), persistent) << row.name;
        }
    });
    EXPECT_TRUE(disk.conflicts(hex("5f 00 00 0000 00000018 00"), 0));
}

TEST(ReservationConflicts, StartingIsAllowedAndStoppingIsNot) {
    for (const int type : {1, 3, 5, 6, 7, 8}) {
        ReservedDisk disk;
        disk.hold(type);
        EXPECT_TRUE(disk.run("1b 00 00 00 01 00", {}, {.nexus = unregistered}).good());
        EXPECT_TRUE(disk.conflicts(hex("1b 00 00 00 00 00"), unregistered));
        EXPECT_TRUE(disk.conflicts(hex("1b 00 00 00 11 00"), unregistered)) << "POWER CONDITION";
    }
}

TEST(ReservationConflicts, TheStatusGoesBeforeUnitAttentionsAndWrongFields) {
    ReservedDisk disk;
    disk.hold(1);
    disk.unit.unit().establish(scsi::asc::mode_parameters_changed);
    EXPECT_TRUE(disk.conflicts(hex("2a 00 ffffffff 00 0001 00"), unregistered));
    EXPECT_TRUE(disk.conflicts(hex("2a e0 00000000 ff 0001 00"), unregistered));
    EXPECT_TRUE(disk.run("28 00 00000000 00 0001 00", {}, {.nexus = unregistered})
                    .check(scsi::Sense::unit_attention(scsi::asc::mode_parameters_changed)));
}

TEST(ReservationConflicts, ReserveEndsWithReleaseResetAndTheNexus) {
    for (const int end : {0, 1, 2, 3}) {
        ReservedDisk disk;
        ASSERT_TRUE(disk.run("56 00 00000000000000 00").good());
        ASSERT_TRUE(disk.run("56 00 00000000000000 00").good()) << "again by the same";
        ASSERT_TRUE(disk.run("17 00 000000 00", {}, {.nexus = 1}).good()) << "releases nothing";
        ASSERT_TRUE(disk.conflicts(hex("00 00000000 00"), 1));
        if (end == 0) {
            EXPECT_TRUE(disk.run("57 00 00000000000000 00").good());
        } else if (end == 1) {
            (void)disk.unit.manage(scsi::TaskManagementFunction::logical_unit_reset, 1);
        } else if (end == 2) {
            (void)disk.unit.manage(scsi::TaskManagementFunction::i_t_nexus_reset, 0);
        } else {
            disk.unit.from_outside([&] { disk.unit.nexus(0).lose(); });
        }
        disk.unit.itl(1).unit_attentions.clear_all();
        EXPECT_TRUE(disk.run("00 00000000 00", {}, {.nexus = 1}).good()) << end;
        EXPECT_TRUE(disk.run("16 00 000000 00", {}, {.nexus = 1}).good()) << end;
    }
}

} // namespace
} // namespace scsilo::sbc::test
