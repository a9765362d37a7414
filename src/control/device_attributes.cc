// SPDX-License-Identifier: Apache-2.0
// The rows of devices, and what a set of them must fulfil together.
#include "control/attribute.h"

#include "control/words.h"
#include "device/sbc/limits.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace scsilo::control {
namespace {

bool parse_flag(std::string_view name, std::string_view value) {
    const auto number = whole_number(value);
    if (!number || *number > 1) {
        throw ConfigError(EINVAL, fmt::format("{} is \"{}\": it must be 0 or 1.", name, value));
    }
    return *number == 1;
}

template <bool DeviceOptions::*Member>
constexpr DeviceAttribute flag(std::string_view name, std::string_view word, std::string_view letters,
                               std::string_view help) {
    DeviceAttribute row;
    row.name = name;
    row.kind = AttributeKind::flag;
    row.word = word;
    row.letters = letters;
    row.default_text = "0";
    row.help = help;
    row.read = [](const DeviceOptions &options) { return std::string(options.*Member ? "1" : "0"); };
    row.parse = [](DeviceOptions &options, std::string_view value) { options.*Member = parse_flag("The flag", value); };
    return row;
}

void parse_blocksize(DeviceOptions &options, std::string_view value) {
    const auto number = whole_number(value);
    if (!number || !sbc::valid_block_length(*number)) {
        throw ConfigError(EINVAL,
                          fmt::format("The block size \"{}\" is not possible: give a power of two from {} to {}.",
                                      value, sbc::minimum_block_length_bytes, sbc::maximum_block_length_bytes));
    }
    options.blocksize = static_cast<std::uint32_t>(*number);
}

constexpr DeviceAttribute blocksize_row() {
    DeviceAttribute row;
    row.name = "blocksize";
    row.kind = AttributeKind::number;
    row.default_text = "512";
    row.help = "Length of a logical block in bytes: a power of two, at least 512.";
    row.read = [](const DeviceOptions &options) { return std::to_string(options.blocksize); };
    row.parse = parse_blocksize;
    return row;
}

constexpr DeviceAttribute filename_row() {
    DeviceAttribute row;
    row.name = "filename";
    row.kind = AttributeKind::text;
    row.key = KeyRule::always;
    row.help = "Absolute path of the file or block device that holds the blocks; any word for a NULLIO device.";
    row.read = [](const DeviceOptions &options) { return options.filename; };
    row.parse = [](DeviceOptions &options, std::string_view value) { options.filename = value; };
    return row;
}

constexpr std::array<DeviceAttribute, 9> rows{
    filename_row(),
    blocksize_row(),
    flag<&DeviceOptions::write_through>(
        "write_through", "WRITE_THROUGH", "WT",
        "Writes are on stable storage before they are answered: no write cache is reported."),
    flag<&DeviceOptions::nv_cache>("nv_cache", "NV_CACHE", "NV",
                                   "The cache is said to be non-volatile: requests to flush it are answered at once."),
    flag<&DeviceOptions::read_only>("read_only", "READ_ONLY", "RO", "Write commands are refused."),
    flag<&DeviceOptions::o_direct>("o_direct", "O_DIRECT", "DR", "The file is opened with O_DIRECT: no page cache."),
    flag<&DeviceOptions::nullio>("nullio", "NULLIO", "NIO", "No file: reads give zeros and writes are forgotten."),
    flag<&DeviceOptions::blockio>("blockio", "BLOCKIO", "BIO",
                                  "The file is a block device, used without the page cache."),
    flag<&DeviceOptions::removable>("removable", "REMOVABLE", "RM", "The medium is reported as removable."),
};

} // namespace

std::span<const DeviceAttribute> device_attributes() noexcept { return rows; }

void check_name(std::string_view what, std::string_view name, std::size_t limit) {
    if (name.empty()) {
        throw ConfigError(EINVAL, fmt::format("{} needs a name.", what));
    }
    if (name.size() > limit) {
        throw ConfigError(EINVAL, fmt::format("{} name \"{}\" has {} bytes: at most {} are possible.", what, name,
                                              name.size(), limit));
    }
    const bool bad = std::any_of(name.begin(), name.end(),
                                 [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (bad || name == "." || name == "..") {
        throw ConfigError(
            EINVAL,
            fmt::format("{} name \"{}\" cannot be a file name: use no '/' and no control characters.", what, name));
    }
}

void check(const DeviceOptions &options) {
    check_name("A device", options.name, max_device_name_bytes);
    if (options.name.find(' ') != std::string::npos) {
        throw ConfigError(EINVAL, fmt::format("A device name has no blanks, \"{}\" has.", options.name));
    }
    if (options.filename.empty()) {
        throw ConfigError(EINVAL, fmt::format("Device {} needs a file name (any word with NULLIO).", options.name));
    }
    if (options.filename.front() != '/' && !options.nullio) {
        throw ConfigError(EINVAL,
                          fmt::format("The file \"{}\" of device {} is not an absolute path: begin it with '/'.",
                                      options.filename, options.name));
    }
    if (options.nullio && options.blockio) {
        throw ConfigError(EINVAL, fmt::format("Device {} cannot be NULLIO and BLOCKIO at once.", options.name));
    }
}

} // namespace scsilo::control
