// SPDX-License-Identifier: Apache-2.0
// Chunks, and the fair queue for them.
#include "loop/buffer_pool.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace scsilo::loop {

void Buffer::clear() noexcept {
    if (pool_ != nullptr) {
        pool_->give_back(*this);
    }
}

BufferPool::BufferPool(const Limits &limits) : limits_(limits) {
    for (std::size_t i = 0; i < count_classes; ++i) {
        arena_bytes_ += limits.count_chunks[i] * chunk_bytes[i];
    }
    void *mapped =
        mmap(nullptr, arena_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        throw std::bad_alloc();
    }
    arena_ = static_cast<std::uint8_t *>(mapped);
    std::uint8_t *at = arena_;
    for (std::size_t i = count_classes; i-- > 0;) { // the largest first: all stay page aligned
        free_[i].reserve(limits.count_chunks[i]);
        std::uint8_t *end = at + limits.count_chunks[i] * chunk_bytes[i];
        for (std::uint8_t *chunk = end; chunk != at;) {
            chunk -= chunk_bytes[i];
            free_[i].push_back(chunk); // taken from the back: the lowest address first, again and again
        }
        at = end;
    }
}

BufferPool::~BufferPool() { munmap(arena_, arena_bytes_); }

std::size_t BufferPool::class_of(std::size_t length_bytes) noexcept {
    for (std::size_t i = 0; i + 1 < count_classes; ++i) {
        if (length_bytes <= chunk_bytes[i]) {
            return i;
        }
    }
    return count_classes - 1;
}

std::size_t BufferPool::count_of(std::size_t length_bytes, std::size_t index) noexcept {
    return length_bytes / chunk_bytes[index] + (length_bytes % chunk_bytes[index] != 0 ? 1 : 0);
}

bool BufferPool::can_ever_hold(std::size_t length_bytes) const noexcept {
    const std::size_t index = class_of(length_bytes);
    const std::size_t count = count_of(length_bytes, index);
    return count <= std::min(Buffer::max_pieces, limits_.count_chunks[index]);
}

bool BufferPool::grab(std::size_t length_bytes, Buffer &into) noexcept {
    if (into.pool_ != nullptr) {
        std::abort();
    }
    const std::size_t index = class_of(length_bytes);
    const std::size_t count = count_of(length_bytes, index);
    if (count > Buffer::max_pieces || free_[index].size() < count) {
        return false;
    }
    std::size_t left = length_bytes;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t part = std::min(left, chunk_bytes[index]);
        into.pieces_[i] = iovec{free_[index].back(), part};
        free_[index].pop_back();
        left -= part;
    }
    into.pool_ = this;
    into.count_pieces_ = count;
    into.length_bytes_ = length_bytes;
    into.size_class_ = static_cast<std::uint8_t>(index);
    ++count_taken_[index];
    return true;
}

bool BufferPool::try_take(std::size_t length_bytes, Buffer &into) noexcept {
    const std::size_t index = class_of(length_bytes);
    if (length_bytes == 0 || (waiters_[index].empty() && grab(length_bytes, into))) {
        return true;
    }
    ++count_refused_[index];
    return false;
}

BufferPool::Statistics BufferPool::statistics(std::size_t index) const noexcept {
    return {limits_.count_chunks[index], free_[index].size(), count_taken_[index], count_waited_[index],
            count_refused_[index]};
}

BufferPool::Take BufferPool::take(std::size_t length_bytes, Buffer &into) noexcept {
    return {*this, length_bytes, into};
}

void BufferPool::give_back(Buffer &buffer) noexcept {
    const std::size_t index = buffer.size_class_;
    for (std::size_t i = buffer.count_pieces_; i-- > 0;) {
        free_[index].push_back(static_cast<std::uint8_t *>(buffer.pieces_[i].iov_base));
    }
    buffer.pool_ = nullptr;
    buffer.count_pieces_ = 0;
    buffer.length_bytes_ = 0;
    serve_waiters(index);
}

void BufferPool::wait_for(Take &take) noexcept {
    if (!can_ever_hold(take.length_bytes_)) {
        std::abort(); // would wait for ever, and everybody behind it
    }
    const std::size_t index = class_of(take.length_bytes_);
    ++count_waited_[index];
    --count_refused_[index]; // its try_take() came first
    waiters_[index].push_back(take);
}

void BufferPool::serve_waiters(std::size_t index) noexcept {
    while (!waiters_[index].empty()) {
        Take &first = waiters_[index].front();
        if (!grab(first.length_bytes_, first.into_)) {
            return;
        }
        first.unlink();
        first.activity_->resume_later();
    }
}

void BufferPool::Take::cancel() noexcept {
    unlink();
    activity_->leave_later();
    pool_.serve_waiters(class_of(length_bytes_)); // the next one may need less
}

} // namespace scsilo::loop
