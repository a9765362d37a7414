// SPDX-License-Identifier: Apache-2.0
// ItNexus: one initiator port and one target port and the logical units it sees; ItlNexus: one of those (SAM-6 4.5.x).
#pragma once

#include "engine/command.h"
#include "engine/nexus_identity.h"
#include "engine/reservation_type.h"
#include "engine/target_port.h"
#include "engine/unit_attention.h"
#include "scsi/lun.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>

namespace scsilo::engine {

class TaskManagementRequest;

// One logical unit as one nexus sees it. Kept alive by whoever holds it; `unit` outlives its detachment, not its use.
class ItlNexus : public std::enable_shared_from_this<ItlNexus> {
  public:
    ItlNexus(std::shared_ptr<ItNexus> nexus, std::shared_ptr<LogicalUnit> unit, std::uint32_t lun_number,
             bool read_only) noexcept;

    [[nodiscard]] ItNexus &nexus() const noexcept { return *nexus_; }
    [[nodiscard]] LogicalUnit &unit() const noexcept { return *unit_; }
    [[nodiscard]] const std::shared_ptr<LogicalUnit> &unit_owner() const noexcept { return unit_; }
    [[nodiscard]] std::uint32_t lun_number() const noexcept { return lun_number_; }
    [[nodiscard]] bool read_only() const noexcept { return read_only_; }

    // Any thread. On the logical unit's own shard the command runs at once, otherwise it hops there.
    void submit(Command &command) noexcept;

    // --- the logical unit's shard only ---
    UnitAttentions unit_attentions;
    ReservationRole reservation_role =
        ReservationRole::unregistered; // to the persistent reservation, kept by Reservations
    bool attached = false;             // false after detachment: commands that still arrive end as no_logical_unit

    // Commands in flight, for listings (any thread may read).
    std::atomic<std::uint32_t> count_in_flight{0};

  private:
    std::shared_ptr<ItNexus> nexus_;
    std::shared_ptr<LogicalUnit> unit_;
    std::uint32_t lun_number_;
    bool read_only_;
};

// Immutable once published; a change makes a new one.
using LunMap = std::map<std::uint32_t, std::shared_ptr<ItlNexus>>;

// map(), unmap() and lose() are called by the control thread only, one at a time; the rest by any thread.
class ItNexus : public std::enable_shared_from_this<ItNexus> {
  public:
    // Without a TransportID the initiator port gets a SAS one made from its name, the same after every restart.
    ItNexus(TargetPort &port, std::string initiator_port_name,
            std::optional<TransportIdBytes> transport_id = std::nullopt);

    [[nodiscard]] TargetPort &port() const noexcept { return port_; }
    [[nodiscard]] const NexusIdentity &identity() const noexcept { return identity_; }
    [[nodiscard]] const std::string &initiator_port_name() const noexcept { return initiator_port_name_; }
    [[nodiscard]] std::shared_ptr<const LunMap> luns() const noexcept { return luns_.load(std::memory_order_acquire); }
    [[nodiscard]] std::shared_ptr<ItlNexus> find(std::uint32_t lun_number) const noexcept;
    [[nodiscard]] std::uint32_t count_commands() const noexcept;

    // Adds a logical unit; the other ones get REPORTED LUNS DATA HAS CHANGED. False: the LUN is taken.
    [[nodiscard]] bool map(std::uint32_t lun_number, const std::shared_ptr<LogicalUnit> &unit, bool read_only);
    // Removes it: its commands are aborted and have ended when this returns. False: there is no such LUN.
    [[nodiscard]] bool unmap(std::uint32_t lun_number);
    // REPORT LUNS was answered: REPORTED LUNS DATA HAS CHANGED is no longer pending on any logical unit (SPC-6 6.32).
    // Any shard.
    void clear_reported_luns();
    // I_T nexus loss: all commands are aborted and have ended, everything is unmapped.
    void lose();

  private:
    void publish(LunMap fresh);
    void tell_others(std::uint32_t changed_lun);

    TargetPort &port_;
    const std::string initiator_port_name_;
    const NexusIdentity identity_;
    std::atomic<std::shared_ptr<const LunMap>> luns_;
};

} // namespace scsilo::engine
