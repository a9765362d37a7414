// SPDX-License-Identifier: Apache-2.0
// Transfers between a disk's medium and memory that commands need besides the plain ones.
#pragma once

#include "device/sbc/disk.h"
#include "loop/buffer_pool.h"

namespace scsilo::sbc {

// The memory of a buffer of at most work_buffer_bytes: such a one is a single piece.
[[nodiscard]] inline MutableBytes whole(const loop::Buffer &buffer) noexcept {
    const iovec piece = buffer.segments().pieces().front();
    return {static_cast<std::uint8_t *>(piece.iov_base), piece.iov_len};
}

// The first `length_bytes` of longer segments: whole pieces, then the part of a piece. Nothing is copied.
[[nodiscard]] loop::Op<media::IoOutcome> read_first(media::BlockMedium &medium, std::uint64_t offset, Segments to,
                                                    std::size_t length_bytes);
[[nodiscard]] loop::Op<media::IoOutcome> write_first(media::BlockMedium &medium, std::uint64_t offset, Segments from,
                                                     std::size_t length_bytes, media::Durability durability);

// Writes the first `pattern_bytes` of `memory` over and over; fills `memory` (a work buffer) with copies. Leaves with
// sense data. The pattern's length divides the block length or is a multiple of it.
[[nodiscard]] loop::Op<void> write_pattern(Disk &disk, scsi::Lba lba, scsi::BlockCount count, MutableBytes memory,
                                           std::size_t pattern_bytes);

// The range reads as zeros afterwards, by the cheapest means the medium has. deallocating: its storage is given back
// where possible. Leaves with sense data.
enum class ZeroBy : std::uint8_t { deallocating, keeping };
[[nodiscard]] loop::Op<void> make_zero(Disk &disk, scsi::Lba lba, scsi::BlockCount count, ZeroBy how);

} // namespace scsilo::sbc
