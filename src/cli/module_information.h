// SPDX-License-Identifier: Apache-2.0
// What modinfo prints: made at build time from the attribute rows of the control floor
// (tools/print_module_information.cc).
#pragma once

#include <span>
#include <string_view>

namespace scsilo::cli {

struct ModuleParameter {
    std::string_view name;
    std::string_view type; // "int", "bool"
    std::string_view default_text;
    std::string_view help;
};

[[nodiscard]] std::span<const ModuleParameter> module_parameters() noexcept;
[[nodiscard]] std::string_view module_information() noexcept; // in the form of modinfo(8)

} // namespace scsilo::cli
