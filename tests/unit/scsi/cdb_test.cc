// SPDX-License-Identifier: Apache-2.0
// CDB fields against hand-written bytes, lengths by group, service actions.
#include "scsi/cdb.h"
#include "scsi/cdb_sbc.h"
#include "scsi/cdb_spc.h"

#include <gtest/gtest.h>
#include <vector>

namespace scsilo::scsi {
namespace {

using Raw = std::vector<std::uint8_t>;

TEST(Cdb, Read10FieldsStandWhereTheTablePutsThem) {
    const Cdb cdb(Raw{0x28, 0xB8, 0x12, 0x34, 0x56, 0x78, 0x15, 0x9A, 0xBC, 0x04});
    EXPECT_EQ(cdb.get<Read10::rdprotect>(), 5);
    EXPECT_TRUE(cdb.get<Read10::dpo>());
    EXPECT_TRUE(cdb.get<Read10::fua>());
    EXPECT_FALSE(cdb.get<Read10::rarc>());
    EXPECT_EQ(Read10::lba::get(cdb), 0x12345678U);
    EXPECT_EQ(cdb.get<Read10::group_number>(), 0x15);
    EXPECT_EQ(cdb.get<Read10::transfer_length>(), 0x9ABC);
    EXPECT_EQ(cdb.control(), 0x04);
}

TEST(Cdb, Read6AddressHas21Bits) {
    const Cdb cdb(Raw{0x08, 0xFF, 0xFF, 0xFE, 0x00, 0x00});
    EXPECT_EQ(cdb.get<Read6::lba>(), 0x1FFFFEU);
}

TEST(Cdb, Read16AndRead32Fields) {
    const Cdb read16(Raw{0x88, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0xC3, 0});
    EXPECT_EQ(read16.get<Read16::lba>(), 0x0102030405060708U);
    EXPECT_EQ(read16.get<Read16::transfer_length>(), 0x090A0B0CU);
    EXPECT_TRUE(read16.get<Read16::dld1>() && read16.get<Read16::dld0>());
    EXPECT_EQ(read16.get<Read16::group_number>(), 3);

    Raw bytes(32);
    bytes[0] = 0x7F;
    bytes[1] = 0x04;
    bytes[7] = 0x18;
    bytes[9] = 0x09;
    bytes[19] = 0x77;
    bytes[31] = 0x05;
    const Cdb read32(bytes);
    EXPECT_EQ(read32.service_action(), 9);
    EXPECT_EQ(read32.get<Read32::lba>(), 0x77U);
    EXPECT_EQ(read32.get<Read32::transfer_length>(), 5U);
    EXPECT_EQ(read32.control(), 0x04);
    EXPECT_EQ(cdb_length(read32.bytes()), 32U);
}

TEST(Cdb, ModeSense10Fields) {
    const Cdb cdb(Raw{0x5A, 0x18, 0xC8, 0xFF, 0, 0, 0, 0x01, 0x02, 0});
    EXPECT_TRUE(cdb.get<ModeSense10::llbaa>());
    EXPECT_TRUE(cdb.get<ModeSense10::dbd>());
    EXPECT_EQ(cdb.get<ModeSense10::pc>(), 3);
    EXPECT_EQ(cdb.get<ModeSense10::page_code>(), 0x08);
    EXPECT_EQ(cdb.get<ModeSense10::subpage_code>(), 0xFF);
    EXPECT_EQ(cdb.get<ModeSense10::allocation_length>(), 0x0102);
}

TEST(Cdb, BytesThatDidNotComeReadAsZero) {
    const Cdb cdb(Raw{0x28, 0xFF});
    EXPECT_EQ(cdb.get<Read10::transfer_length>(), 0);
    EXPECT_EQ(cdb[5], 0);
    EXPECT_EQ(cdb[100000], 0);
}

TEST(Cdb, FromTakesOneTo260Bytes) {
    EXPECT_FALSE(Cdb::from({}));
    EXPECT_TRUE(Cdb::from(Raw(1)));
    EXPECT_TRUE(Cdb::from(Raw(260)));
    EXPECT_FALSE(Cdb::from(Raw(261)));
}

TEST(Cdb, LengthByGroupCode) {
    EXPECT_EQ(cdb_length_of_group(0x12), 6U);
    EXPECT_EQ(cdb_length_of_group(0x28), 10U);
    EXPECT_EQ(cdb_length_of_group(0x5A), 10U);
    EXPECT_EQ(cdb_length_of_group(0x7F), 0U);
    EXPECT_EQ(cdb_length_of_group(0x88), 16U);
    EXPECT_EQ(cdb_length_of_group(0xA0), 12U);
    EXPECT_EQ(cdb_length_of_group(0xC1), 0U);
    EXPECT_EQ(cdb_length(Raw{0x7F, 0, 0, 0, 0, 0, 0}), 0U);
}

TEST(Cdb, ServiceActionDependsOnTheDeviceTypeWhereCodesAreShared) {
    const Cdb locate_kind(Raw{0x34, 0x06, 0, 0, 0, 0, 0, 0, 0, 0});
    EXPECT_EQ(locate_kind.service_action(), std::nullopt);
    EXPECT_EQ(locate_kind.service_action(PeripheralDeviceType::sequential_access), 6);
    const Cdb maintenance_in(Raw{0xA3, 0xEC, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    EXPECT_EQ(maintenance_in.service_action(), 0x0C);
    EXPECT_EQ(maintenance_in.service_action(PeripheralDeviceType::cd_dvd), std::nullopt);
}

TEST(Fields, SetLeavesTheNeighboursAlone) {
    Raw bytes = {0xFF, 0xE0, 0, 0};
    Be<1, 3, 21>::set(bytes.data(), 0x123456);
    EXPECT_EQ(bytes, (Raw{0xFF, 0xF2, 0x34, 0x56}));
    Bits<0, 5, 3>::set(MutableBytes(bytes), 2);
    EXPECT_EQ(bytes[0], 0xD7);
    Bits<0, 7, 7>::set(MutableBytes(bytes), 0);
    EXPECT_EQ(bytes[0], 0x57);
}

TEST(FieldsDeathTest, ValueThatDoesNotFitAborts) {
    Raw bytes(4);
    EXPECT_DEATH((Be<0, 1>::set(bytes.data(), 256)), "");
    EXPECT_DEATH((Bits<0, 1, 0>::set(bytes.data(), 4)), "");
    EXPECT_DEATH((static_cast<void>(Be<2, 4>::get(Bytes(bytes)))), "");
}

} // namespace
} // namespace scsilo::scsi
