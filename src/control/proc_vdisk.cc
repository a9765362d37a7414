// SPDX-License-Identifier: Apache-2.0
// The files of the handler vdisk in 2008's layout: its devices, opened and closed by lines of words.
#include "control/proc_files.h"

#include "control/system.h"
#include "control/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace scsilo::control {
namespace {

constexpr std::size_t options_width = 16;

// 2008 counts a flag's letters and one blank; for RM it counts one more than it prints, so that such a row is a column
// short.
std::string options_column(const DeviceOptions &options) {
    std::string text;
    std::size_t counted = 0;
    for (const DeviceAttribute &row : device_attributes()) {
        if (!row.letters.empty() && row.read(options) == "1") {
            text += row.letters;
            text += ' ';
            counted += row.letters.size() + 1 + (row.letters == "RM" ? 1 : 0);
        }
    }
    text.append(options_width - std::min(counted, options_width), ' ');
    return text;
}

// Flags are compared as prefixes: what follows one is the next one, with or without a blank.
void parse_flags(DeviceOptions &options, std::string_view rest) {
    while (!rest.empty()) {
        const auto rows = device_attributes();
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const DeviceAttribute &candidate) {
            return !candidate.word.empty() && take_prefix(rest, candidate.word);
        });
        if (row == rows.end()) {
            throw ConfigError(
                EINVAL,
                fmt::format(
                    "\"{}\" is no option of `open`: scsi_tgt/vdisk/help lists them; they are separated by blanks.",
                    rest));
        }
        row->parse(options, "1");
        skip_blanks(rest);
    }
}

void write_open(System &system, std::string_view rest) {
    DeviceOptions options;
    options.name = take_word(rest);
    options.filename = take_word(rest);
    skip_blanks(rest);
    if (!rest.empty() && is_digit(rest.front())) {
        find_attribute(device_attributes(), "blocksize")->parse(options, take_word(rest));
        skip_blanks(rest);
    }
    parse_flags(options, rest);
    system.open_device(options);
}

} // namespace

std::string vdisk_text(const System &system) {
    std::string text = column("Name", 17) + " " + column("Size(MB)", 11) + " " + column("Block size", 11) + " " +
                       column("Options", 15) + " File name\n";
    for (const auto &device : system.devices()) {
        text += column(device->options.name, 17) + " " + column(std::to_string(system.size_bytes(*device) >> 20), 11) +
                " " + column(std::to_string(device->options.blocksize), 12) + options_column(device->options) +
                device->options.filename + "\n";
    }
    return text;
}

std::string vdisk_help_text() {
    return "echo \"open|close NAME [FILE_NAME [BLOCK_SIZE] [WRITE_THROUGH READ_ONLY O_DIRECT NULLIO NV_CACHE "
           "BLOCKIO]]\" "
           ">/proc/scsi_tgt/vdisk/vdisk\n";
}

void write_vdisk(System &system, std::string_view command) {
    std::string_view rest = command;
    if (rest.empty()) {
        return; // as 2008: nothing is done
    }
    if (take_prefix(rest, "open ")) {
        write_open(system, rest);
    } else if (take_prefix(rest, "close ")) {
        system.close_device(take_word(rest));
    } else {
        throw ConfigError(
            EINVAL, fmt::format("\"{}\" is not understood: write open or close (see scsi_tgt/vdisk/help).", command));
    }
}

} // namespace scsilo::control
