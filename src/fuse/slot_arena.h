// SPDX-License-Identifier: Apache-2.0
// SlotArena: the message buffers of one channel, laid out so that the payload of a FUSE_WRITE begins on a page.
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <linux/fuse.h>
#include <vector>

namespace scsilo::fuse {

// Address space only until a message is read. Not thread safe.
class SlotArena {
  public:
    SlotArena(std::size_t count_slots, std::size_t max_write_bytes); // throws std::bad_alloc
    SlotArena(const SlotArena &) = delete;
    SlotArena &operator=(const SlotArena &) = delete;
    ~SlotArena();

    // Where a message is to be read to; as long as the kernel demands for every read.
    [[nodiscard]] MutableBytes buffer(std::size_t slot) const noexcept;

    // A message of this length was read: true if that is worth a trim() later.
    bool note_used(std::size_t slot, std::size_t length_bytes) noexcept;
    // Gives the memory behind the first pages back to the system; the slot must be free.
    void trim(std::size_t slot) noexcept;
    [[nodiscard]] bool is_large(std::size_t slot) const noexcept { return large_[slot]; }

  private:
    static constexpr std::size_t page_bytes = 4096;
    static constexpr std::size_t write_head_bytes = sizeof(fuse_in_header) + sizeof(fuse_write_in);
    static constexpr std::size_t kept_bytes = 16 * page_bytes;

    const std::size_t max_write_bytes_;
    const std::size_t stride_bytes_;
    std::uint8_t *arena_ = nullptr;
    std::vector<bool> large_;
};

} // namespace scsilo::fuse
