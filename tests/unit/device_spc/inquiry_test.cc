// SPDX-License-Identifier: Apache-2.0
// INQUIRY data: what an identity becomes on the wire.
#include "fake_device.h"

#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include <gtest/gtest.h>

namespace scsilo::spc {
namespace {

using test::hex;
using test::TestUnit;

const test::ByteVector page_83 = hex("12 01 83 ffff 00");

TEST(Inquiry, texts_are_padded_and_cut_to_their_fields) {
    Identity identity =
        identity_of("SCST_FIO", "a_name_of_more_than_16_characters", scsi::PeripheralDeviceType::direct_access);
    identity.vendor_specific = "0123456789012345678901234";
    TestUnit unit(std::make_unique<FakeDevice>(nullptr, identity));
    const test::Ran ran = unit.run(hex("12 00 00 00ff 00"));
    ASSERT_EQ(ran.data.size(), 96U);
    const std::string text(ran.data.begin() + 8, ran.data.begin() + 58);
    EXPECT_EQ(text, std::string("SCST_FIOa_name_of_more_t101 01234567890123456789") + std::string(2, '\0'));
    EXPECT_EQ(unit.device<FakeDevice>().identity().product, "a_name_of_more_t");
}

TEST(Inquiry, the_removable_bit_is_the_identitys) {
    Identity identity = identity_of("SCST_FIO", "cd", scsi::PeripheralDeviceType::cd_dvd);
    identity.removable = true;
    TestUnit unit(std::make_unique<FakeDevice>(nullptr, identity));
    const test::Ran ran = unit.run(hex("12 00 00 0024 00"));
    EXPECT_EQ(test::to_hex(Bytes(ran.data).first(4)), "05 80 06 12 ");
}

TEST(Inquiry, the_same_name_has_the_same_identifiers_and_another_name_has_others) {
    const auto type = scsi::PeripheralDeviceType::direct_access;
    const Identity one = identity_of("SCST_FIO", "disk1", type);
    const Identity again = identity_of("SCST_BIO", "disk1", type);
    const Identity other = identity_of("SCST_FIO", "disk2", type);
    const Identity elsewhere = identity_of("SCST_FIO", "disk1", type, 7);
    EXPECT_EQ(one.serial_number, again.serial_number);
    EXPECT_EQ(one.naa, again.naa);
    EXPECT_EQ(one.naa >> 60, 3U);
    for (const Identity &different : {other, elsewhere}) {
        EXPECT_NE(one.serial_number, different.serial_number);
        EXPECT_NE(one.t10_device_id, different.t10_device_id);
        EXPECT_NE(one.naa, different.naa);
    }
}

TEST(DeviceIdentification, names_the_unit_and_the_port_of_the_nexus) {
    Identity identity = identity_of("SCST_FIO", "disk1", scsi::PeripheralDeviceType::direct_access);
    identity.t10_device_id = "1234-disk1";
    identity.naa = 0x3000'0000'0000'0001;
    identity.eui_64 = 0x0102'0304'0506'0708;
    identity.device_name = "naa.30";
    TestUnit unit(std::make_unique<FakeDevice>(nullptr, identity), TestUnit::PowerOn::cleared,
                  {"scstlcltgt0", 5, 0x06});
    const test::Ran ran = unit.run(page_83);
    EXPECT_EQ(test::to_hex(ran.data), test::to_hex(hex("00 83 00 42"
                                                       "02 01 00 12 534353545f46494f 313233342d6469736b31"
                                                       "01 03 00 08 3000000000000001"
                                                       "01 02 00 08 0102030405060708"
                                                       "61 94 00 04 00000005"
                                                       "63 a8 00 08 6e61612e33300000")));
}

TEST(DeviceIdentification, has_no_designator_for_what_is_not_known) {
    Identity identity = identity_of("SCST_FIO", "disk1", scsi::PeripheralDeviceType::direct_access);
    identity.naa = 0;
    TestUnit unit(std::make_unique<FakeDevice>(nullptr, identity));
    const test::Ran ran = unit.run(page_83);
    ASSERT_GT(ran.data.size(), 8U);
    EXPECT_EQ(ran.data.size(), 4U + 4 + ran.data[7] + 8); // T10 vendor ID and relative target port
}

TEST(DeviceIdentification, a_128_bit_naa_is_one_designator) {
    Identity identity = identity_of("SCST_FIO", "disk1", scsi::PeripheralDeviceType::direct_access);
    identity.naa = scsi::naa_ieee_registered_extended(0x001405, 1);
    identity.naa_extension = 2;
    TestUnit unit(std::make_unique<FakeDevice>(nullptr, identity));
    const test::Ran ran = unit.run(page_83);
    const std::size_t at = 8U + ran.data[7];
    EXPECT_EQ(test::to_hex(Bytes(ran.data).subspan(at, 20)),
              test::to_hex(hex("01 03 00 10 6001405000000001 0000000000000002")));
}

TEST(UnitSerialNumber, is_no_page_of_a_device_without_one) {
    Identity identity = identity_of("SCST_FIO", "disk1", scsi::PeripheralDeviceType::direct_access);
    identity.serial_number.clear();
    TestUnit unit(std::make_unique<FakeDevice>(nullptr, identity));
    EXPECT_EQ(test::to_hex(unit.run(hex("12 01 00 00ff 00")).data), "00 00 00 04 00 83 86 b0 ");
    EXPECT_TRUE(unit.run(hex("12 01 80 00ff 00")).check(scsi::Sense::invalid_field_in_cdb(2)));
}

} // namespace
} // namespace scsilo::spc
