// SPDX-License-Identifier: Apache-2.0
// Shard: one thread, one ring, its timers, pools and mailbox. Whatever lives on a shard is touched by its thread only.
#pragma once

#include "loop/buffer_pool.h"
#include "loop/mailbox.h"
#include "loop/op.h"
#include "loop/ring.h"
#include "loop/timer.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>

namespace scsilo::loop {

// A poller may take itself, not others, off the list in its poll().
// Asked once per turn before the loop sleeps (a source that is cheaper to ask than to wait for). True: there was work.
class Poller : public Hook<Poller> {
  public:
    virtual bool poll() noexcept = 0;

  protected:
    ~Poller() = default;
};

class Shard {
  public:
    struct Limits {
        unsigned count_ring_entries = 512;
        BufferPool::Limits buffers;
    };

    Shard(unsigned index, const Limits &limits) noexcept;
    Shard(const Shard &) = delete;
    Shard &operator=(const Shard &) = delete;
    ~Shard(); // stops

    // Starts the thread, once; returns when it serves. Throws std::system_error when the ring cannot be made.
    void start();
    // Lets the thread end after the messages posted so far; idempotent. Activities still waiting are the owner's fault.
    void stop() noexcept;
    // Makes the calling thread this shard's thread, without a loop: call turn() (unit tests, benchmarks). Instead of
    // start().
    void attach_here();
    // One round of the loop; waits for something to happen if `wait`.
    void turn(bool wait) noexcept;

    [[nodiscard]] static Shard &current() noexcept; // aborts off any shard's thread
    [[nodiscard]] bool is_current() const noexcept;
    [[nodiscard]] unsigned index() const noexcept { return index_; }

    // --- the shard's thread only ---
    [[nodiscard]] Ring &ring() noexcept { return *ring_; }
    [[nodiscard]] TimerWheel &timers() noexcept { return timers_; }
    [[nodiscard]] BufferPool &buffers() noexcept { return *buffers_; }
    [[nodiscard]] std::uint64_t now_ns() const noexcept { return now_ns_; } // CLOCK_MONOTONIC at the start of the turn
    void make_ready(Activity &activity) noexcept { ready_.push_back(activity); }
    void add_poller(Poller &poller) noexcept { pollers_.push_back(poller); }
    // Runs an operation by itself; it ends when it ends.
    void spawn(Op<void> operation);

    // --- any thread ---
    void post(Message &message) noexcept;
    // Runs `function` on the shard's thread; does not wait (allocates: not for the command path).
    template <class F> void post_call(F function);
    // Runs `function` on the shard's thread and waits for its result; on the shard's own thread it just runs it.
    template <class F> auto call(F function) -> std::invoke_result_t<F>;
    // Runs `make()` (an Op<T>) on the shard and waits: its value, or nothing if it left. Never from a shard's thread.
    template <class F> auto run(F make);

  private:
    void serve(std::promise<void> &started);
    void enter();
    void leave() noexcept;

    struct Wake final : Completion {
        explicit Wake(Shard &owner) noexcept : shard(owner) {}
        void arm() noexcept;
        void complete(std::int32_t result, std::uint32_t flags) noexcept override;
        Shard &shard;
        std::uint64_t counter = 0;
    };

    const unsigned index_;
    const Limits limits_;
    int wake_fd_ = -1;
    std::unique_ptr<Ring> ring_;
    std::unique_ptr<BufferPool> buffers_;
    TimerWheel timers_;
    IntrusiveList<Activity, ReadyList> ready_;
    IntrusiveList<Poller, Poller> pollers_;
    Wake wake_{*this};
    Mailbox mailbox_;
    std::atomic<bool> sleeping_{false};
    std::atomic<bool> stopping_{false};
    std::uint64_t now_ns_ = 0;
    std::thread thread_;
};

namespace detail {

template <class F> struct CallMessage final : Message {
    explicit CallMessage(F given) : function(std::move(given)) {}
    void deliver() noexcept override {
        F once = std::move(function);
        delete this;
        once();
    }
    F function;
};

// An Op that nobody embeds: deletes itself at its end, then says how it went.
template <class Ended> class Runner final : public Activity {
  public:
    explicit Runner(Ended ended) : ended_(std::move(ended)) {}
    void start(Op<void> operation) noexcept { run_root(operation.release_to(*this)); }

  private:
    void on_end(End how) noexcept override {
        Ended ended = std::move(ended_);
        delete this;
        ended(how);
    }
    Ended ended_;
};

template <class T, class Slot> Op<void> store_value(Op<T> operation, Slot &slot) {
    if constexpr (std::is_void_v<T>) {
        co_await operation;
        slot.emplace();
    } else {
        slot.emplace(co_await operation);
    }
}

template <class T> struct OpValue;
template <class T> struct OpValue<Op<T>> {
    using type = T;
    using slot = std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>>;
};

} // namespace detail

template <class F> void Shard::post_call(F function) { post(*new detail::CallMessage<F>(std::move(function))); }

template <class F> auto Shard::call(F function) -> std::invoke_result_t<F> {
    if (is_current()) {
        return function();
    }
    std::packaged_task<std::invoke_result_t<F>()> task(std::move(function));
    auto answer = task.get_future();
    post_call([&task] { task(); });
    return answer.get();
}

template <class F> auto Shard::run(F make) {
    using Traits = detail::OpValue<std::invoke_result_t<F>>;
    typename Traits::slot slot;
    std::promise<void> done;
    auto over = done.get_future(); // before the post: the answer moves the promise away
    if (is_current()) {
        std::abort(); // would wait for itself
    }
    post_call([&] {
        auto ended = [&done](End) {
            auto last = std::move(done); // the waiter's stack is gone as soon as it knows
            last.set_value();
        };
        auto *runner = new detail::Runner<decltype(ended)>(ended);
        runner->start(detail::store_value(make(), slot));
    });
    over.wait();
    return slot;
}

} // namespace scsilo::loop
