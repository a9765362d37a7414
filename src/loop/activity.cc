// SPDX-License-Identifier: Apache-2.0
// The trampoline that runs coroutines and unwinds them.
#include "loop/activity.h"

#include "loop/shard.h"

#include <cstdlib>

namespace scsilo::loop {

Activity::~Activity() {
    if (root_ != nullptr) {
        std::abort();
    }
}

void Activity::run_root(std::coroutine_handle<> root) noexcept {
    if (root_ != nullptr) {
        std::abort();
    }
    root_ = root;
    leaving_ = End::finished;
    error_type_ = nullptr;
    cancelled_ = false;
    run(root);
}

void Activity::run(std::coroutine_handle<> at) noexcept {
    running_ = true;
    wait_ = nullptr;
    cancelled_ = false;
    at.resume();
    running_ = false;
    if (leaving_ != End::finished) {
        finish(leaving_);
    } else if (root_.done()) {
        finish(End::finished);
    } else if (must_leave() && wait_ != nullptr && !cancelled_) {
        // The stop was requested while it ran, and the wait began under a Shield that has ended since, or in the same
        // turn.
        cancelled_ = true;
        wait_->cancel();
    }
}

void Activity::finish(End how) noexcept {
    wait_ = nullptr;
    std::exchange(root_, nullptr).destroy();
    on_end(how);
}

void Activity::request_stop() noexcept {
    if (stop_requested_) {
        return;
    }
    stop_requested_ = true;
    if (root_ == nullptr || running_ || wait_ == nullptr || shields_ != 0 || linked()) {
        return;
    }
    cancelled_ = true;
    wait_->cancel();
}

void Activity::resume() noexcept { run(std::exchange(resume_at_, nullptr)); }

void Activity::resume_later() noexcept {
    wait_ = nullptr;
    Shard::current().make_ready(*this);
}

void Activity::leave_later() noexcept {
    leaving_ = End::stopped;
    resume_later();
}

void Activity::leave_now() noexcept {
    leaving_ = End::stopped;
    finish(End::stopped);
}

void Activity::turn() noexcept {
    if (leaving_ != End::finished) {
        finish(leaving_);
    } else {
        resume();
    }
}

} // namespace scsilo::loop
