// SPDX-License-Identifier: Apache-2.0
// WaitQueue: activities of one shard that wait, first come first served, until somebody wakes them.
#pragma once

#include "loop/activity.h"

namespace scsilo::loop {

struct Waiters;

// A wake-up is a value: an activity that was woken and leaves later has used it up, and passes it on where that
// matters.
class WaitQueue {
  public:
    class [[nodiscard]] Waiter final : public Hook<Waiters>, private Wait {
      public:
        explicit Waiter(WaitQueue &queue) noexcept : queue_(queue) {}
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
            activity_ = at.promise().activity;
            if (activity_->must_leave()) {
                activity_->leave_stopped();
                return;
            }
            activity_->suspend(at, *this);
            queue_.waiters_.push_back(*this);
        }
        void await_resume() const noexcept {}

      private:
        friend class WaitQueue;
        void cancel() noexcept override {
            unlink();
            activity_->leave_later();
        }
        WaitQueue &queue_;
        Activity *activity_ = nullptr;
    };

    // `co_await queue.wait()`
    [[nodiscard]] Waiter wait() noexcept { return Waiter(*this); }
    [[nodiscard]] bool empty() const noexcept { return waiters_.empty(); }

    void wake_one() noexcept {
        if (Waiter *first = waiters_.pop_front(); first != nullptr) {
            first->activity_->resume_later();
        }
    }
    void wake_all() noexcept {
        while (!waiters_.empty()) {
            wake_one();
        }
    }

  private:
    IntrusiveList<Waiter, Waiters> waiters_;
};

// A lock among the activities of one shard. `auto held = co_await mutex.lock();`
class Mutex {
  public:
    class [[nodiscard]] Guard {
      public:
        explicit Guard(Mutex *mutex) noexcept : mutex_(mutex) {}
        Guard(Guard &&other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
        Guard &operator=(Guard &&) = delete;
        ~Guard() {
            if (mutex_ != nullptr) {
                mutex_->unlock();
            }
        }

      private:
        Mutex *mutex_;
    };

    class [[nodiscard]] Lock final : public Hook<Waiters>, private Wait {
      public:
        explicit Lock(Mutex &mutex) noexcept : mutex_(mutex) {}
        [[nodiscard]] bool await_ready() const noexcept { return !std::exchange(mutex_.locked_, true); }
        template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
            activity_ = at.promise().activity;
            if (activity_->must_leave()) {
                activity_->leave_stopped();
                return;
            }
            activity_->suspend(at, *this);
            mutex_.waiters_.push_back(*this);
        }
        [[nodiscard]] Guard await_resume() const noexcept { return Guard(&mutex_); }

      private:
        friend class Mutex;
        void cancel() noexcept override {
            unlink();
            activity_->leave_later();
        }
        Mutex &mutex_;
        Activity *activity_ = nullptr;
    };

    [[nodiscard]] Lock lock() noexcept { return Lock(*this); }
    [[nodiscard]] bool locked() const noexcept { return locked_; }

  private:
    void unlock() noexcept {
        if (Lock *next = waiters_.pop_front(); next != nullptr) {
            next->activity_->resume_later(); // stays locked: handed over
        } else {
            locked_ = false;
        }
    }

    bool locked_ = false;
    IntrusiveList<Lock, Waiters> waiters_;
};

} // namespace scsilo::loop
