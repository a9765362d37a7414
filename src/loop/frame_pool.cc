// SPDX-License-Identifier: Apache-2.0
// Size-class free lists for coroutine frames.
#include "loop/frame_pool.h"

#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define SCSILO_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SCSILO_POISON 1
#endif
#endif
#ifdef SCSILO_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, length) (static_cast<void>(at), static_cast<void>(length))
#define ASAN_UNPOISON_MEMORY_REGION(at, length) (static_cast<void>(at), static_cast<void>(length))
#endif

namespace scsilo::loop {

FramePool &FramePool::of_this_thread() noexcept {
    thread_local FramePool pool;
    return pool;
}

FramePool::~FramePool() {
    for (Free *list : free_) {
        while (list != nullptr) {
            ASAN_UNPOISON_MEMORY_REGION(list, sizeof(Free));
            Free *next = list->next;
            ::operator delete(list);
            list = next;
        }
    }
}

void *FramePool::take(std::size_t length_bytes) {
    const std::size_t index = (length_bytes - 1) / granule_bytes;
    if (index < count_classes) {
        if (Free *frame = free_[index]; frame != nullptr) {
            ASAN_UNPOISON_MEMORY_REGION(frame, (index + 1) * granule_bytes);
            free_[index] = frame->next;
            return frame;
        }
        length_bytes = (index + 1) * granule_bytes;
    }
    ++count_heap_;
    return ::operator new(length_bytes);
}

void FramePool::give(void *frame, std::size_t length_bytes) noexcept {
    const std::size_t index = (length_bytes - 1) / granule_bytes;
    if (index >= count_classes) {
        ::operator delete(frame);
        return;
    }
    free_[index] = new (frame) Free{free_[index]};
    ASAN_POISON_MEMORY_REGION(frame,
                              (index + 1) * granule_bytes); // a use after the end is seen, though the heap keeps it
}

} // namespace scsilo::loop
