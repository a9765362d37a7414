// SPDX-License-Identifier: Apache-2.0
// Command: one SCSI command from its arrival at a logical unit to its end (SAM-6 clause 5).
//
// A port makes it (usually as a member of its own pooled request), fills the request part and calls ItlNexus::submit().
// From then on the command belongs to the logical unit's shard until CommandDelivery::command_ended() gives it back.
#pragma once

#include "base/segments.h"
#include "engine/command_row.h"
#include "loop/activity.h"
#include "loop/mailbox.h"
#include "scsi/cdb.h"
#include "scsi/types.h"

namespace scsilo::engine {

class ItlNexus;
class LogicalUnit;
struct TaskSetMember;

// The port's side of a command.
class CommandDelivery {
  public:
    // Called once per submitted command, on the logical unit's shard; the command may be destroyed or reused inside.
    virtual void command_ended(Command &command) noexcept = 0;

  protected:
    ~CommandDelivery() = default;
};

// How a command ended.
enum class Outcome : std::uint8_t {
    pending,
    status,          // `status` (and `sense`) are to be delivered
    aborted,         // by task management: no status is delivered to the initiator (SAM-6 5.6)
    no_logical_unit, // the logical unit went away while the command was on its way
};

// What the initiator asks for. The memory must live until the command has ended.
struct CommandRequest {
    scsi::Cdb cdb;
    scsi::TaskAttribute attribute = scsi::TaskAttribute::simple;
    std::uint64_t tag = 0; // unique among the commands of its I_T nexus
    Segments data_out;     // what the initiator sends: all of it is there
    Segments data_in;      // where its data go
};

class Command final : public loop::Activity, public loop::Message, public Hook<TaskSetMember> {
  public:
    explicit Command(CommandDelivery &delivery) noexcept : delivery_(&delivery) {}
    ~Command() = default;

    CommandRequest request;

    // --- the answer, valid in command_ended() ---
    Outcome outcome = Outcome::pending;
    scsi::Status status = scsi::Status::good;
    scsi::Sense sense;                     // meaningful with CHECK CONDITION
    std::size_t data_in_bytes = 0;         // how much of data_in was filled
    std::size_t data_in_wanted_bytes = 0;  // how much the command would have sent into a large enough buffer
    std::size_t data_out_wanted_bytes = 0; // how much of data_out the command uses

    // --- for handlers ---
    [[nodiscard]] const scsi::Cdb &cdb() const noexcept { return request.cdb; }
    [[nodiscard]] ItlNexus &itl() const noexcept { return *itl_; }
    [[nodiscard]] const CommandRow &row() const noexcept { return *row_; }
    [[nodiscard]] bool has_row() const noexcept { return row_ != nullptr; }     // false: an unknown operation code
    [[nodiscard]] std::uint64_t sequence() const noexcept { return sequence_; } // order of arrival in the task set
    // Sends parameter data: at most `allocation_bytes` of it (SPC-6 4.2.5.6: truncation is not an error).
    void reply(Bytes data, std::size_t allocation_bytes) noexcept;
    // The same, `allocation_bytes` taken from the row's length field.
    void reply(Bytes data) noexcept;
    // The value of the row's length field (bytes or blocks).
    [[nodiscard]] std::uint64_t length_field() const noexcept;
    // The parameter list of `length_bytes` (the CDB's field), copied into `into`. Fewer bytes sent than the CDB says,
    // or more than `into` holds: PARAMETER LIST LENGTH ERROR.
    [[nodiscard]] Result<Bytes, scsi::Sense> parameter_list(MutableBytes into, std::size_t length_bytes) noexcept;

  private:
    friend class ItlNexus;
    friend class LogicalUnit;
    friend class TaskSet;

    void prepare(ItlNexus &itl) noexcept;
    void start(loop::Op<void> operation) noexcept { run_root(operation.release_to(*this)); }
    void deliver() noexcept override;             // arrives at the logical unit's shard
    void on_end(loop::End how) noexcept override; // the handler coroutine has ended

    CommandDelivery *delivery_;
    ItlNexus *itl_ = nullptr;
    const CommandRow *row_ = nullptr;
    std::uint64_t sequence_ = 0;
    scsi::TaskAttribute effective_attribute_ = scsi::TaskAttribute::simple;
    bool enabled_ = false;
    bool affected_ = false;            // task management has hit it: it ends as aborted, whatever the handler did
    bool report_task_aborted_ = false; // with TASK ABORTED status (control mode page TAS, aborted by another nexus)
};

} // namespace scsilo::engine
