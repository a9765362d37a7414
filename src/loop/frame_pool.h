// SPDX-License-Identifier: Apache-2.0
// FramePool: per-thread free lists for coroutine frames, so that a warm command path does not allocate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace scsilo::loop {

// A frame is freed on the thread that made it (an activity never changes its shard), so there is no lock.
class FramePool {
  public:
    static FramePool &of_this_thread() noexcept;

    FramePool() = default;
    FramePool(const FramePool &) = delete;
    FramePool &operator=(const FramePool &) = delete;
    ~FramePool();

    [[nodiscard]] void *take(std::size_t length_bytes);
    void give(void *frame, std::size_t length_bytes) noexcept;

    // How often take() had to ask the heap: constant once warm (a test counts).
    [[nodiscard]] std::uint64_t count_heap() const noexcept { return count_heap_; }

  private:
    struct Free {
        Free *next;
    };
    static constexpr std::size_t granule_bytes = 64;
    static constexpr std::size_t count_classes = 64; // frames up to 4 KiB; larger ones go to the heap each time

    std::array<Free *, count_classes> free_{};
    std::uint64_t count_heap_ = 0;
};

} // namespace scsilo::loop
