// SPDX-License-Identifier: Apache-2.0
// Usage literals: what they parse to, which bits they reject, and which texts do not compile.
#include "scsi/cdb_usage.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <type_traits>
#include <vector>

namespace scsilo::scsi {
namespace {

using Raw = std::vector<std::uint8_t>;

constexpr CdbUsage read10("28 f8 ffffffff 1f ffff 04");
constexpr CdbUsage read_capacity16("9e 10 0000000000000000 ffffffff 00 00");
constexpr CdbUsage read32("7f 04 00000000 3f 18 0009 f8 00 ffffffffffffffff ffffffff ffff ffff ffffffff");

static_assert(read10.length_bytes() == 10 && read10.opcode() == 0x28 && read10.mask(1) == 0xF8 &&
              read10.mask(9) == 0x04);
static_assert(read10.mask(10) == 0 && !read10.service_action());
static_assert(read_capacity16.service_action() == 0x10);
static_assert(read32.length_bytes() == 32 && read32.service_action() == 9);

// Whether a text compiles, asked without failing to compile.
template <std::size_t Size> struct Text {
    char chars[Size];
    consteval Text(const char (&text)[Size]) : chars() { std::copy_n(text, Size, chars); }
};
template <Text T>
concept Compiles = requires { typename std::integral_constant<std::size_t, CdbUsage(T.chars).length_bytes()>; };

static_assert(Compiles<"28 18 ffffffff 1f ffff 00">);
static_assert(!Compiles<"28 18 ffffffff 1f ffff 0">, "odd digits");
static_assert(!Compiles<"28 18 ffffffff 1f ffff">, "nine bytes of ten");
static_assert(!Compiles<"28 18 ffffffff 1f ffff 00 00">, "eleven bytes of ten");
static_assert(!Compiles<"28 18 fffffffg 1f ffff 00">, "no digit");
static_assert(!Compiles<"">, "no operation code");
static_assert(!Compiles<"60 00 00 00 00 00">, "reserved group");
static_assert(!Compiles<"7f 04 00000000 3f 14 0009 f8 00 ffffffffffffffff ffffffff ffff ffff ffffffff">,
              "length in byte 7");
static_assert(!Compiles<"7f 04">, "too short for its length byte");
static_assert(Compiles<"c0 00 00 00 00 00">);
static_assert(!Compiles<"c0 00 00 00 00 00 00">, "vendor specific, but seven bytes");

TEST(CdbUsage, NoReservedBitWhereTheMaskAllows) {
    EXPECT_EQ(read10.first_reserved_bit_set(Cdb(Raw{0x28, 0xF8, 255, 255, 255, 255, 0x1F, 255, 255, 4})), std::nullopt);
}

TEST(CdbUsage, NamesTheHighestReservedBitOfTheFirstByte) {
    EXPECT_EQ(read10.first_reserved_bit_set(Cdb(Raw{0x28, 0x03, 0, 0, 0, 0, 0xE0, 0, 0, 0})), (ReservedBit{1, 1}));
    EXPECT_EQ(read10.first_reserved_bit_set(Cdb(Raw{0x28, 0, 0, 0, 0, 0, 0xE0, 0, 0, 0x01})), (ReservedBit{6, 7}));
    EXPECT_EQ(read10.first_reserved_bit_set(Cdb(Raw{0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0x09})), (ReservedBit{9, 3}));
}

TEST(CdbUsage, ServiceActionBitsAreNoReservedBits) {
    Raw bytes(16);
    bytes[0] = 0x9E;
    bytes[1] = 0x1F;
    EXPECT_EQ(read_capacity16.first_reserved_bit_set(Cdb(bytes)), std::nullopt);
    bytes[1] = 0x30;
    EXPECT_EQ(read_capacity16.first_reserved_bit_set(Cdb(bytes)), (ReservedBit{1, 5}));
}

TEST(CdbUsage, VariableLengthFixedBytesAreNotCounted) {
    Raw bytes(32);
    bytes[0] = 0x7F;
    bytes[7] = 0x18;
    bytes[9] = 0x09;
    EXPECT_EQ(read32.first_reserved_bit_set(Cdb(bytes)), std::nullopt);
    bytes[11] = 0x10;
    EXPECT_EQ(read32.first_reserved_bit_set(Cdb(bytes)), (ReservedBit{11, 4}));
}

TEST(CdbUsage, DeviceTypeDecidesSharedCodes) {
    constexpr CdbUsage report_key("a4 00 ffffffff 00 00 ffff ff 00", PeripheralDeviceType::cd_dvd);
    EXPECT_EQ(report_key.service_action(), std::nullopt);
    EXPECT_EQ(report_key.first_reserved_bit_set(Cdb(Raw{0xA4, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})),
              (ReservedBit{1, 0}));
}

} // namespace
} // namespace scsilo::scsi
