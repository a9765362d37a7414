// SPDX-License-Identifier: Apache-2.0
// Lun: the eight-byte logical unit number and its single-level addressing methods (SAM-6 4.7).
#pragma once

#include "base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>

namespace scsilo::scsi {

// `extended` is extended flat space addressing, in three bytes (D2h) or, above 24 bits, in five (E2h, long extended
// flat). `well_known` is decoded, and encoded for the well known logical units' numbers (SPC-6 clause 8).
enum class LunAddressing : std::uint8_t { peripheral, flat, extended, well_known };

enum class WellKnownLun : std::uint8_t {
    report_luns = 0x01,
    access_controls = 0x02,
    target_log_pages = 0x03,
    security_protocol = 0x10,
    management_protocol = 0x11,
    target_commands = 0x12,
};

struct DecodedLun {
    std::uint32_t number = 0;
    LunAddressing addressing = LunAddressing::peripheral;

    constexpr bool operator==(const DecodedLun &) const noexcept = default;
};

// `value` holds the eight bytes as one big-endian number: LUN 5 by peripheral addressing is 0005_0000_0000_0000h.
struct Lun {
    std::uint64_t value = 0;

    constexpr bool operator==(const Lun &) const noexcept = default;
    constexpr auto operator<=>(const Lun &) const noexcept = default;

    // Nothing when the number is too large for the method: 256, 16384, 2^32, 256.
    [[nodiscard]] static constexpr std::optional<Lun> encode(std::uint32_t number, LunAddressing addressing) noexcept;

    // The shortest method: peripheral below 256, flat space below 16384, extended flat space from there.
    [[nodiscard]] static constexpr Lun encode(std::uint32_t number) noexcept;

    // Nothing for what no logical unit of ours can have: further levels, another bus, unknown methods, numbers above 32
    // bits.
    [[nodiscard]] constexpr std::optional<DecodedLun> decode() const noexcept;

    [[nodiscard]] constexpr bool is_well_known() const noexcept;

    // Takes the first eight bytes; fewer abort.
    [[nodiscard]] static constexpr Lun from_bytes(Bytes bytes) noexcept;
    [[nodiscard]] constexpr std::array<std::uint8_t, 8> to_bytes() const noexcept;

    // Linux' integer form (scsilun_to_int): the four 16-bit levels, first level lowest, method bits kept (flat 256 is
    // 4100h).
    [[nodiscard]] constexpr std::uint64_t to_linux() const noexcept;
    [[nodiscard]] static constexpr Lun from_linux(std::uint64_t number) noexcept;
};

inline constexpr Lun report_luns_well_known_lun{0xC101'0000'0000'0000};

namespace detail {
// Byte 0 of the extended addressing forms: ADDRESS METHOD 11b, LENGTH, EXTENDED ADDRESS METHOD (SAM-6 4.7.7.5).
inline constexpr std::uint64_t lun_well_known = 0xC1;
inline constexpr std::uint64_t lun_extended_flat = 0xD2;
inline constexpr std::uint64_t lun_long_extended_flat = 0xE2;
} // namespace detail

constexpr std::optional<Lun> Lun::encode(std::uint32_t number, LunAddressing addressing) noexcept {
    const std::uint64_t wide = number;
    switch (addressing) {
    case LunAddressing::peripheral:
        return number < 256 ? std::optional(Lun{wide << 48}) : std::nullopt;
    case LunAddressing::flat:
        return number < 16384 ? std::optional(Lun{(0x4000 | wide) << 48}) : std::nullopt;
    case LunAddressing::extended:
        if (number < (1U << 24)) {
            return Lun{detail::lun_extended_flat << 56 | wide << 32};
        }
        return Lun{detail::lun_long_extended_flat << 56 | wide << 16};
    case LunAddressing::well_known:
        return number < 256 ? std::optional(Lun{detail::lun_well_known << 56 | wide << 48}) : std::nullopt;
    }
    return std::nullopt;
}

constexpr Lun Lun::encode(std::uint32_t number) noexcept {
    const LunAddressing shortest = number < 256     ? LunAddressing::peripheral
                                   : number < 16384 ? LunAddressing::flat
                                                    : LunAddressing::extended;
    return *encode(number, shortest);
}

constexpr std::optional<DecodedLun> Lun::decode() const noexcept {
    const std::uint64_t first_byte = value >> 56;
    const std::uint64_t below_first_level = value << 16;
    if (first_byte == 0 && below_first_level == 0) {
        return DecodedLun{static_cast<std::uint32_t>(value >> 48), LunAddressing::peripheral};
    }
    if (first_byte >> 6 == 1 && below_first_level == 0) {
        return DecodedLun{static_cast<std::uint32_t>(value >> 48 & 0x3FFF), LunAddressing::flat};
    }
    if (first_byte == detail::lun_well_known && below_first_level == 0) {
        return DecodedLun{static_cast<std::uint32_t>(value >> 48 & 0xFF), LunAddressing::well_known};
    }
    if (first_byte == detail::lun_extended_flat && value << 32 == 0) {
        return DecodedLun{static_cast<std::uint32_t>(value >> 32 & 0xFF'FFFF), LunAddressing::extended};
    }
    // Forty bits of number; the upper eight must be zero for it to be one of ours.
    if (first_byte == detail::lun_long_extended_flat && value << 48 == 0 && (value >> 48 & 0xFF) == 0) {
        return DecodedLun{static_cast<std::uint32_t>(value >> 16 & 0xFFFF'FFFF), LunAddressing::extended};
    }
    return std::nullopt;
}

constexpr bool Lun::is_well_known() const noexcept { return value >> 56 == detail::lun_well_known; }

constexpr Lun Lun::from_bytes(Bytes bytes) noexcept { return Lun{load_be<8>(bytes.first<8>().data())}; }

constexpr std::array<std::uint8_t, 8> Lun::to_bytes() const noexcept {
    std::array<std::uint8_t, 8> bytes{};
    store_be<8>(bytes.data(), value);
    return bytes;
}

constexpr std::uint64_t Lun::to_linux() const noexcept {
    return value >> 48 | (value >> 32 & 0xFFFF) << 16 | (value >> 16 & 0xFFFF) << 32 | (value & 0xFFFF) << 48;
}

// The swap of levels is its own inverse.
constexpr Lun Lun::from_linux(std::uint64_t number) noexcept { return Lun{Lun{number}.to_linux()}; }

} // namespace scsilo::scsi
