// SPDX-License-Identifier: Apache-2.0
// Be and Bits: fields of CDBs and parameter data, written with the numbers printed in the standards' tables.
#pragma once

#include "base/bytes.h"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

namespace scsilo::scsi {

// A holder (such as Cdb) offers memory that is zero-padded far enough for every field of its kind.
template <class T>
concept FieldHolder = requires(const T &holder) {
    { holder.field_bytes() } -> std::same_as<const std::uint8_t *>;
};

namespace detail {
template <std::size_t Width>
using UnsignedOfWidth = std::conditional_t<
    Width == 1, std::uint8_t,
    std::conditional_t<Width == 2, std::uint16_t, std::conditional_t<Width <= 4, std::uint32_t, std::uint64_t>>>;

// A span that is too short for the field is a broken invariant: lengths are checked before fields are read.
constexpr void require(bool holds) noexcept {
    if (!holds) {
        std::abort();
    }
}
} // namespace detail

// A big-endian field of `Width` bytes whose most significant byte is at `Offset`. With `BitCount` only the low bits
// belong to the field; the bits above them in the first byte(s) are someone else's and survive a set (READ(6): Be<1, 3,
// 21>).
template <std::size_t Offset, std::size_t Width, std::size_t BitCount = Width * 8> struct Be {
    static_assert(Width >= 1 && Width <= 8 && BitCount >= 1 && BitCount <= Width * 8);

    using value_type = detail::UnsignedOfWidth<Width>;
    static constexpr std::size_t offset = Offset;
    static constexpr std::size_t width_bytes = Width;
    static constexpr std::size_t end = Offset + Width;
    static constexpr std::uint64_t maximum =
        BitCount == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (BitCount % 64)) - 1;

    [[nodiscard]] static constexpr value_type get(const std::uint8_t *bytes) noexcept {
        return static_cast<value_type>(load_be<Width>(bytes + Offset) & maximum);
    }
    [[nodiscard]] static constexpr value_type get(Bytes bytes) noexcept {
        detail::require(bytes.size() >= end);
        return get(bytes.data());
    }
    template <FieldHolder Holder> [[nodiscard]] static constexpr value_type get(const Holder &holder) noexcept {
        return get(holder.field_bytes());
    }

    // A value that does not fit the field is a broken invariant.
    static constexpr void set(std::uint8_t *bytes, std::uint64_t value) noexcept {
        detail::require(value <= maximum);
        const std::uint64_t others = load_be<Width>(bytes + Offset) & ~maximum;
        store_be<Width>(bytes + Offset, others | value);
    }
    static constexpr void set(MutableBytes bytes, std::uint64_t value) noexcept {
        detail::require(bytes.size() >= end);
        set(bytes.data(), value);
    }
};

// Bits Hi..Lo of the byte at `Offset`; a single bit reads as bool.
template <std::size_t Offset, unsigned Hi, unsigned Lo> struct Bits {
    static_assert(Hi <= 7 && Lo <= Hi);

    using value_type = std::conditional_t<Hi == Lo, bool, std::uint8_t>;
    static constexpr std::size_t offset = Offset;
    static constexpr std::size_t end = Offset + 1;
    static constexpr unsigned high_bit = Hi;
    static constexpr unsigned low_bit = Lo;
    static constexpr std::uint64_t maximum = (1U << (Hi - Lo + 1)) - 1;

    [[nodiscard]] static constexpr value_type get(const std::uint8_t *bytes) noexcept {
        return static_cast<value_type>((static_cast<unsigned>(bytes[Offset]) >> Lo) & maximum);
    }
    [[nodiscard]] static constexpr value_type get(Bytes bytes) noexcept {
        detail::require(bytes.size() >= end);
        return get(bytes.data());
    }
    template <FieldHolder Holder> [[nodiscard]] static constexpr value_type get(const Holder &holder) noexcept {
        return get(holder.field_bytes());
    }

    static constexpr void set(std::uint8_t *bytes, std::uint64_t value) noexcept {
        detail::require(value <= maximum);
        const std::uint64_t others = bytes[Offset] & ~(maximum << Lo);
        bytes[Offset] = static_cast<std::uint8_t>((others | (value << Lo)) & 0xFF);
    }
    static constexpr void set(MutableBytes bytes, std::uint64_t value) noexcept {
        detail::require(bytes.size() >= end);
        set(bytes.data(), value);
    }
};

} // namespace scsilo::scsi
