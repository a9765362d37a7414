// SPDX-License-Identifier: Apache-2.0
// Attribute: one row from which its parsing, its file, its help, its saved form and its line in the manual are made.
//
// To add an attribute: one member of the owner's struct and one row. Owners: DeviceOptions (devices), LocalParameters
// (module parameters of scst_local).
#pragma once

#include "base/config_error.h"

#include <cerrno>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace scsilo::control {

// What a device is made of: the words of `open` (2008) and of add_device.
struct DeviceOptions {
    std::string name;
    std::string filename;
    std::uint32_t blocksize = 512;
    bool write_through = false;
    bool nv_cache = false;
    bool read_only = false;
    bool o_direct = false;
    bool nullio = false;
    bool blockio = false;
    bool removable = false;

    bool operator==(const DeviceOptions &) const = default;
};

// The module parameters of scst_local. Only add_host changes while the daemon runs.
struct LocalParameters {
    std::uint32_t add_host = 1;
    std::uint32_t num_tgts = 1;
    std::uint32_t max_luns = 256;
    bool add_default_tgt = true;

    bool operator==(const LocalParameters &) const = default;
};

enum class AttributeKind : std::uint8_t { flag, number, text };

// When the file's second line is "[key]": the configuration tools save what has it (sysfs layout, D2 rule 4).
enum class KeyRule : std::uint8_t { never, when_not_default, always };

template <class Owner> struct Attribute {
    std::string_view name; // of the tree's file, the saved member, and key=value
    AttributeKind kind = AttributeKind::text;
    std::string_view word;         // 2008: the flag in `open`; empty: no flag (a place of its own in the line)
    std::string_view letters;      // 2008: its mark in the listing vdisk/vdisk
    std::uint32_t mode = 0444;     // of the tree's file
    std::string_view default_text; // what read() gives on a fresh owner
    KeyRule key = KeyRule::when_not_default;
    bool saved = true;     // in the saved configuration
    std::string_view help; // one sentence
    std::string (*read)(const Owner &) = nullptr;
    void (*parse)(Owner &, std::string_view value) = nullptr; // ConfigError EINVAL, leaving the owner unchanged

    // The file's text: the value, and "[key]" by the rule.
    [[nodiscard]] std::string file_text(const Owner &owner) const {
        std::string text = read(owner) + "\n";
        if (key == KeyRule::always || (key == KeyRule::when_not_default && read(owner) != default_text)) {
            text += "[key]\n";
        }
        return text;
    }
};

using DeviceAttribute = Attribute<DeviceOptions>;
using LocalAttribute = Attribute<LocalParameters>;

// In the order in which 2008's listing prints the letters.
[[nodiscard]] std::span<const DeviceAttribute> device_attributes() noexcept;
[[nodiscard]] std::span<const LocalAttribute> local_attributes() noexcept;

template <class Owner>
[[nodiscard]] const Attribute<Owner> *find_attribute(std::span<const Attribute<Owner>> rows,
                                                     std::string_view name) noexcept {
    for (const Attribute<Owner> &row : rows) {
        if (row.name == name) {
            return &row;
        }
    }
    return nullptr;
}

// Checks what no single row can: name and file name, and words that exclude each other. ConfigError EINVAL.
void check(const DeviceOptions &options);
// Device and group names become file names: 1..`limit` bytes without '/', blanks and control characters, not "." nor
// "..".
void check_name(std::string_view what, std::string_view name, std::size_t limit);

inline constexpr std::size_t max_device_name_bytes = 15; // 2008: a field of 16 with its NUL
inline constexpr std::size_t max_group_name_bytes = 255; // one component of a path

// The text of docs/reference/attributes.md.
[[nodiscard]] std::string attribute_reference();
// What modinfo prints for scst_local's parameters.
[[nodiscard]] std::string module_information();
// "add_host=1 num_tgts=1" as on modprobe's command line. ConfigError EINVAL.
void parse_local_parameters(LocalParameters &parameters, std::string_view text);

} // namespace scsilo::control
