// SPDX-License-Identifier: Apache-2.0
// Task management: requests that end when every affected command has ended (SAM-6 clause 7).
#pragma once

#include "base/list.h"
#include "loop/mailbox.h"
#include "scsi/types.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace scsilo::engine {

class Command;
class ItNexus;
class ItlNexus;
class LogicalUnit;
struct PendingTaskManagement;

// One function for one logical unit. Made by a port or by TaskManager; lives until done().
class TaskManagementRequest : public loop::Message, public Hook<PendingTaskManagement> {
  public:
    TaskManagementRequest(scsi::TaskManagementFunction function, std::shared_ptr<ItlNexus> itl,
                          std::uint64_t tag = 0) noexcept
        : function_(function), itl_(std::move(itl)), tag_(tag) {}

    // Any thread: sends it to the logical unit's shard.
    void send() noexcept;

    // Called on the logical unit's shard when every affected command has ended; the request may be destroyed inside.
    virtual void done(scsi::ServiceResponse response) noexcept = 0;

  protected:
    ~TaskManagementRequest() = default;

    bool to_detached_ = false;        // part of the detachment itself
    const Command *spared_ = nullptr; // is not affected, whatever the function says
    const ItlNexus *by_ = nullptr;    // who aborts, if it is not the nexus whose commands are aborted

  private:
    friend class LogicalUnit;
    void deliver() noexcept override;
    [[nodiscard]] bool affects(const Command &command) const noexcept;

    scsi::TaskManagementFunction function_;
    std::shared_ptr<ItlNexus> itl_;
    std::uint64_t tag_;
    std::uint64_t up_to_sequence_ = 0;
    std::uint32_t count_pending_ = 0;
};

// Functions that concern a whole target or nexus: TARGET RESET, I_T NEXUS RESET. `done` runs on some shard's thread
// when all logical units of the nexus have finished; with no logical unit it runs at once.
class TaskManager {
  public:
    static void run(scsi::TaskManagementFunction function, const ItNexus &nexus, void (*done)(void *context) noexcept,
                    void *context);
};

} // namespace scsilo::engine
