// SPDX-License-Identifier: Apache-2.0
// The control thread's queue.
#include "control/control_thread.h"

#include <cstdlib>

namespace scsilo::control {

ControlThread::ControlThread() : thread_([this] { serve(); }) {}

ControlThread::~ControlThread() { stop(); }

bool ControlThread::post(Work work) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            return false;
        }
        queue_.push_back(std::move(work));
    }
    changed_.notify_one();
    return true;
}

void ControlThread::stop() noexcept {
    if (is_current()) {
        std::abort(); // would wait for itself
    }
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void ControlThread::serve() {
    while (true) {
        Work work;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                return;
            }
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        work();
    }
}

} // namespace scsilo::control
