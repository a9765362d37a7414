// SPDX-License-Identifier: Apache-2.0
// The primary commands take no memory once each has run: parameter data are built in the logical unit's scratch memory.
#include "fake_device.h"

#include "unit/support/hex.h"
#include "unit/support/rows.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

namespace {
std::size_t count_allocations = 0; // of this thread's program; the test has one thread
} // namespace

void *operator new(std::size_t length_bytes) {
    ++count_allocations;
    void *memory = std::malloc(length_bytes);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }

namespace scsilo::spc {
namespace {

std::size_t allocations_of(test::TestUnit &unit, const test::ByteVector &cdb, const test::ByteVector &data_out) {
    test::Running running(cdb, data_out, {}, 1);
    const std::size_t before = count_allocations;
    running.start(unit.itl());
    while (!running.ended()) {
        unit.shard().turn(true);
    }
    const std::size_t taken = count_allocations - before;
    EXPECT_TRUE(running.take().good()) << test::to_hex(cdb);
    return taken;
}

TEST(PrimaryCommands, take_no_memory_after_the_first_time) {
    test::TestUnit unit(std::make_unique<FakeDevice>());
    const test::ByteVector list = test::hex("00000000 0a0a 0210 0000 0000 0000 0000");
    const std::pair<const char *, test::ByteVector> cases[] = {
        {"00 00000000 00", {}},                  // TEST UNIT READY
        {"03 00 0000 ff 00", {}},                // REQUEST SENSE
        {"12 00 00 00ff 00", {}},                // INQUIRY
        {"12 01 00 00ff 00", {}},                //
        {"12 01 80 00ff 00", {}},                //
        {"12 01 83 00ff 00", {}},                //
        {"12 01 86 00ff 00", {}},                //
        {"15 10 0000 10 00", list},              // MODE SELECT(6)
        {"1a 00 3f ff ff 00", {}},               // MODE SENSE(6)
        {"5a 10 3f ff 000000 00ff 00", {}},      // MODE SENSE(10)
        {"a0 00 00 000000 00001000 00 00", {}},  // REPORT LUNS
        {"a3 0c 80 00 0000 00001000 00 00", {}}, // REPORT SUPPORTED OPERATION CODES
        {"a3 0d 80 000000 00001000 00 00", {}},  // REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS
    };
    for (const auto &[digits, data_out] : cases) {
        const test::ByteVector cdb = test::hex(digits);
        allocations_of(unit, cdb, data_out);
        EXPECT_EQ(allocations_of(unit, cdb, data_out), 0U) << digits;
    }
}

} // namespace
} // namespace scsilo::spc
