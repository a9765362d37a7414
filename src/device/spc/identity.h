// SPDX-License-Identifier: Apache-2.0
// Identity: what a device says of itself in INQUIRY data; fixed while the device exists (SPC-4 6.6, 7.8).
#pragma once

#include "scsi/inquiry.h"
#include "scsi/types.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scsilo::spc {

// Texts that are too long are cut to their fields; identifiers of zero or no text are not reported.
struct Identity {
    scsi::PeripheralDeviceType type = scsi::PeripheralDeviceType::direct_access;
    std::string vendor;                         // at most 8 characters
    std::string product;                        // at most 16
    std::string revision;                       // at most 4
    std::string vendor_specific;                // INQUIRY bytes 36-55, at most 20
    std::string serial_number;                  // VPD page 80h
    std::string t10_device_id;                  // what follows the vendor in the T10 vendor ID designator
    std::uint64_t naa = 0;                      // whole, with its upper four bits (see scsi/designator.h)
    std::optional<std::uint64_t> naa_extension; // lower 64 bits of an NAA 6h designator
    std::uint64_t eui_64 = 0;
    std::string device_name; // SCSI name string of the target device: "iqn.…", "naa.…"
    // 06h, SPC-4: the generation whose clauses the rows cite, what SCST claims today, and what every Linux tool knows.
    // (The listing of 2008 shows 04, SPC-2, which had no REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS and no subpages.)
    std::uint8_t version = scsi::version_spc_4;
    bool removable = false;
    bool command_queuing = true; // CMDQUE
    std::array<std::uint16_t, scsi::StandardInquiryData::version_descriptor_count> version_descriptors{};
};

// The identity that SCST gives a virtual device: product = name, serial number and identifiers derived from the name,
// so that they are the same after a restart. `setup_id` tells two machines with devices of equal names apart.
[[nodiscard]] Identity identity_of(std::string_view vendor, std::string_view name, scsi::PeripheralDeviceType type,
                                   std::uint32_t setup_id = 0);

} // namespace scsilo::spc
