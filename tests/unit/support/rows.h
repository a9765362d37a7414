// SPDX-License-Identifier: Apache-2.0
// What every row of a command table must hold, whatever the device type.
#pragma once

#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include <gtest/gtest.h>

namespace scsilo::test {

// A CDB with the row's operation code and service action and nothing else set.
inline ByteVector bare_cdb(const engine::CommandRow &row) {
    ByteVector cdb(row.usage.length_bytes());
    cdb[0] = row.usage.opcode();
    if (row.service_action && cdb[0] == scsi::variable_length_opcode) {
        cdb[7] = static_cast<std::uint8_t>(cdb.size() - 8);
        scsi::Be<8, 2>::set(MutableBytes(cdb), *row.service_action);
    } else if (row.service_action) {
        cdb[1] = static_cast<std::uint8_t>(*row.service_action);
    }
    return cdb;
}

// Each bit that a row does not evaluate, set alone: INVALID FIELD IN CDB with a pointer to exactly that bit
// (SPC-6 4.2.2).
inline void expect_reserved_bits_refused(TestUnit &unit) {
    for (const engine::CommandRow &row : unit.unit().device().commands().rows()) {
        if (!unit.unit().device().has_feature(row.feature)) {
            continue;
        }
        const ByteVector bare = bare_cdb(row);
        for (std::size_t byte = 1; byte < bare.size(); ++byte) {
            const bool fixed = row.usage.opcode() == scsi::variable_length_opcode && byte >= 7 && byte <= 9;
            const unsigned action_bits = row.service_action && byte == 1 ? 0x1F : 0;
            for (std::uint8_t bit = 0; bit < 8 && !fixed; ++bit) {
                if (((row.usage.mask(byte) | action_bits) >> bit & 1U) != 0) {
                    continue;
                }
                ByteVector cdb = bare;
                cdb[byte] = static_cast<std::uint8_t>(cdb[byte] | 1U << bit);
                const auto expected = scsi::Sense::invalid_field_in_cdb(static_cast<std::uint16_t>(byte), bit);
                EXPECT_TRUE(unit.run(cdb).check(expected)) << row.name << " byte " << byte << " bit " << int(bit);
            }
        }
    }
}

// REPORT SUPPORTED OPERATION CODES for one command gives back the row's usage data, and the list of all commands its
// rows.
inline void expect_operation_codes_reported(TestUnit &unit) {
    std::size_t count = 0;
    for (const engine::CommandRow &row : unit.unit().device().commands().rows()) {
        if (!unit.unit().device().has_feature(row.feature)) {
            continue;
        }
        ++count;
        ByteVector cdb = hex("a3 0c 00 00 0000 0000ffff 00 00");
        cdb[2] = row.service_action ? 2 : 1;
        cdb[3] = row.usage.opcode();
        scsi::Be<4, 2>::set(MutableBytes(cdb), row.service_action.value_or(0));
        const Ran ran = unit.run(cdb);
        ASSERT_TRUE(ran.good()) << row.name;
        ASSERT_EQ(ran.data.size(), 4 + row.usage.length_bytes()) << row.name;
        EXPECT_EQ(ran.data[1] & 7, 3) << row.name;
        EXPECT_TRUE(std::ranges::equal(Bytes(ran.data).subspan(4), row.usage.bytes())) << row.name << to_hex(ran.data);
    }
    const Ran all = unit.run(hex("a3 0c 00 00 0000 0000ffff 00 00"));
    ASSERT_TRUE(all.good());
    EXPECT_EQ(all.data.size(), 4 + 8 * count);
}

} // namespace scsilo::test
