// SPDX-License-Identifier: Apache-2.0
// SavedConfiguration: what a restart brings back, in one JSON file that is replaced as a whole after every change.
//
//   {"version": 1, "threads": 2,
//    "devices": [{"name": "vm_disk1", "filename": "/x.img", "blocksize": "512", "read_only": "1"}],     saved rows, not
//    default "groups":  [{"name": "Default", "devices": [{"lun": 0, "device": "vm_disk1", "read_only": false}],
//    "names": []}], "scst_local": {"add_host": "1"}}
//
// What cannot be restored (a file that is missing now) is kept and written again with every change, until a verb that
// names it makes it obsolete.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scsilo::control {

class System;
struct LocalParameters;

inline constexpr std::size_t max_configuration_bytes = std::size_t{64} << 20;

class SavedConfiguration {
  public:
    // An empty path: nothing is saved.
    explicit SavedConfiguration(std::filesystem::path path) : path_(std::move(path)) {}

    // Reads the file; no file is an empty configuration. ConfigError: it cannot be read, is corrupt or too new.
    void load();
    // Parameters that were saved, then everything else, through the verbs; failures are logged and kept.
    void restore_parameters(LocalParameters &parameters) const;
    void restore(System &system);
    // Writes what the system has now and what is kept. A failure is logged and shown in the status.
    void store(const System &system) noexcept;
    [[nodiscard]] std::string status_text() const;

    // --- what is kept becomes obsolete (not by restore()'s own verbs); true if there was something ---
    bool forget_device(std::string_view name);
    bool forget_group(std::string_view name);
    bool forget_entry(std::string_view group, std::string_view device,
                      std::uint32_t lun);                                 // its place, and the device elsewhere in it
    bool forget_entries(std::string_view group, std::string_view device); // an empty device: all of the group

  private:
    using Json = nlohmann::ordered_json;
    struct KeptEntry {
        std::string group;
        Json entry;
    };

    void restore_device(System &system, const Json &saved);
    void restore_group(System &system, const Json &saved);
    void restore_entry(System &system, const std::string &group, const Json &saved);
    template <class Kept, class Matches> bool forget(std::vector<Kept> &list, Matches matches) {
        return !restoring_ && std::erase_if(list, matches) != 0;
    }
    [[nodiscard]] Json groups_of(const System &system) const;
    [[nodiscard]] Json everything(const System &system) const;

    const std::filesystem::path path_;
    Json loaded_ = Json::object();
    std::vector<Json> kept_devices_;
    std::vector<Json> kept_groups_;
    std::vector<KeptEntry> kept_entries_;
    std::string failure_; // of the last store
    bool restoring_ = false;
};

} // namespace scsilo::control
