// SPDX-License-Identifier: Apache-2.0
// Logical units come and go on a host's targets.
#include "port/local/host.h"

#include "engine/logical_unit.h"
#include "port/local/driver.h"
#include "port/local/node_names.h"
#include "port/local/scan.h"
#include "port/local/scsi_device.h"
#include "port/local/trace.h"

#include <algorithm>
#include <fmt/format.h>

namespace scsilo::local {

namespace {

// SCST's adapter driver of 2008, whose file this is.
constexpr const char *adapter_version = "0.9.1";
constexpr const char *adapter_date = "20081130";

loop::Op<bool> scan_here(ScsiDevice &device) {
    loop::Activity &activity = co_await loop::this_activity;
    co_return co_await scan(activity, device);
}

} // namespace

HostTarget::HostTarget(Host &host, unsigned id, const DriverOptions &options, std::shared_ptr<Stations> stations,
                       std::shared_ptr<NodeNames> names)
    : host_(host), id_(id), options_(options), stations_(std::move(stations)), names_(std::move(names)),
      session_name_(fmt::format("scstlclhst{}:{}", host.number(), id)) {
    identity_.name = fmt::format("scstlcltgt{}", host.number());
    identity_.relative_port_identifier = static_cast<std::uint16_t>(host.number() * max_targets + id + 1);
    nexus_ = std::make_shared<engine::ItNexus>(*this, session_name_);
}

HostTarget::~HostTarget() = default;

std::vector<std::shared_ptr<ScsiDevice>> HostTarget::devices() const {
    std::vector<std::shared_ptr<ScsiDevice>> devices;
    const std::lock_guard held(mutex_);
    for (const auto &[lun, device] : devices_) {
        devices.push_back(device);
    }
    return devices;
}

std::shared_ptr<ScsiDevice> HostTarget::find(std::uint32_t lun_number) const {
    const std::lock_guard held(mutex_);
    const auto at = devices_.find(lun_number);
    return at == devices_.end() ? nullptr : at->second;
}

void HostTarget::logical_unit_mapped(engine::ItNexus &, const std::shared_ptr<engine::ItlNexus> &itl) {
    const DeviceAddress address{host_.number(), id_, itl->lun_number()};
    if (address.lun >= options_.max_luns) {
        log_warning(trace_driver, "LUN {} of {} gets no node, since max_luns is {}", address.lun, session_name_,
                    options_.max_luns);
        return;
    }
    auto device = std::make_shared<ScsiDevice>(address, host_.statistics(), itl);
    {
        const std::lock_guard held(mutex_); // before the scan, so that no reset is missed
        devices_[address.lun] = device;
    }
    const auto found = itl->unit().shard().run([&] { return scan_here(*device); });
    if (!found || !*found) {
        log_warning(trace_driver, "LUN {} of {} does not answer INQUIRY and gets no node", address.lun, session_name_);
        device->detach();
        const std::lock_guard held(mutex_);
        devices_.erase(address.lun);
        return;
    }
    device->disk.write_protected = device->disk.write_protected || itl->read_only();
    names_->add(device, options_, stations_);
    trace(trace_driver, Trace::mgmt, "{} is {} {} ({}:0:{}:{})", device->unit_name(), device->sg_name, device->sd_name,
          address.host, address.target, address.lun);
}

void HostTarget::logical_unit_unmapped(engine::ItNexus &, const std::shared_ptr<engine::ItlNexus> &itl) {
    const auto device = find(itl->lun_number());
    if (device == nullptr) {
        return;
    }
    names_->remove(*device);
    device->detach();
    trace(trace_driver, Trace::mgmt, "{} has left {} {}", device->unit_name(), device->sg_name, device->sd_name);
    const std::lock_guard held(mutex_);
    devices_.erase(itl->lun_number());
}

void HostTarget::attention(engine::ItlNexus &itl, scsi::AdditionalSense condition) noexcept {
    constexpr std::uint8_t asc_reset = 0x29;
    const auto device = find(itl.lun_number());
    if (device == nullptr) {
        return;
    }
    if (condition.asc == asc_reset) {
        device->note_reset();
    } else if (condition == scsi::asc::capacity_data_has_changed && device->is_disk()) {
        refresh_capacity(device);
    }
}

Host::Host(unsigned number, const DriverOptions &options, const std::shared_ptr<Stations> &stations,
           const std::shared_ptr<NodeNames> &names)
    : number_(number) {
    const unsigned count = std::clamp(options.count_targets, 1U, max_targets);
    for (unsigned id = 0; id < count; ++id) {
        targets_.push_back(std::make_shared<HostTarget>(*this, id, options, stations, names));
    }
}

std::string Host::debug_text() const {
    return fmt::format("scst_local adapter driver, version {} [{}]\n"
                       "num_tgts={}, Aborts={}, Device Resets={}, Target Resets={}\n",
                       adapter_version, adapter_date, targets_.size(), statistics_.count_aborts.load(),
                       statistics_.count_device_resets.load(), statistics_.count_target_resets.load());
}

} // namespace scsilo::local
