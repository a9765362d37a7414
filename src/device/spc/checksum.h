// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli), bit by bit: for names and small files, not for data.
#pragma once

#include "base/bytes.h"

namespace scsilo::spc {

[[nodiscard]] constexpr std::uint32_t crc_32c(Bytes bytes) noexcept {
    constexpr std::uint32_t reflected_polynomial = 0x82F63B78;
    std::uint32_t remainder = 0xFFFFFFFF;
    for (const std::uint8_t byte : bytes) {
        remainder ^= byte;
        for (int bit = 0; bit < 8; ++bit) {
            remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? reflected_polynomial : 0);
        }
    }
    return ~remainder;
}

} // namespace scsilo::spc
