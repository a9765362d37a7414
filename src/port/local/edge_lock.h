// SPDX-License-Identifier: Apache-2.0
// EdgeLock: writers of whole blocks share it, a writer that must read parts of its edge blocks first has it alone;
// across shards.
//
// First come first served. The mutex is held for a few instructions only; who has to wait is told by a message to its
// shard.
#pragma once

#include "base/list.h"
#include "loop/activity.h"
#include "loop/mailbox.h"
#include "loop/shard.h"

#include <mutex>

namespace scsilo::local {

struct EdgeWaiters;

class EdgeLock {
  public:
    enum class Mode : std::uint8_t { shared, alone };

    class [[nodiscard]] Guard {
      public:
        Guard(EdgeLock *lock, Mode mode) noexcept : lock_(lock), mode_(mode) {}
        Guard(Guard &&other) noexcept : lock_(std::exchange(other.lock_, nullptr)), mode_(other.mode_) {}
        Guard &operator=(Guard &&) = delete;
        ~Guard() { release(); }
        void release() noexcept {
            if (EdgeLock *lock = std::exchange(lock_, nullptr); lock != nullptr) {
                lock->release(mode_);
            }
        }

      private:
        EdgeLock *lock_;
        Mode mode_;
    };

    // `auto held = co_await lock.take(mode);` A stop lets it leave.
    class [[nodiscard]] Take final : public Hook<EdgeWaiters>, private loop::Wait, private loop::Message {
      public:
        Take(EdgeLock &lock, Mode mode) noexcept : lock_(lock), mode_(mode) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class P> bool await_suspend(std::coroutine_handle<P> at) noexcept {
            activity_ = at.promise().activity;
            if (activity_->must_leave()) {
                activity_->leave_stopped();
                return true;
            }
            const std::lock_guard held(lock_.mutex_);
            if (lock_.waiters_.empty() && lock_.grant(mode_)) {
                return false;
            }
            shard_ = &loop::Shard::current();
            activity_->suspend(at, *this);
            lock_.waiters_.push_back(*this);
            return true;
        }
        [[nodiscard]] Guard await_resume() const noexcept { return {&lock_, mode_}; }

      private:
        friend class EdgeLock;
        void deliver() noexcept override { activity_->resume_later(); }
        void cancel() noexcept override;

        EdgeLock &lock_;
        Mode mode_;
        loop::Shard *shard_ = nullptr;
        loop::Activity *activity_ = nullptr;
    };
    [[nodiscard]] Take take(Mode mode) noexcept { return {*this, mode}; }

  private:
    [[nodiscard]] bool grant(Mode mode) noexcept {
        if (alone_ || (mode == Mode::alone && count_sharing_ != 0)) {
            return false;
        }
        alone_ = mode == Mode::alone;
        count_sharing_ += mode == Mode::shared ? 1U : 0U;
        return true;
    }
    void release(Mode mode) noexcept {
        const std::lock_guard held(mutex_);
        if (mode == Mode::alone) {
            alone_ = false;
        } else {
            --count_sharing_;
        }
        serve();
    }
    // Whoever is granted is off the list before its shard hears of it.
    void serve() noexcept {
        while (!waiters_.empty() && grant(waiters_.front().mode_)) {
            Take *first = waiters_.pop_front();
            first->shard_->post(*first);
        }
    }

    std::mutex mutex_; // guards what follows
    bool alone_ = false;
    std::size_t count_sharing_ = 0;
    IntrusiveList<Take, EdgeWaiters> waiters_;
};

// Too late when the grant is on its way: then the wait ends by itself, and the guard gives the lock back on leaving.
inline void EdgeLock::Take::cancel() noexcept {
    {
        const std::lock_guard held(lock_.mutex_);
        if (!linked()) {
            return;
        }
        unlink();
        lock_.serve(); // those behind it may share
    }
    activity_->leave_later();
}

} // namespace scsilo::local
