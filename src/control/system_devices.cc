// SPDX-License-Identifier: Apache-2.0
// Opening and closing devices.
#include "control/system.h"

#include "base/log.h"
#include "control/device_saved_pages.h"
#include "control/saved_configuration.h"
#include "device/sbc/disk.h"
#include "media/file.h"
#include "media/null.h"

#include <algorithm>
#include <fmt/format.h>
#include <sys/stat.h>

namespace scsilo::control {
namespace {

// 2008's size of a NULLIO device: 1.5 TiB.
constexpr std::uint64_t nullio_size_bytes = std::uint64_t{3} << 39;

sbc::DiskKind kind_of(const DeviceOptions &options) noexcept {
    return options.nullio ? sbc::DiskKind::nullio : options.blockio ? sbc::DiskKind::blockio : sbc::DiskKind::fileio;
}

std::string handler_of(const DeviceOptions &options) {
    return options.nullio ? "vdisk_null" : options.blockio ? "vdisk_blk" : "vdisk";
}

std::unique_ptr<media::BlockMedium> open_medium(const DeviceOptions &options) {
    if (options.nullio) {
        return std::make_unique<media::NullMedium>(nullio_size_bytes);
    }
    struct stat status{};
    if (options.blockio && stat(options.filename.c_str(), &status) == 0 && !S_ISBLK(status.st_mode)) {
        throw ConfigError(EINVAL, fmt::format("{} is not a block device: open it without BLOCKIO.", options.filename));
    }
    media::FileOptions file;
    file.path = options.filename;
    file.read_only = options.read_only;
    file.o_direct = options.o_direct || options.blockio;
    file.write_through = options.write_through;
    auto medium = media::open_file(file);
    if (medium->facts().size_bytes < options.blocksize) {
        throw ConfigError(EINVAL,
                          fmt::format("The file {} holds {} bytes, less than one block of {}: enlarge it first.",
                                      options.filename, medium->facts().size_bytes, options.blocksize));
    }
    return medium;
}

sbc::DiskOptions disk_options(const DeviceOptions &options, const media::MediumFacts &facts) {
    sbc::DiskOptions disk;
    disk.kind = kind_of(options);
    disk.identity = sbc::disk_identity(disk.kind, options.name);
    disk.block_length_bytes = options.blocksize;
    disk.read_only = options.read_only || facts.read_only;
    disk.write_through = options.write_through;
    disk.nv_cache = options.nv_cache;
    disk.o_direct = options.o_direct;
    disk.removable = options.removable;
    disk.rotational = facts.rotational;
    disk.thin_provisioned = facts.punch_granularity_bytes != 0;
    return disk;
}

} // namespace

std::shared_ptr<engine::LogicalUnit> System::make_unit(const DeviceOptions &options) {
    auto medium = open_medium(options);
    std::unique_ptr<spc::SavedPages> pages;
    if (!options_.state_directory.empty()) {
        pages = std::make_unique<DeviceSavedPages>(options_.state_directory, options.name);
    }
    loop::Shard &shard = next_shard();
    auto device = shard.call([&]() -> std::unique_ptr<engine::DeviceServer> {
        auto disk = disk_options(options, medium->facts());
        return sbc::make_disk(std::move(disk), std::move(medium), std::move(pages));
    });
    return engine::LogicalUnit::create(options.name, shard, std::move(device));
}

void System::open_device(const DeviceOptions &options) {
    check(options);
    if (find_device(options.name) != nullptr) {
        throw ConfigError(
            EINVAL, fmt::format("There is a device {} already: close it first, or use another name.", options.name));
    }
    if (devices_.size() >= max_devices) {
        throw ConfigError(EINVAL, fmt::format("There are {} devices already, which is the limit.", devices_.size()));
    }
    auto device = std::make_unique<Device>(Device{options, handler_of(options), make_unit(options)});
    devices_.push_back(std::move(device));
    saved_->forget_device(options.name);
    save();
    log_info(trace_core, "Device {} is open on {} ({}).", options.name, options.filename, devices_.back()->handler);
}

void System::close_device(std::string_view name) {
    const auto at = std::find_if(devices_.begin(), devices_.end(),
                                 [&](const auto &device) { return device->options.name == name; });
    if (at == devices_.end()) {
        if (saved_->forget_device(name)) { // saved, but it could not be opened at start
            save();
            return;
        }
        throw ConfigError(EINVAL, fmt::format("There is no device \"{}\": scsi_tgt/scsi_tgt lists the devices.", name));
    }
    for (const auto &group : groups_) {
        for (std::size_t i = group->entries.size(); i-- > 0;) {
            if (group->entries[i].device == at->get()) {
                remove_entry(*group, i);
            }
        }
    }
    log_info(trace_core, "Device {} is closed.", (*at)->options.name);
    devices_.erase(at);
    save();
}

void System::assign(std::string_view address, std::string_view handler) {
    throw ConfigError(
        EINVAL,
        fmt::format(
            "The physical device {} cannot be assigned to handler \"{}\": pass-through is not part of this version.",
            address, handler));
}

Device *System::find_device(std::string_view name) noexcept {
    const auto at = std::find_if(devices_.begin(), devices_.end(),
                                 [&](const auto &device) { return device->options.name == name; });
    return at == devices_.end() ? nullptr : at->get();
}

std::uint64_t System::size_bytes(const Device &device) const {
    const auto &disk = static_cast<const sbc::Disk &>(device.unit->device());
    return device.unit->shard().call([&disk] { return disk.medium().facts().size_bytes; });
}

} // namespace scsilo::control
