// SPDX-License-Identifier: Apache-2.0
// START STOP UNIT, and a medium that can be taken out (SBC-4 5.31).
#include "device/sbc/commands.h"
#include "device/sbc/trace.h"
#include "engine/logical_unit.h"

namespace scsilo::sbc {
namespace {

// POWER CONDITION field: without a power condition mode page there is one condition besides started and stopped.
enum class PowerCondition : std::uint8_t { start_valid = 0, active = 1 };

} // namespace

void Disk::set_loaded(bool loaded, const engine::ItlNexus *by) noexcept {
    if (loaded && !loaded_) {
        unit().establish(scsi::asc::not_ready_to_ready_change_medium_may_have_changed,
                         engine::LogicalUnit::Scope::all_but, by);
    }
    loaded_ = loaded;
}

loop::Op<void> start_stop_unit(Disk &disk, engine::Command &command) {
    using Layout = scsi::StartStopUnit;
    const scsi::Cdb &cdb = command.cdb();
    trace(trace_disk, Trace::mgmt_minor, "{}: START STOP UNIT, START {}, LOEJ {}", disk.inquiry().product,
          static_cast<int>(cdb.get<Layout::start>()), static_cast<int>(cdb.get<Layout::loej>()));
    const auto condition = static_cast<PowerCondition>(cdb.get<Layout::power_condition>());
    if (cdb.get<Layout::power_condition_modifier>() != 0) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(3, 3));
    }
    if (condition == PowerCondition::active) { // START and LOEJ are then ignored
        disk.set_started(true);
        co_return;
    }
    if (condition != PowerCondition::start_valid) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(4, 7));
    }
    const bool eject_or_load = cdb.get<Layout::loej>();
    if (eject_or_load && !disk.options().removable) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(4, 1));
    }
    if (cdb.get<Layout::start>()) {
        if (eject_or_load) {
            disk.set_loaded(true, &command.itl());
        }
        disk.set_started(true);
        co_return;
    }
    // Stopping empties the cache, unless told not to.
    if (cdb.get<Layout::no_flush>() || !disk.loaded()) {
        // nothing goes to the medium
    } else if (cdb.get<Layout::immed>()) {
        disk.flush_in_background();
    } else {
        co_await disk.flush();
    }
    disk.set_started(false);
    if (eject_or_load) {
        disk.set_loaded(false);
    }
}

} // namespace scsilo::sbc
