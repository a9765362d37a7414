// SPDX-License-Identifier: Apache-2.0
// Nothing, at once.
#include "media/null.h"

namespace scsilo::media {

NullMedium::NullMedium(std::uint64_t size_bytes, bool fill_reads) noexcept : fill_reads_(fill_reads) {
    facts_.size_bytes = size_bytes;
    facts_.punch_granularity_bytes = 512;
}

loop::Op<IoOutcome> NullMedium::read(std::uint64_t, Segments to) {
    if (fill_reads_) {
        to.fill(0, to.length_bytes(), 0);
    }
    co_return IoOutcome{to.length_bytes(), 0};
}

loop::Op<IoOutcome> NullMedium::write(std::uint64_t, Segments from, Durability) {
    co_return IoOutcome{from.length_bytes(), 0};
}

loop::Op<int> NullMedium::flush() { co_return 0; }
loop::Op<int> NullMedium::punch(std::uint64_t, std::uint64_t) { co_return 0; }
loop::Op<int> NullMedium::zero(std::uint64_t, std::uint64_t) { co_return 0; }
loop::Op<BlockMedium::Extent> NullMedium::extent_at(std::uint64_t) { co_return Extent{true, facts_.size_bytes}; }
loop::Op<int> NullMedium::refresh() { co_return 0; }

} // namespace scsilo::media
