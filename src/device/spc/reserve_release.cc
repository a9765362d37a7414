// SPDX-License-Identifier: Apache-2.0
// RESERVE and RELEASE of a whole logical unit (SPC-2 7.16 to 7.21), with SPC-6's exceptions for persistent
// reservations.
#include "device/spc/reservation_commands.h"
#include "engine/logical_unit.h"

namespace scsilo::spc {

Result<void, scsi::Sense> reserve(engine::DeviceServer &device, engine::Command &command) {
    command.status = device.unit().reservations().reserve(command.itl());
    return {};
}

Result<void, scsi::Sense> release(engine::DeviceServer &device, engine::Command &command) {
    command.status = device.unit().reservations().release(command.itl());
    return {};
}

} // namespace scsilo::spc
