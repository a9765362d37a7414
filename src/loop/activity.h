// SPDX-License-Identifier: Apache-2.0
// Activity: one logical thread of coroutines on a shard, its cancellation, and the one road on which it leaves early.
//
// Invariants
//  1. An activity lives on one shard; everything here is called on that shard's thread.
//  2. While it is suspended, exactly one Wait is registered. The wait ends in exactly one of two ways: resume (the
//  value) or leave.
//  3. Frames are destroyed only by run(), never inside an await_suspend, so destructors unwind in order.
//  4. on_end() is called exactly once, after every frame is gone; the activity may be destroyed inside it.
#pragma once

#include "base/list.h"

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace scsilo::loop {

class Shard;
struct ReadyList;

// What a suspended activity waits for.
class Wait {
  public:
    Wait() = default;
    Wait(const Wait &) = delete;
    Wait &operator=(const Wait &) = delete;

    // Asks for an early end. Either the wait ends by itself later (as always), or it calls Activity::leave_later().
    virtual void cancel() noexcept = 0;

  protected:
    ~Wait() = default;
};

enum class End : std::uint8_t {
    finished, // the root coroutine ran to its end
    left,     // a coroutine left with an error: see Activity::error<E>()
    stopped,  // request_stop() took effect
};

class Activity : public Hook<ReadyList> {
  public:
    Activity() = default;
    Activity(const Activity &) = delete;
    Activity &operator=(const Activity &) = delete;

    [[nodiscard]] bool active() const noexcept { return root_ != nullptr; }
    [[nodiscard]] bool stop_requested() const noexcept { return stop_requested_; }
    [[nodiscard]] bool must_leave() const noexcept { return stop_requested_ && shields_ == 0; }

    // The activity leaves at its present await if that can be cancelled, else at the next one outside a Shield.
    // Idempotent.
    void request_stop() noexcept;

    // The error with which it left (End::left), if it is of type E.
    template <class E> [[nodiscard]] const E *error() const noexcept {
        return error_type_ == &type_mark<E> ? reinterpret_cast<const E *>(error_) : nullptr;
    }

    // --- for awaitables
    // ------------------------------------------------------------------------------------------------- Registers the
    // wait; the awaitable suspends afterwards.
    void suspend(std::coroutine_handle<> at, Wait &wait) noexcept {
        resume_at_ = at;
        wait_ = &wait;
    }
    // The wait is over: go on now (from the shard's loop only).
    void resume() noexcept;
    // The wait is over: go on when the shard's loop comes to it.
    void resume_later() noexcept;
    // The wait was cancelled: destroy the frames when the shard's loop comes to it / now (from the shard's loop only).
    void leave_later() noexcept;
    void leave_now() noexcept;
    // Called inside await_suspend by an awaitable that will not start because the activity has to stop.
    void leave_stopped() noexcept { leaving_ = End::stopped; }
    // Called inside await_suspend: the value will never come.
    template <class E> void leave_with(const E &error) noexcept {
        static_assert(std::is_trivially_copyable_v<E> && sizeof(E) <= sizeof(error_) &&
                      alignof(E) <= alignof(std::uint64_t));
        std::memcpy(error_, &error, sizeof(E));
        error_type_ = &type_mark<E>;
        leaving_ = End::left;
    }

  protected:
    ~Activity(); // aborts while frames live: what they wait for would find nothing

    // Before it is used again for another root.
    void renew() noexcept {
        stop_requested_ = false;
        leaving_ = End::finished;
        error_type_ = nullptr;
    }

    // Takes over a root coroutine frame (see Op<void>::start_in) and runs it to its first wait.
    void run_root(std::coroutine_handle<> root) noexcept;

    virtual void on_end(End how) noexcept = 0;

  private:
    friend class Shard;
    friend class Shield;
    template <class T> static constexpr char type_mark = 0;

    void run(std::coroutine_handle<> at) noexcept;
    void finish(End how) noexcept;
    void turn() noexcept; // from the ready list

    std::coroutine_handle<> root_;
    std::coroutine_handle<> resume_at_;
    Wait *wait_ = nullptr;
    std::uint32_t shields_ = 0;
    bool stop_requested_ = false;
    bool running_ = false;
    bool cancelled_ = false;      // wait_->cancel() has been called
    End leaving_ = End::finished; // left or stopped once it has to unwind
    const char *error_type_ = nullptr;
    alignas(std::uint64_t) std::byte error_[48];
};

// What must not be torn: while a Shield lives, a requested stop waits.
class Shield {
  public:
    explicit Shield(Activity &activity) noexcept : activity_(activity) { ++activity_.shields_; }
    Shield(const Shield &) = delete;
    Shield &operator=(const Shield &) = delete;
    ~Shield() { --activity_.shields_; }

  private:
    Activity &activity_;
};

} // namespace scsilo::loop
