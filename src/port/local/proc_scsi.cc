// SPDX-License-Identifier: Apache-2.0
// Byte for byte what Linux prints of a SCSI device in /proc/scsi/scsi.
#include "port/local/proc_scsi.h"

#include "port/local/scsi_device.h"

#include <array>
#include <fmt/format.h>

namespace scsilo::local {
namespace {

// 17 columns each. 0Ah and 0Bh are both ASC IT8's.
constexpr std::array<const char *, 21> type_names = {
    "Direct-Access    ", "Sequential-Access", "Printer          ", "Processor        ", "WORM             ",
    "CD-ROM           ", "Scanner          ", "Optical Device   ", "Medium Changer   ", "Communications   ",
    "ASC IT8          ", "ASC IT8          ", "RAID             ", "Enclosure        ", "Direct-Access-RBC",
    "Optical card     ", "Bridge controller", "Object storage   ", "Automation/Drive ", "Security Manager ",
    "Direct-Access-ZBC",
};

const char *type_name(scsi::PeripheralDeviceType type) noexcept {
    const auto code = static_cast<std::size_t>(type);
    if (code < type_names.size()) {
        return type_names[code];
    }
    return type == scsi::PeripheralDeviceType::well_known_logical_unit ? "Well-known LUN   "
           : type == scsi::PeripheralDeviceType::unknown               ? "No Device        "
                                                                       : "Unknown          ";
}

} // namespace

std::string proc_scsi_lines(const ScsiDevice &device) {
    const DeviceAddress &at = device.address();
    const DeviceIdentity &identity = device.identity;
    // Linux' scsi_level is one more than the version from 2 on, and for SCSI-1 devices with response data format 1
    // (CCS).
    const bool ccs = identity.version == 1 && identity.response_format == 1;
    return fmt::format("Host: scsi{} Channel: 00 Id: {:02} Lun: {:02}\n"
                       "  Vendor: {} Model: {} Rev: {}\n"
                       "  Type:   {}                ANSI  SCSI revision: {:02x}{}\n",
                       at.host, at.target, at.lun, identity.vendor, identity.product, identity.revision,
                       type_name(identity.type), identity.version & 0x0FU, ccs ? " CCS" : "");
}

} // namespace scsilo::local
