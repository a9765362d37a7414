// SPDX-License-Identifier: Apache-2.0
// Driver: the local driver. Hosts (adapters) of this machine whose logical units are user-space nodes in dev/.
//
// What control does: construct; for each host that comes (the first ones at construction) map its group's LUNs with
// `target->nexus()->map(lun, unit, read_only)`, which returns when the nodes are there; unmap() when they are to go.
#pragma once

#include "fuse/directory.h"
#include "port/local/host.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace scsilo::loop {
class Shard;
}

namespace scsilo::local {

class NodeNames;
class Stations;

inline constexpr unsigned max_hosts = 128;  // 0..127, as the parameter add_host of 2008
inline constexpr unsigned max_targets = 16; // of one host

struct DriverOptions {
    unsigned count_hosts_at_start = 1; // 0..max_hosts; more is cut
    unsigned count_targets = 1;        // num_tgts: 1..max_targets; what is outside is moved inside
    unsigned max_luns = 256;           // LUNs from this number on get no node
    std::uint32_t uid = 0;             // of the nodes
    std::uint32_t gid = 0;
    std::uint32_t mode = 0600;
};

// Control thread only, unless said. Before it is destroyed: the session that serves `dev` is unmounted, the shards
// still run.
class Driver {
  public:
    // `shards`: those that serve the FUSE session and the logical units; started. `dev`: where the nodes go.
    Driver(const DriverOptions &options, std::span<loop::Shard *const> shards, std::shared_ptr<fuse::Directory> dev);
    Driver(const Driver &) = delete;
    Driver &operator=(const Driver &) = delete;
    ~Driver(); // removes all hosts

    // Its logical units are to be mapped by the caller. Null: there are max_hosts already.
    std::shared_ptr<Host> add_host();
    // The last one: its nexuses are lost, then it is gone. False: there is none.
    bool remove_host();

    // Any thread.
    [[nodiscard]] std::vector<std::shared_ptr<Host>> hosts() const;
    [[nodiscard]] const DriverOptions &options() const noexcept { return options_; }
    // In the bytes of the kernel's /proc/scsi/scsi.
    [[nodiscard]] std::string proc_scsi_listing() const;

  private:
    const DriverOptions options_;
    std::shared_ptr<Stations> stations_;
    std::shared_ptr<NodeNames> names_;
    mutable std::mutex mutex_; // guards hosts_
    std::vector<std::shared_ptr<Host>> hosts_;
};

} // namespace scsilo::local
