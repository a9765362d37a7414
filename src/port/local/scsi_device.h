// SPDX-License-Identifier: Apache-2.0
// ScsiDevice: one logical unit as this machine's initiator side knows it (address, inquiry data, capacity, limits,
// users).
//
// The node files hold it as long as the kernel knows them; the engine's objects only until the unmapping: enter() and
// leave() bracket every use of itl(), and detach() waits for the last one.
#pragma once

#include "engine/it_nexus.h"
#include "port/local/edge_lock.h"
#include "port/local/host.h"
#include "scsi/types.h"

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

namespace scsilo::local {

class SgFile;

struct DeviceAddress {
    unsigned host = 0;
    unsigned target = 0;
    std::uint32_t lun = 0;
};

// From standard INQUIRY data.
struct DeviceIdentity {
    std::string vendor;   // 8 characters, as sent
    std::string product;  // 16
    std::string revision; // 4
    scsi::PeripheralDeviceType type = scsi::PeripheralDeviceType::unknown;
    std::uint8_t version = 0;
    std::uint8_t response_format = 2;
    bool removable = false;
};

// Of block devices; atomics, since a capacity may change at any time.
struct DiskLimits {
    std::atomic<std::uint64_t> count_blocks{0};
    std::atomic<std::uint32_t> block_bytes{512};
    std::atomic<std::uint32_t> physical_block_bytes{512};
    // The rest is set by the scan and does not change.
    std::uint64_t max_transfer_blocks = 0; // 0: no limit stated (so with all of these)
    std::uint64_t optimal_transfer_blocks = 0;
    std::uint64_t optimal_granularity_blocks = 0;
    std::uint64_t max_unmap_blocks = 0;
    std::uint64_t max_unmap_descriptors = 0;
    std::uint64_t unmap_granularity_blocks = 0;
    std::uint64_t max_write_same_blocks = 0;
    bool unmap = false;               // LBPU
    bool write_same = false;          // WRITE SAME(16) is there
    bool write_same_unmaps = false;   // LBPWS
    bool unmapped_reads_zero = false; // LBPRZ
    bool rotational = true;
    bool write_protected = false;
    bool force_unit_access = false; // DPOFUA
};

class ScsiDevice {
  public:
    ScsiDevice(DeviceAddress address, HostStatistics &statistics, std::shared_ptr<engine::ItlNexus> itl);
    ScsiDevice(const ScsiDevice &) = delete;
    ScsiDevice &operator=(const ScsiDevice &) = delete;
    ~ScsiDevice();

    [[nodiscard]] const DeviceAddress &address() const noexcept { return address_; }
    [[nodiscard]] const std::string &unit_name() const noexcept { return unit_name_; }

    // Set by the scan before anybody else sees the device.
    DeviceIdentity identity;
    DiskLimits disk;
    std::string sg_name; // "sg0"
    std::string sd_name; // "sda", or empty

    [[nodiscard]] bool is_disk() const noexcept;

    // --- any thread
    // --------------------------------------------------------------------------------------------------------- False:
    // the logical unit has been unmapped.
    [[nodiscard]] bool enter() noexcept;
    void leave() noexcept;
    [[nodiscard]] bool gone() const noexcept { return gone_.load(std::memory_order_acquire); }
    // Only between a successful enter() and leave().
    [[nodiscard]] const std::shared_ptr<engine::ItlNexus> &itl() const noexcept { return itl_; }

    void count_abort() noexcept { statistics_->count_aborts.fetch_add(1, std::memory_order_relaxed); }
    void note_reset() noexcept { resets_.fetch_add(1, std::memory_order_acq_rel); }
    [[nodiscard]] std::uint32_t count_resets() const noexcept { return resets_.load(std::memory_order_acquire); }
    [[nodiscard]] HostStatistics &statistics() noexcept { return *statistics_; }

    [[nodiscard]] std::uint64_t size_bytes() const noexcept;
    [[nodiscard]] EdgeLock &edge_lock() noexcept { return edge_lock_; }

    // Open files of the sg node, to be told of the end. False: it has ended already.
    [[nodiscard]] bool add_file(const std::shared_ptr<SgFile> &file);
    void remove_file(const SgFile &file) noexcept;

    // --- control thread
    // ----------------------------------------------------------------------------------------------------- From now on
    // everything gives ENODEV; returns when nobody uses itl() any more, and lets go of it.
    void detach();

  private:
    const DeviceAddress address_;
    const std::string unit_name_;
    HostStatistics *statistics_; // of the host; used by exchanges only, which end before the host does
    std::shared_ptr<engine::ItlNexus> itl_;
    std::atomic<std::uint32_t> users_{0};
    std::atomic<bool> gone_{false};
    std::atomic<std::uint32_t> resets_{0};
    EdgeLock edge_lock_;
    std::mutex mutex_; // guards files_ and the ticket order of add_file() against detach()
    std::vector<std::weak_ptr<SgFile>> files_;
};

} // namespace scsilo::local
