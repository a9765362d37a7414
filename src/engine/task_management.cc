// SPDX-License-Identifier: Apache-2.0
// Task management on one logical unit and on all logical units of a nexus (SAM-6 clause 7).
#include "engine/task_management.h"

#include "base/log.h"
#include "engine/logical_unit.h"

#include <future>

namespace scsilo::engine {

using scsi::ServiceResponse;
using Function = scsi::TaskManagementFunction;

namespace {

constexpr bool is_reset(Function function) noexcept {
    return function == Function::logical_unit_reset || function == Function::target_reset;
}

constexpr bool is_query(Function function) noexcept {
    return function == Function::query_task || function == Function::query_task_set;
}

} // namespace

void TaskManagementRequest::send() noexcept { itl_->unit().shard().post(*this); }

void TaskManagementRequest::deliver() noexcept { itl_->unit().manage(*this); }

bool TaskManagementRequest::affects(const Command &command) const noexcept {
    if (command.sequence() > up_to_sequence_ || &command == spared_) {
        return false;
    }
    switch (function_) {
    case Function::abort_task:
    case Function::query_task:
        return &command.itl().nexus() == &itl_->nexus() && command.request.tag == tag_;
    case Function::abort_task_set:
    case Function::query_task_set:
    case Function::i_t_nexus_reset:
        return &command.itl() == itl_.get();
    case Function::clear_task_set:
    case Function::logical_unit_reset:
    case Function::target_reset:
        return true;
    case Function::clear_aca:
    case Function::query_asynchronous_event:
        break;
    }
    return false;
}

void LogicalUnit::manage(TaskManagementRequest &request) noexcept {
    if (!request.itl_->attached && !request.to_detached_) {
        request.done(ServiceResponse::incorrect_logical_unit_number);
        return;
    }
    trace(trace_core, is_reset(request.function_) ? Trace::mgmt : Trace::mgmt_minor,
          "{}: task management function {} from {}, tag {}", name_, static_cast<unsigned>(request.function_),
          request.itl_->nexus().initiator_port_name(), request.tag_);
    request.up_to_sequence_ = task_set_.last_sequence();
    request.count_pending_ = 0;
    task_set_.for_each([&](const Command &command) { request.count_pending_ += request.affects(command) ? 1U : 0U; });
    trace(trace_core, Trace::mgmt_dbg, "{}: {} commands are affected", name_, request.count_pending_);
    if (is_query(request.function_)) {
        request.done(request.count_pending_ != 0 ? ServiceResponse::function_succeeded
                                                 : ServiceResponse::function_complete);
        return;
    }
    if (request.function_ == Function::clear_aca || request.function_ == Function::query_asynchronous_event) {
        request.done(ServiceResponse::function_rejected); // no ACA condition and no event reporting here yet
        return;
    }
    establish_for(request);
    management_.push_back(request);
    task_set_.for_each([&](Command &command) {
        if (request.affects(command)) {
            abort(command, request.by_ != nullptr ? *request.by_ : *request.itl_);
        }
    });
    end_dormant();
    finish_management();
}

// The unit attention conditions that SAM-6 7.x asks for, before a new command can arrive.
void LogicalUnit::establish_for(const TaskManagementRequest &request) noexcept {
    if (is_reset(request.function_)) {
        establish(scsi::asc::bus_device_reset_function_occurred);
    } else if (request.function_ == Function::i_t_nexus_reset) {
        establish(scsi::asc::i_t_nexus_loss_occurred, Scope::only, request.itl_.get());
    } else if (request.function_ == Function::clear_task_set && !device_->task_aborted_status()) {
        for (const auto &itl : nexuses_) {
            bool hit = false;
            task_set_.for_each([&](const Command &command) { hit = hit || &command.itl() == itl.get(); });
            if (hit && itl != request.itl_) {
                establish(scsi::asc::commands_cleared_by_another_initiator, Scope::only, itl.get());
            }
        }
    }
}

void LogicalUnit::abort(Command &command, const ItlNexus &by) noexcept {
    command.affected_ = true;
    command.report_task_aborted_ =
        command.report_task_aborted_ || (&command.itl().nexus() != &by.nexus() && device_->task_aborted_status());
    if (command.enabled_) {
        command.request_stop();
    }
}

// Commands that never ran have no coroutine to leave: they end here.
void LogicalUnit::end_dormant() noexcept {
    for (;;) {
        Command *dormant = nullptr;
        task_set_.for_each([&](Command &command) {
            if (dormant == nullptr && command.affected_ && !command.enabled_) {
                dormant = &command;
            }
        });
        if (dormant == nullptr) {
            return;
        }
        ended(*dormant);
    }
}

// Tells whether some request waited for this command.
bool LogicalUnit::note_end(const Command &command) noexcept {
    bool awaited = false;
    for (TaskManagementRequest &request : management_) {
        if (request.affects(command)) {
            --request.count_pending_;
            awaited = true;
        }
    }
    return awaited;
}

void LogicalUnit::finish_management() noexcept {
    for (;;) {
        TaskManagementRequest *finished = nullptr;
        for (TaskManagementRequest &request : management_) {
            if (request.count_pending_ == 0) {
                finished = &request;
                break;
            }
        }
        if (finished == nullptr) {
            return;
        }
        finished->unlink();
        if (is_reset(finished->function_)) {
            reservations_.reset();
            device_->reset();
        } else if (finished->function_ == Function::i_t_nexus_reset || finished->to_detached_) {
            reservations_.nexus_lost(finished->itl_->nexus());
            device_->nexus_lost(finished->itl_->nexus());
        }
        finished->done(ServiceResponse::function_complete); // may destroy it
    }
}

namespace {

struct Detachment final : TaskManagementRequest {
    explicit Detachment(std::shared_ptr<ItlNexus> itl) noexcept
        : TaskManagementRequest(Function::abort_task_set, std::move(itl)) {
        to_detached_ = true;
    }
    void done(ServiceResponse) noexcept override {
        auto last = std::move(finished); // the waiter destroys *this as soon as it knows
        last.set_value();
    }
    std::promise<void> finished;
};

// TARGET RESET and I_T NEXUS RESET: one request for each logical unit; the last one to end tells.
struct Sweep {
    std::atomic<std::size_t> count_left{0};
    void (*done)(void *) noexcept = nullptr;
    void *context = nullptr;

    void one_ended() noexcept {
        if (count_left.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            done(context);
            delete this;
        }
    }
};

struct SweepRequest final : TaskManagementRequest {
    SweepRequest(Sweep &owner, Function function, std::shared_ptr<ItlNexus> itl) noexcept
        : TaskManagementRequest(function, std::move(itl)), sweep(owner) {}
    void done(ServiceResponse) noexcept override {
        sweep.one_ended();
        delete this;
    }
    Sweep &sweep;
};

} // namespace

void LogicalUnit::detach(const std::shared_ptr<ItlNexus> &itl) {
    shard_.call([&] {
        itl->attached = false;
        std::erase(nexuses_, itl);
    });
    Detachment detachment(itl);
    auto finished = detachment.finished.get_future();
    detachment.send();
    finished.wait();
    shard_.call([] {}); // the shard has left our functions, too: the caller may hold the last reference
}

void TaskManager::run(Function function, const ItNexus &nexus, void (*done)(void *) noexcept, void *context) {
    const auto map = nexus.luns();
    auto *sweep = new Sweep;
    sweep->count_left = map->size() + 1;
    sweep->done = done;
    sweep->context = context;
    for (const auto &[number, itl] : *map) {
        (new SweepRequest(*sweep, function, itl))->send();
    }
    sweep->one_ended();
}

} // namespace scsilo::engine
