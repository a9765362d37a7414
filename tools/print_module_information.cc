// SPDX-License-Identifier: Apache-2.0
// Build step: prints the C++ file behind src/cli/module_information.h from the rows of scst_local's parameters.
#include "control/attribute.h"

#include <fmt/format.h>

int main() {
    using namespace scsilo::control;
    fmt::print(
        "// Made by tools/print_module_information.cc.\n#include \"cli/module_information.h\"\n\n#include <array>\n\n"
        "namespace scsilo::cli {{\nnamespace {{\nconstexpr std::array<ModuleParameter, {}> rows{{{{\n",
        local_attributes().size());
    for (const LocalAttribute &row : local_attributes()) {
        fmt::print("    {{R\"~({})~\", \"{}\", R\"~({})~\", R\"~({})~\"}},\n", row.name,
                   row.kind == AttributeKind::flag ? "bool" : "int", row.default_text, row.help);
    }
    fmt::print(
        "}}}};\n}} // namespace\n\nstd::span<const ModuleParameter> module_parameters() noexcept {{ return rows; }}\n"
        "std::string_view module_information() noexcept {{\n    return R\"~({})~\";\n}}\n}} // namespace scsilo::cli\n",
        module_information());
}
