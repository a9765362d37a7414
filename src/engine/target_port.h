// SPDX-License-Identifier: Apache-2.0
// TargetPort: what the engine asks of a way in. One of the three interfaces through which the engine looks up.
#pragma once

#include "scsi/sense.h"

#include <cstdint>
#include <memory>
#include <string>

namespace scsilo::engine {

class ItlNexus;
class ItNexus;

// What VPD page 83h says of the port through which a command came (SPC-6 7.7.6).
struct PortIdentity {
    std::string name;                           // "scstlcltgt0"
    std::uint16_t relative_port_identifier = 1; // unique in the target device
    std::uint8_t protocol_identifier = 0x06;    // SPC-6 table: 6 = SAS, what scst_local reports by default
};

class TargetPort {
  public:
    [[nodiscard]] virtual const PortIdentity &identity() const noexcept = 0;
    // The LUN map of a nexus has changed: called by the control thread, after the change is in force.
    virtual void logical_unit_mapped(ItNexus &nexus, const std::shared_ptr<ItlNexus> &itl) = 0;
    // The last command of that logical unit on this nexus has ended.
    virtual void logical_unit_unmapped(ItNexus &nexus, const std::shared_ptr<ItlNexus> &itl) = 0;
    // A unit attention condition was established; called on the logical unit's shard, must not block.
    virtual void attention(ItlNexus &itl, scsi::AdditionalSense condition) noexcept = 0;

  protected:
    ~TargetPort() = default;
};

} // namespace scsilo::engine
