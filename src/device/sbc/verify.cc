// SPDX-License-Identifier: Apache-2.0
// VERIFY: can the blocks be read, and do they hold what the initiator says (SBC-4 5.37 to 5.39).
#include "device/sbc/commands.h"
#include "device/sbc/medium_io.h"
#include "device/sbc/medium_sense.h"
#include "loop/shard.h"
#include "loop/sleep.h"

#include <algorithm>
#include <cstring>

namespace scsilo::sbc {
namespace {

// BYTCHK (SBC-4 5.37.1)
enum class ByteCheck : std::uint8_t { none = 0, each_block = 1, reserved = 2, same_block = 3 };

// Compares what was read with the data-out bytes from `offset` on; the offset of the first one that differs, if one
// does.
std::optional<std::size_t> first_difference(const Segments &data_out, std::size_t offset, Bytes read) noexcept {
    std::size_t skip = offset;
    std::size_t compared = 0;
    for (const iovec &piece : data_out.pieces()) {
        if (skip >= piece.iov_len) {
            skip -= piece.iov_len;
            continue;
        }
        const std::size_t part = std::min(piece.iov_len - skip, read.size() - compared);
        const auto *expected = static_cast<const std::uint8_t *>(piece.iov_base) + skip;
        const auto *found = read.data() + compared;
        if (std::memcmp(expected, found, part) != 0) {
            const auto at = std::mismatch(expected, expected + part, found);
            return offset + compared + static_cast<std::size_t>(at.first - expected);
        }
        compared += part;
        skip = 0;
        if (compared == read.size()) {
            break;
        }
    }
    return std::nullopt;
}

// The same for a single data-out block against every block that was read (read: whole blocks).
std::optional<std::size_t> first_difference_in_block(const Segments &block, std::size_t block_bytes,
                                                     Bytes read) noexcept {
    for (std::size_t at = 0; at < read.size(); at += block_bytes) {
        if (const auto offset = first_difference(block, 0, read.subspan(at, block_bytes)); offset) {
            return offset;
        }
    }
    return std::nullopt;
}

} // namespace

loop::Op<void> verify_blocks(Disk &disk, engine::Command &command, Transfer transfer, std::uint8_t bytchk) {
    const auto check = static_cast<ByteCheck>(bytchk);
    if (check == ByteCheck::reserved) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(1, 2));
    }
    co_await check_transfer(disk, transfer);
    const std::size_t total_bytes = disk.bytes_of(transfer.count);
    const std::size_t block_bytes = disk.block_length_bytes();
    const Segments &data_out = command.request.data_out;
    if (check != ByteCheck::none && total_bytes != 0) {
        command.data_out_wanted_bytes = check == ByteCheck::each_block ? total_bytes : block_bytes;
        if (data_out.length_bytes() < command.data_out_wanted_bytes) {
            co_await fail(scsi::Sense::invalid_field_in_cdb(transfer.length_field));
        }
    }
    if (total_bytes == 0) {
        co_return;
    }
    loop::Buffer buffer;
    co_await loop::Shard::current().buffers().take(std::min(total_bytes, work_buffer_bytes), buffer);
    const MutableBytes memory = whole(buffer);
    for (std::size_t done = 0; done < total_bytes;) {
        const iovec part{memory.data(), std::min(memory.size(), total_bytes - done)};
        const media::IoOutcome outcome =
            co_await disk.medium().read(disk.offset_of(transfer.lba) + done, Segments({&part, 1}));
        if (outcome.error != 0 || outcome.done_bytes != part.iov_len) {
            co_await fail(transfer_sense(disk, Access::read, transfer.lba + disk.blocks_in(done), outcome));
        }
        const Bytes read = memory.first(part.iov_len);
        std::optional<std::size_t> difference;
        if (check == ByteCheck::each_block) {
            difference = first_difference(data_out, done, read);
        } else if (check == ByteCheck::same_block) {
            difference = first_difference_in_block(data_out, block_bytes, read);
        }
        if (difference) {
            co_await fail(scsi::Sense::miscompare(*difference));
        }
        done += part.iov_len;
        if (done < total_bytes) {
            co_await loop::yield_turn(); // a medium that never waits must not keep the shard to itself
        }
    }
}

} // namespace scsilo::sbc
