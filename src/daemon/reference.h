// SPDX-License-Identifier: Apache-2.0
// The reference pages of docs/reference, printed from the tables that the code runs on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace scsilo::daemon {

// "commands" or "attributes"; nothing for another name.
[[nodiscard]] std::optional<std::string> reference_page(std::string_view name);

} // namespace scsilo::daemon
