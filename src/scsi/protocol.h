// SPDX-License-Identifier: Apache-2.0
// PROTOCOL IDENTIFIER values, as designators and TransportIDs use them (SPC-6 7.6.1).
#pragma once

#include <cstdint>

namespace scsilo::scsi {

enum class ProtocolIdentifier : std::uint8_t {
    fibre_channel = 0x0,
    parallel_scsi = 0x1,
    ssa = 0x2,
    ieee_1394 = 0x3,
    srp = 0x4,
    iscsi = 0x5,
    sas = 0x6,
    adt = 0x7,
    ata = 0x8,
    uas = 0x9,
    sop = 0xA,
    pcie = 0xB,
    none = 0xF,
};

} // namespace scsilo::scsi
