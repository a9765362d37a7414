// SPDX-License-Identifier: Apache-2.0
// Hosts of the local driver, and their listing.
#include "port/local/driver.h"

#include "loop/shard.h"
#include "port/local/node_names.h"
#include "port/local/proc_scsi.h"
#include "port/local/scsi_device.h"
#include "port/local/station.h"

#include <algorithm>

namespace scsilo::local {

Driver::Driver(const DriverOptions &options, std::span<loop::Shard *const> shards, std::shared_ptr<fuse::Directory> dev)
    : options_(options), stations_(std::make_shared<Stations>(shards)),
      names_(std::make_shared<NodeNames>(std::move(dev))) {
    for (unsigned i = 0; i < std::min(options_.count_hosts_at_start, max_hosts); ++i) {
        add_host();
    }
}

Driver::~Driver() {
    while (remove_host()) {
    }
    stations_->close();
}

std::shared_ptr<Host> Driver::add_host() {
    const std::lock_guard held(mutex_);
    if (hosts_.size() == max_hosts) {
        return nullptr;
    }
    const auto number = static_cast<unsigned>(hosts_.size());
    return hosts_.emplace_back(std::make_shared<Host>(number, options_, stations_, names_));
}

bool Driver::remove_host() {
    std::shared_ptr<Host> last;
    {
        const std::lock_guard held(mutex_);
        if (hosts_.empty()) {
            return false;
        }
        last = std::move(hosts_.back());
        hosts_.pop_back();
    }
    for (const auto &target : last->targets()) {
        target->nexus()->lose();
    }
    return true;
}

std::vector<std::shared_ptr<Host>> Driver::hosts() const {
    const std::lock_guard held(mutex_);
    return hosts_;
}

std::string Driver::proc_scsi_listing() const {
    std::string text = "Attached devices:\n";
    for (const auto &host : hosts()) {
        for (const auto &target : host->targets()) {
            for (const auto &device : target->devices()) {
                text += proc_scsi_lines(*device);
            }
        }
    }
    return text;
}

} // namespace scsilo::local
