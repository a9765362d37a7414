// SPDX-License-Identifier: Apache-2.0
// Groups: which devices an initiator sees under which LUNs, and which group an initiator belongs to.
#include "control/system.h"

#include "base/log.h"
#include "control/saved_configuration.h"
#include "engine/limits.h"

#include <algorithm>
#include <fmt/format.h>

namespace scsilo::control {

Group *System::find_group(std::string_view name) noexcept {
    const auto at =
        std::find_if(groups_.begin(), groups_.end(), [&](const auto &group) { return group->name == name; });
    return at == groups_.end() ? nullptr : at->get();
}

// 2008 (scst_find_acg): exact name of the initiator, then the target's own default group, then Default.
Group &System::group_for(std::string_view initiator, std::string_view target) noexcept {
    for (const auto &group : groups_) {
        if (std::find(group->names.begin(), group->names.end(), initiator) != group->names.end()) {
            return *group;
        }
    }
    Group *of_target = find_group(fmt::format("{}_{}", default_group_name, target));
    return of_target != nullptr ? *of_target : *groups_.front();
}

void System::add_group(std::string_view name) {
    check_name("A group", name, max_group_name_bytes);
    if (find_group(name) != nullptr) {
        throw ConfigError(EINVAL, fmt::format("There is a group {} already.", name));
    }
    if (groups_.size() >= max_groups) {
        throw ConfigError(EINVAL, fmt::format("There are {} groups already, which is the limit.", groups_.size()));
    }
    groups_.push_back(std::make_unique<Group>(Group{std::string(name), {}, {}}));
    for (const auto &layout : layouts_) {
        layout->group_added(groups_.back()->name);
    }
    saved_->forget_group(name);
    save();
}

void System::del_group(std::string_view name) {
    const auto at =
        std::find_if(groups_.begin(), groups_.end(), [&](const auto &group) { return group->name == name; });
    if (at == groups_.end()) {
        if (saved_->forget_group(name)) { // saved, but it could not be restored at start
            save();
            return;
        }
        throw ConfigError(EINVAL, fmt::format("There is no group \"{}\".", name));
    }
    if (at == groups_.begin()) {
        throw ConfigError(EINVAL, "The group Default always exists: it cannot be deleted.");
    }
    const bool used = std::any_of(sessions_.begin(), sessions_.end(),
                                  [&](const Session &session) { return session.group == at->get(); });
    if (used) {
        throw ConfigError(EBUSY,
                          fmt::format("The group {} has sessions (see scsi_tgt/sessions): end them first.", name));
    }
    const std::unique_ptr<Group> group = std::move(*at);
    groups_.erase(at);
    for (const auto &layout : layouts_) {
        layout->group_removed(group->name);
    }
    saved_->forget_group(group->name);
    save();
}

void System::add_to_group(Group &group, std::string_view device_name, std::uint32_t lun, bool read_only) {
    Device *device = find_device(device_name);
    if (device == nullptr) {
        throw ConfigError(EINVAL,
                          fmt::format("There is no device \"{}\": open it first (scsi_tgt/scsi_tgt lists the devices).",
                                      device_name));
    }
    if (lun >= engine::max_luns_per_nexus) {
        throw ConfigError(
            EINVAL, fmt::format("LUN {} is too large: LUNs go from 0 to {}.", lun, engine::max_luns_per_nexus - 1));
    }
    for (const GroupEntry &entry : group.entries) {
        if (entry.lun == lun) {
            throw ConfigError(EINVAL, fmt::format("LUN {} of group {} is in use by device {}: choose another one.", lun,
                                                  group.name, entry.device->options.name));
        }
    }
    group.entries.push_back({lun, read_only, device});
    for (const Session &session : sessions_) {
        if (session.group == &group) {
            map_one(session, group.entries.back());
        }
    }
    saved_->forget_entry(group.name, device_name, lun);
    save();
}

void System::map_one(const Session &session, const GroupEntry &entry) {
    if (!session.nexus->map(entry.lun, entry.device->unit, entry.read_only)) {
        std::abort(); // a session has the LUNs of its group and no others
    }
}

void System::map_group(const Session &session) {
    for (const GroupEntry &entry : session.group->entries) {
        map_one(session, entry);
    }
}

void System::remove_entry(Group &group, std::size_t index) {
    const std::uint32_t lun = group.entries[index].lun;
    for (const Session &session : sessions_) {
        if (session.group == &group && !session.nexus->unmap(lun)) {
            std::abort();
        }
    }
    group.entries.erase(group.entries.begin() + static_cast<std::ptrdiff_t>(index));
}

void System::del_from_group(Group &group, std::string_view device) {
    const auto at = std::find_if(group.entries.begin(), group.entries.end(),
                                 [&](const GroupEntry &entry) { return entry.device->options.name == device; });
    if (at != group.entries.end()) {
        remove_entry(group, static_cast<std::size_t>(at - group.entries.begin()));
    } else if (!saved_->forget_entries(group.name, device)) {
        throw ConfigError(EINVAL, fmt::format("The device \"{}\" is not in group {}: its file devices lists what is.",
                                              device, group.name));
    }
    save();
}

void System::clear_group(Group &group) {
    while (!group.entries.empty()) {
        remove_entry(group, group.entries.size() - 1);
    }
    saved_->forget_entries(group.name, {});
    save();
}

void System::add_name(Group &group, std::string_view initiator) {
    if (initiator.empty()) {
        throw ConfigError(EINVAL, "There is no initiator name: write add NAME.");
    }
    if (std::find(group.names.begin(), group.names.end(), initiator) != group.names.end()) {
        throw ConfigError(EEXIST, fmt::format("The initiator {} is in group {} already.", initiator, group.name));
    }
    if (group.names.size() >= max_names_per_group) {
        throw ConfigError(
            EINVAL, fmt::format("Group {} has {} names already, which is the limit.", group.name, group.names.size()));
    }
    group.names.emplace_back(initiator);
    save();
}

void System::del_name(Group &group, std::string_view initiator) {
    const auto at = std::find(group.names.begin(), group.names.end(), initiator);
    if (at == group.names.end()) {
        throw ConfigError(ENOENT, fmt::format("The initiator \"{}\" is not in group {}.", initiator, group.name));
    }
    group.names.erase(at);
    save();
}

void System::clear_names(Group &group) {
    group.names.clear();
    save();
}

} // namespace scsilo::control
