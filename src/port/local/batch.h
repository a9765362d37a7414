// SPDX-License-Identifier: Apache-2.0
// Batch: `co_await batch` starts the exchanges that were added and goes on when all of them have ended.
#pragma once

#include "loop/activity.h"
#include "port/local/exchange.h"
#include "port/local/limits.h"

#include <array>

namespace scsilo::local {

// A requested stop aborts what runs; the value (the endings) still comes.
class Batch final : private Exchange::Owner, private loop::Wait {
  public:
    Batch(loop::Activity &activity, ScsiDevice &device, std::uint64_t timeout_ms) noexcept
        : activity_(activity), device_(device), timeout_ms_(timeout_ms) {}

    void add(Exchange &exchange) noexcept { exchanges_[count_++] = &exchange; }
    [[nodiscard]] bool full() const noexcept { return count_ == exchanges_.size(); }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] Exchange &operator[](std::size_t i) const noexcept { return *exchanges_[i]; }

    [[nodiscard]] bool await_ready() noexcept {
        if (activity_.must_leave()) {
            return false;
        }
        count_pending_ = count_;
        for (std::size_t i = 0; i < count_; ++i) {
            exchanges_[i]->start(device_, *this, timeout_ms_ * 1'000'000);
        }
        return count_pending_ == 0;
    }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        if (count_pending_ == 0) {
            activity_.leave_stopped(); // nothing was started
            return;
        }
        suspended_ = true;
        activity_.suspend(at, *this);
    }
    void await_resume() const noexcept {}

  private:
    void exchange_ended(Exchange &) noexcept override {
        --count_pending_;
        if (count_pending_ == 0 && suspended_) {
            activity_.resume_later();
        }
    }
    void cancel() noexcept override {
        for (std::size_t i = 0; i < count_; ++i) {
            exchanges_[i]->abort(Ending::interrupted);
        }
    }

    loop::Activity &activity_;
    ScsiDevice &device_;
    std::uint64_t timeout_ms_;
    std::array<Exchange *, 1 + max_parallel_commands> exchanges_;
    std::size_t count_ = 0;
    std::size_t count_pending_ = 0;
    bool suspended_ = false;
};

} // namespace scsilo::local
