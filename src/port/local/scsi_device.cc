// SPDX-License-Identifier: Apache-2.0
// Users and open files of a logical unit, and its end.
#include "port/local/scsi_device.h"

#include "engine/logical_unit.h"
#include "port/local/sg_file.h"

#include <algorithm>

namespace scsilo::local {

ScsiDevice::ScsiDevice(DeviceAddress address, HostStatistics &statistics, std::shared_ptr<engine::ItlNexus> itl)
    : address_(address), unit_name_(itl->unit().name()), statistics_(&statistics), itl_(std::move(itl)) {}

ScsiDevice::~ScsiDevice() = default;

bool ScsiDevice::is_disk() const noexcept {
    return identity.type == scsi::PeripheralDeviceType::direct_access ||
           identity.type == scsi::PeripheralDeviceType::simplified_direct_access ||
           identity.type == scsi::PeripheralDeviceType::optical_memory;
}

// Sequentially consistent on both sides: either we see `gone_`, or detach() sees the user.
bool ScsiDevice::enter() noexcept {
    users_.fetch_add(1, std::memory_order_seq_cst);
    if (gone_.load(std::memory_order_seq_cst)) {
        leave();
        return false;
    }
    return true;
}

void ScsiDevice::leave() noexcept {
    if (users_.fetch_sub(1, std::memory_order_seq_cst) == 1 && gone_.load(std::memory_order_seq_cst)) {
        users_.notify_all();
    }
}

std::uint64_t ScsiDevice::size_bytes() const noexcept {
    return disk.count_blocks.load(std::memory_order_relaxed) * disk.block_bytes.load(std::memory_order_relaxed);
}

bool ScsiDevice::add_file(const std::shared_ptr<SgFile> &file) {
    const std::lock_guard held(mutex_);
    if (gone()) {
        return false;
    }
    std::erase_if(files_, [](const std::weak_ptr<SgFile> &other) { return other.expired(); });
    files_.push_back(file);
    return true;
}

void ScsiDevice::remove_file(const SgFile &file) noexcept {
    const std::lock_guard held(mutex_);
    std::erase_if(files_, [&](const std::weak_ptr<SgFile> &other) {
        const auto alive = other.lock();
        return alive == nullptr || alive.get() == &file;
    });
}

void ScsiDevice::detach() {
    std::vector<std::weak_ptr<SgFile>> files;
    {
        const std::lock_guard held(mutex_);
        gone_.store(true, std::memory_order_seq_cst);
        files.swap(files_);
    }
    for (auto users = users_.load(std::memory_order_seq_cst); users != 0;
         users = users_.load(std::memory_order_seq_cst)) {
        users_.wait(users, std::memory_order_seq_cst);
    }
    itl_.reset();
    for (const auto &weak : files) {
        if (const auto file = weak.lock(); file != nullptr) {
            file->device_gone();
        }
    }
}

} // namespace scsilo::local
