// SPDX-License-Identifier: Apache-2.0
// BufferPool: page-aligned data buffers of one shard, bounded; a request that must wait for one queues fairly.
//
// Invariant: a class has waiters only while it cannot serve the first of them.
// A buffer is one chunk of the smallest class that holds it, or several of the largest. Memory is mapped at start and
// touched on first use, so an idle shard costs address space only.
#pragma once

#include "base/segments.h"
#include "loop/activity.h"

#include <array>
#include <memory>
#include <vector>

namespace scsilo::loop {

class BufferPool;

// Owns its chunks until clear() or destruction. Not movable: it is a member of the request it serves.
class Buffer {
  public:
    static constexpr std::size_t max_pieces = 33;

    Buffer() = default;
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    ~Buffer() { clear(); }

    [[nodiscard]] Segments segments() const noexcept { return Segments({pieces_.data(), count_pieces_}); }
    [[nodiscard]] std::size_t length_bytes() const noexcept { return length_bytes_; }
    void clear() noexcept;

  private:
    friend class BufferPool;
    BufferPool *pool_ = nullptr;
    std::size_t count_pieces_ = 0;
    std::size_t length_bytes_ = 0;
    std::uint8_t size_class_ = 0;
    std::array<iovec, max_pieces> pieces_; // the last one may be cut to length; chunks start where their piece starts
};

struct BufferWaiters;

class BufferPool {
  public:
    static constexpr std::size_t count_classes = 3;
    static constexpr std::array<std::size_t, count_classes> chunk_bytes{4096, 65536, 1048576};
    static constexpr std::size_t max_buffer_bytes = Buffer::max_pieces * chunk_bytes[2];

    struct Limits {
        std::array<std::size_t, count_classes> count_chunks{1024, 128, 64}; // 4 + 8 + 64 MiB of address space
    };

    explicit BufferPool(const Limits &limits); // throws std::bad_alloc
    BufferPool(const BufferPool &) = delete;
    BufferPool &operator=(const BufferPool &) = delete;
    ~BufferPool();

    // The buffer must be empty. False: none is free now, others wait before us, or length_bytes can never be had.
    [[nodiscard]] bool try_take(std::size_t length_bytes, Buffer &into) noexcept;
    [[nodiscard]] bool can_ever_hold(std::size_t length_bytes) const noexcept;

    // Of one class, for the administrator.
    struct Statistics {
        std::size_t count_chunks = 0;
        std::size_t count_free = 0;
        std::uint64_t count_taken = 0;   // buffers served
        std::uint64_t count_waited = 0;  // those of them that were not free at once
        std::uint64_t count_refused = 0; // try_take() that got none
    };
    [[nodiscard]] Statistics statistics(std::size_t index) const noexcept;

    // `co_await pool.take(length, buffer)`: waits its turn among those of its class. Aborts unless
    // can_ever_hold(length).
    class Take;
    [[nodiscard]] Take take(std::size_t length_bytes, Buffer &into) noexcept;

  private:
    friend class Buffer;
    [[nodiscard]] static std::size_t class_of(std::size_t length_bytes) noexcept;
    [[nodiscard]] static std::size_t count_of(std::size_t length_bytes, std::size_t index) noexcept;
    [[nodiscard]] bool grab(std::size_t length_bytes, Buffer &into) noexcept;
    void give_back(Buffer &buffer) noexcept;
    void wait_for(Take &take) noexcept;
    void serve_waiters(std::size_t index) noexcept;

    Limits limits_;
    std::uint8_t *arena_ = nullptr;
    std::size_t arena_bytes_ = 0;
    std::array<std::vector<std::uint8_t *>, count_classes> free_;
    std::array<std::uint64_t, count_classes> count_taken_{};
    std::array<std::uint64_t, count_classes> count_waited_{};
    std::array<std::uint64_t, count_classes> count_refused_{};
    // First come first served within a class; classes share no chunk, so none waits for another.
    std::array<IntrusiveList<Take, BufferWaiters>, count_classes> waiters_;
};

class [[nodiscard]] BufferPool::Take final : public Hook<BufferWaiters>, private Wait {
  public:
    Take(BufferPool &pool, std::size_t length_bytes, Buffer &into) noexcept
        : pool_(pool), length_bytes_(length_bytes), into_(into) {}
    [[nodiscard]] bool await_ready() noexcept { return pool_.try_take(length_bytes_, into_); }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        activity_ = at.promise().activity;
        if (activity_->must_leave()) {
            activity_->leave_stopped();
            return;
        }
        activity_->suspend(at, *this);
        pool_.wait_for(*this);
    }
    void await_resume() const noexcept {}

  private:
    friend class BufferPool;
    void cancel() noexcept override;

    BufferPool &pool_;
    std::size_t length_bytes_;
    Buffer &into_;
    Activity *activity_ = nullptr;
};

} // namespace scsilo::loop
