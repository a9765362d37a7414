// SPDX-License-Identifier: Apache-2.0
// DeviceServer: what the engine asks of a device type. One of the three interfaces through which the engine looks up.
#pragma once

#include "engine/command_table.h"
#include "scsi/types.h"

#include <optional>
#include <string>

namespace scsilo::engine {

class ItNexus;
class LogicalUnit;

// What the listing in /proc/scsi/scsi's format shows; copied from the standard INQUIRY data.
struct InquiryIdentity {
    std::string vendor;   // at most 8 characters
    std::string product;  // at most 16
    std::string revision; // at most 4
    scsi::PeripheralDeviceType type = scsi::PeripheralDeviceType::unknown;
    std::uint8_t version = 0; // ANSI version field of INQUIRY
    bool removable = false;
};

// All calls on the logical unit's shard, except identity() and commands(), which do not change and may be read
// anywhere.
class DeviceServer {
  public:
    DeviceServer() = default;
    DeviceServer(const DeviceServer &) = delete;
    DeviceServer &operator=(const DeviceServer &) = delete;
    virtual ~DeviceServer() = default;

    [[nodiscard]] virtual const CommandTable &commands() const noexcept = 0;
    [[nodiscard]] virtual InquiryIdentity identity() const = 0;
    // A row of the table that this device does not have (Feature) is an unknown operation code.
    [[nodiscard]] virtual bool has_feature(Feature feature) const noexcept = 0;
    // Why a command with these gates cannot run now (not ready, no medium, write protected); nothing if it can.
    [[nodiscard]] virtual std::optional<scsi::Sense> obstacle(const CommandRow &row,
                                                              const Command &command) const noexcept = 0;
    // Sense data in descriptor format? (control mode page, D_SENSE)
    [[nodiscard]] virtual bool descriptor_sense() const noexcept { return false; }
    // TASK ABORTED status for commands that another nexus aborted? (control mode page, TAS)
    [[nodiscard]] virtual bool task_aborted_status() const noexcept { return false; }

    // Called once when the logical unit has it.
    virtual void attached(LogicalUnit &unit) noexcept { unit_ = &unit; }
    // After a LOGICAL UNIT RESET condition: back to the saved parameters (SAM-6 6.3.3). Its commands have ended.
    virtual void reset() noexcept {}
    virtual void nexus_lost(const ItNexus &) noexcept {}

    [[nodiscard]] LogicalUnit &unit() const noexcept { return *unit_; }

  private:
    LogicalUnit *unit_ = nullptr;
};

} // namespace scsilo::engine
