// SPDX-License-Identifier: Apache-2.0
// A command's way out and home again.
#include "port/local/exchange.h"

#include "engine/logical_unit.h"
#include "port/local/scsi_device.h"

#include <ctime>

namespace scsilo::local {
namespace {

std::uint64_t clock_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

} // namespace

void Exchange::start(ScsiDevice &device, Owner &owner, std::uint64_t timeout_ns) noexcept {
    home_ = &loop::Shard::current();
    device_ = &device;
    owner_ = &owner;
    abort_pending_ = false;
    abort_why_.reset();
    reset_seen_ = false;
    detached_ = false;
    started_ns_ = clock_ns();
    ended_ns_ = started_ns_;
    if (!device.enter()) {
        ending_ = Ending::gone;
        owner.exchange_ended(*this);
        return;
    }
    // No two commands in flight share an exchange, so its address is a tag.
    command.request.tag = reinterpret_cast<std::uintptr_t>(this);
    resets_before_ = device.count_resets();
    command_pending_ = true;
    if (timeout_ns != 0) {
        home_->timers().arm(*this, timeout_ns);
    }
    device.itl()->submit(command);
}

void Exchange::abort(Ending why) noexcept {
    if (!command_pending_ || abort_why_) {
        return;
    }
    abort_why_ = why;
    abort_pending_ = true;
    device_->count_abort();
    abort_task_.emplace(*this, device_->itl(), command.request.tag);
    abort_task_->send();
}

// On the logical unit's shard.
void Exchange::command_ended(engine::Command &ended) noexcept {
    detached_ = !ended.itl().attached;
    reset_seen_ = device_->count_resets() != resets_before_;
    descriptor_sense_ = ended.itl().unit().device().descriptor_sense();
    if (home_->is_current()) {
        command_is_home();
    } else {
        home_->post(command_news_);
    }
}

// On the logical unit's shard.
void Exchange::AbortTask::done(scsi::ServiceResponse) noexcept {
    if (exchange.home_->is_current()) {
        exchange.abort_is_home();
    } else {
        exchange.home_->post(exchange.abort_news_);
    }
}

void Exchange::command_is_home() noexcept {
    command_pending_ = false;
    ended_ns_ = clock_ns();
    settle();
}

void Exchange::abort_is_home() noexcept {
    abort_pending_ = false;
    settle();
}

void Exchange::settle() noexcept {
    if (command_pending_ || abort_pending_) {
        return;
    }
    disarm();
    ending_ = judge();
    abort_task_.reset();
    device_->leave();
    owner_->exchange_ended(*this);
}

Ending Exchange::judge() const noexcept {
    switch (command.outcome) {
    case engine::Outcome::status:
        return Ending::status;
    case engine::Outcome::no_logical_unit:
        return Ending::gone;
    case engine::Outcome::aborted:
    case engine::Outcome::pending:
        break;
    }
    if (detached_) {
        return Ending::gone;
    }
    if (reset_seen_) {
        return Ending::reset;
    }
    return abort_why_.value_or(Ending::aborted);
}

bool Exchange::good() const noexcept {
    return ending_ == Ending::status &&
           (command.status == scsi::Status::good || command.status == scsi::Status::condition_met);
}

std::uint32_t Exchange::duration_ms() const noexcept {
    return static_cast<std::uint32_t>((ended_ns_ - started_ns_ + 500'000) / 1'000'000);
}

} // namespace scsilo::local
