// SPDX-License-Identifier: Apache-2.0
// The loop of one shard.
#include "loop/shard.h"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <pthread.h>
#include <string>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace scsilo::loop {
namespace {

thread_local Shard *current_shard = nullptr;

std::uint64_t clock_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

Shard::Shard(unsigned index, const Limits &limits) noexcept : index_(index), limits_(limits) {}

Shard::~Shard() {
    stop();
    if (current_shard == this) {
        leave();
    }
    if (wake_fd_ >= 0) {
        close(wake_fd_);
    }
}

Shard &Shard::current() noexcept {
    if (current_shard == nullptr) {
        std::abort();
    }
    return *current_shard;
}

bool Shard::is_current() const noexcept { return current_shard == this; }

void Shard::enter() {
    if (current_shard != nullptr || ring_ != nullptr) {
        std::abort(); // a thread serves one shard, a shard is served once
    }
    wake_fd_ = eventfd(0, EFD_CLOEXEC);
    if (wake_fd_ < 0) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ring_ = std::make_unique<Ring>(limits_.count_ring_entries);
    buffers_ = std::make_unique<BufferPool>(limits_.buffers);
    current_shard = this;
    now_ns_ = clock_ns();
    timers_.start(now_ns_);
    timers_.advance(now_ns_);
    wake_.arm();
}

void Shard::leave() noexcept {
    current_shard = nullptr;
    ring_.reset();
    buffers_.reset();
}

void Shard::attach_here() { enter(); }

void Shard::start() {
    std::promise<void> started;
    auto outcome = started.get_future();
    thread_ = std::thread([this, &started] { serve(started); });
    try {
        outcome.get();
    } catch (...) {
        thread_.join();
        throw;
    }
}

void Shard::serve(std::promise<void> &started) {
    try {
        enter();
    } catch (...) {
        started.set_exception(std::current_exception());
        return;
    }
    const std::string name = "shard" + std::to_string(index_);
    pthread_setname_np(pthread_self(), name.c_str());
    started.set_value();
    while (!stopping_.load(std::memory_order_relaxed) || !mailbox_.empty()) {
        turn(true);
    }
    leave();
}

void Shard::stop() noexcept {
    if (!thread_.joinable()) {
        return;
    }
    post_call([this] { stopping_.store(true, std::memory_order_relaxed); });
    thread_.join();
}

void Shard::turn(bool wait) noexcept {
    bool worked = mailbox_.deliver_all();
    // Only what is ready now: an activity that makes itself ready again waits for the next turn.
    IntrusiveList<Activity, ReadyList> now_ready;
    while (Activity *activity = ready_.pop_front()) {
        now_ready.push_back(*activity);
    }
    while (Activity *activity = now_ready.pop_front()) {
        worked = true;
        activity->turn();
    }
    for (auto at = pollers_.begin(); at != pollers_.end();) {
        Poller &poller = *at;
        ++at; // a poller may leave the list in its poll()
        worked = poller.poll() || worked;
    }
    bool sleep = wait && !worked && ready_.empty() && !stopping_.load(std::memory_order_relaxed);
    if (sleep) {
        sleeping_.store(true, std::memory_order_seq_cst);
        sleep = mailbox_.empty();
    }
    ring_->turn(sleep, sleep ? timers_.sleep_ns(now_ns_) : std::nullopt);
    sleeping_.store(false, std::memory_order_relaxed);
    now_ns_ = clock_ns();
    timers_.advance(now_ns_);
}

void Shard::post(Message &message) noexcept {
    mailbox_.post(message);
    if (sleeping_.exchange(false, std::memory_order_seq_cst)) {
        const std::uint64_t one = 1;
        if (write(wake_fd_, &one, sizeof one) != sizeof one) {
            std::abort(); // an eventfd write of 1 cannot fail while the shard lives
        }
    }
}

void Shard::spawn(Op<void> operation) {
    auto ended = [](End) {};
    auto *runner = new detail::Runner<decltype(ended)>(ended);
    runner->start(std::move(operation));
}

void Shard::Wake::arm() noexcept {
    io_uring_sqe sqe{};
    io_uring_prep_read(&sqe, shard.wake_fd_, &counter, sizeof counter, 0);
    shard.ring_->submit(Ring::prepared(sqe), this);
}

void Shard::Wake::complete(std::int32_t, std::uint32_t) noexcept { arm(); }

} // namespace scsilo::loop
