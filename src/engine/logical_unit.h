// SPDX-License-Identifier: Apache-2.0
// LogicalUnit: a device server, its task set and its nexuses, on one shard (SAM-6 4.6.x).
#pragma once

#include "engine/device_server.h"
#include "engine/it_nexus.h"
#include "engine/reservations.h"
#include "engine/task_management.h"
#include "engine/task_set.h"
#include "loop/shard.h"

#include <memory>
#include <string>
#include <vector>

namespace scsilo::engine {

// Thread rule: created and destroyed by the control thread; everything else on the shard unless
// said.
class LogicalUnit : public std::enable_shared_from_this<LogicalUnit> {
  public:
    // The device server is made on the shard by its owner beforehand. Any thread.
    [[nodiscard]] static std::shared_ptr<LogicalUnit>
    create(std::string name, loop::Shard &shard, std::unique_ptr<DeviceServer> device, KeptReservation kept = {});
    LogicalUnit(std::string name, loop::Shard &shard, std::unique_ptr<DeviceServer> device, KeptReservation kept);
    ~LogicalUnit();

    // --- any thread ---
    [[nodiscard]] const std::string &name() const noexcept { return name_; }
    [[nodiscard]] loop::Shard &shard() const noexcept { return shard_; }
    [[nodiscard]] DeviceServer &device() const noexcept { return *device_; }

    // Blocking, from the control thread.
    void attach(const std::shared_ptr<ItlNexus> &itl);
    void detach(const std::shared_ptr<ItlNexus> &itl); // its commands have ended when this returns

    // --- the shard ---
    enum class Scope : std::uint8_t { all, all_but, only };
    // Establishes a unit attention condition for the nexuses of the scope, relative to `nexus`.
    void establish(scsi::AdditionalSense condition, Scope scope = Scope::all, const ItlNexus *nexus = nullptr) noexcept;

    // Memory for parameter data, shared by the handlers that cannot suspend: contents are lost at the next command.
    [[nodiscard]] MutableBytes scratch() noexcept { return {scratch_.get(), parameter_data_bytes}; }

    [[nodiscard]] std::span<const std::shared_ptr<ItlNexus>> nexuses() const noexcept { return nexuses_; }
    [[nodiscard]] const TaskSet &task_set() const noexcept { return task_set_; }
    [[nodiscard]] Reservations &reservations() noexcept { return reservations_; }

  private:
    friend class Command;
    friend class TaskManagementRequest;

    void receive(Command &command) noexcept;
    void run(Command &command) noexcept;
    void ended(Command &command) noexcept;
    void end_with(Command &command, scsi::Status status) noexcept;
    void end_with(Command &command, const scsi::Sense &sense) noexcept;
    [[nodiscard]] Result<const CommandRow *, scsi::Sense> find_row(const Command &command) const noexcept;
    [[nodiscard]] std::optional<scsi::Sense> check_gates(Command &command) noexcept;

    void manage(TaskManagementRequest &request) noexcept;
    void establish_for(const TaskManagementRequest &request) noexcept;
    void abort(Command &command, const ItlNexus &by) noexcept;
    void end_dormant() noexcept;
    [[nodiscard]] bool note_end(const Command &command) noexcept;
    void finish_management() noexcept;

    const std::string name_;
    loop::Shard &shard_;
    std::unique_ptr<DeviceServer> device_;
    std::unique_ptr<std::uint8_t[]> scratch_;
    TaskSet task_set_;
    std::vector<std::shared_ptr<ItlNexus>> nexuses_;
    Reservations reservations_;
    IntrusiveList<TaskManagementRequest, PendingTaskManagement> management_;
    bool dispatching_ = false;
};

} // namespace scsilo::engine
