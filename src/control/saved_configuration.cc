// SPDX-License-Identifier: Apache-2.0
// Saving the configuration, and keeping what could not be restored.
#include "control/saved_configuration.h"

#include "base/log.h"
#include "control/system.h"
#include "media/state_file.h"

#include <cstring>

namespace scsilo::control {
namespace {

constexpr int current_version = 1;

using Json = nlohmann::ordered_json;

std::string text_member(const Json &object, const char *key) {
    const auto at = object.is_object() ? object.find(key) : object.end();
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

template <class Owner> Json saved_rows(std::span<const Attribute<Owner>> rows, const Owner &owner) {
    Json object = Json::object();
    for (const Attribute<Owner> &row : rows) {
        if (row.saved && row.read(owner) != row.default_text) {
            object[std::string(row.name)] = row.read(owner);
        }
    }
    return object;
}

Json entry_json(const GroupEntry &entry) {
    return {{"lun", entry.lun}, {"device", entry.device->options.name}, {"read_only", entry.read_only}};
}

} // namespace

std::string SavedConfiguration::status_text() const {
    if (path_.empty()) {
        return "not saved (no state directory)";
    }
    std::string text = failure_.empty() ? path_.string() : "NOT SAVED: " + failure_;
    if (const std::size_t kept = kept_devices_.size() + kept_groups_.size() + kept_entries_.size(); kept != 0) {
        text += fmt::format(" ({} saved objects could not be restored and are kept)", kept);
    }
    return text;
}

SavedConfiguration::Json SavedConfiguration::groups_of(const System &system) const {
    Json groups = Json::array();
    for (const auto &group : system.groups()) {
        Json entries = Json::array();
        for (const GroupEntry &entry : group->entries) {
            entries.push_back(entry_json(entry));
        }
        for (const KeptEntry &kept : kept_entries_) {
            if (kept.group == group->name) {
                entries.push_back(kept.entry);
            }
        }
        groups.push_back({{"name", group->name}, {"devices", std::move(entries)}, {"names", group->names}});
    }
    for (const Json &kept : kept_groups_) {
        groups.push_back(kept);
    }
    return groups;
}

SavedConfiguration::Json SavedConfiguration::everything(const System &system) const {
    Json devices = Json::array();
    for (const auto &device : system.devices()) {
        Json object{{"name", device->options.name}};
        object.update(saved_rows(device_attributes(), device->options));
        devices.push_back(std::move(object));
    }
    for (const Json &kept : kept_devices_) {
        devices.push_back(kept);
    }
    return {{"version", current_version},
            {"threads", system.threads()},
            {"devices", std::move(devices)},
            {"groups", groups_of(system)},
            {"scst_local", saved_rows(local_attributes(), system.local_parameters())}};
}

void SavedConfiguration::store(const System &system) noexcept {
    if (path_.empty()) {
        return;
    }
    try {
        const std::string text = everything(system).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
        const int error =
            media::store_state_file(path_, Bytes(reinterpret_cast<const std::uint8_t *>(text.data()), text.size()));
        failure_ = error == 0 ? "" : std::strerror(error);
    } catch (const std::exception &error) {
        failure_ = error.what();
    }
    if (!failure_.empty()) {
        log_error(trace_core,
                  "The configuration cannot be saved in {}: {}. The change is in force, but a restart will not bring "
                  "it back.",
                  path_.string(), failure_);
    }
}

bool SavedConfiguration::forget_device(std::string_view name) {
    return forget(kept_devices_, [&](const Json &kept) { return text_member(kept, "name") == name; });
}

bool SavedConfiguration::forget_group(std::string_view name) {
    const bool group = forget(kept_groups_, [&](const Json &kept) { return text_member(kept, "name") == name; });
    const bool entries = forget(kept_entries_, [&](const KeptEntry &kept) { return kept.group == name; });
    return group || entries;
}

bool SavedConfiguration::forget_entry(std::string_view group, std::string_view device, std::uint32_t lun) {
    return forget(kept_entries_, [&](const KeptEntry &kept) {
        return kept.group == group &&
               (text_member(kept.entry, "device") == device || kept.entry.value("lun", Json()) == lun);
    });
}

bool SavedConfiguration::forget_entries(std::string_view group, std::string_view device) {
    return forget(kept_entries_, [&](const KeptEntry &kept) {
        return kept.group == group && (device.empty() || text_member(kept.entry, "device") == device);
    });
}

} // namespace scsilo::control
