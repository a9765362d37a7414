// SPDX-License-Identifier: Apache-2.0
// Runs the clause tables of tests/clauses: one line, one case.
//
//     [a title]                                            a fresh device from here on, its power-on unit attention
//     cleared CDB | data-out | expected | data-in | clause, words  a command, after those above it
//
//     CDB       hexadecimal digits; "2: 00…" sends it from a second initiator
//     data-out  hexadecimal digits; "61*512" repeats a byte
//     expected  GOOD, BUSY, RESERVATION CONFLICT, …; or sense as KEY/ASC/ASCQ in hexadecimal digits, with ASC and ASCQ
//     two
//               each, and maybe a field pointer "cdb 2.7" or "list 5" (byte, leftmost bit) or "info 1f" (INFORMATION)
//     data-in   hexadecimal digits; "??" is any byte, "..." at the end is any rest; "-" is not looked at; empty is no
//     data
//     "#" begins a comment line.
#pragma once

#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include "scsi/names.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace scsilo::test {

namespace detail {

inline std::string trim(std::string_view text) {
    const std::size_t from = text.find_first_not_of(" \t");
    const std::size_t to = text.find_last_not_of(" \t\r");
    return from == std::string_view::npos ? std::string() : std::string(text.substr(from, to - from + 1));
}

inline std::vector<std::string> columns(const std::string &line) {
    std::vector<std::string> parts;
    std::stringstream stream(line);
    for (std::string part; std::getline(stream, part, '|');) {
        parts.push_back(trim(part));
    }
    return parts;
}

// The column "expected" that this answer would have had.
inline std::string describe(const Ran &ran) {
    if (ran.outcome != engine::Outcome::status) {
        return ran.outcome == engine::Outcome::aborted ? "ABORTED" : "NO LOGICAL UNIT";
    }
    if (ran.status != scsi::Status::check_condition) {
        return std::string(scsi::name(ran.status));
    }
    using Kind = scsi::SenseKeySpecific::Kind;
    const scsi::Sense &sense = ran.sense;
    char text[80];
    std::snprintf(text, sizeof text, "%X/%02X/%02X", static_cast<unsigned>(sense.key), sense.asc.asc, sense.asc.ascq);
    std::string all = text;
    if (sense.specific.kind == Kind::field_pointer) {
        all += sense.specific.in_cdb ? " cdb " : " list ";
        all += std::to_string(sense.specific.value);
        all += sense.specific.bit ? "." + std::to_string(*sense.specific.bit) : "";
    }
    if (sense.information_valid) {
        std::snprintf(text, sizeof text, " info %llx", static_cast<unsigned long long>(sense.information));
        all += text;
    }
    return all;
}

// Empty if the data are as the pattern says, otherwise what differs.
inline std::string compare(const ByteVector &data, const std::string &pattern) {
    if (pattern == "-") {
        return {};
    }
    std::string digits;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '*' && digits.size() >= 2) { // the last byte, so many times
            std::size_t used = 0;
            const std::size_t count = std::stoul(pattern.substr(i + 1), &used);
            const std::string byte = digits.substr(digits.size() - 2);
            for (std::size_t more = 1; more < count; ++more) {
                digits += byte;
            }
            i += used;
        } else if (pattern[i] != ' ') {
            digits += pattern[i];
        }
    }
    const bool open = digits.ends_with("...");
    digits.resize(digits.size() - (open ? 3 : 0));
    if (data.size() < digits.size() / 2 || (!open && data.size() > digits.size() / 2)) {
        return "data are " + std::to_string(data.size()) + " bytes: " + to_hex(data);
    }
    for (std::size_t i = 0; i < digits.size() / 2; ++i) {
        const std::string two = digits.substr(2 * i, 2);
        if (two != "??" && hex(two) != ByteVector{data[i]}) {
            return "byte " + std::to_string(i) + " differs: " + to_hex(data);
        }
    }
    return {};
}

class ClauseTable {
  public:
    using MakeDevice = std::function<std::unique_ptr<engine::DeviceServer>()>;

    explicit ClauseTable(MakeDevice make_device) : make_device_(std::move(make_device)) {}

    void take(const std::string &line, const std::string &where) {
        if (line.front() == '[') {
            unit_.reset();
            unit_ = std::make_unique<TestUnit>(make_device_());
            unit_->add_nexus();
            return;
        }
        const std::vector<std::string> column = columns(line);
        if (column.size() != 5 || column[4].empty() || unit_ == nullptr) {
            ADD_FAILURE() << where << ": five columns, the last one the clause, below a [title]: " << line;
            return;
        }
        const bool second = column[0].starts_with("2:");
        const ByteVector cdb = hex(second ? column[0].substr(2) : column[0]);
        const Ran ran = unit_->run(cdb, hex(column[1]), {.nexus = second ? 1U : 0U});
        EXPECT_EQ(describe(ran), column[2]) << where << ": " << line;
        const std::string difference = compare(ran.data, column[3]);
        EXPECT_TRUE(difference.empty()) << where << ": " << line << "\n  " << difference;
        ++count_cases_;
    }
    [[nodiscard]] std::size_t count_cases() const { return count_cases_; }

  private:
    MakeDevice make_device_;
    std::unique_ptr<TestUnit> unit_;
    std::size_t count_cases_ = 0;
};

} // namespace detail

// `name` is a file of tests/clauses. Each case that fails is a failure of the calling test. Returns the number of
// cases.
inline std::size_t run_clauses(const std::string &name, detail::ClauseTable::MakeDevice make_device) {
    std::ifstream file(std::string(SCSILO_SOURCE_DIR) + "/tests/clauses/" + name);
    if (!file) {
        ADD_FAILURE() << "tests/clauses/" << name << " cannot be read";
        return 0;
    }
    detail::ClauseTable table(std::move(make_device));
    std::size_t line_number = 0;
    for (std::string line; std::getline(file, line);) {
        ++line_number;
        line = detail::trim(line);
        if (!line.empty() && line.front() != '#') {
            table.take(line, name + ":" + std::to_string(line_number));
        }
    }
    return table.count_cases();
}

} // namespace scsilo::test
