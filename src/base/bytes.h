// SPDX-License-Identifier: Apache-2.0
// Big-endian loads and stores of 1..8 bytes, and the byte-span names every floor uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace scsilo {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

// Width is in bytes. The caller has checked that the bytes exist.
template <std::size_t Width> [[nodiscard]] constexpr std::uint64_t load_be(const std::uint8_t *from) noexcept {
    static_assert(Width >= 1 && Width <= 8);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < Width; ++i) {
        value = (value << 8) | from[i];
    }
    return value;
}

template <std::size_t Width> constexpr void store_be(std::uint8_t *to, std::uint64_t value) noexcept {
    static_assert(Width >= 1 && Width <= 8);
    for (std::size_t i = Width; i-- > 0;) {
        to[i] = static_cast<std::uint8_t>(value & 0xFF);
        value >>= 8;
    }
}

} // namespace scsilo
