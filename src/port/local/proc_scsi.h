// SPDX-License-Identifier: Apache-2.0
// The lines of a device in the format of the kernel's /proc/scsi/scsi.
#pragma once

#include <string>

namespace scsilo::local {

class ScsiDevice;

[[nodiscard]] std::string proc_scsi_lines(const ScsiDevice &device);

} // namespace scsilo::local
