// SPDX-License-Identifier: Apache-2.0
// The core's files of 2008: scsi_tgt, sessions, help, version, threads.
#include "control/proc_files.h"

#include "control/system.h"
#include "control/trace_level.h"
#include "control/words.h"

#include <algorithm>
#include <fmt/format.h>

namespace scsilo::control {

std::string column(std::string_view text, std::size_t width) {
    std::string padded(text);
    padded.resize(std::max(width, text.size()), ' ');
    return padded;
}

// The version whose interface this is, and the options that are really compiled in: trace lines can be switched on.
std::string version_text() { return "1.0.1\nTRACING\n"; }

static std::string token_list(std::span<const TraceToken> tokens) {
    std::string list;
    for (const TraceToken &token : tokens) {
        list += fmt::format("{}{}", list.empty() ? "" : ", ", token.name);
    }
    return list;
}

std::string help_text() {
    std::string text = "   echo \"assign H:C:I:L HANDLER_NAME\" >/proc/scsi_tgt/scsi_tgt\n"
                       "\n"
                       "   echo \"add_group GROUP\" >/proc/scsi_tgt/scsi_tgt\n"
                       "   echo \"del_group GROUP\" >/proc/scsi_tgt/scsi_tgt\n"
                       "\n"
                       "   echo \"add|del H:C:I:L lun [READ_ONLY]\" >/proc/scsi_tgt/groups/GROUP/devices\n"
                       "   echo \"add|del V_NAME lun [READ_ONLY]\" >/proc/scsi_tgt/groups/GROUP/devices\n"
                       "   echo \"clear\" >/proc/scsi_tgt/groups/GROUP/devices\n"
                       "\n"
                       "   echo \"add|del NAME\" >/proc/scsi_tgt/groups/GROUP/names\n"
                       "   echo \"clear\" >/proc/scsi_tgt/groups/GROUP/names\n"
                       "\n"
                       "   echo \"DEC|0xHEX|0OCT\" >/proc/scsi_tgt/threads\n"
                       "\n"
                       "   echo \"all|none|default\" >/proc/scsi_tgt/[DEV_HANDLER_NAME/]trace_level\n"
                       "   echo \"value DEC|0xHEX|0OCT\" >/proc/scsi_tgt/[DEV_HANDLER_NAME/]trace_level\n"
                       "   echo \"set|add|del TOKEN\" >/proc/scsi_tgt/[DEV_HANDLER_NAME/]trace_level\n";
    text += fmt::format("     TOKEN: {}\n", token_list(common_trace_tokens()));
    text += fmt::format("     in /proc/scsi_tgt/trace_level also: {}\n", token_list(core_trace_tokens()));
    text += fmt::format("     in /proc/scsi_tgt/vdisk/trace_level also: {}\n", token_list(vdisk_trace_tokens()));
    return text + "\n";
}

std::string scsi_tgt_text(const System &system) {
    std::string text = column("Device (host:ch:id:lun or name)", 60) + "Device handler\n";
    for (const auto &device : system.devices()) {
        text += column(device->options.name, 60) + device->handler + "\n";
    }
    return text;
}

static std::string session_row(std::string_view target, std::string_view initiator, std::string_view group,
                               std::string_view count) {
    return column(target, 20) + " " + column(initiator, 45) + " " + column(group, 35) + " " + column(count, 15) + "\n";
}

std::string sessions_text(const System &system) {
    std::string text = session_row("Target name", "Initiator name", "Group name", "Command Count");
    for (const Session &session : system.sessions()) {
        text += session_row("scst_local", session.initiator_name, session.group->name,
                            std::to_string(session.nexus->count_commands()));
    }
    return text;
}

static void write_assign(System &system, std::string_view rest) {
    const std::string_view address = take_word(rest);
    if (std::count(address.begin(), address.end(), ':') != 3) {
        throw ConfigError(EINVAL, fmt::format("\"{}\" is no device address: give host:channel:id:lun.", address));
    }
    system.assign(address, take_word(rest));
}

void write_scsi_tgt(System &system, std::string_view command) {
    std::string_view rest = command;
    if (take_prefix_no_case(rest, "assign ")) {
        write_assign(system, rest);
    } else if (take_prefix_no_case(rest, "add_group ")) {
        system.add_group(trimmed(rest));
    } else if (take_prefix_no_case(rest, "del_group ")) {
        system.del_group(trimmed(rest));
    } else {
        throw ConfigError(
            EINVAL, fmt::format("\"{}\" is not understood: write assign, add_group or del_group (see scsi_tgt/help).",
                                command));
    }
}

void write_threads(System &system, std::string_view command) {
    std::string_view rest = command;
    const auto count = take_number(rest); // what follows the digits is ignored, as 2008
    if (!count || *count == 0) {
        throw ConfigError(EINVAL, fmt::format("\"{}\" is no number of threads: write one above 0.", command));
    }
    system.set_threads(static_cast<std::uint32_t>(std::min<std::uint64_t>(*count, UINT32_MAX)));
}

} // namespace scsilo::control
