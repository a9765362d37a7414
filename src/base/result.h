// SPDX-License-Identifier: Apache-2.0
// Result<T, E>: a value or the reason there is none (Debian 12's libstdc++ has no std::expected).
#pragma once

#include <cstdlib>
#include <type_traits>
#include <utility>
#include <variant>

namespace scsilo {

// Wraps an error so that it converts to any Result with that error type: `return fail(Sense{...});`
template <class E> struct Failure {
    E error;
};

template <class E> [[nodiscard]] constexpr Failure<std::decay_t<E>> fail(E &&error) { return {std::forward<E>(error)}; }

// Reading the side that is not there aborts: a broken invariant, never a user's mistake.
template <class T, class E> class [[nodiscard]] Result {
  public:
    using value_type = T;
    using error_type = E;

    constexpr Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    template <class F>
        requires std::is_convertible_v<F, E>
    constexpr Result(Failure<F> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return state_.index() == 0; }
    constexpr explicit operator bool() const noexcept { return has_value(); }

    [[nodiscard]] constexpr T &value() & { return *check(std::get_if<0>(&state_)); }
    [[nodiscard]] constexpr const T &value() const & { return *check(std::get_if<0>(&state_)); }
    [[nodiscard]] constexpr T &&value() && { return std::move(*check(std::get_if<0>(&state_))); }
    [[nodiscard]] constexpr const E &error() const { return *check(std::get_if<1>(&state_)); }

    constexpr T &operator*() & { return value(); }
    constexpr const T &operator*() const & { return value(); }
    constexpr T *operator->() { return &value(); }
    constexpr const T *operator->() const { return &value(); }

  private:
    template <class P> static constexpr P *check(P *side) {
        if (side == nullptr) {
            std::abort();
        }
        return side;
    }

    std::variant<T, E> state_;
};

template <class E> class [[nodiscard]] Result<void, E> {
  public:
    using value_type = void;
    using error_type = E;

    constexpr Result() noexcept : failed_(false), error_() {}
    template <class F>
        requires std::is_convertible_v<F, E>
    constexpr Result(Failure<F> failure) : failed_(true), error_(std::move(failure.error)) {}

    [[nodiscard]] constexpr bool has_value() const noexcept { return !failed_; }
    constexpr explicit operator bool() const noexcept { return has_value(); }
    [[nodiscard]] constexpr const E &error() const {
        if (!failed_) {
            std::abort();
        }
        return error_;
    }

  private:
    bool failed_;
    E error_;
};

} // namespace scsilo
