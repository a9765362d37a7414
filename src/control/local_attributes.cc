// SPDX-License-Identifier: Apache-2.0
// The rows of scst_local's module parameters.
#include "control/attribute.h"

#include "control/system.h"
#include "control/words.h"
#include "engine/limits.h"

#include <array>
#include <fmt/format.h>

namespace scsilo::control {
namespace {

template <std::uint32_t LocalParameters::*Member, std::uint32_t Least, std::uint32_t Most>
void parse_number(LocalParameters &parameters, std::string_view value) {
    const auto number = whole_number(trimmed(value));
    if (!number || *number < Least || *number > Most) {
        throw ConfigError(EINVAL,
                          fmt::format("\"{}\" is not possible: give a number from {} to {}.", value, Least, Most));
    }
    parameters.*Member = static_cast<std::uint32_t>(*number);
}

template <std::uint32_t LocalParameters::*Member, std::uint32_t Least, std::uint32_t Most>
constexpr LocalAttribute number_row(std::string_view name, std::string_view default_text, std::string_view help) {
    LocalAttribute row;
    row.name = name;
    row.kind = AttributeKind::number;
    row.default_text = default_text;
    row.saved = false;
    row.help = help;
    row.read = [](const LocalParameters &parameters) { return std::to_string(parameters.*Member); };
    row.parse = parse_number<Member, Least, Most>;
    return row;
}

// The kernel's words for a bool parameter.
void parse_bool(LocalParameters &parameters, std::string_view value) {
    value = trimmed(value);
    const bool yes = value == "1" || same_no_case(value, "y") || value.empty();
    if (!yes && value != "0" && !same_no_case(value, "n")) {
        throw ConfigError(EINVAL, fmt::format("\"{}\" is not possible: give Y or N.", value));
    }
    parameters.add_default_tgt = yes;
}

constexpr LocalAttribute default_target_row() {
    LocalAttribute row;
    row.name = "add_default_tgt";
    row.kind = AttributeKind::flag;
    row.default_text = "Y";
    row.saved = false;
    row.help = "N: no host is added at start, whatever add_host says.";
    row.read = [](const LocalParameters &parameters) { return std::string(parameters.add_default_tgt ? "Y" : "N"); };
    row.parse = parse_bool;
    return row;
}

constexpr LocalAttribute add_host_row() {
    LocalAttribute row = number_row<&LocalParameters::add_host, 0, max_hosts>(
        "add_host", "1", "Number of hosts, 0..127; while running, +n and -n add and remove.");
    row.mode = 0644;
    row.saved = true;
    return row;
}

constexpr std::array<LocalAttribute, 4> rows{
    add_host_row(),
    number_row<&LocalParameters::num_tgts, 1, max_targets_per_host>("num_tgts", "1",
                                                                    "Targets of each host, 1..16; set at start."),
    number_row<&LocalParameters::max_luns, 1, engine::max_luns_per_nexus>(
        "max_luns", "256", "LUNs of each target below this number get device nodes, 1..16384; set at start."),
    default_target_row(),
};

} // namespace

std::span<const LocalAttribute> local_attributes() noexcept { return rows; }

void parse_local_parameters(LocalParameters &parameters, std::string_view text) {
    LocalParameters fresh = parameters;
    while (true) {
        const std::string_view word = take_word(text);
        if (word.empty()) {
            break;
        }
        const std::size_t equals = word.find('=');
        const LocalAttribute *row = find_attribute(local_attributes(), word.substr(0, equals));
        if (row == nullptr) {
            throw ConfigError(
                EINVAL,
                fmt::format("scst_local has no parameter \"{}\": `scsilo modinfo scst_local` lists them.", word));
        }
        if (equals == std::string_view::npos && row->kind != AttributeKind::flag) {
            throw ConfigError(EINVAL,
                              fmt::format("The parameter {} of scst_local needs a value: {}=NUMBER.", word, word));
        }
        try {
            row->parse(fresh, equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1));
        } catch (const ConfigError &error) {
            throw ConfigError(error.error_number(), fmt::format("{}: {}", row->name, error.what()));
        }
    }
    parameters = fresh;
}

std::string module_information() {
    std::string text = "name:           scst_local\n"
                       "description:    SCSI hosts on this machine whose devices are those of scsilo\n";
    for (const LocalAttribute &row : rows) {
        text += fmt::format("parm:           {}:{} (default {}) ({})\n", row.name, row.help, row.default_text,
                            row.kind == AttributeKind::flag ? "bool" : "int");
    }
    return text;
}

} // namespace scsilo::control
