// SPDX-License-Identifier: Apache-2.0
// Mode pages: who learns of a change, what lasts, what a reset brings back.
#include "fake_device.h"

#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include "base/log.h"
#include "device/spc/checksum.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace scsilo::spc {
namespace {

using scsi::Sense;
using test::hex;
using test::TestUnit;

const std::string control_with_d_sense = "000000000a0a0610000000000000 0000";
const test::ByteVector select_16 = hex("15 10 0000 10 00");
const test::ByteVector select_and_save_16 = hex("15 11 0000 10 00");

// Keeps the log of expected trouble out of the test's output.
struct Quiet {
    Quiet() {
        set_log_sink([](Severity, std::string_view) {});
    }
    ~Quiet() { set_log_sink(nullptr); }
};

std::unique_ptr<FakeDevice> on(Shelf &shelf) {
    return std::make_unique<FakeDevice>(std::make_unique<ShelfPages>(shelf));
}

std::uint8_t control_byte_2(TestUnit &unit, const char *page_control) {
    const test::Ran ran = unit.run(hex(std::string("1a 08 ") + page_control + " 00 ff 00"));
    EXPECT_TRUE(ran.good());
    return ran.data.size() > 6 ? ran.data[6] : std::uint8_t{0xFF};
}

TEST(ModeSelect, tells_the_other_nexuses_and_not_its_own) {
    TestUnit unit(std::make_unique<FakeDevice>());
    unit.add_nexus();
    ASSERT_TRUE(unit.run(select_16, hex(control_with_d_sense)).good());
    EXPECT_TRUE(unit.run(hex("000000000000")).good());
    EXPECT_TRUE(
        unit.run(hex("000000000000"), {.nexus = 1}).check(Sense::unit_attention(scsi::asc::mode_parameters_changed)));
    EXPECT_TRUE(unit.device<FakeDevice>().descriptor_sense());
}

TEST(ModeSelect, tells_nobody_when_nothing_changes) {
    TestUnit unit(std::make_unique<FakeDevice>());
    unit.add_nexus();
    ASSERT_TRUE(unit.run(select_16, hex("000000000a0a0210000000000000 0000")).good());
    EXPECT_FALSE(unit.itl(1).unit_attentions.pending());
}

TEST(ModeSelect, takes_over_nothing_when_the_last_page_is_wrong) {
    TestUnit unit(std::make_unique<FakeDevice>());
    const auto list = hex(control_with_d_sense + "1c0a 0000 0000 0000 0000 0000");
    EXPECT_TRUE(
        unit.run(hex("15 10 0000 1c 00"), list).check(Sense::invalid_field_in_parameter_list(18, std::uint8_t{3})));
    EXPECT_FALSE(unit.device<FakeDevice>().descriptor_sense());
}

TEST(ModeSelect, gathers_a_list_that_lies_in_pieces) {
    TestUnit unit(std::make_unique<FakeDevice>());
    EXPECT_TRUE(unit.run(select_16, hex(control_with_d_sense), {.piece_bytes = 3}).good());
    EXPECT_TRUE(unit.device<FakeDevice>().descriptor_sense());
}

TEST(ModeSelect, refuses_a_list_shorter_than_the_cdb_says) {
    TestUnit unit(std::make_unique<FakeDevice>());
    const test::Ran ran = unit.run(select_16, hex("000000000a0a06"));
    EXPECT_TRUE(ran.check(Sense::parameter_list_length_error()));
    EXPECT_EQ(ran.data_out_wanted_bytes, 16U);
}

TEST(ModeSelect, refuses_a_page_value_that_its_row_does_not_accept) {
    TestUnit unit(std::make_unique<FakeDevice>());
    const auto list = hex("00000000 0812 04f0 00*16");
    EXPECT_TRUE(
        unit.run(hex("15 10 0000 18 00"), list).check(Sense::invalid_field_in_parameter_list(7, std::uint8_t{7})));
    EXPECT_EQ(unit.device<FakeDevice>().count_caching_changes, 1U); // the one of attached()
}

TEST(SavedModePages, outlive_the_device) {
    Shelf shelf;
    {
        TestUnit unit(on(shelf));
        EXPECT_TRUE(unit.run(select_and_save_16, hex(control_with_d_sense)).good());
        EXPECT_EQ(control_byte_2(unit, "ca"), 0x06);
    }
    TestUnit next(on(shelf));
    EXPECT_EQ(control_byte_2(next, "0a"), 0x06);
    EXPECT_EQ(control_byte_2(next, "8a"), 0x02);
    EXPECT_TRUE(next.device<FakeDevice>().descriptor_sense());
}

TEST(SavedModePages, are_not_touched_without_sp) {
    Shelf shelf;
    TestUnit unit(on(shelf));
    EXPECT_TRUE(unit.run(select_16, hex(control_with_d_sense)).good());
    EXPECT_EQ(shelf.count_saves, 0U);
    EXPECT_EQ(control_byte_2(unit, "ca"), 0x02);
    EXPECT_EQ(control_byte_2(unit, "0a"), 0x06);
}

TEST(SavedModePages, keep_the_old_values_when_storing_fails) {
    const Quiet quiet;
    Shelf shelf;
    shelf.error = EIO;
    TestUnit unit(on(shelf));
    EXPECT_TRUE(unit.run(select_and_save_16, hex(control_with_d_sense))
                    .check(Sense::hardware_error(scsi::asc::internal_target_failure)));
    EXPECT_EQ(control_byte_2(unit, "ca"), 0x02);
    shelf.error = 0;
    EXPECT_TRUE(unit.run(hex("15 11 0000 00 00")).good()); // the lock is free; an empty list saves what is current
    EXPECT_EQ(control_byte_2(unit, "ca"), 0x06);
}

TEST(SavedModePages, are_stored_one_save_at_a_time_and_whole_even_when_aborted) {
    Shelf shelf;
    loop::SharedMutex door;
    shelf.door = &door;
    TestUnit unit(on(shelf));
    auto lock = door.lock();
    ASSERT_TRUE(lock.await_ready());
    std::optional<loop::SharedMutex::Guard> closed(lock.await_resume());
    const auto first = unit.start(select_and_save_16, hex(control_with_d_sense));
    const auto second = unit.start(select_and_save_16, hex("000000000a0a0210000000000000 0000"));
    unit.settle();
    EXPECT_EQ(shelf.count_saves, 1U);
    struct Abort final : engine::TaskManagementRequest {
        using TaskManagementRequest::TaskManagementRequest;
        void done(scsi::ServiceResponse) noexcept override { answered = true; }
        bool answered = false;
    };
    Abort abort(scsi::TaskManagementFunction::abort_task, unit.itl().shared_from_this(), first->command().request.tag);
    abort.send();
    unit.settle();
    EXPECT_FALSE(abort.answered); // what is being stored is not torn
    EXPECT_FALSE(first->ended());
    closed.reset();
    EXPECT_EQ(unit.finish(*first).outcome, engine::Outcome::aborted);
    EXPECT_TRUE(unit.finish(*second).good());
    EXPECT_TRUE(abort.answered);
    EXPECT_EQ(shelf.count_saves, 2U);
    EXPECT_EQ(control_byte_2(unit, "ca"), 0x02); // the second list's
}

TEST(SavedModePages, come_back_with_a_logical_unit_reset) {
    Shelf shelf;
    TestUnit unit(on(shelf));
    ASSERT_TRUE(unit.run(select_16, hex(control_with_d_sense)).good());
    EXPECT_EQ(unit.manage(scsi::TaskManagementFunction::logical_unit_reset), scsi::ServiceResponse::function_complete);
    EXPECT_FALSE(unit.device<FakeDevice>().descriptor_sense());
    unit.itl().unit_attentions.clear_all();
    EXPECT_EQ(control_byte_2(unit, "0a"), 0x02);
}

TEST(SavedModePages, need_somewhere_to_last) {
    TestUnit unit(std::make_unique<FakeDevice>());
    EXPECT_TRUE(
        unit.run(select_and_save_16, hex(control_with_d_sense)).check(Sense::invalid_field_in_cdb(1, std::uint8_t{0})));
    EXPECT_TRUE(
        unit.run(hex("1a 08 ca 00 ff 00")).check(Sense::illegal_request(scsi::asc::saving_parameters_not_supported)));
    const test::Ran ran = unit.run(hex("1a 08 0a 00 ff 00"));
    ASSERT_TRUE(ran.good());
    EXPECT_EQ(ran.data[4], 0x0A); // PS 0
}

TEST(SavedModePages, every_damaged_byte_brings_the_defaults) {
    const Quiet quiet;
    Shelf whole;
    {
        TestUnit unit(on(whole));
        ASSERT_TRUE(unit.run(select_and_save_16, hex(control_with_d_sense)).good());
    }
    for (std::size_t i = 0; i < whole.stored->size(); ++i) {
        Shelf damaged = whole;
        (*damaged.stored)[i] ^= 0x40;
        TestUnit unit(on(damaged));
        EXPECT_FALSE(unit.device<FakeDevice>().descriptor_sense()) << "byte " << i;
    }
    for (std::size_t length = 0; length < whole.stored->size(); ++length) {
        Shelf cut = whole;
        cut.stored->resize(length);
        TestUnit unit(on(cut));
        EXPECT_FALSE(unit.device<FakeDevice>().descriptor_sense()) << length << " bytes";
    }
}

TEST(SavedModePages, pass_over_pages_of_another_version_and_bits_that_may_not_change) {
    auto image = hex("53435349 4d4f4445 0001 0003"
                     "3b00 0003 3b0199"                               // a page that this version does not have
                     "0800 0004 0802 0000"                            // another length
                     "0a00 000c 0a0a ff ff ff ff ff ff ff ff ff ff"); // bits beyond the mask
    std::array<std::uint8_t, 4> sum{};
    store_be<4>(sum.data(), crc_32c(image));
    image.insert(image.end(), sum.begin(), sum.end());
    Shelf shelf;
    shelf.stored = image;
    TestUnit unit(on(shelf));
    const test::Ran ran = unit.run(hex("1a 08 0a 00 ff 00"));
    EXPECT_EQ(test::to_hex(ran.data), test::to_hex(hex("0f 00 10 00 8a0a 06 10 08 40 0000 0000 0000")));
}

TEST(Checksum, is_crc_32c) { EXPECT_EQ(crc_32c(hex("313233343536373839")), 0xE3069283U); }

TEST(ModeSense, read_only_mappings_see_wp) {
    TestUnit unit(std::make_unique<FakeDevice>());
    const std::size_t reader = unit.add_nexus(true);
    EXPECT_EQ(unit.run(hex("1a 08 0a 00 ff 00"), {.nexus = reader}).data[2], 0x90);
}

TEST(ModeSense, a_capacity_beyond_32_bits_needs_the_long_form) {
    auto device = std::make_unique<FakeDevice>();
    device->count_blocks = 0x1'2345'6789;
    TestUnit unit(std::move(device));
    const test::Ran brief = unit.run(hex("1a 00 0a 00 ff 00"));
    EXPECT_EQ(test::to_hex(Bytes(brief.data).subspan(4, 8)), "ff ff ff ff 00 00 02 00 ");
    const test::Ran large = unit.run(hex("5a 10 0a 00 000000 00ff 00"));
    EXPECT_EQ(test::to_hex(Bytes(large.data).first(24)),
              "00 22 00 10 01 00 00 10 00 00 00 01 23 45 67 89 00 00 00 00 00 00 02 00 ");
}

TEST(ControlPage, swp_stops_writes_and_tas_is_answered) {
    TestUnit unit(std::make_unique<FakeDevice>());
    ASSERT_TRUE(unit.run(select_16, hex("000000000a0a0210084000000000 0000")).good());
    EXPECT_TRUE(unit.device<FakeDevice>().task_aborted_status());
    engine::CommandRow write;
    write.gates = engine::gates_write;
    const auto running = unit.start(hex("000000000000"));
    EXPECT_EQ(unit.device<FakeDevice>().obstacle(write, running->command()),
              Sense::data_protect(scsi::asc::logical_unit_software_write_protected));
}

} // namespace
} // namespace scsilo::spc
