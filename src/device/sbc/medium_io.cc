// SPDX-License-Identifier: Apache-2.0
// Cut transfers, repeated patterns, zeros.
#include "device/sbc/medium_io.h"

#include "device/sbc/medium_sense.h"
#include "loop/shard.h"
#include "loop/sleep.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace scsilo::sbc {
namespace {

using media::IoOutcome;

// Where `length_bytes` of the pieces end: so many whole ones, and so much of the next.
struct Cut {
    std::size_t count_whole = 0;
    std::size_t whole_bytes = 0;
    iovec rest{};
};

Cut cut_after(std::span<const iovec> pieces, std::size_t length_bytes) noexcept {
    Cut cut;
    for (const iovec &piece : pieces) {
        if (piece.iov_len > length_bytes - cut.whole_bytes) {
            cut.rest = {piece.iov_base, length_bytes - cut.whole_bytes};
            break;
        }
        cut.whole_bytes += piece.iov_len;
        ++cut.count_whole;
    }
    return cut;
}

bool means_unsupported(int error) noexcept { return error == EOPNOTSUPP || error == ENOSYS || error == ENOTTY; }

} // namespace

loop::Op<IoOutcome> read_first(media::BlockMedium &medium, std::uint64_t offset, Segments to,
                               std::size_t length_bytes) {
    const Cut cut = cut_after(to.pieces(), length_bytes);
    IoOutcome outcome;
    if (cut.whole_bytes != 0) {
        outcome = co_await medium.read(offset, Segments(to.pieces().first(cut.count_whole)));
        if (outcome.done_bytes != cut.whole_bytes) {
            co_return outcome;
        }
    }
    if (cut.rest.iov_len != 0) {
        const IoOutcome rest = co_await medium.read(offset + cut.whole_bytes, Segments({&cut.rest, 1}));
        outcome = {cut.whole_bytes + rest.done_bytes, rest.error};
    }
    co_return outcome;
}

loop::Op<IoOutcome> write_first(media::BlockMedium &medium, std::uint64_t offset, Segments from,
                                std::size_t length_bytes, media::Durability durability) {
    const Cut cut = cut_after(from.pieces(), length_bytes);
    IoOutcome outcome;
    if (cut.whole_bytes != 0) {
        outcome = co_await medium.write(offset, Segments(from.pieces().first(cut.count_whole)), durability);
        if (outcome.done_bytes != cut.whole_bytes) {
            co_return outcome;
        }
    }
    if (cut.rest.iov_len != 0) {
        const IoOutcome rest = co_await medium.write(offset + cut.whole_bytes, Segments({&cut.rest, 1}), durability);
        outcome = {cut.whole_bytes + rest.done_bytes, rest.error};
    }
    co_return outcome;
}

// One buffer holds as many copies as fit; the medium gets it several times in one transfer.
loop::Op<void> write_pattern(Disk &disk, scsi::Lba lba, scsi::BlockCount count, MutableBytes memory,
                             std::size_t pattern_bytes) {
    const std::uint64_t total_bytes = disk.bytes_of(count);
    const std::size_t filled_bytes =
        std::min<std::uint64_t>(memory.size() - memory.size() % pattern_bytes, total_bytes);
    for (std::size_t at = pattern_bytes; at < filled_bytes; at += pattern_bytes) {
        std::memcpy(memory.data() + at, memory.data(), pattern_bytes);
    }
    std::array<iovec, count_pattern_copies> copies;
    for (std::uint64_t done = 0; done < total_bytes;) {
        std::size_t used = 0;
        std::uint64_t planned = 0;
        while (used < copies.size() && done + planned < total_bytes) {
            const std::uint64_t part = std::min<std::uint64_t>(filled_bytes, total_bytes - done - planned);
            copies[used++] = {memory.data(), part};
            planned += part;
        }
        const Segments pieces(std::span<const iovec>(copies).first(used));
        const IoOutcome outcome =
            co_await disk.medium().write(disk.offset_of(lba) + done, pieces, media::Durability::cached);
        if (outcome.error != 0 || outcome.done_bytes != planned) {
            co_await fail(transfer_sense(disk, Access::write, lba + disk.blocks_in(done), outcome));
        }
        done += planned;
        if (done < total_bytes) {
            co_await loop::yield_turn(); // a medium that never waits must not keep the shard to itself
        }
    }
}

loop::Op<void> make_zero(Disk &disk, scsi::Lba lba, scsi::BlockCount count, ZeroBy how) {
    const std::uint64_t offset = disk.offset_of(lba);
    const std::uint64_t length_bytes = disk.bytes_of(count);
    int error = EOPNOTSUPP;
    if (how == ZeroBy::deallocating) {
        error = co_await disk.medium().punch(offset, length_bytes);
    }
    if (means_unsupported(error)) {
        error = co_await disk.medium().zero(offset, length_bytes);
    }
    if (means_unsupported(error)) {
        loop::Buffer buffer;
        co_await loop::Shard::current().buffers().take(work_buffer_bytes, buffer);
        const MutableBytes memory = whole(buffer);
        std::fill(memory.begin(), memory.end(), std::uint8_t{0});
        co_await write_pattern(disk, lba, count, memory, memory.size());
    } else if (error != 0) {
        co_await fail(medium_sense(Access::write, error, lba));
    }
}

} // namespace scsilo::sbc
