// SPDX-License-Identifier: Apache-2.0
// SharedMutex: many share it or one has it alone, among the activities of one shard, first come first served.
#pragma once

#include "loop/activity.h"

namespace scsilo::loop {

struct SharedWaiters;

// Invariant: there are waiters only while the first of them cannot have it.
class SharedMutex {
  public:
    enum class Mode : std::uint8_t { shared, alone };

    class [[nodiscard]] Guard {
      public:
        Guard(SharedMutex *mutex, Mode mode) noexcept : mutex_(mutex), mode_(mode) {}
        Guard(Guard &&other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)), mode_(other.mode_) {}
        Guard &operator=(Guard &&) = delete;
        ~Guard() {
            if (mutex_ != nullptr) {
                mutex_->release(mode_);
            }
        }

      private:
        SharedMutex *mutex_;
        Mode mode_;
    };

    class [[nodiscard]] Lock final : public Hook<SharedWaiters>, private Wait {
      public:
        Lock(SharedMutex &mutex, Mode mode) noexcept : mutex_(mutex), mode_(mode) {}
        [[nodiscard]] bool await_ready() noexcept { return mutex_.waiters_.empty() && mutex_.grant(mode_); }
        template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
            activity_ = at.promise().activity;
            if (activity_->must_leave()) {
                activity_->leave_stopped();
                return;
            }
            activity_->suspend(at, *this);
            mutex_.waiters_.push_back(*this);
        }
        [[nodiscard]] Guard await_resume() const noexcept { return {&mutex_, mode_}; }

      private:
        friend class SharedMutex;
        void cancel() noexcept override {
            unlink();
            activity_->leave_later();
            mutex_.serve_waiters(); // those behind it may share
        }
        SharedMutex &mutex_;
        Mode mode_;
        Activity *activity_ = nullptr;
    };

    // `auto held = co_await mutex.lock_shared();`
    [[nodiscard]] Lock lock_shared() noexcept { return {*this, Mode::shared}; }
    [[nodiscard]] Lock lock() noexcept { return {*this, Mode::alone}; }

  private:
    [[nodiscard]] bool grant(Mode mode) noexcept {
        if (alone_ || (mode == Mode::alone && count_sharing_ != 0)) {
            return false;
        }
        if (mode == Mode::alone) {
            alone_ = true;
        } else {
            ++count_sharing_;
        }
        return true;
    }

    void release(Mode mode) noexcept {
        if (mode == Mode::alone) {
            alone_ = false;
        } else {
            --count_sharing_;
        }
        serve_waiters();
    }

    void serve_waiters() noexcept {
        while (!waiters_.empty() && grant(waiters_.front().mode_)) {
            waiters_.pop_front()->activity_->resume_later();
        }
    }

    bool alone_ = false;
    std::size_t count_sharing_ = 0;
    IntrusiveList<Lock, SharedWaiters> waiters_;
};

} // namespace scsilo::loop
