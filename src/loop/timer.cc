// SPDX-License-Identifier: Apache-2.0
// A hashed timer wheel.
#include "loop/timer.h"

#include <algorithm>

namespace scsilo::loop {

Timer::~Timer() { disarm(); }

void Timer::disarm() noexcept {
    if (linked()) {
        unlink();
        --wheel_->count_armed_;
    }
}

void TimerWheel::arm(Timer &timer, std::uint64_t delay_ns) noexcept {
    timer.disarm();
    constexpr std::uint64_t forever_ns = std::uint64_t{1} << 62; // 146 years: no sum below overflows
    const std::uint64_t due = (now_ns_ + std::min(delay_ns, forever_ns) + tick_ns - 1) / tick_ns;
    // Always after the tick that advance() is heading for: a slot it has passed would come round again 10 s too late.
    timer.deadline_tick_ = std::max(due, std::max(tick_, now_ns_ / tick_ns) + 1);
    timer.wheel_ = this;
    slots_[timer.deadline_tick_ % count_slots].push_back(timer);
    ++count_armed_;
}

void TimerWheel::advance(std::uint64_t now_ns) noexcept {
    now_ns_ = now_ns;
    const std::uint64_t target = now_ns / tick_ns;
    if (count_armed_ == 0) {
        tick_ = target;
        return;
    }
    std::uint64_t count_steps = 0;
    while (tick_ < target && count_steps < count_slots) {
        ++tick_;
        ++count_steps;
        IntrusiveList<Timer, TimerSlot> due;
        IntrusiveList<Timer, TimerSlot> &slot = slots_[tick_ % count_slots];
        IntrusiveList<Timer, TimerSlot> later;
        while (Timer *timer = slot.pop_front()) {
            (timer->deadline_tick_ <= target ? due : later).push_back(*timer);
        }
        while (Timer *timer = later.pop_front()) {
            slot.push_back(*timer);
        }
        while (Timer *timer = due.pop_front()) {
            --count_armed_;
            timer->expired();
        }
    }
    tick_ = target;
}

std::optional<std::uint64_t> TimerWheel::sleep_ns(std::uint64_t now_ns) noexcept {
    if (count_armed_ == 0) {
        return std::nullopt;
    }
    // The nearest slot with entries within the next second; otherwise look again then.
    constexpr std::uint64_t look_ahead = 100;
    for (std::uint64_t ahead = 1; ahead <= look_ahead; ++ahead) {
        if (!slots_[(tick_ + ahead) % count_slots].empty()) {
            const std::uint64_t at_ns = (tick_ + ahead) * tick_ns;
            return at_ns > now_ns ? at_ns - now_ns : 0;
        }
    }
    return look_ahead * tick_ns;
}

} // namespace scsilo::loop
