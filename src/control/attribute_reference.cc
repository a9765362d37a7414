// SPDX-License-Identifier: Apache-2.0
// The reference page of all attributes, printed from the rows.
#include "control/attribute.h"

#include <fmt/format.h>

namespace scsilo::control {
namespace {

std::string_view name(AttributeKind kind) noexcept {
    switch (kind) {
    case AttributeKind::flag:
        return "flag";
    case AttributeKind::number:
        return "number";
    case AttributeKind::text:
        return "text";
    }
    return "";
}

std::string_view name(KeyRule rule) noexcept {
    switch (rule) {
    case KeyRule::never:
        return "never";
    case KeyRule::when_not_default:
        return "if not default";
    case KeyRule::always:
        return "always";
    }
    return "";
}

template <class Owner> void add_table(std::string &page, std::span<const Attribute<Owner>> rows) {
    page += "\n| name | kind | word in `open` | listed as | default | mode | key | saved | meaning |\n"
            "|---|---|---|---|---|---|---|---|---|\n";
    for (const Attribute<Owner> &row : rows) {
        page += fmt::format("| {} | {} | {} | {} | {} | {:04o} | {} | {} | {} |\n", row.name, name(row.kind),
                            row.word.empty() ? "-" : row.word, row.letters.empty() ? "-" : row.letters,
                            row.default_text.empty() ? "-" : row.default_text, row.mode, name(row.key),
                            row.saved ? "yes" : "no", row.help);
    }
}

} // namespace

std::string attribute_reference() {
    std::string page = "# Attributes\n\nPrinted from the rows of src/control; a test compares.\n\n"
                       "## Devices\n\n`open NAME FILE [blocksize] [word ...]` in `scsi_tgt/vdisk/vdisk`.\n";
    add_table(page, device_attributes());
    page += "\n## Module parameters of scst_local\n\n`module/scst_local/parameters/NAME`, or NAME=VALUE in `scsilod "
            "--scst-local`.\n";
    add_table(page, local_attributes());
    return page;
}

} // namespace scsilo::control
