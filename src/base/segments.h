// SPDX-License-Identifier: Apache-2.0
// Segments: a run of bytes scattered over pieces of memory (the iovec form that the kernel takes), with checked copies.
#pragma once

#include "base/bytes.h"

#include <sys/uio.h>

namespace scsilo {

// Does not own the memory nor the iovec array. All offsets and lengths are in bytes.
class Segments {
  public:
    Segments() = default;
    explicit Segments(std::span<const iovec> pieces) noexcept;

    [[nodiscard]] std::span<const iovec> pieces() const noexcept { return pieces_; }
    [[nodiscard]] std::size_t length_bytes() const noexcept { return length_bytes_; }
    [[nodiscard]] bool empty() const noexcept { return length_bytes_ == 0; }

    // Copies min(wanted, what lies behind offset); returns how many bytes it copied.
    std::size_t copy_from(std::size_t offset, Bytes source) const noexcept;
    std::size_t copy_to(std::size_t offset, MutableBytes target) const noexcept;
    std::size_t fill(std::size_t offset, std::size_t length, std::uint8_t value) const noexcept;

    // Writes the pieces of [offset, offset + length) into `into`; returns how many it needs at most `into.size()` of.
    std::size_t slice(std::size_t offset, std::size_t length, std::span<iovec> into) const noexcept;

  private:
    std::span<const iovec> pieces_;
    std::size_t length_bytes_ = 0;
};

} // namespace scsilo
