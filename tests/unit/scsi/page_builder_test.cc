// SPDX-License-Identifier: Apache-2.0
// PageBuilder and designation descriptors, byte for byte.
#include "scsi/designator.h"
#include "scsi/inquiry.h"
#include "scsi/page_builder.h"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace scsilo::scsi {
namespace {

using Raw = std::vector<std::uint8_t>;

Raw copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

template <class Append> Raw built(Append append) {
    std::array<std::uint8_t, 512> room{};
    room.fill(0xEE);
    PageBuilder page(room);
    append(page);
    EXPECT_FALSE(page.overflowed());
    return copy(page.data());
}

TEST(PageBuilder, NumbersTextAndBackPatchedLength) {
    const Raw page = built([](PageBuilder &to) {
        to.u8(0x00).u8(0x83);
        const auto length = to.length_field<2>();
        to.be16(0x0102).be24(0x030405).be32(0x06070809).be64(0x0A0B0C0D0E0F1011).ascii("A\tB", 5).zeros(1);
        to.patch(length);
    });
    EXPECT_EQ(page, (Raw{0,  0x83, 0,  23, 1,  2,  3,  4,   5,   6,   7,   8,   9, 10,
                         11, 12,   13, 14, 15, 16, 17, 'A', '_', 'B', ' ', ' ', 0}));
}

TEST(PageBuilder, WhatDoesNotFitIsDroppedWholeAndNothingFollowsIt) {
    std::array<std::uint8_t, 4> room{};
    PageBuilder page(room);
    page.be16(0x1122).be32(0xFFFFFFFF).u8(0x33);
    EXPECT_TRUE(page.overflowed());
    EXPECT_EQ(copy(page.data()), (Raw{0x11, 0x22}));
}

TEST(PageBuilder, LengthBeyondItsFieldIsAnOverflow) {
    std::array<std::uint8_t, 300> room{};
    PageBuilder page(room);
    const auto length = page.length_field<1>();
    page.zeros(256);
    page.patch(length);
    EXPECT_TRUE(page.overflowed());
}

TEST(Designator, T10VendorId) {
    EXPECT_EQ(built([](PageBuilder &to) { append_t10_vendor_id(to, "SCST_FIO", "disk"); }),
              (Raw{0x02, 0x01, 0, 12, 'S', 'C', 'S', 'T', '_', 'F', 'I', 'O', 'd', 'i', 's', 'k'}));
}

TEST(Designator, NaaAndEui) {
    EXPECT_EQ(built([](PageBuilder &to) { append_naa(to, naa_locally_assigned(0x123456789ABCDEF)); }),
              (Raw{0x01, 0x03, 0, 8, 0x31, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF}));
    EXPECT_EQ(
        built([](PageBuilder &to) { append_naa_extended(to, naa_ieee_registered_extended(0xABCDEF, 0x123456789), 1); }),
        (Raw{0x01, 0x03, 0, 16, 0x6A, 0xBC, 0xDE, 0xF1, 0x23, 0x45, 0x67, 0x89, 0, 0, 0, 0, 0, 0, 0, 1}));
    EXPECT_EQ(built([](PageBuilder &to) { append_eui_64(to, 1); }), (Raw{0x01, 0x02, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(Designator, PortsGroupsAndTheProtocolTheyName) {
    EXPECT_EQ(built([](PageBuilder &to) { append_relative_target_port(to, 0x0102, ProtocolIdentifier::sas); }),
              (Raw{0x61, 0x94, 0, 4, 0, 0, 1, 2}));
    EXPECT_EQ(built([](PageBuilder &to) { append_target_port_group(to, 3); }), (Raw{0x01, 0x15, 0, 4, 0, 0, 0, 3}));
    EXPECT_EQ(built([](PageBuilder &to) { append_logical_unit_group(to, 4); }), (Raw{0x01, 0x06, 0, 4, 0, 0, 0, 4}));
    EXPECT_EQ(built([](PageBuilder &to) {
                  append_naa(to, 0, DesignatorAssociation::logical_unit, ProtocolIdentifier::sas);
              })[1],
              0x03)
        << "PIV is reserved for logical units";
}

TEST(Designator, ScsiNameStringIsClosedAndPadded) {
    EXPECT_EQ(built([](PageBuilder &to) { append_scsi_name_string(to, "iqn.", DesignatorAssociation::target_device); }),
              (Raw{0x03, 0x28, 0, 8, 'i', 'q', 'n', '.', 0, 0, 0, 0}));
    EXPECT_EQ(built([](PageBuilder &to) { append_scsi_name_string(to, "naa", DesignatorAssociation::target_device); }),
              (Raw{0x03, 0x28, 0, 4, 'n', 'a', 'a', 0}));
}

TEST(Designator, TooLongLeavesThePageAsItWasAndMarksIt) {
    std::array<std::uint8_t, 512> room{};
    PageBuilder page(room);
    append_eui_64(page, 1);
    append_scsi_name_string(page, std::string(300, 'x'), DesignatorAssociation::target_port);
    EXPECT_TRUE(page.overflowed());
    EXPECT_EQ(page.length_bytes(), 12U);
}

TEST(Inquiry, HeadFieldsOfStandardData) {
    std::array<std::uint8_t, 36> data{};
    const MutableBytes bytes(data);
    StandardInquiryData::peripheral_qualifier::set(bytes, static_cast<std::uint8_t>(PeripheralQualifier::not_capable));
    StandardInquiryData::peripheral_device_type::set(bytes, 0x1F);
    StandardInquiryData::rmb::set(bytes, 1);
    StandardInquiryData::tpgs::set(bytes, 3);
    StandardInquiryData::cmdque::set(bytes, 1);
    EXPECT_EQ(data[0], 0x7F);
    EXPECT_EQ(data[1], 0x80);
    EXPECT_EQ(data[5], 0x30);
    EXPECT_EQ(data[7], 0x02);
}

} // namespace
} // namespace scsilo::scsi
