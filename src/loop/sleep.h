// SPDX-License-Identifier: Apache-2.0
// sleep_for() and yield_turn(): an activity lets time, or the others of its shard, pass.
#pragma once

#include "loop/shard.h"

namespace scsilo::loop {

// To the precision of the TimerWheel: never short, up to a tick long.
class [[nodiscard]] Sleep final : private Wait, private Timer {
  public:
    Sleep(TimerWheel &wheel, std::uint64_t delay_ns) noexcept : wheel_(wheel), delay_ns_(delay_ns) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        activity_ = at.promise().activity;
        if (activity_->must_leave()) {
            activity_->leave_stopped();
            return;
        }
        activity_->suspend(at, *this);
        wheel_.arm(*this, delay_ns_);
    }
    void await_resume() const noexcept {}

  private:
    void expired() noexcept override { activity_->resume_later(); }
    void cancel() noexcept override {
        disarm();
        activity_->leave_later();
    }

    TimerWheel &wheel_;
    std::uint64_t delay_ns_;
    Activity *activity_ = nullptr;
};

// `co_await sleep_for(delay_ns)`, in an activity of the calling thread's shard.
[[nodiscard]] inline Sleep sleep_for(std::uint64_t delay_ns) noexcept { return {Shard::current().timers(), delay_ns}; }

// `co_await yield_turn()`: goes on in the next turn. For long work that never waits, so that a stop and the others get
// through.
class [[nodiscard]] Yield final {
  public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        Activity &activity = *at.promise().activity;
        if (activity.must_leave()) {
            activity.leave_stopped();
            return;
        }
        activity.suspend(at, never_cancelled_);
        activity.resume_later();
    }
    void await_resume() const noexcept {}

  private:
    struct NeverCancelled final : Wait {
        void cancel() noexcept override {}
    };
    NeverCancelled never_cancelled_;
};

[[nodiscard]] inline Yield yield_turn() noexcept { return {}; }

} // namespace scsilo::loop
