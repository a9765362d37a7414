// SPDX-License-Identifier: Apache-2.0
// Prints the command table as a page of Markdown.
#include "daemon/reference.h"

#include "control/attribute.h"
#include "device/sbc/disk.h"

#include <fmt/format.h>

namespace scsilo::daemon {
namespace {

using engine::CommandRow;
using engine::DataRule;
using engine::Gate;

std::string_view direction(const DataRule &data) {
    switch (data.direction) {
    case DataRule::Direction::in:
        return "in";
    case DataRule::Direction::out:
        return "out";
    case DataRule::Direction::none:
        break;
    }
    return "-";
}

std::string gates(const CommandRow &row) {
    std::string text;
    constexpr std::pair<Gate, std::string_view> names[] = {{Gate::unit_attention, "unit attention"},
                                                           {Gate::ready, "ready"},
                                                           {Gate::medium, "medium"},
                                                           {Gate::write_protect, "write protect"}};
    for (const auto &[gate, name] : names) {
        if (row.gates.has(gate)) {
            text += text.empty() ? "" : ", ";
            text += name;
        }
    }
    return text.empty() ? "-" : text;
}

std::string usage(const CommandRow &row) {
    std::string text = fmt::format("{:02x}", row.usage.opcode());
    for (std::size_t i = 1; i < row.usage.length_bytes(); ++i) {
        text += fmt::format(" {:02x}", row.usage.mask(i));
    }
    return text;
}

std::string command_page() {
    std::string page =
        "# Commands of a disk\n\n"
        "Printed from the command table by `scsilod --print-reference commands`; a test holds this copy against it.\n"
        "CDB usage: the operation code, then for each byte the bits that may be set (as REPORT SUPPORTED OPERATION\n"
        "CODES prints them). Gates: what is looked at before the command runs, in this order.\n\n"
        "| command | CDB usage | service action | data | gates | time-out (s) | clause |\n"
        "|---|---|---|---|---|---|---|\n";
    for (const CommandRow &row : sbc::disk_commands().rows()) {
        page += fmt::format("| {} | `{}` | {} | {} | {} | {} | {} |\n", row.name, usage(row),
                            row.service_action ? fmt::format("{:02x}h", *row.service_action) : std::string("-"),
                            direction(row.data), gates(row), row.timeout.recommended_s, row.clause);
    }
    return page;
}

} // namespace

std::optional<std::string> reference_page(std::string_view name) {
    if (name == "commands") {
        return command_page();
    }
    if (name == "attributes") {
        return control::attribute_reference();
    }
    return std::nullopt;
}

} // namespace scsilo::daemon
