// SPDX-License-Identifier: Apache-2.0
// TaskSet: which commands of a logical unit may run now, by task attribute (SAM-6 8.6). One task set for all nexuses
// (TST 0).
#pragma once

#include "engine/command.h"

namespace scsilo::engine {

// SIMPLE runs when no HEAD OF QUEUE and no older ORDERED command is left; ORDERED when it is the oldest left;
// HEAD OF QUEUE at once.
class TaskSet {
  public:
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

    // Enters the command; true if it may run now (it is then marked enabled).
    [[nodiscard]] bool enter(Command &command) noexcept;
    // The command has ended. Commands that waited may have become runnable: call take_runnable() until it gives none.
    void remove(Command &command) noexcept;
    [[nodiscard]] Command *take_runnable() noexcept;

    // Visits every command, oldest first; the visitor must not remove.
    template <class Visit> void for_each(Visit visit) {
        for (Command &command : commands_) {
            visit(command);
        }
    }
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::uint64_t last_sequence() const noexcept { return sequence_; }

  private:
    [[nodiscard]] bool may_run(const Command &command) noexcept;

    IntrusiveList<Command, TaskSetMember> commands_;
    std::uint64_t sequence_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t count_waiting_ = 0;
    std::uint32_t count_ordered_ = 0;
    std::uint32_t count_head_of_queue_ = 0;
};

} // namespace scsilo::engine
