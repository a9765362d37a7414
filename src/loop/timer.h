// SPDX-License-Identifier: Apache-2.0
// Timer wheel: coarse deadlines (commands' time-outs) armed and disarmed in O(1), without a system call.
#pragma once

#include "base/list.h"

#include <array>
#include <cstdint>
#include <optional>

namespace scsilo::loop {

struct TimerSlot;

// Fires once, on the shard's thread, not earlier than its deadline and at most one tick later. Delays count from the
// time of the last advance(), which is the start of the shard's turn.
class Timer : public Hook<TimerSlot> {
  public:
    virtual void expired() noexcept = 0;
    void disarm() noexcept;
    [[nodiscard]] bool armed() const noexcept { return linked(); }

  protected:
    ~Timer();

  private:
    friend class TimerWheel;
    std::uint64_t deadline_tick_ = 0;
    class TimerWheel *wheel_ = nullptr;
};

class TimerWheel {
  public:
    static constexpr std::uint64_t tick_ns = 10'000'000; // 10 ms: time-outs of commands are seconds
    static constexpr std::size_t count_slots = 1024;     // later deadlines go round again

    void arm(Timer &timer, std::uint64_t delay_ns) noexcept;
    // Fires what is due.
    void advance(std::uint64_t now_ns) noexcept;
    // How long the loop may sleep; nothing when no timer is armed.
    [[nodiscard]] std::optional<std::uint64_t> sleep_ns(std::uint64_t now_ns) noexcept;
    void start(std::uint64_t now_ns) noexcept { tick_ = now_ns / tick_ns; }

  private:
    friend class Timer;
    std::array<IntrusiveList<Timer, TimerSlot>, count_slots> slots_;
    std::uint64_t tick_ = 0;
    std::uint64_t now_ns_ = 0;
    std::uint64_t count_armed_ = 0;
};

} // namespace scsilo::loop
