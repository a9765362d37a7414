// SPDX-License-Identifier: Apache-2.0
// CommandTable: rows joined and indexed at compile time; a duplicate or a row without a function does not compile.
#pragma once

#include "engine/command_row.h"

#include <algorithm>
#include <array>
#include <span>

namespace scsilo::engine {

// A device server's commands. The rows are sorted by operation code, then service action.
class CommandTable {
  public:
    static constexpr std::uint16_t none = 0xFFFF;

    template <std::size_t N> consteval explicit CommandTable(const std::array<CommandRow, N> &sorted) : rows_(sorted) {
        first_.fill(none);
        for (std::size_t i = N; i-- > 0;) {
            first_[sorted[i].usage.opcode()] = static_cast<std::uint16_t>(i);
        }
    }

    [[nodiscard]] constexpr std::span<const CommandRow> rows() const noexcept { return rows_; }
    // All rows of one operation code (several if it has service actions), maybe none.
    [[nodiscard]] constexpr std::span<const CommandRow> rows_of(std::uint8_t opcode) const noexcept {
        const std::uint16_t first = first_[opcode];
        if (first == none) {
            return {};
        }
        std::size_t end = first;
        while (end < rows_.size() && rows_[end].usage.opcode() == opcode) {
            ++end;
        }
        return rows_.subspan(first, end - first);
    }

  private:
    std::span<const CommandRow> rows_;
    std::array<std::uint16_t, 256> first_{};
};

namespace detail {

constexpr int order(const CommandRow &a, const CommandRow &b) {
    if (a.usage.opcode() != b.usage.opcode()) {
        return a.usage.opcode() < b.usage.opcode() ? -1 : 1;
    }
    const int left = a.service_action ? *a.service_action : -1;
    const int right = b.service_action ? *b.service_action : -1;
    return left < right ? -1 : (left > right ? 1 : 0);
}

// Not constexpr: calling one of these in a consteval context is the compile error, and its name is the message.
inline void two_rows_describe_the_same_command() {}
inline void a_row_has_no_function_or_two() {}
inline void a_row_has_no_name_or_no_clause() {}

} // namespace detail

// Joins row arrays into one sorted array: `inline constexpr auto rows = join(spc::rows, sbc::rows);`
template <std::size_t... N> consteval auto join(const std::array<CommandRow, N> &...tables) {
    std::array<CommandRow, (N + ...)> rows{};
    std::size_t at = 0;
    (
        [&] {
            for (const CommandRow &row : tables) {
                rows[at++] = row;
            }
        }(),
        ...);
    std::sort(rows.begin(), rows.end(),
              [](const CommandRow &a, const CommandRow &b) { return detail::order(a, b) < 0; });
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i > 0 && detail::order(rows[i - 1], rows[i]) == 0) {
            detail::two_rows_describe_the_same_command();
        }
        if ((rows[i].handler.immediate == nullptr) == (rows[i].handler.suspending == nullptr)) {
            detail::a_row_has_no_function_or_two();
        }
        if (rows[i].name.empty() || rows[i].clause.empty()) {
            detail::a_row_has_no_name_or_no_clause();
        }
    }
    return rows;
}

} // namespace scsilo::engine
