// SPDX-License-Identifier: Apache-2.0
// A command's way through the logical unit: task set, gates in SAM order, handler, end.
#include "engine/logical_unit.h"

#include "engine/command_trace.h"

#include <algorithm>
#include <cstdlib>

namespace scsilo::engine {

using scsi::Sense;
using scsi::Status;

LogicalUnit::LogicalUnit(std::string name, loop::Shard &shard, std::unique_ptr<DeviceServer> device,
                         KeptReservation kept)
    : name_(std::move(name)), shard_(shard), device_(std::move(device)),
      scratch_(std::make_unique<std::uint8_t[]>(parameter_data_bytes)), reservations_(*this, std::move(kept)) {
    device_->attached(*this);
}

LogicalUnit::~LogicalUnit() {
    if (!task_set_.empty()) {
        std::abort(); // detach() waits for every command
    }
}

std::shared_ptr<LogicalUnit> LogicalUnit::create(std::string name, loop::Shard &shard,
                                                 std::unique_ptr<DeviceServer> device, KeptReservation kept) {
    return std::make_shared<LogicalUnit>(std::move(name), shard, std::move(device), std::move(kept));
}

void LogicalUnit::attach(const std::shared_ptr<ItlNexus> &itl) {
    shard_.call([&] {
        nexuses_.push_back(itl);
        itl->attached = true;
        reservations_.attached(*itl);
        itl->unit_attentions.establish(scsi::asc::power_on_reset_or_bus_device_reset_occurred);
    });
}

void LogicalUnit::establish(scsi::AdditionalSense condition, Scope scope, const ItlNexus *nexus) noexcept {
    for (const auto &itl : nexuses_) {
        if (scope == Scope::all || (scope == Scope::only) == (itl.get() == nexus)) {
            itl->unit_attentions.establish(condition);
            trace(trace_core, Trace::mgmt_minor, "{}: unit attention {:02x}/{:02x} for {}", name_, condition.asc,
                  condition.ascq, itl->nexus().initiator_port_name());
            itl->nexus().port().attention(*itl, condition);
        }
    }
}

void LogicalUnit::receive(Command &command) noexcept {
    if (!command.itl().attached) {
        command.outcome = Outcome::no_logical_unit;
        command.itl().count_in_flight.fetch_sub(1, std::memory_order_relaxed);
        command.delivery_->command_ended(command);
        return;
    }
    if (task_set_.count() >= max_commands_per_logical_unit) {
        command.outcome = Outcome::status;
        command.status = Status::task_set_full;
        trace(trace_core, Trace::retry, "{}: the task set is full with {} commands, tag {} has to be sent again", name_,
              task_set_.count(), command.request.tag);
        command.itl().count_in_flight.fetch_sub(1, std::memory_order_relaxed);
        command.delivery_->command_ended(command);
        return;
    }
    if (const auto row = find_row(command); row) {
        command.row_ = *row;
        if (command.row_->ordering == Ordering::head_of_queue) {
            command.effective_attribute_ = scsi::TaskAttribute::head_of_queue;
        }
    }
    const bool enabled = task_set_.enter(command);
    trace_arrival(command);
    if (enabled) {
        run(command);
    } else {
        trace(trace_core, Trace::scsi_serializing, "{}: tag {} waits for {} older commands", name_, command.request.tag,
              task_set_.count() - 1);
    }
}

Result<const CommandRow *, Sense> LogicalUnit::find_row(const Command &command) const noexcept {
    const scsi::Cdb &cdb = command.cdb();
    const auto rows = device_->commands().rows_of(cdb.opcode());
    bool seen = false;
    for (const CommandRow &row : rows) {
        if (!device_->has_feature(row.feature)) {
            continue;
        }
        if (!row.service_action) {
            return &row;
        }
        const std::uint16_t action =
            cdb.opcode() == scsi::variable_length_opcode ? cdb.get<scsi::Be<8, 2>>() : cdb.get<scsi::Bits<1, 4, 0>>();
        if (*row.service_action == action) {
            return &row;
        }
        seen = true;
    }
    if (!seen) {
        return fail(Sense::invalid_operation_code());
    }
    // SPC-6 4.2.5.2: an unsupported service action is an invalid field of the CDB.
    return cdb.opcode() == scsi::variable_length_opcode ? fail(Sense::invalid_field_in_cdb(8))
                                                        : fail(Sense::invalid_field_in_cdb(1, 4));
}

// In the order of SAM-6 5.3.3 and 5.14: unit attention, operation code, reserved bits, then what the device is fit for.
std::optional<Sense> LogicalUnit::check_gates(Command &command) noexcept {
    const CommandRow *row = command.row_;
    if (row == nullptr || row->gates.has(Gate::unit_attention)) {
        if (const auto condition = command.itl().unit_attentions.take(); condition) {
            return Sense::unit_attention(*condition);
        }
    }
    if (row == nullptr) {
        return find_row(command).error();
    }
    if (command.cdb().length_bytes() < row->usage.length_bytes()) {
        return Sense::invalid_field_in_cdb(static_cast<std::uint16_t>(command.cdb().length_bytes()));
    }
    if (const auto reserved = row->usage.first_reserved_bit_set(command.cdb()); reserved) {
        return Sense::invalid_field_in_cdb(static_cast<std::uint16_t>(reserved->byte), reserved->bit);
    }
    if (row->gates.has(Gate::write_protect) && command.itl().read_only()) {
        return Sense::data_protect(scsi::asc::write_protected);
    }
    return device_->obstacle(*row, command);
}

void LogicalUnit::run(Command &command) noexcept {
    trace_start(command);
    // SAM-6 5.3.3: this status goes before every CHECK CONDITION, and a unit attention condition stays pending.
    if (reservations_.in_force() && command.row_ != nullptr && reservations_.conflict(command)) [[unlikely]] {
        end_with(command, Status::reservation_conflict);
        return;
    }
    if (const auto obstacle = check_gates(command); obstacle) {
        end_with(command, *obstacle);
        return;
    }
    const Handler &handler = command.row_->handler;
    if (handler.suspending != nullptr) {
        command.start(handler.suspending(*device_, command));
        return;
    }
    if (const auto result = handler.immediate(*device_, command); !result) {
        end_with(command, result.error());
    } else {
        end_with(command, command.status);
    }
}

void LogicalUnit::end_with(Command &command, Status status) noexcept {
    command.outcome = Outcome::status;
    command.status = status;
    ended(command);
}

void LogicalUnit::end_with(Command &command, const Sense &sense) noexcept {
    command.sense = sense;
    end_with(command, Status::check_condition);
}

void LogicalUnit::ended(Command &command) noexcept {
    if (command.affected_) {
        command.outcome = command.report_task_aborted_ ? Outcome::status : Outcome::aborted;
        command.status = Status::task_aborted;
    }
    task_set_.remove(command);
    command.itl().count_in_flight.fetch_sub(1, std::memory_order_relaxed);
    const bool awaited = note_end(command);
    trace_end(command);
    command.delivery_->command_ended(command); // may destroy it
    if (awaited) {
        finish_management();
    }
    if (dispatching_) {
        return; // the loop below, further up the stack, goes on
    }
    dispatching_ = true;
    while (Command *next = task_set_.take_runnable()) {
        run(*next);
    }
    dispatching_ = false;
}

} // namespace scsilo::engine
