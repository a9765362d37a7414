// SPDX-License-Identifier: Apache-2.0
// Bytes written as hexadecimal digits, for tests.
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace scsilo::test {

// Blanks may stand anywhere; `61*16` repeats the last byte until there are 16 of it.
inline std::vector<std::uint8_t> hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    int high = -1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ' ') {
            continue;
        }
        if (c == '*' && !bytes.empty() && high < 0) {
            std::size_t used = 0;
            const std::string count(text.substr(i + 1));
            bytes.insert(bytes.end(), std::stoul(count, &used) - 1, bytes.back());
            i += used;
            continue;
        }
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) {
            throw std::invalid_argument("no hexadecimal digit: " + std::string(text));
        }
        if (high < 0) {
            high = digit;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
            high = -1;
        }
    }
    if (high >= 0) {
        throw std::invalid_argument("odd number of hexadecimal digits: " + std::string(text));
    }
    return bytes;
}

inline std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        char digits[4];
        std::snprintf(digits, sizeof digits, "%02x ", byte);
        text += digits;
    }
    return text;
}

} // namespace scsilo::test
