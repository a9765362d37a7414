// SPDX-License-Identifier: Apache-2.0
// Mapping and trimming of the message buffers.
#include "fuse/slot_arena.h"

#include <new>
#include <sys/mman.h>

namespace scsilo::fuse {

SlotArena::SlotArena(std::size_t count_slots, std::size_t max_write_bytes)
    : max_write_bytes_(max_write_bytes),
      stride_bytes_(page_bytes + (max_write_bytes + page_bytes - 1) / page_bytes * page_bytes), large_(count_slots) {
    void *mapped = mmap(nullptr, count_slots * stride_bytes_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        throw std::bad_alloc();
    }
    arena_ = static_cast<std::uint8_t *>(mapped);
}

SlotArena::~SlotArena() { munmap(arena_, large_.size() * stride_bytes_); }

MutableBytes SlotArena::buffer(std::size_t slot) const noexcept {
    return {arena_ + slot * stride_bytes_ + page_bytes - write_head_bytes, write_head_bytes + max_write_bytes_};
}

bool SlotArena::note_used(std::size_t slot, std::size_t length_bytes) noexcept {
    if (length_bytes <= kept_bytes || large_[slot]) {
        return false;
    }
    large_[slot] = true;
    return true;
}

void SlotArena::trim(std::size_t slot) noexcept {
    large_[slot] = false;
    const std::size_t kept = page_bytes + kept_bytes;
    if (stride_bytes_ > kept) {
        madvise(arena_ + slot * stride_bytes_ + kept, stride_bytes_ - kept, MADV_DONTNEED);
    }
}

} // namespace scsilo::fuse
