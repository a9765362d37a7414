// SPDX-License-Identifier: Apache-2.0
// Words and numbers of command lines.
#include "control/words.h"

#include <algorithm>
#include <limits>

namespace scsilo::control {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr unsigned digit_value(char c) noexcept {
    if (is_digit(c)) {
        return static_cast<unsigned>(c - '0');
    }
    const char small = lower(c);
    return small >= 'a' && small <= 'f' ? static_cast<unsigned>(small - 'a') + 10 : 99;
}

} // namespace

void skip_blanks(std::string_view &rest) noexcept {
    while (!rest.empty() && is_blank(rest.front())) {
        rest.remove_prefix(1);
    }
}

std::string_view trimmed(std::string_view text) noexcept {
    skip_blanks(text);
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_word(std::string_view &rest) noexcept {
    skip_blanks(rest);
    const auto end = std::find_if(rest.begin(), rest.end(), is_blank);
    const std::string_view word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(word.size());
    return word;
}

bool same_no_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool take_prefix_no_case(std::string_view &rest, std::string_view prefix) noexcept {
    if (!same_no_case(rest.substr(0, prefix.size()), prefix)) {
        return false;
    }
    rest.remove_prefix(prefix.size());
    return true;
}

bool take_prefix(std::string_view &rest, std::string_view prefix) noexcept {
    if (!rest.starts_with(prefix)) {
        return false;
    }
    rest.remove_prefix(prefix.size());
    return true;
}

std::optional<std::uint64_t> take_number(std::string_view &rest) noexcept {
    if (rest.empty() || !is_digit(rest.front())) {
        return std::nullopt;
    }
    unsigned base = 10;
    if (rest.front() == '0') {
        base = 8;
        if (rest.size() > 2 && lower(rest[1]) == 'x' && digit_value(rest[2]) < 16) {
            base = 16;
            rest.remove_prefix(2);
        }
    }
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t value = 0;
    while (!rest.empty() && digit_value(rest.front()) < base) {
        const unsigned digit = digit_value(rest.front());
        value = value > (largest - digit) / base ? largest : value * base + digit;
        rest.remove_prefix(1);
    }
    return value;
}

std::optional<std::uint64_t> whole_number(std::string_view text) noexcept {
    const auto value = take_number(text);
    return text.empty() ? value : std::nullopt;
}

} // namespace scsilo::control
