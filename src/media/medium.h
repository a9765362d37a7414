// SPDX-License-Identifier: Apache-2.0
// BlockMedium: random-access bytes. A medium reports facts; only a device server makes sense data of them.
#pragma once

#include "base/segments.h"
#include "loop/op.h"

#include <cstdint>
#include <string_view>

namespace scsilo::media {

// What does not change while the medium is open, except the size (see refresh()).
struct MediumFacts {
    std::uint64_t size_bytes = 0;
    std::uint32_t alignment_bytes = 1; // multiples of it in offsets, lengths and memory go fast; others work (O_DIRECT)
    std::uint32_t optimal_transfer_bytes = 0;  // 0: unknown
    std::uint32_t punch_granularity_bytes = 0; // 0: punch() gives no storage back, it writes zeros
    bool read_only = false;
    bool rotational = false;
    bool volatile_cache = false; // written data may be lost in a power failure until flush()
};

// How far a transfer came. error is an errno, 0 when done_bytes is everything that was asked for. ENODATA: the medium
// ends at done_bytes (it was truncated behind our back). After an error, memory behind done_bytes is undefined.
struct [[nodiscard]] IoOutcome {
    std::size_t done_bytes = 0;
    int error = 0;
};

enum class Durability : std::uint8_t {
    cached,  // may sit in a volatile cache
    durable, // on stable storage before the outcome (FUA)
};

// All operations run on the shard that owns the medium. The caller has checked the range against size_bytes.
class BlockMedium {
  public:
    BlockMedium() = default;
    BlockMedium(const BlockMedium &) = delete;
    BlockMedium &operator=(const BlockMedium &) = delete;
    virtual ~BlockMedium() = default;

    [[nodiscard]] virtual std::string_view kind() const noexcept = 0; // "file", "null", "ram"
    [[nodiscard]] virtual const MediumFacts &facts() const noexcept = 0;

    [[nodiscard]] virtual loop::Op<IoOutcome> read(std::uint64_t offset, Segments to) = 0;
    [[nodiscard]] virtual loop::Op<IoOutcome> write(std::uint64_t offset, Segments from, Durability durability) = 0;
    // Everything written before is durable afterwards. The value is an errno, 0 = done.
    [[nodiscard]] virtual loop::Op<int> flush() = 0;
    // The range reads as zeros afterwards and its storage is given back where possible.
    [[nodiscard]] virtual loop::Op<int> punch(std::uint64_t offset, std::uint64_t length_bytes) = 0;
    // The range reads as zeros afterwards and its storage is kept.
    [[nodiscard]] virtual loop::Op<int> zero(std::uint64_t offset, std::uint64_t length_bytes) = 0;
    // Whether the byte at offset is stored, and up to where that answer holds (SEEK_DATA / SEEK_HOLE).
    struct Extent {
        bool mapped = true;
        std::uint64_t end_offset = 0;
    };
    [[nodiscard]] virtual loop::Op<Extent> extent_at(std::uint64_t offset) = 0;
    // Looks at the size again (the file was enlarged or truncated behind our back). An errno, and the size as it was,
    // if it cannot be told or nothing usable is left (ENODATA).
    [[nodiscard]] virtual loop::Op<int> refresh() = 0;
};

} // namespace scsilo::media
