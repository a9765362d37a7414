// SPDX-License-Identifier: Apache-2.0
// Walks over scattered bytes.
#include "base/segments.h"

#include <algorithm>

namespace scsilo {
namespace {

// Calls visit(piece_begin, piece_length, done_so_far) for each contiguous part of [offset, offset + length).
template <class Visit>
std::size_t walk(std::span<const iovec> pieces, std::size_t offset, std::size_t length, Visit visit) noexcept {
    std::size_t done = 0;
    for (const iovec &piece : pieces) {
        if (done == length) {
            break;
        }
        if (offset >= piece.iov_len) {
            offset -= piece.iov_len;
            continue;
        }
        const std::size_t part = std::min(piece.iov_len - offset, length - done);
        visit(static_cast<std::uint8_t *>(piece.iov_base) + offset, part, done);
        done += part;
        offset = 0;
    }
    return done;
}

} // namespace

Segments::Segments(std::span<const iovec> pieces) noexcept : pieces_(pieces) {
    for (const iovec &piece : pieces) {
        length_bytes_ += piece.iov_len;
    }
}

std::size_t Segments::copy_from(std::size_t offset, Bytes source) const noexcept {
    return walk(pieces_, offset, source.size(), [&](std::uint8_t *at, std::size_t part, std::size_t done) {
        std::memcpy(at, source.data() + done, part);
    });
}

std::size_t Segments::copy_to(std::size_t offset, MutableBytes target) const noexcept {
    return walk(pieces_, offset, target.size(), [&](const std::uint8_t *at, std::size_t part, std::size_t done) {
        std::memcpy(target.data() + done, at, part);
    });
}

std::size_t Segments::fill(std::size_t offset, std::size_t length, std::uint8_t value) const noexcept {
    return walk(pieces_, offset, length,
                [&](std::uint8_t *at, std::size_t part, std::size_t) { std::memset(at, value, part); });
}

std::size_t Segments::slice(std::size_t offset, std::size_t length, std::span<iovec> into) const noexcept {
    std::size_t used = 0;
    walk(pieces_, offset, length, [&](std::uint8_t *at, std::size_t part, std::size_t) {
        if (used < into.size()) {
            into[used] = iovec{at, part};
            ++used;
        }
    });
    return used;
}

} // namespace scsilo
