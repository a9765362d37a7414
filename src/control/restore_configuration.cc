// SPDX-License-Identifier: Apache-2.0
// Reading the saved configuration and bringing it back object by object.
#include "control/saved_configuration.h"

#include "base/log.h"
#include "control/system.h"
#include "media/state_file.h"

#include <algorithm>
#include <cstring>

namespace scsilo::control {
namespace {

constexpr int current_version = 1;

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::filesystem::path &path, std::string_view why) {
    throw ConfigError(
        EINVAL,
        fmt::format(
            "The saved configuration {} cannot be used: {}. Repair the file, or move it away to start with nothing.",
            path.string(), why));
}

// Every list of objects is checked before anything is restored.
void check_list(const std::filesystem::path &path, const Json &object, const char *key) {
    const auto at = object.find(key);
    if (at != object.end() &&
        (!at->is_array() || std::any_of(at->begin(), at->end(), [](const Json &one) { return !one.is_object(); }))) {
        refuse(path, fmt::format("\"{}\" is not a list of objects", key));
    }
}

// ConfigError and what the JSON library throws for members of another type.
template <class F> bool succeeds(std::string_view what, F restore) {
    try {
        restore();
        return true;
    } catch (const std::exception &error) {
        log_error(trace_core, "{} cannot be restored and stays in the saved configuration: {}", what, error.what());
        return false;
    }
}

std::string name_of(const Json &object) {
    const auto at = object.find("name");
    return at != object.end() && at->is_string() ? at->get<std::string>() : "without a name";
}

std::string string_at(const Json &object, const char *key) {
    const auto at = object.find(key);
    if (at == object.end() || !at->is_string()) {
        throw ConfigError(EINVAL, fmt::format("The member \"{}\" is missing or is no text.", key));
    }
    return at->get<std::string>();
}

} // namespace

void SavedConfiguration::load() {
    if (path_.empty()) {
        return;
    }
    const auto text = media::load_state_file(path_, max_configuration_bytes);
    if (!text) {
        if (text.error() == ENOENT) {
            return;
        }
        refuse(path_, std::strerror(text.error()));
    }
    Json parsed = Json::parse(text.value(), nullptr, false);
    if (!parsed.is_object()) {
        refuse(path_, "it is not a JSON object");
    }
    const auto version = parsed.find("version");
    if (version == parsed.end() || !version->is_number_integer()) {
        refuse(path_, "it has no version");
    }
    if (*version != current_version) {
        refuse(path_,
               fmt::format("its version is {}, this program knows version {}", version->dump(), current_version));
    }
    for (const char *key : {"devices", "groups"}) {
        check_list(path_, parsed, key);
    }
    loaded_ = std::move(parsed);
}

void SavedConfiguration::restore_parameters(LocalParameters &parameters) const {
    const auto saved = loaded_.find("scst_local");
    if (saved == loaded_.end() || !saved->is_object()) {
        return;
    }
    for (const LocalAttribute &row : local_attributes()) {
        const auto at = saved->find(std::string(row.name));
        if (row.saved && at != saved->end()) {
            (void)succeeds(row.name, [&] { row.parse(parameters, at->get<std::string>()); });
        }
    }
}

void SavedConfiguration::restore_device(System &system, const Json &saved) {
    DeviceOptions options;
    options.name = string_at(saved, "name");
    for (const auto &[key, value] : saved.items()) {
        if (key == "name") {
            continue;
        }
        const DeviceAttribute *row = find_attribute(device_attributes(), key);
        if (row == nullptr) {
            throw ConfigError(EINVAL, fmt::format("\"{}\" is no attribute of a device.", key));
        }
        row->parse(options, value.get<std::string>());
    }
    system.open_device(options);
}

void SavedConfiguration::restore_entry(System &system, const std::string &group, const Json &saved) {
    const auto lun = saved.at("lun");
    if (!lun.is_number_unsigned() || lun.get<std::uint64_t>() > UINT32_MAX) {
        throw ConfigError(EINVAL, "The member \"lun\" is no LUN.");
    }
    const bool read_only = saved.value("read_only", false);
    system.add_to_group(*system.find_group(group), string_at(saved, "device"), lun.get<std::uint32_t>(), read_only);
}

void SavedConfiguration::restore_group(System &system, const Json &saved) {
    const std::string name = string_at(saved, "name");
    const auto names = saved.value("names", std::vector<std::string>());
    const Json entries = saved.value("devices", Json::array());
    if (!entries.is_array() ||
        std::any_of(entries.begin(), entries.end(), [](const Json &one) { return !one.is_object(); })) {
        throw ConfigError(EINVAL, "The member \"devices\" is not a list of objects.");
    }
    if (name != default_group_name) {
        system.add_group(name);
    }
    for (const std::string &initiator : names) {
        (void)succeeds(fmt::format("The name {} of group {}", initiator, name),
                       [&] { system.add_name(*system.find_group(name), initiator); });
    }
    for (const Json &entry : entries) {
        if (!succeeds(fmt::format("{} in group {}", entry.dump(-1, ' ', false, Json::error_handler_t::replace), name),
                      [&] { restore_entry(system, name, entry); })) {
            kept_entries_.push_back({name, entry});
        }
    }
}

void SavedConfiguration::restore(System &system) {
    const Json from = std::exchange(loaded_, Json::object());
    restoring_ = true;
    if (const auto threads = from.find("threads"); threads != from.end()) {
        (void)succeeds("The number of threads", [&] { system.set_threads(threads->get<std::uint32_t>()); });
    }
    for (const Json &device : from.value("devices", Json::array())) {
        if (!succeeds(fmt::format("Device {}", name_of(device)), [&] { restore_device(system, device); })) {
            kept_devices_.push_back(device);
        }
    }
    for (const Json &group : from.value("groups", Json::array())) {
        if (!succeeds(fmt::format("Group {}", name_of(group)), [&] { restore_group(system, group); })) {
            kept_groups_.push_back(group);
        }
    }
    restoring_ = false;
}

} // namespace scsilo::control
