// SPDX-License-Identifier: Apache-2.0
// Op<T>: a coroutine of an activity. `co_await` means: the value, or leave.
//
// Awaitable inside an Op: another Op (its value), a Result<T, E> (its value, or the activity leaves with E), and the
// leaf awaitables of the loop (ring operations, queues, sleep). Lazy: an Op does nothing until it is awaited or
// started.
#pragma once

#include "base/result.h"
#include "loop/activity.h"
#include "loop/frame_pool.h"

#include <optional>

namespace scsilo::loop {

// `Activity &me = co_await this_activity;` for a Shield, or to look at stop_requested().
struct ThisActivity {};
inline constexpr ThisActivity this_activity;

namespace detail {

struct ThisActivityAwaiter {
    Activity *activity;

    [[nodiscard]] bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    [[nodiscard]] Activity &await_resume() const noexcept { return *activity; }
};

template <class T, class E> struct ResultAwaiter {
    Result<T, E> result;

    [[nodiscard]] bool await_ready() const noexcept { return result.has_value(); }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        at.promise().activity->leave_with(result.error());
    }
    T await_resume() {
        if constexpr (!std::is_void_v<T>) {
            return std::move(result).value();
        }
    }
};

// Awaits through a reference: the operand lives until the end of the full expression, but g++ 12 copies an awaitable
// that await_transform returns as a reference.
template <class A> struct Borrowed {
    A &awaitable;

    [[nodiscard]] bool await_ready() noexcept { return awaitable.await_ready(); }
    template <class P> auto await_suspend(std::coroutine_handle<P> at) noexcept { return awaitable.await_suspend(at); }
    decltype(auto) await_resume() { return awaitable.await_resume(); }
};

struct PromiseBase {
    Activity *activity = nullptr;
    std::coroutine_handle<> continuation;

    static void *operator new(std::size_t length_bytes) { return FramePool::of_this_thread().take(length_bytes); }
    static void operator delete(void *frame, std::size_t length_bytes) noexcept {
        FramePool::of_this_thread().give(frame, length_bytes);
    }

    struct FinalAwaiter {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> at) noexcept {
            const std::coroutine_handle<> next = at.promise().continuation;
            return next ? next : std::noop_coroutine();
        }
        void await_resume() const noexcept {}
    };

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
    [[noreturn]] void unhandled_exception() const noexcept { std::abort(); }

    template <class T, class E> ResultAwaiter<T, E> await_transform(Result<T, E> result) noexcept {
        return {std::move(result)};
    }
    template <class E> ResultAwaiter<void, E> await_transform(Failure<E> failure) noexcept {
        return {Result<void, E>(std::move(failure))};
    }
    ThisActivityAwaiter await_transform(const ThisActivity &) noexcept { return {activity}; }
    template <class A> Borrowed<std::remove_reference_t<A>> await_transform(A &&awaitable) noexcept {
        return {awaitable};
    }
};

template <class T> struct Promise : PromiseBase {
    std::optional<T> value;
    void return_value(T given) { value.emplace(std::move(given)); }
};

template <> struct Promise<void> : PromiseBase {
    void return_void() const noexcept {}
};

} // namespace detail

template <class T = void> class [[nodiscard]] Op {
  public:
    struct promise_type : detail::Promise<T> {
        Op get_return_object() noexcept { return Op(std::coroutine_handle<promise_type>::from_promise(*this)); }
    };

    Op(Op &&other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Op &operator=(Op &&other) = delete;
    ~Op() {
        if (frame_) {
            frame_.destroy();
        }
    }

    // Gives the frame away as the root of an activity (see Runner and engine::Command).
    [[nodiscard]] std::coroutine_handle<> release_to(Activity &activity) noexcept {
        frame_.promise().activity = &activity;
        return std::exchange(frame_, nullptr);
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> parent) noexcept {
        frame_.promise().activity = parent.promise().activity;
        frame_.promise().continuation = parent;
        return frame_;
    }
    T await_resume() {
        if constexpr (!std::is_void_v<T>) {
            return std::move(*frame_.promise().value);
        }
    }

  private:
    explicit Op(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

} // namespace scsilo::loop
