// SPDX-License-Identifier: Apache-2.0
// Ring: one io_uring, owned by one shard, and RingOp, the awaitable of one operation on it (man io_uring,
// liburing 2.3).
#pragma once

#include "loop/activity.h"

#include <array>
#include <liburing.h>
#include <optional>
#include <span>

namespace scsilo::loop {

// Whoever is told of a completion entry: its address is the user_data of the submission.
class Completion {
  public:
    virtual void complete(std::int32_t result, std::uint32_t flags) noexcept = 0;

  protected:
    ~Completion() = default;
};

class Ring;

// A submission entry filled in advance. (As bytes: the kernel's struct ends in a zero-size array, which ISO C++ cannot
// embed.)
using PreparedEntry = std::array<std::uint64_t, sizeof(io_uring_sqe) / sizeof(std::uint64_t)>;

// `co_await ring.read(...)`: the kernel's result, >= 0 or a negative errno: a fact, not a failure. A stop that takes
// effect
// (-ECANCELED, or -EINTR where it was running in a kernel worker) makes the activity leave; an operation that ended
// otherwise delivers its value even when a stop was requested.
class [[nodiscard]] RingOp final : private Wait, private Completion {
  public:
    RingOp(Ring &ring, const PreparedEntry &prepared) noexcept : ring_(ring), entry_(prepared) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        activity_ = at.promise().activity;
        if (activity_->must_leave()) {
            activity_->leave_stopped();
            return;
        }
        activity_->suspend(at, *this);
        submit();
    }
    [[nodiscard]] std::int32_t await_resume() const noexcept { return result_; }

  private:
    void submit() noexcept;
    void cancel() noexcept override;
    void complete(std::int32_t result, std::uint32_t flags) noexcept override;

    Ring &ring_;
    Activity *activity_ = nullptr;
    std::int32_t result_ = 0;
    bool cancelling_ = false;
    PreparedEntry entry_;
};

// Not thread safe: the shard's thread only, from construction on.
class Ring {
  public:
    // entries: submission queue size; the completion queue is 8 times as long. Throws std::system_error.
    explicit Ring(unsigned entries);
    Ring(const Ring &) = delete;
    Ring &operator=(const Ring &) = delete;
    ~Ring();

    // Any operation: `prepare` fills an entry with an io_uring_prep_... function.
    template <class Prepare> [[nodiscard]] RingOp operation(Prepare prepare) noexcept {
        io_uring_sqe entry{}; // liburing's prep functions do not clear the whole entry
        prepare(&entry);
        return {*this, prepared(entry)};
    }
    [[nodiscard]] RingOp nop() noexcept;
    [[nodiscard]] RingOp read(int fd, void *to, std::uint32_t length_bytes, std::uint64_t offset) noexcept;
    [[nodiscard]] RingOp write(int fd, const void *from, std::uint32_t length_bytes, std::uint64_t offset) noexcept;
    // flags: RWF_DSYNC etc. The iovec array must live until the value comes.
    [[nodiscard]] RingOp readv(int fd, std::span<const iovec> to, std::uint64_t offset, int flags = 0) noexcept;
    [[nodiscard]] RingOp writev(int fd, std::span<const iovec> from, std::uint64_t offset, int flags = 0) noexcept;
    [[nodiscard]] RingOp fsync(int fd, bool data_only) noexcept;
    [[nodiscard]] RingOp fallocate(int fd, int mode, std::uint64_t offset, std::uint64_t length_bytes) noexcept;
    [[nodiscard]] RingOp poll(int fd, unsigned events) noexcept;
    // The result is -ETIME when the time is over. `time` must live until then.
    [[nodiscard]] RingOp timeout(__kernel_timespec &time) noexcept;

    // --- for the shard and for leaf operations ---
    [[nodiscard]] static PreparedEntry prepared(const io_uring_sqe &entry) noexcept;
    [[nodiscard]] io_uring_sqe &next_sqe() noexcept;
    void submit(const PreparedEntry &prepared_entry, Completion *who) noexcept;
    void cancel(Completion *who) noexcept;
    // Hands out what has completed (at most a full completion queue of it, so that the loop comes round); waits for at
    // least one entry, at most `timeout_ns`, if `wait`. Returns how many it handed out.
    unsigned turn(bool wait, std::optional<std::uint64_t> timeout_ns) noexcept;
    [[nodiscard]] std::uint64_t count_in_flight() const noexcept { return count_in_flight_; }

  private:
    void enter(bool wait, std::optional<std::uint64_t> timeout_ns) noexcept;

    io_uring ring_{};
    std::uint64_t count_in_flight_ = 0;
    bool defer_taskrun_ = false;
    unsigned max_completions_per_turn_ = 0;
};

} // namespace scsilo::loop
