// SPDX-License-Identifier: Apache-2.0
// The files of a group in 2008's layout: devices and names.
#include "control/proc_files.h"

#include "base/log.h"
#include "control/system.h"
#include "control/words.h"

namespace scsilo::control {

std::string group_devices_text(const Group &group) {
    std::string text = column("Device (host:ch:id:lun or name)", 60) + column("LUN", 13) + "Options\n";
    for (const GroupEntry &entry : group.entries) {
        text += column(entry.device->options.name, 60) + column(std::to_string(entry.lun), 13) +
                (entry.read_only ? "RO\n" : "\n");
    }
    return text;
}

std::string group_names_text(const Group &group) {
    std::string text;
    for (const std::string &name : group.names) {
        text += name + "\n";
    }
    return text;
}

// A word is a physical device when its leading number is followed by a colon; there are none.
static void refuse_physical(std::string_view word) {
    std::string_view rest = word;
    if (take_number(rest) && rest.starts_with(':')) {
        throw ConfigError(
            EINVAL, fmt::format("There is no physical device {}: pass-through is not part of this version.", word));
    }
}

static void add_device(System &system, Group &group, std::string_view rest) {
    const std::string_view device = take_word(rest);
    refuse_physical(device);
    skip_blanks(rest);
    const std::string_view shown = rest;
    const auto lun = take_number(rest);
    if (!lun || (!rest.empty() && !is_blank(rest.front()))) {
        throw ConfigError(
            EINVAL, fmt::format("\"{}\" is no LUN for device \"{}\": write add NAME LUN [READ_ONLY].", shown, device));
    }
    skip_blanks(rest);
    const bool read_only = !rest.empty();
    if (read_only && !take_prefix_no_case(rest, "READ_ONLY")) {
        throw ConfigError(EINVAL,
                          fmt::format("\"{}\" is no option of a device in a group: READ_ONLY is the only one.", rest));
    }
    if (*lun > UINT32_MAX) {
        throw ConfigError(EINVAL, fmt::format("The LUN {} is too large.", shown));
    }
    system.add_to_group(group, device, static_cast<std::uint32_t>(*lun), read_only);
}

void write_group_devices(System &system, Group &group, std::string_view command) {
    std::string_view rest = command;
    if (take_prefix_no_case(rest, "clear")) {
        system.clear_group(group);
    } else if (take_prefix_no_case(rest, "add ")) {
        add_device(system, group, rest);
    } else if (take_prefix_no_case(rest, "del ")) {
        const std::string_view device = take_word(rest);
        refuse_physical(device);
        system.del_from_group(group, device);
    } else {
        throw ConfigError(
            EINVAL, fmt::format("\"{}\" is not understood: write add, del or clear (see scsi_tgt/help).", command));
    }
}

// Names that are there already, or are not, are no failure of the write, as 2008; the log says so.
static void forgiving(int tolerated, auto function) {
    try {
        function();
    } catch (const ConfigError &error) {
        if (error.error_number() != tolerated) {
            throw;
        }
        log_warning(trace_core, "{}", error.what());
    }
}

void write_group_names(System &system, Group &group, std::string_view command) {
    std::string_view rest = command;
    if (take_prefix_no_case(rest, "clear")) {
        system.clear_names(group);
    } else if (take_prefix_no_case(rest, "add ")) {
        forgiving(EEXIST, [&] { system.add_name(group, take_word(rest)); });
    } else if (take_prefix_no_case(rest, "del ")) {
        forgiving(ENOENT, [&] { system.del_name(group, take_word(rest)); });
    } else {
        throw ConfigError(
            EINVAL, fmt::format("\"{}\" is not understood: write add, del or clear (see scsi_tgt/help).", command));
    }
}

} // namespace scsilo::control
