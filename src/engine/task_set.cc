// SPDX-License-Identifier: Apache-2.0
// Task attributes: who may run now (SAM-6 8.6).
#include "engine/task_set.h"

namespace scsilo::engine {

using scsi::TaskAttribute;

bool TaskSet::may_run(const Command &command) noexcept {
    switch (command.effective_attribute_) {
    case TaskAttribute::head_of_queue:
    case TaskAttribute::aca:
        return true;
    case TaskAttribute::ordered:
        return &commands_.front() == &command;
    case TaskAttribute::simple:
        break;
    }
    if (count_head_of_queue_ != 0) {
        return false;
    }
    if (count_ordered_ == 0) {
        return true;
    }
    for (Command &older : commands_) {
        if (&older == &command) {
            return true;
        }
        if (older.effective_attribute_ == TaskAttribute::ordered) {
            return false;
        }
    }
    return true;
}

bool TaskSet::enter(Command &command) noexcept {
    command.sequence_ = ++sequence_;
    command.enabled_ = false;
    commands_.push_back(command);
    ++count_;
    count_ordered_ += command.effective_attribute_ == TaskAttribute::ordered ? 1U : 0U;
    count_head_of_queue_ += command.effective_attribute_ == TaskAttribute::head_of_queue ? 1U : 0U;
    command.enabled_ = may_run(command);
    count_waiting_ += command.enabled_ ? 0U : 1U;
    return command.enabled_;
}

void TaskSet::remove(Command &command) noexcept {
    static_cast<Hook<TaskSetMember> &>(command).unlink();
    --count_;
    count_ordered_ -= command.effective_attribute_ == TaskAttribute::ordered ? 1U : 0U;
    count_head_of_queue_ -= command.effective_attribute_ == TaskAttribute::head_of_queue ? 1U : 0U;
    count_waiting_ -= command.enabled_ ? 0U : 1U;
}

Command *TaskSet::take_runnable() noexcept {
    if (count_waiting_ == 0) {
        return nullptr;
    }
    for (Command &command : commands_) {
        if (!command.enabled_ && may_run(command)) {
            command.enabled_ = true;
            --count_waiting_;
            return &command;
        }
    }
    return nullptr;
}

} // namespace scsilo::engine
