// SPDX-License-Identifier: Apache-2.0
// Cdb: a command descriptor block of 6 to 260 bytes, its length rule and its service action (SPC-6 4.2).
#pragma once

#include "scsi/field.h"
#include "scsi/types.h"

#include <algorithm>
#include <array>
#include <optional>

namespace scsilo::scsi {

inline constexpr std::uint8_t variable_length_opcode = 0x7F;
// SPC-6 4.2.3: eight bytes and an additional length of at most 252, so that the whole stays a multiple of four.
inline constexpr std::size_t maximum_cdb_length_bytes = 260;

// The CDB length that the operation code's group code tells (SPC-6 4.2.5.1); 0: variable length, reserved or vendor
// specific.
[[nodiscard]] constexpr std::size_t cdb_length_of_group(std::uint8_t opcode) noexcept {
    constexpr std::array<std::uint8_t, 8> lengths = {6, 10, 10, 0, 16, 12, 0, 0};
    return lengths[opcode >> 5];
}

// The length that the CDB itself tells: by group, or 8 + ADDITIONAL CDB LENGTH for 7Fh. 0: not told, or too short to
// tell.
[[nodiscard]] constexpr std::size_t cdb_length(Bytes bytes) noexcept {
    if (bytes.empty()) {
        return 0;
    }
    if (bytes[0] == variable_length_opcode) {
        return bytes.size() < 8 ? 0 : std::size_t{8} + bytes[7];
    }
    return cdb_length_of_group(bytes[0]);
}

// Whether the operation code is refined by a service action. A few codes mean different commands on different device
// types: 34h is PRE-FETCH(10) or READ POSITION, A3h/A4h are MAINTENANCE IN/OUT or MMC's SEND/REPORT KEY, 48h is
// SANITIZE on disks.
[[nodiscard]] constexpr bool
has_service_action(std::uint8_t opcode, PeripheralDeviceType type = PeripheralDeviceType::direct_access) noexcept {
    switch (opcode) {
    case 0x34:
        return type == PeripheralDeviceType::sequential_access;
    case 0x48:
    case 0xA3:
    case 0xA4:
        return type != PeripheralDeviceType::cd_dvd;
    case 0x5E: // PERSISTENT RESERVE IN
    case 0x5F: // PERSISTENT RESERVE OUT
    case 0x7F: // variable length, bytes 8-9
    case 0x83: // third-party copy OUT
    case 0x84: // third-party copy IN
    case 0x8C: // READ ATTRIBUTE
    case 0x94: // ZBC OUT
    case 0x95: // ZBC IN
    case 0x9D: // SERVICE ACTION BIDIRECTIONAL
    case 0x9E: // SERVICE ACTION IN(16)
    case 0x9F: // SERVICE ACTION OUT(16)
    case 0xA9: // SERVICE ACTION OUT(12)
    case 0xAB: // SERVICE ACTION IN(12)
        return true;
    default:
        return false;
    }
}

// Bytes beyond length_bytes() read as zero, so a field of a CDB that came too short is zero and never foreign memory.
class Cdb {
  public:
    constexpr Cdb() noexcept = default;

    // From bytes whose number has been checked; more than 260 abort. Where bytes come from outside, use from().
    constexpr explicit Cdb(Bytes bytes) noexcept {
        detail::require(bytes.size() <= maximum_cdb_length_bytes);
        std::copy(bytes.begin(), bytes.end(), bytes_.begin());
        length_bytes_ = static_cast<std::uint16_t>(bytes.size());
    }

    // Nothing when there is no byte or there are too many.
    [[nodiscard]] static constexpr std::optional<Cdb> from(Bytes bytes) noexcept {
        if (bytes.empty() || bytes.size() > maximum_cdb_length_bytes) {
            return std::nullopt;
        }
        return Cdb(bytes);
    }

    [[nodiscard]] constexpr std::uint8_t operator[](std::size_t i) const noexcept {
        return i < length_bytes_ ? bytes_[i] : 0;
    }
    [[nodiscard]] constexpr std::size_t length_bytes() const noexcept { return length_bytes_; }
    [[nodiscard]] constexpr std::uint8_t opcode() const noexcept { return bytes_[0]; }
    [[nodiscard]] constexpr Bytes bytes() const noexcept { return {bytes_.data(), length_bytes_}; }
    [[nodiscard]] constexpr const std::uint8_t *field_bytes() const noexcept { return bytes_.data(); }

    // `cdb.get<Read10::lba>()`, the same as `Read10::lba::get(cdb)`.
    template <class Field> [[nodiscard]] constexpr typename Field::value_type get() const noexcept {
        static_assert(Field::end <= maximum_cdb_length_bytes);
        return Field::get(bytes_.data());
    }

    [[nodiscard]] constexpr std::optional<std::uint16_t>
    service_action(PeripheralDeviceType type = PeripheralDeviceType::direct_access) const noexcept {
        if (!has_service_action(opcode(), type)) {
            return std::nullopt;
        }
        return opcode() == variable_length_opcode ? get<Be<8, 2>>() : get<Bits<1, 4, 0>>();
    }

    // The CONTROL byte: the last one, or byte 1 of a variable length CDB (SPC-6 4.2.3).
    [[nodiscard]] constexpr std::uint8_t control() const noexcept {
        if (opcode() == variable_length_opcode) {
            return bytes_[1];
        }
        return length_bytes_ == 0 ? std::uint8_t{0} : bytes_[length_bytes_ - 1];
    }

    constexpr bool operator==(const Cdb &other) const noexcept { return std::ranges::equal(bytes(), other.bytes()); }

  private:
    std::array<std::uint8_t, maximum_cdb_length_bytes> bytes_{};
    std::uint16_t length_bytes_ = 0;
};

} // namespace scsilo::scsi
