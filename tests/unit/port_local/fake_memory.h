// SPDX-License-Identifier: Apache-2.0
// A caller's memory of one piece at a chosen address; nothing else exists.
#pragma once

#include "port/local/caller.h"

#include <cerrno>
#include <cstring>
#include <vector>

namespace scsilo::local {

class FakeMemory final : public CallerMemory {
  public:
    static constexpr std::uint64_t base = 0x10000;

    explicit FakeMemory(std::size_t length) : bytes(length) {}
    using CallerMemory::read;
    using CallerMemory::write;
    int read(std::span<const fuse::CallerPiece> from, std::span<const iovec> into) noexcept override {
        return copy(from, into, [](std::uint8_t *theirs, std::uint8_t *ours) { *ours = *theirs; });
    }
    int write(std::span<const fuse::CallerPiece> to, std::span<const iovec> from) noexcept override {
        return copy(to, from, [](std::uint8_t *theirs, const std::uint8_t *ours) { *theirs = *ours; });
    }
    template <class T> void put(std::uint64_t offset, const T &value) {
        std::memcpy(&bytes[offset], &value, sizeof value);
    }

    std::vector<std::uint8_t> bytes;

  private:
    template <class Move>
    int copy(std::span<const fuse::CallerPiece> theirs, std::span<const iovec> ours, Move move) noexcept {
        std::size_t index = 0;
        std::size_t done = 0;
        for (const fuse::CallerPiece &piece : theirs) {
            for (std::uint64_t i = 0; i < piece.length_bytes; ++i) {
                const std::uint64_t at = piece.address + i;
                if (at < base || at - base >= bytes.size()) {
                    return EFAULT;
                }
                while (index < ours.size() && done == ours[index].iov_len) {
                    ++index;
                    done = 0;
                }
                if (index == ours.size()) {
                    return EINVAL;
                }
                move(&bytes[at - base], static_cast<std::uint8_t *>(ours[index].iov_base) + done++);
            }
        }
        return 0;
    }
};

} // namespace scsilo::local
