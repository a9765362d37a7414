// SPDX-License-Identifier: Apache-2.0
// LUN addressing methods against the byte forms of SAM-6 4.7.
#include "scsi/lun.h"

#include <gtest/gtest.h>

namespace scsilo::scsi {
namespace {

TEST(Lun, ShortestMethodChangesAt256And16384) {
    EXPECT_EQ(Lun::encode(0).value, 0U);
    EXPECT_EQ(Lun::encode(255).value, 0x00FF'0000'0000'0000U);
    EXPECT_EQ(Lun::encode(256).value, 0x4100'0000'0000'0000U);
    EXPECT_EQ(Lun::encode(16383).value, 0x7FFF'0000'0000'0000U);
    EXPECT_EQ(Lun::encode(16384).value, 0xD200'4000'0000'0000U);
    EXPECT_EQ(Lun::encode(0xFF'FFFF).value, 0xD2FF'FFFF'0000'0000U);
    EXPECT_EQ(Lun::encode(0x100'0000).value, 0xE200'0100'0000'0000U);
}

TEST(Lun, AskedMethodIsTakenOrRefused) {
    EXPECT_EQ(Lun::encode(5, LunAddressing::flat), (Lun{0x4005'0000'0000'0000}));
    EXPECT_EQ(Lun::encode(5, LunAddressing::extended), (Lun{0xD200'0005'0000'0000}));
    EXPECT_EQ(Lun::encode(256, LunAddressing::peripheral), std::nullopt);
    EXPECT_EQ(Lun::encode(16384, LunAddressing::flat), std::nullopt);
    EXPECT_EQ(Lun::encode(1, LunAddressing::well_known), report_luns_well_known_lun);
}

TEST(Lun, DecodeIsTheInverse) {
    for (const std::uint32_t number : {0U, 1U, 255U, 256U, 16383U, 16384U, 0xFFFFFFU, 0x1000000U, 0xFFFFFFFFU}) {
        for (const auto method : {LunAddressing::peripheral, LunAddressing::flat, LunAddressing::extended}) {
            if (const auto lun = Lun::encode(number, method)) {
                EXPECT_EQ(lun->decode(), (DecodedLun{number, method})) << number;
            }
        }
    }
}

TEST(Lun, WellKnownLogicalUnitIsRecognised) {
    EXPECT_TRUE(report_luns_well_known_lun.is_well_known());
    EXPECT_EQ(report_luns_well_known_lun.decode(), (DecodedLun{1, LunAddressing::well_known}));
    EXPECT_FALSE(Lun::encode(1).is_well_known());
}

TEST(Lun, FormsThatNoUnitOfOursHasAreRefused) {
    EXPECT_EQ((Lun{0x0100'0000'0000'0000}).decode(), std::nullopt) << "bus 1";
    EXPECT_EQ((Lun{0x8005'0000'0000'0000}).decode(), std::nullopt) << "logical unit addressing";
    EXPECT_EQ((Lun{0x0005'0001'0000'0000}).decode(), std::nullopt) << "a second level";
    EXPECT_EQ((Lun{0x4005'0000'0000'0001}).decode(), std::nullopt) << "a fourth level";
    EXPECT_EQ((Lun{0xD200'0005'0000'0001}).decode(), std::nullopt);
    EXPECT_EQ((Lun{0xE201'0000'0000'0000}).decode(), std::nullopt) << "33 bits of number";
    EXPECT_EQ((Lun{~std::uint64_t{0}}).decode(), std::nullopt) << "logical unit not specified";
}

TEST(Lun, BytesAndLinuxIntegers) {
    const std::array<std::uint8_t, 8> bytes = {0x41, 0x02, 0, 0, 0, 0, 0, 0};
    EXPECT_EQ(Lun::from_bytes(bytes), Lun::encode(258));
    EXPECT_EQ(Lun::encode(258).to_bytes(), bytes);
    EXPECT_EQ(Lun::encode(258).to_linux(), 0x4102U);
    EXPECT_EQ(Lun::encode(16384).to_linux(), 0x4000'D200U);
    EXPECT_EQ(report_luns_well_known_lun.to_linux(), 0xC101U);
    EXPECT_EQ(Lun::from_linux(0x0004'0003'0002'0001), (Lun{0x0001'0002'0003'0004}));
}

} // namespace
} // namespace scsilo::scsi
