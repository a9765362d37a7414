// SPDX-License-Identifier: Apache-2.0
// PageBuilder: parameter data written front to back into a fixed buffer, never beyond it.
#pragma once

#include "base/bytes.h"
#include "scsi/field.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace scsilo::scsi {

// What does not fit is dropped whole and overflowed() tells; data() stays what was written before. Writes after an
// overflow are dropped too, so that no later part slides into an earlier one's place. The buffer belongs to the caller.
class PageBuilder {
  public:
    explicit constexpr PageBuilder(MutableBytes buffer) noexcept : buffer_(buffer) {}

    [[nodiscard]] constexpr Bytes data() const noexcept { return buffer_.first(length_bytes_); }
    [[nodiscard]] constexpr std::size_t length_bytes() const noexcept { return length_bytes_; }
    [[nodiscard]] constexpr bool overflowed() const noexcept { return overflowed_; }

    // Appends `count` zero bytes to be filled in place; an empty span when they do not fit.
    constexpr MutableBytes zeros(std::size_t count) noexcept {
        if (overflowed_ || buffer_.size() - length_bytes_ < count) {
            overflowed_ = true;
            return {};
        }
        const MutableBytes fresh = buffer_.subspan(length_bytes_, count);
        std::fill(fresh.begin(), fresh.end(), std::uint8_t{0});
        length_bytes_ += count;
        return fresh;
    }

    constexpr PageBuilder &bytes(Bytes source) noexcept {
        const MutableBytes fresh = zeros(source.size());
        std::copy_n(source.begin(), fresh.size(), fresh.begin());
        return *this;
    }
    constexpr PageBuilder &u8(std::uint8_t value) noexcept { return big_endian<1>(value); }
    constexpr PageBuilder &be16(std::uint16_t value) noexcept { return big_endian<2>(value); }
    constexpr PageBuilder &be24(std::uint32_t value) noexcept { return big_endian<3>(value); }
    constexpr PageBuilder &be32(std::uint32_t value) noexcept { return big_endian<4>(value); }
    constexpr PageBuilder &be64(std::uint64_t value) noexcept { return big_endian<8>(value); }

    // Left-aligned ASCII of exactly `width` bytes, padded with blanks and cut where longer; bytes outside 20h..7Eh
    // become
    // '_', since SPC-6 4.3.1 allows graphic codes only.
    constexpr PageBuilder &ascii(std::string_view text, std::size_t width) noexcept {
        const MutableBytes fresh = zeros(width);
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            fresh[i] = i < text.size() ? graphic(text[i]) : std::uint8_t{' '};
        }
        return *this;
    }

    // A mark remembers where a length field of 1..4 bytes was written; patch() stores the number of bytes that follow
    // it.
    template <std::size_t Width> struct LengthMark {
        std::size_t offset = 0;
        bool written = false;
    };
    template <std::size_t Width> [[nodiscard]] constexpr LengthMark<Width> length_field() noexcept {
        const std::size_t offset = length_bytes_;
        return {offset, !zeros(Width).empty()};
    }
    // A length that its field cannot hold is an overflow.
    template <std::size_t Width> constexpr void patch(LengthMark<Width> mark) noexcept {
        if (!mark.written) {
            return;
        }
        const std::size_t length = length_bytes_ - mark.offset - Width;
        if (length > Be<0, Width>::maximum) {
            overflowed_ = true;
            return;
        }
        store_be<Width>(buffer_.data() + mark.offset, length);
    }

  private:
    template <std::size_t Width> constexpr PageBuilder &big_endian(std::uint64_t value) noexcept {
        const MutableBytes fresh = zeros(Width);
        if (!fresh.empty()) {
            Be<0, Width>::set(fresh, value);
        }
        return *this;
    }
    static constexpr std::uint8_t graphic(char c) noexcept {
        return c >= 0x20 && c <= 0x7E ? static_cast<std::uint8_t>(c) : std::uint8_t{'_'};
    }

    MutableBytes buffer_;
    std::size_t length_bytes_ = 0;
    bool overflowed_ = false;
};

} // namespace scsilo::scsi
