// SPDX-License-Identifier: Apache-2.0
// Names for people: operation codes with their service actions, statuses, sense keys, task management functions.
#pragma once

#include "scsi/cdb.h"
#include "scsi/sense.h"
#include "scsi/types.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace scsilo::scsi {

// T10's name, such as "READ(10)" or "READ CAPACITY(16)"; where T10 has none an empty view. The device type decides
// where one code names several commands (34h: PRE-FETCH(10) or READ POSITION).
[[nodiscard]] std::string_view command_name(std::uint8_t opcode, std::optional<std::uint16_t> service_action,
                                            PeripheralDeviceType type = PeripheralDeviceType::direct_access) noexcept;
[[nodiscard]] std::string_view command_name(const Cdb &cdb,
                                            PeripheralDeviceType type = PeripheralDeviceType::direct_access) noexcept;

// In T10's capitals: "CHECK CONDITION", "ILLEGAL REQUEST", "ABORT TASK SET", "FUNCTION COMPLETE". Values that no
// enumerator has read "RESERVED".
[[nodiscard]] std::string_view name(Status status) noexcept;
[[nodiscard]] std::string_view name(SenseKey key) noexcept;
[[nodiscard]] std::string_view name(TaskAttribute attribute) noexcept;
[[nodiscard]] std::string_view name(TaskManagementFunction function) noexcept;
[[nodiscard]] std::string_view name(ServiceResponse response) noexcept;
// T10's words, not those of /proc/scsi/scsi.
[[nodiscard]] std::string_view name(PeripheralDeviceType type) noexcept;

} // namespace scsilo::scsi
