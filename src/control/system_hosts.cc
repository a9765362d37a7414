// SPDX-License-Identifier: Apache-2.0
// Hosts of the local driver come and go; each of their targets is a session of some group.
#include "control/system.h"

#include "base/log.h"
#include "port/local/driver.h"

#include <fmt/format.h>

namespace scsilo::control {

void System::change_hosts(std::int64_t difference) {
    const std::int64_t wanted = static_cast<std::int64_t>(local_.add_host) + difference;
    if (wanted < 0 || wanted > max_hosts) {
        throw ConfigError(EINVAL, fmt::format("There are {} hosts: {} of them are not possible, only 0 to {}.",
                                              local_.add_host, wanted, max_hosts));
    }
    set_hosts(static_cast<std::uint32_t>(wanted));
}

void System::set_hosts(std::uint32_t count) {
    if (count > max_hosts) {
        throw ConfigError(EINVAL, fmt::format("{} hosts are not possible: there may be {}.", count, max_hosts));
    }
    while (local_.add_host < count) {
        add_last_host();
    }
    while (local_.add_host > count) {
        remove_last_host();
    }
    save();
}

void System::add_last_host() {
    const auto host = driver_->add_host();
    if (host == nullptr) {
        throw ConfigError(EINVAL, fmt::format("The local driver takes no more than {} hosts.", local_.add_host));
    }
    ++local_.add_host;
    for (const auto &target : host->targets()) {
        Group &group = group_for(target->session_name(), target->name());
        sessions_.push_back({target->name(), target->session_name(), target->nexus(), host->number(), &group});
        map_group(sessions_.back());
    }
    for (const auto &layout : layouts_) {
        layout->host_added(host->number());
    }
    log_info(trace_core, "Host {} of scst_local is there.", host->number());
}

void System::remove_last_host() {
    const unsigned number = driver_->hosts().back()->number();
    for (const auto &layout : layouts_) {
        layout->host_removed(number);
    }
    std::erase_if(sessions_, [&](const Session &session) { return session.host_number == number; });
    if (!driver_->remove_host()) {
        std::abort(); // sessions come from hosts
    }
    --local_.add_host;
    log_info(trace_core, "Host {} of scst_local is gone.", number);
}

} // namespace scsilo::control
