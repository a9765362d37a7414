// SPDX-License-Identifier: Apache-2.0
// One request of task management for each preempted nexus; the preempting command itself is spared.
#include "engine/preemption.h"

#include "engine/logical_unit.h"

#include <algorithm>

namespace scsilo::engine {

class PreemptedCommands::Request final : public TaskManagementRequest {
  public:
    Request(PreemptedCommands &owner, std::shared_ptr<ItlNexus> itl) noexcept
        : TaskManagementRequest(scsi::TaskManagementFunction::abort_task_set, std::move(itl)), owner_(owner) {
        spared_ = &owner.by_;
        by_ = &owner.by_.itl();
    }
    void done(scsi::ServiceResponse) noexcept override { owner_.one_done(); }

  private:
    PreemptedCommands &owner_;
};

PreemptedCommands::PreemptedCommands(LogicalUnit &unit, Command &by) noexcept : unit_(unit), by_(by) {}
PreemptedCommands::~PreemptedCommands() = default;

void PreemptedCommands::collect(std::span<const NexusIdentity> nexuses) {
    for (const auto &itl : unit_.nexuses()) {
        if (std::ranges::find(nexuses, itl->nexus().identity()) != nexuses.end()) {
            requests_.push_back(std::make_unique<Request>(*this, itl));
        }
    }
}

// Through the mailbox: aborted commands end on a fresh stack.
void PreemptedCommands::send() noexcept {
    count_left_ = requests_.size();
    for (const auto &request : requests_) {
        request->send();
    }
}

void PreemptedCommands::one_done() noexcept {
    if (--count_left_ == 0) {
        activity_->resume_later();
    }
}

} // namespace scsilo::engine
