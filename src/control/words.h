// SPDX-License-Identifier: Apache-2.0
// Words of command lines: blanks, prefixes and numbers as the procfs files of 2008 read them (procfs layout, E1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace scsilo::control {

// C's isspace() in the "C" locale.
[[nodiscard]] constexpr bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

void skip_blanks(std::string_view &rest) noexcept;
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
// The next word, maybe empty, and what follows it.
[[nodiscard]] std::string_view take_word(std::string_view &rest) noexcept;
// Removes the prefix if it is there; upper and lower case are the same.
[[nodiscard]] bool take_prefix_no_case(std::string_view &rest, std::string_view prefix) noexcept;
[[nodiscard]] bool take_prefix(std::string_view &rest, std::string_view prefix) noexcept;
[[nodiscard]] bool same_no_case(std::string_view a, std::string_view b) noexcept;

// A number by C's base rules (12, 0xC, 014) at the very beginning; what follows it stays in `rest`. Nothing: no digit
// there. A number beyond 64 bits becomes the largest one.
[[nodiscard]] std::optional<std::uint64_t> take_number(std::string_view &rest) noexcept;
// The same, and nothing follows it.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text) noexcept;

} // namespace scsilo::control
