// SPDX-License-Identifier: Apache-2.0
// An anonymous mapping as a medium.
#include "media/ram.h"

#include "base/config_error.h"
#include "loop/sleep.h"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>

namespace scsilo::media {
namespace {

constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t zero_step_bytes = 4 << 20; // about a millisecond: then the others of the shard get their turn

} // namespace

RamMedium::RamMedium(std::uint8_t *memory, std::uint64_t size_bytes) noexcept : memory_(memory) {
    facts_.size_bytes = size_bytes;
    facts_.punch_granularity_bytes = page_bytes;
}

RamMedium::~RamMedium() { munmap(memory_, facts_.size_bytes); }

std::unique_ptr<RamMedium> make_ram(std::uint64_t size_bytes) {
    if (size_bytes == 0) {
        throw ConfigError(EINVAL, "A RAM medium of 0 bytes cannot be made: give a size of at least one block.");
    }
    void *memory =
        mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        throw ConfigError(
            ENOMEM,
            "A RAM medium of " + std::to_string(size_bytes) +
                " bytes cannot be made, because the address space for it is not to be had: give a smaller size.");
    }
    return std::unique_ptr<RamMedium>(new RamMedium(static_cast<std::uint8_t *>(memory), size_bytes));
}

loop::Op<IoOutcome> RamMedium::read(std::uint64_t offset, Segments to) {
    co_return IoOutcome{to.copy_from(0, Bytes(memory_ + offset, to.length_bytes())), 0};
}

loop::Op<IoOutcome> RamMedium::write(std::uint64_t offset, Segments from, Durability) {
    co_return IoOutcome{from.copy_to(0, MutableBytes(memory_ + offset, from.length_bytes())), 0};
}

loop::Op<int> RamMedium::flush() { co_return 0; }

loop::Op<int> RamMedium::punch(std::uint64_t offset, std::uint64_t length_bytes) {
    const std::uint64_t end = offset + length_bytes;
    const std::uint64_t first_page = std::min(end, (offset + page_bytes - 1) / page_bytes * page_bytes);
    const std::uint64_t last_page = std::max(first_page, end / page_bytes * page_bytes);
    std::memset(memory_ + offset, 0, first_page - offset);
    if (last_page != first_page && madvise(memory_ + first_page, last_page - first_page, MADV_DONTNEED) != 0) {
        co_return errno;
    }
    if (last_page < end) {
        std::memset(memory_ + last_page, 0, end - last_page);
    }
    co_return 0;
}

loop::Op<int> RamMedium::zero(std::uint64_t offset, std::uint64_t length_bytes) {
    while (length_bytes > 0) {
        const std::uint64_t step = std::min(length_bytes, zero_step_bytes);
        std::memset(memory_ + offset, 0, step);
        offset += step;
        length_bytes -= step;
        if (length_bytes > 0) {
            co_await loop::yield_turn();
        }
    }
    co_return 0;
}

loop::Op<BlockMedium::Extent> RamMedium::extent_at(std::uint64_t) { co_return Extent{true, facts_.size_bytes}; }
loop::Op<int> RamMedium::refresh() { co_return 0; }

} // namespace scsilo::media
