// SPDX-License-Identifier: Apache-2.0
// Names and nodes of devices in dev/ and dev/by-name/.
#include "port/local/node_names.h"

#include "port/local/driver.h"
#include "port/local/scsi_device.h"
#include "port/local/sd_node.h"
#include "port/local/sg_node.h"
#include "port/local/trace.h"

#include <algorithm>

namespace scsilo::local {

std::string disk_name(std::size_t index) {
    std::string letters;
    for (std::size_t rest = index + 1; rest != 0; rest = (rest - 1) / 26) {
        letters.insert(letters.begin(), static_cast<char>('a' + (rest - 1) % 26));
    }
    return "sd" + letters;
}

NodeNames::NodeNames(std::shared_ptr<fuse::Directory> dev)
    : dev_(std::move(dev)), by_name_(std::make_shared<fuse::Directory>()) {
    if (!dev_->add("by-name", by_name_)) {
        log_warning(trace_driver, "dev/by-name exists already, so no device is to be found there by its name");
    }
}

std::size_t NodeNames::take_lowest(Used &used) {
    const auto free = std::find(used.begin(), used.end(), false);
    const auto index = static_cast<std::size_t>(free - used.begin());
    if (free == used.end()) {
        used.push_back(true);
    } else {
        *free = true;
    }
    return index;
}

// The plain name belongs to the first who has it; others of the same device add their address.
void NodeNames::link(const ScsiDevice &device, std::string name, const std::string &target) {
    const auto symlink = std::make_shared<fuse::Symlink>("../" + target);
    if (!by_name_->add(name, symlink)) {
        const DeviceAddress &at = device.address();
        name += fmt::format("@{}:{}:{}", at.host, at.target, at.lun);
        if (!by_name_->add(name, symlink)) {
            return; // a name that cannot be a file's
        }
    }
    links_.push_back({&device, std::move(name)});
}

void NodeNames::add(const std::shared_ptr<ScsiDevice> &device, const DriverOptions &options,
                    const std::shared_ptr<Stations> &stations) {
    fuse::Attributes attributes;
    attributes.mode = S_IFREG | (options.mode & 07777U);
    attributes.uid = options.uid;
    attributes.gid = options.gid;
    Numbers numbers{device.get(), take_lowest(sg_), 0};
    device->sg_name = fmt::format("sg{}", numbers.sg);
    bool made = dev_->add(device->sg_name, std::make_shared<SgNode>(attributes, device, stations));
    if (device->is_disk()) {
        numbers.sd = take_lowest(sd_);
        device->sd_name = disk_name(numbers.sd);
        made = dev_->add(device->sd_name, std::make_shared<SdNode>(attributes, device, stations)) && made;
        link(*device, device->unit_name(), device->sd_name);
        link(*device, device->unit_name() + "-sg", device->sg_name);
    } else {
        link(*device, device->unit_name(), device->sg_name);
    }
    if (!made) {
        log_warning(trace_driver, "a node of {} could not be made: its name is taken in dev/", device->unit_name());
    }
    numbers_.push_back(numbers);
}

void NodeNames::remove(const ScsiDevice &device) {
    const auto mine = [&](const auto &one) { return one.device == &device; };
    const auto at = std::find_if(numbers_.begin(), numbers_.end(), mine);
    if (at == numbers_.end()) {
        return;
    }
    dev_->remove(device.sg_name);
    sg_[at->sg] = false;
    if (!device.sd_name.empty()) {
        dev_->remove(device.sd_name);
        sd_[at->sd] = false;
    }
    numbers_.erase(at);
    for (const Link &one : links_) {
        if (one.device == &device) {
            by_name_->remove(one.name);
        }
    }
    std::erase_if(links_, mine);
}

} // namespace scsilo::local
