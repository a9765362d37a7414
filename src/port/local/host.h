// SPDX-License-Identifier: Apache-2.0
// Host: one adapter of the local driver; HostTarget: one of its targets, with the one I_T nexus that all openers share.
#pragma once

#include "engine/it_nexus.h"
#include "engine/target_port.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace scsilo::local {

class NodeNames;
class ScsiDevice;
class Stations;
struct DriverOptions;

// What scsi/scst_ini_targ_debug/N counts. Any thread.
struct HostStatistics {
    std::atomic<std::uint64_t> count_aborts{0};
    std::atomic<std::uint64_t> count_device_resets{0};
    std::atomic<std::uint64_t> count_target_resets{0};
};

class Host;

class HostTarget final : public engine::TargetPort {
  public:
    HostTarget(Host &host, unsigned id, const DriverOptions &options, std::shared_ptr<Stations> stations,
               std::shared_ptr<NodeNames> names);
    HostTarget(const HostTarget &) = delete;
    HostTarget &operator=(const HostTarget &) = delete;
    ~HostTarget();

    [[nodiscard]] unsigned id() const noexcept { return id_; }
    [[nodiscard]] Host &host() const noexcept { return host_; }
    [[nodiscard]] const std::string &name() const noexcept { return identity_.name; }        // "scstlcltgt0"
    [[nodiscard]] const std::string &session_name() const noexcept { return session_name_; } // "scstlclhst0:0"
    [[nodiscard]] const std::shared_ptr<engine::ItNexus> &nexus() const noexcept { return nexus_; }
    [[nodiscard]] std::vector<std::shared_ptr<ScsiDevice>> devices() const; // by LUN; any thread

    [[nodiscard]] const engine::PortIdentity &identity() const noexcept override { return identity_; }
    void logical_unit_mapped(engine::ItNexus &nexus, const std::shared_ptr<engine::ItlNexus> &itl) override;
    void logical_unit_unmapped(engine::ItNexus &nexus, const std::shared_ptr<engine::ItlNexus> &itl) override;
    void attention(engine::ItlNexus &itl, scsi::AdditionalSense condition) noexcept override;

  private:
    [[nodiscard]] std::shared_ptr<ScsiDevice> find(std::uint32_t lun_number) const;

    Host &host_;
    const unsigned id_;
    const DriverOptions &options_;
    const std::shared_ptr<Stations> stations_;
    const std::shared_ptr<NodeNames> names_;
    engine::PortIdentity identity_;
    std::string session_name_;
    std::shared_ptr<engine::ItNexus> nexus_;
    mutable std::mutex mutex_; // guards devices_
    std::map<std::uint32_t, std::shared_ptr<ScsiDevice>> devices_;
};

class Host {
  public:
    Host(unsigned number, const DriverOptions &options, const std::shared_ptr<Stations> &stations,
         const std::shared_ptr<NodeNames> &names);
    Host(const Host &) = delete;
    Host &operator=(const Host &) = delete;

    [[nodiscard]] unsigned number() const noexcept { return number_; }
    [[nodiscard]] std::span<const std::shared_ptr<HostTarget>> targets() const noexcept { return targets_; }
    [[nodiscard]] HostStatistics &statistics() noexcept { return statistics_; }
    [[nodiscard]] std::string debug_text() const; // scsi/scst_ini_targ_debug/N; any thread

  private:
    const unsigned number_;
    HostStatistics statistics_;
    std::vector<std::shared_ptr<HostTarget>> targets_;
};

} // namespace scsilo::local
