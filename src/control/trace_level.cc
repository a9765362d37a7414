// SPDX-License-Identifier: Apache-2.0
// Words of trace_level and its verbs.
#include "control/trace_level.h"

#include "base/config_error.h"
#include "control/words.h"

#include <array>
#include <cerrno>

namespace scsilo::control {
namespace {

constexpr std::array<TraceToken, 15> common{{
    {"out_of_mem", Trace::out_of_mem},
    {"minor", Trace::minor},
    {"sg", Trace::sg},
    {"mem", Trace::mem},
    {"buff", Trace::buff},
    {"entryexit", Trace::entryexit},
    {"pid", Trace::pid},
    {"line", Trace::line},
    {"function", Trace::function},
    {"debug", Trace::debug},
    {"special", Trace::special},
    {"scsi", Trace::scsi},
    {"mgmt", Trace::mgmt},
    {"mgmt_minor", Trace::mgmt_minor},
    {"mgmt_dbg", Trace::mgmt_dbg},
}};

constexpr std::array<TraceToken, 6> core{{
    {"retry", Trace::retry},
    {"scsi_serializing", Trace::scsi_serializing},
    {"recv_bot", Trace::recv_bot},
    {"send_bot", Trace::send_bot},
    {"recv_top", Trace::recv_top},
    {"send_top", Trace::send_top},
}};

constexpr std::array<TraceToken, 1> vdisk{{{"order", Trace::order}}};

// The local table is searched first, as 2008.
std::uint32_t bit_of(std::string_view name, std::span<const TraceToken> local) {
    for (const std::span<const TraceToken> table : {local, common_trace_tokens()}) {
        for (const TraceToken &token : table) {
            if (same_no_case(token.name, name)) {
                return static_cast<std::uint32_t>(token.bit);
            }
        }
    }
    throw ConfigError(EINVAL, fmt::format("\"{}\" is no trace word: scsi_tgt/help lists them.", name));
}

} // namespace

std::span<const TraceToken> common_trace_tokens() noexcept { return common; }
std::span<const TraceToken> core_trace_tokens() noexcept { return core; }
std::span<const TraceToken> vdisk_trace_tokens() noexcept { return vdisk; }

std::string trace_level_text(const TraceSource &source, std::span<const TraceToken> local) {
    std::string text;
    for (const std::span<const TraceToken> table : {common_trace_tokens(), local}) {
        for (const TraceToken &token : table) {
            if (source.on(token.bit)) {
                text += text.empty() ? "" : " | ";
                text += token.name;
            }
        }
    }
    return (text.empty() ? "none" : text) + "\n";
}

void write_trace_level(TraceSource &source, std::span<const TraceToken> local, std::string_view command) {
    std::string_view rest = command;
    if (take_prefix_no_case(rest, "all")) {
        source.set_bits(0xFFFFFFFF);
    } else if (take_prefix_no_case(rest, "none") || take_prefix_no_case(rest, "null")) {
        source.set_bits(0);
    } else if (take_prefix_no_case(rest, "default")) {
        source.set_bits(default_trace_bits);
    } else if (take_prefix_no_case(rest, "set ")) {
        source.set_bits(bit_of(take_word(rest), local));
    } else if (take_prefix_no_case(rest, "add ")) {
        source.set_bits(source.bits() | bit_of(take_word(rest), local));
    } else if (take_prefix_no_case(rest, "del ")) {
        source.set_bits(source.bits() & ~bit_of(take_word(rest), local));
    } else if (take_prefix_no_case(rest, "value ")) {
        skip_blanks(rest);
        const auto value = take_number(rest);
        if (!value) {
            throw ConfigError(EINVAL, fmt::format("\"{}\" has no number after `value`.", command));
        }
        source.set_bits(static_cast<std::uint32_t>(*value));
    } else {
        throw ConfigError(
            EINVAL,
            fmt::format("\"{}\" is not understood: write all, none, default, set, add or del TOKEN, or value N.",
                        command));
    }
}

} // namespace scsilo::control
