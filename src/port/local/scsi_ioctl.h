// SPDX-License-Identifier: Apache-2.0
// The ioctls that sg and sd nodes share: SG_IO, SG_SCSI_RESET, the address of the device, and refusals.
#pragma once

#include "port/local/sg_io.h"
#include "port/local/station.h"

#include <memory>

namespace scsilo::local {

// Numbers that no header of Linux' user interface spells out.
inline constexpr std::uint32_t ioctl_scsi_send_command = 0x0001;
inline constexpr std::uint32_t ioctl_scsi_get_idlun = 0x5382;
inline constexpr std::uint32_t ioctl_scsi_probe_host = 0x5385;
inline constexpr std::uint32_t ioctl_scsi_get_bus_number = 0x5386;

// False: not one of these; nothing has been replied.
[[nodiscard]] bool serve_scsi_ioctl(const Stations &stations, fuse::Request &request,
                                    const std::shared_ptr<ScsiDevice> &device, const fuse::IoctlRequest &ioctl,
                                    const SgAccess &access) noexcept;

// Stores a value where the ioctl's argument points, and replies with `result` (or EFAULT).
template <class Value>
void reply_value(fuse::Request &request, std::uint64_t address, const Value &value, int result = 0) noexcept {
    ProcessMemory memory(request.caller().pid);
    const int error = memory.write(address, Bytes(reinterpret_cast<const std::uint8_t *>(&value), sizeof value));
    error == 0 ? request.reply_ioctl(result) : request.reply_error(error);
}
// Reads the value where the argument points; replies EFAULT and gives false when there is none.
template <class Value>
[[nodiscard]] bool take_value(fuse::Request &request, std::uint64_t address, Value &value) noexcept {
    ProcessMemory memory(request.caller().pid);
    const int error = memory.read(address, MutableBytes(reinterpret_cast<std::uint8_t *>(&value), sizeof value));
    if (error != 0) {
        request.reply_error(error);
    }
    return error == 0;
}

} // namespace scsilo::local
