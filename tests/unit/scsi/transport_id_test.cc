// SPDX-License-Identifier: Apache-2.0
// TransportIDs against the formats of SPC-6 7.6.4.
#include "scsi/transport_id.h"

#include <array>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace scsilo::scsi {
namespace {

using Raw = std::vector<std::uint8_t>;

template <class Append> Raw built(Append append) {
    std::array<std::uint8_t, 512> room{};
    PageBuilder page(room);
    append(page);
    return {page.data().begin(), page.data().end()};
}

TEST(TransportId, Sas) {
    const Raw bytes = built([](PageBuilder &to) { append_sas_transport_id(to, 0x5000C50012345678); });
    EXPECT_EQ(bytes,
              (Raw{0x06, 0, 0, 0, 0x50, 0x00, 0xC5, 0x00, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    const auto id = parse_transport_id(bytes);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->protocol, ProtocolIdentifier::sas);
    EXPECT_EQ(id->address, 0x5000C50012345678U);
    EXPECT_EQ(id->length_bytes, 24U);
}

TEST(TransportId, FibreChannelAndSrp) {
    const Raw fc = built([](PageBuilder &to) { append_fibre_channel_transport_id(to, 0x0102030405060708); });
    EXPECT_EQ(fc, (Raw{0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(parse_transport_id(fc)->address, 0x0102030405060708U);
    const Raw srp = built([](PageBuilder &to) { append_srp_transport_id(to, 1, 2); });
    EXPECT_EQ(srp, (Raw{4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2}));
    EXPECT_EQ(parse_transport_id(srp)->address_upper, 1U);
    EXPECT_EQ(parse_transport_id(srp)->address, 2U);
}

TEST(TransportId, IscsiNameAndIsid) {
    const Raw device = built([](PageBuilder &to) { EXPECT_TRUE(append_iscsi_transport_id(to, "iqn.a")); });
    EXPECT_EQ(device.size(), 24U);
    EXPECT_EQ((Raw{device.begin(), device.begin() + 10}), (Raw{0x05, 0, 0, 20, 'i', 'q', 'n', '.', 'a', 0}));
    EXPECT_EQ(parse_transport_id(device)->iscsi_name, "iqn.a");
    EXPECT_EQ(parse_transport_id(device)->isid, std::nullopt);

    const Raw port =
        built([](PageBuilder &to) { EXPECT_TRUE(append_iscsi_transport_id(to, "iqn.a", 0x00023D0000FF)); });
    EXPECT_EQ(port[0], 0x45);
    EXPECT_EQ(port[3], 24);
    EXPECT_EQ(std::string(port.begin() + 4, port.end()), std::string("iqn.a,i,0x00023d0000ff\0\0", 24));
    EXPECT_EQ(parse_transport_id(port)->isid, 0x00023D0000FFU);
    EXPECT_EQ(parse_transport_id(port)->length_bytes, 28U);
}

TEST(TransportId, LongestIscsiNameIsTakenAndOneMoreByteRefused) {
    const Raw longest =
        built([](PageBuilder &to) { EXPECT_TRUE(append_iscsi_transport_id(to, std::string(223, 'n'))); });
    EXPECT_EQ(longest.size(), 228U);
    EXPECT_EQ(parse_transport_id(longest)->iscsi_name.size(), 223U);
    EXPECT_TRUE(
        built([](PageBuilder &to) { EXPECT_FALSE(append_iscsi_transport_id(to, std::string(224, 'n'))); }).empty());
}

TEST(TransportId, MalformedBytesAreRefused) {
    EXPECT_EQ(parse_transport_id(Raw(23)), std::nullopt) << "short";
    Raw wrong_format(24);
    wrong_format[0] = 0x46;
    EXPECT_EQ(parse_transport_id(wrong_format), std::nullopt);
    Raw unknown_protocol(24);
    unknown_protocol[0] = 0x0F;
    EXPECT_EQ(parse_transport_id(unknown_protocol), std::nullopt);
    Raw no_nul(24, 'x');
    no_nul[0] = 0x05;
    no_nul[2] = 0;
    no_nul[3] = 20;
    EXPECT_EQ(parse_transport_id(no_nul), std::nullopt);
    Raw beyond = no_nul;
    beyond[3] = 24;
    EXPECT_EQ(parse_transport_id(beyond), std::nullopt) << "ADDITIONAL LENGTH beyond the bytes";
    Raw no_isid = built([](PageBuilder &to) { EXPECT_TRUE(append_iscsi_transport_id(to, "iqn.a")); });
    no_isid[0] = 0x45;
    EXPECT_EQ(parse_transport_id(no_isid), std::nullopt);
}

} // namespace
} // namespace scsilo::scsi
