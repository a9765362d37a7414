// SPDX-License-Identifier: Apache-2.0
// CdbUsage: a command's CDB usage data as REPORT SUPPORTED OPERATION CODES prints it, parsed while compiling
// (SPC-6 6.36.3).
#pragma once

#include "scsi/cdb.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace scsilo::scsi {

// Where a CDB sets a bit that its command does not evaluate: the field pointer of the INVALID FIELD IN CDB to come.
struct ReservedBit {
    std::uint16_t byte = 0;
    std::uint8_t bit = 0;

    constexpr bool operator==(const ReservedBit &) const noexcept = default;
};

// `CdbUsage("28 18 ffffffff 1f ffff 00")`: byte 0 is the operation code; in the others each one-bit is a bit that the
// command evaluates. Blanks may stand anywhere. Where the operation code has a service action, the literal holds its
// value in the low five bits of byte 1 (7Fh: in bytes 8-9), and byte 7 of 7Fh holds the additional length: those bits
// are fixed values, not a mask. Whether 34h, 48h, A3h and A4h have a service action depends on the device type, see
// has_service_action().
class CdbUsage {
  public:
    // 7Fh commands of 32 bytes are the longest that have a row.
    static constexpr std::size_t capacity_bytes = 32;

    constexpr CdbUsage() noexcept = default;

    // Text that is no usage data does not compile.
    template <std::size_t Size>
    consteval CdbUsage(const char (&text)[Size], PeripheralDeviceType type = PeripheralDeviceType::direct_access) {
        std::size_t digits = 0;
        for (std::size_t i = 0; i + 1 < Size; ++i) {
            if (text[i] == ' ') {
                continue;
            }
            if (digits >= capacity_bytes * 2) {
                throw "CDB usage: longer than 32 bytes";
            }
            const std::size_t at = digits / 2;
            bytes_[at] = static_cast<std::uint8_t>(bytes_[at] * 16U + hex_digit(text[i]));
            ++digits;
        }
        if (digits % 2 != 0) {
            throw "CDB usage: odd number of hexadecimal digits";
        }
        length_bytes_ = static_cast<std::uint8_t>(digits / 2);
        check_length();
        has_service_action_ = scsi::has_service_action(opcode(), type);
    }

    [[nodiscard]] constexpr std::size_t length_bytes() const noexcept { return length_bytes_; }
    [[nodiscard]] constexpr std::uint8_t opcode() const noexcept { return bytes_[0]; }
    // The usage data themselves, operation code and service action included.
    [[nodiscard]] constexpr Bytes bytes() const noexcept { return {bytes_.data(), length_bytes_}; }
    [[nodiscard]] constexpr std::uint8_t mask(std::size_t i) const noexcept {
        return i < length_bytes_ ? bytes_[i] : 0;
    }

    // The service action in the literal; nothing where the operation code has none.
    [[nodiscard]] constexpr std::optional<std::uint16_t> service_action() const noexcept {
        if (!has_service_action_) {
            return std::nullopt;
        }
        return opcode() == variable_length_opcode ? Be<8, 2>::get(bytes()) : Bits<1, 4, 0>::get(bytes());
    }

    // The lowest byte with a one-bit outside the mask, and its highest such bit. Fixed values are not looked at:
    // operation code and service action chose this row, the length was checked before.
    [[nodiscard]] constexpr std::optional<ReservedBit> first_reserved_bit_set(const Cdb &cdb) const noexcept {
        for (std::size_t i = 1; i < length_bytes_; ++i) {
            const unsigned excess = static_cast<unsigned>(cdb[i]) & ~(static_cast<unsigned>(bytes_[i]) | fixed_bits(i));
            if (excess != 0) {
                return ReservedBit{static_cast<std::uint16_t>(i),
                                   static_cast<std::uint8_t>(std::bit_width(excess) - 1)};
            }
        }
        return std::nullopt;
    }

    constexpr bool operator==(const CdbUsage &) const noexcept = default;

  private:
    static consteval unsigned hex_digit(char c) {
        if (c >= '0' && c <= '9') {
            return static_cast<unsigned>(c - '0');
        }
        if (c >= 'a' && c <= 'f') {
            return static_cast<unsigned>(c - 'a') + 10;
        }
        if (c >= 'A' && c <= 'F') {
            return static_cast<unsigned>(c - 'A') + 10;
        }
        throw "CDB usage: neither a hexadecimal digit nor a blank";
    }

    consteval void check_length() const {
        const bool variable = length_bytes_ >= 10 && opcode() == variable_length_opcode;
        const std::size_t told = length_bytes_ == 0 ? 0 : variable ? 8U + bytes_[7] : cdb_length_of_group(opcode());
        if (told != 0 && length_bytes_ != told) {
            throw "CDB usage: another length than the operation code tells";
        }
        const bool vendor_specific = opcode() >= 0xC0;
        const bool vendor_length =
            length_bytes_ == 6 || length_bytes_ == 10 || length_bytes_ == 12 || length_bytes_ == 16;
        if (told == 0 && !(vendor_specific && vendor_length)) {
            throw "CDB usage: no operation code, a reserved one, or no length of a CDB";
        }
    }

    [[nodiscard]] constexpr unsigned fixed_bits(std::size_t i) const noexcept {
        if (opcode() == variable_length_opcode) {
            return i >= 7 && i <= 9 ? 0xFF : 0;
        }
        return has_service_action_ && i == 1 ? 0x1F : 0;
    }

    std::array<std::uint8_t, capacity_bytes> bytes_{};
    std::uint8_t length_bytes_ = 0;
    bool has_service_action_ = false;
};

} // namespace scsilo::scsi
