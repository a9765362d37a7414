// SPDX-License-Identifier: Apache-2.0
// Transfers of a file medium that O_DIRECT cannot take: whole blocks through an aligned buffer.
#include "media/file.h"

#include <algorithm>
#include <array>
#include <cerrno>

namespace scsilo::media {
namespace {

std::uint64_t round_down(std::uint64_t value, std::uint64_t to) noexcept { return value - value % to; }
std::uint64_t round_up(std::uint64_t value, std::uint64_t to) noexcept { return round_down(value + to - 1, to); }

} // namespace

bool FileMedium::fits(std::uint64_t offset, const Segments &segments) const noexcept {
    if (offset % file_.offset_align_bytes != 0) {
        return false;
    }
    return std::all_of(segments.pieces().begin(), segments.pieces().end(), [&](const iovec &piece) {
        return reinterpret_cast<std::uintptr_t>(piece.iov_base) % file_.memory_align_bytes == 0 &&
               piece.iov_len % file_.offset_align_bytes == 0;
    });
}

// Moves [at, at + length_bytes) of the bounce buffer from or to the file.
loop::Op<IoOutcome> FileMedium::transfer_bounce(bool writing, std::uint64_t offset, std::size_t at,
                                                std::size_t length_bytes, bool durable) {
    const std::array<iovec, 1> piece{iovec{file_.bounce + at, length_bytes}};
    if (writing) {
        co_return co_await write_pieces(offset, Segments(piece), durable);
    }
    co_return co_await read_pieces(offset, Segments(piece));
}

loop::Op<IoOutcome> FileMedium::read_bounced(std::uint64_t offset, Segments to) {
    const std::uint64_t align = file_.offset_align_bytes;
    std::size_t done = 0;
    while (done < to.length_bytes()) {
        const std::uint64_t at = offset + done;
        const std::uint64_t begin = round_down(at, align);
        const std::uint64_t end = std::min(begin + bounce_bytes, round_up(offset + to.length_bytes(), align));
        const IoOutcome outcome = co_await transfer_bounce(false, begin, 0, end - begin, false);
        const std::uint64_t skip = at - begin;
        const std::uint64_t there = outcome.done_bytes > skip ? outcome.done_bytes - skip : 0;
        const std::size_t part = std::min<std::uint64_t>(there, to.length_bytes() - done);
        done += to.copy_from(done, Bytes(file_.bounce + skip, part));
        if (outcome.error != 0 && done < to.length_bytes()) {
            co_return IoOutcome{done, outcome.error};
        }
    }
    co_return IoOutcome{done, 0};
}

// Reads the first and the last block of the range as far as [begin, end) does not cover them. An errno.
loop::Op<int> FileMedium::fill_bounce_edges(std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t align = file_.offset_align_bytes;
    const std::uint64_t first = round_down(begin, align);
    const std::uint64_t last = round_down(end - 1, align);
    if (begin != first) {
        const IoOutcome outcome = co_await transfer_bounce(false, first, 0, align, false);
        if (outcome.error != 0) {
            co_return outcome.error;
        }
    }
    if (end != last + align && (last != first || begin == first)) {
        const IoOutcome outcome = co_await transfer_bounce(false, last, last - first, align, false);
        co_return outcome.error;
    }
    co_return 0;
}

loop::Op<IoOutcome> FileMedium::write_bounced(std::uint64_t offset, Segments from, bool durable) {
    const std::uint64_t align = file_.offset_align_bytes;
    std::size_t done = 0;
    while (done < from.length_bytes()) {
        const std::uint64_t at = offset + done;
        const std::uint64_t begin = round_down(at, align);
        const std::uint64_t end = std::min(begin + bounce_bytes, offset + from.length_bytes());
        const int error = co_await fill_bounce_edges(at, end);
        if (error != 0) {
            co_return IoOutcome{done, error};
        }
        from.copy_to(done, MutableBytes(file_.bounce + (at - begin), end - at));
        const IoOutcome outcome = co_await transfer_bounce(true, begin, 0, round_up(end, align) - begin, durable);
        if (outcome.error != 0) {
            const std::uint64_t skip = at - begin;
            const std::uint64_t there = outcome.done_bytes > skip ? outcome.done_bytes - skip : 0;
            co_return IoOutcome{done + std::min(there, end - at), outcome.error};
        }
        done += end - at;
    }
    co_return IoOutcome{done, 0};
}

} // namespace scsilo::media
