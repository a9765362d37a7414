// SPDX-License-Identifier: Apache-2.0
// Every bound of the disk with its reason; VPD page B0h reports them in logical blocks (SBC-4 6.6.4).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace scsilo::sbc {

// MAXIMUM TRANSFER LENGTH: what READ(10) can ask for with 512-byte blocks (65535), rounded up; fits a shard's buffers.
inline constexpr std::uint64_t maximum_transfer_bytes = std::uint64_t{32} << 20;

// OPTIMAL TRANSFER LENGTH where the medium knows none: large enough that the cost per command does not matter.
inline constexpr std::uint64_t optimal_transfer_bytes = std::uint64_t{512} << 10;

// MAXIMUM UNMAP LBA COUNT and MAXIMUM WRITE SAME LENGTH: one command stays a matter of seconds; mkfs of 1 TiB takes 256
// of them.
inline constexpr std::uint64_t maximum_unmap_bytes = std::uint64_t{4} << 30;
inline constexpr std::uint64_t maximum_write_same_bytes = std::uint64_t{4} << 30;

// MAXIMUM UNMAP BLOCK DESCRIPTOR COUNT: header and descriptors fill one 4 KiB buffer.
inline constexpr std::uint32_t maximum_unmap_descriptors = (4096 - 8) / 16;

// Buffer for data that are read to be compared, and for the pattern that WRITE SAME repeats: one middle chunk of the
// pool.
inline constexpr std::size_t work_buffer_bytes = std::size_t{64} << 10;
// WRITE SAME hands this many copies of the pattern to the medium at once (1 MiB).
inline constexpr std::size_t count_pattern_copies = 16;

// Block lengths: powers of two from a sector to the work buffer.
inline constexpr std::uint32_t minimum_block_length_bytes = 512;
inline constexpr std::uint32_t maximum_block_length_bytes = 65536;
[[nodiscard]] constexpr bool valid_block_length(std::uint64_t bytes) noexcept {
    return bytes >= minimum_block_length_bytes && bytes <= maximum_block_length_bytes && std::has_single_bit(bytes);
}

// LOGICAL BLOCKS PER PHYSICAL BLOCK EXPONENT is a field of four bits (SBC-4 5.16.2).
inline constexpr std::uint8_t maximum_physical_exponent = 15;

} // namespace scsilo::sbc
