// SPDX-License-Identifier: Apache-2.0
// ControlThread: the one thread that changes what the daemon manages; work is queued and done in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace scsilo::control {

class ControlThread {
  public:
    using Work = std::function<void()>; // must not throw

    ControlThread();
    ControlThread(const ControlThread &) = delete;
    ControlThread &operator=(const ControlThread &) = delete;
    ~ControlThread(); // stop()

    [[nodiscard]] bool is_current() const noexcept { return std::this_thread::get_id() == thread_.get_id(); }

    // Any thread; does not wait. False after stop(): the work will not be done (and is destroyed here).
    bool post(Work work);
    // Any thread but a shard's: does it there and waits; gives its value or its exception. On the control thread it
    // just runs. After stop(): std::future_error (broken promise).
    template <class F> auto execute(F function) -> std::invoke_result_t<F> {
        if (is_current()) {
            return function();
        }
        auto task = std::make_shared<std::packaged_task<std::invoke_result_t<F>()>>(std::move(function));
        auto answer = task->get_future();
        post([task = std::move(task)] { (*task)(); });
        return answer.get();
    }
    // Ends the thread after the work queued so far. Idempotent; not from the control thread.
    void stop() noexcept;

  private:
    void serve();

    std::mutex mutex_; // guards queue_, stopping_
    std::condition_variable changed_;
    std::deque<Work> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace scsilo::control
