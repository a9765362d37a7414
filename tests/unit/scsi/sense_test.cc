// SPDX-License-Identifier: Apache-2.0
// Sense data against hand-written bytes (SPC-6 4.4), and decode(encode(x)) over random senses.
#include "scsi/sense.h"

#include <array>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace scsilo::scsi {
namespace {

using Raw = std::vector<std::uint8_t>;
using Kind = SenseKeySpecific::Kind;

Raw fixed(const Sense &sense, std::size_t room = 64) {
    Raw bytes(room, 0xEE);
    bytes.resize(encode_fixed(sense, bytes));
    return bytes;
}

Raw descriptor(const Sense &sense, std::size_t room = 64) {
    Raw bytes(room, 0xEE);
    bytes.resize(encode_descriptor(sense, bytes));
    return bytes;
}

TEST(SenseFixed, InvalidFieldInCdbPointsAtByteAndBit) {
    EXPECT_EQ(fixed(Sense::invalid_field_in_cdb(2, 4)),
              (Raw{0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x00, 0, 0xCC, 0x00, 0x02}));
    EXPECT_EQ(fixed(Sense::invalid_field_in_cdb(0x0102)),
              (Raw{0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x00, 0, 0xC0, 0x01, 0x02}));
    EXPECT_EQ(fixed(Sense::invalid_field_in_parameter_list(7, 0)),
              (Raw{0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x26, 0x00, 0, 0x88, 0x00, 0x07}));
}

TEST(SenseFixed, InformationIsValidOnlyInsideOf32Bits) {
    EXPECT_EQ(fixed(Sense::medium_error(asc::unrecovered_read_error, 0x12345678)),
              (Raw{0xF0, 0, 0x03, 0x12, 0x34, 0x56, 0x78, 10, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0}));
    EXPECT_EQ(fixed(Sense::lba_out_of_range(0x1'0000'0000)),
              (Raw{0x70, 0, 0x05, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x21, 0, 0, 0, 0, 0}));
}

TEST(SenseFixed, TapeFlagsAndDeferred) {
    Sense sense = Sense::of(SenseKey::no_sense, asc::filemark_detected).with_information(4).as_deferred();
    sense.filemark = true;
    sense.ili = true;
    EXPECT_EQ(fixed(sense), (Raw{0xF1, 0, 0xA0, 0, 0, 0, 4, 10, 0, 0, 0, 0, 0x00, 0x01, 0, 0, 0, 0}));
}

TEST(SenseFixed, ProgressOfAFormat) {
    EXPECT_EQ(fixed(Sense::not_ready(asc::logical_unit_not_ready_format_in_progress).with_progress(0x8000)),
              (Raw{0x70, 0, 0x02, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x04, 0, 0x80, 0x80, 0x00}));
}

TEST(SenseDescriptor, EveryDescriptorInItsForm) {
    const Sense sense = Sense::invalid_field_in_cdb(2, 4).with_information(0x1'0000'0000).with_command_specific(7);
    EXPECT_EQ(descriptor(sense), (Raw{0x72, 0x05, 0x24, 0x00, 0,    0,    0,    32,             // header
                                      0x00, 0x0A, 0x80, 0,    0,    0,    0,    1,  0, 0, 0, 0, // information
                                      0x01, 0x0A, 0,    0,    0,    0,    0,    0,  0, 0, 0, 7, // command specific
                                      0x02, 0x06, 0,    0,    0xCC, 0x00, 0x02, 0}));           // sense key specific
}

TEST(SenseDescriptor, FlagsTravelInStreamOrBlockDescriptor) {
    Sense tape = Sense::no_sense();
    tape.stream_commands = true;
    tape.ili = true;
    EXPECT_EQ(descriptor(tape), (Raw{0x72, 0, 0, 0, 0, 0, 0, 4, 0x04, 0x02, 0, 0x20}));
    tape.filemark = true;
    tape.eom = true;
    EXPECT_EQ(descriptor(tape), (Raw{0x72, 0, 0, 0, 0, 0, 0, 4, 0x04, 0x02, 0, 0xE0}));
    Sense disk = Sense::no_sense();
    disk.ili = true;
    EXPECT_EQ(descriptor(disk), (Raw{0x72, 0, 0, 0, 0, 0, 0, 4, 0x05, 0x02, 0, 0x20}));
}

TEST(SenseDescriptor, NothingToAddIsEightBytes) {
    EXPECT_EQ(descriptor(Sense::unit_attention(asc::power_on_occurred).as_deferred()),
              (Raw{0x73, 0x06, 0x29, 0x01, 0, 0, 0, 0}));
}

TEST(Sense, EncodingStopsAtTheEndOfTheRoom) {
    EXPECT_EQ(fixed(Sense::invalid_operation_code(), 5).size(), 5U);
    EXPECT_EQ(descriptor(Sense::lba_out_of_range(1), 10).size(), 10U);
    EXPECT_EQ(fixed(Sense::no_sense(), 0).size(), 0U);
}

TEST(SenseDecode, RefusesWhatIsNoSenseData) {
    EXPECT_EQ(decode({}), std::nullopt);
    EXPECT_EQ(decode(Raw{0x70, 0, 5}), std::nullopt);
    EXPECT_EQ(decode(Raw{0x72, 5, 0x24}), std::nullopt);
    EXPECT_EQ(decode(Raw(18, 0x7F)), std::nullopt);
    EXPECT_EQ(decode(Raw(18, 0x00)), std::nullopt);
}

TEST(SenseDecode, UnknownAndCutDescriptorsAreSkipped) {
    const auto sense =
        decode(Raw{0x72, 0x03, 0x11, 0x00, 0, 0, 0, 18, 0x80, 0x02, 9, 9, 0x05, 0x02, 0, 0x20, 0x00, 0x0A, 0x80, 0});
    ASSERT_TRUE(sense);
    EXPECT_TRUE(sense->ili);
    EXPECT_FALSE(sense->information_valid);
}

SenseKeySpecific random_specific(SenseKey key, std::mt19937 &random) {
    SenseKeySpecific specific;
    const auto number = static_cast<std::uint16_t>(random());
    const std::optional<std::uint8_t> bit =
        random() % 2 != 0 ? std::optional(static_cast<std::uint8_t>(random() % 8)) : std::nullopt;
    switch (key) {
    case SenseKey::illegal_request:
        return {Kind::field_pointer, random() % 2 != 0, false, bit, number};
    case SenseKey::copy_aborted:
        return {Kind::segment_pointer, false, random() % 2 != 0, bit, number};
    case SenseKey::medium_error:
    case SenseKey::hardware_error:
    case SenseKey::recovered_error:
        return {Kind::actual_retry_count, false, false, std::nullopt, number};
    case SenseKey::no_sense:
    case SenseKey::not_ready:
        return {Kind::progress, false, false, std::nullopt, number};
    case SenseKey::unit_attention:
        return {Kind::unit_attention_overflow, false, false, std::nullopt, static_cast<std::uint16_t>(number & 1U)};
    default:
        return specific;
    }
}

// Numbers of every size, zero among them.
std::uint64_t random_number(std::mt19937 &random) {
    const std::uint64_t wide = static_cast<std::uint64_t>(random()) << 32 | random();
    return wide >> random() % 64;
}

Sense random_sense(std::mt19937 &random) {
    Sense sense = Sense::of(static_cast<SenseKey>(random() % 16),
                            {static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random())});
    if (random() % 2 != 0) {
        sense = sense.with_information(random_number(random));
    }
    if (random() % 2 != 0) {
        sense = sense.with_command_specific(random_number(random));
    }
    if (random() % 2 != 0) {
        sense.specific = random_specific(sense.key, random);
    }
    sense.deferred = random() % 2 != 0;
    sense.sdat_ovfl = random() % 2 != 0;
    sense.ili = random() % 2 != 0;
    sense.stream_commands = random() % 2 != 0;
    sense.filemark = sense.stream_commands && random() % 2 != 0;
    sense.eom = sense.stream_commands && random() % 2 != 0;
    return sense;
}

// What the fixed format cannot say, as its decoder's comment tells.
Sense as_fixed_format_knows_it(Sense sense) {
    if (sense.information > 0xFFFFFFFF) {
        sense.information = 0;
        sense.information_valid = false;
    }
    if (sense.command_specific > 0xFFFFFFFF || sense.command_specific == 0) {
        sense.command_specific = 0;
        sense.command_specific_valid = false;
    }
    sense.stream_commands = sense.filemark || sense.eom;
    return sense;
}

TEST(SenseProperty, DecodeReturnsWhatEncodeWrote) {
    std::mt19937 random(1986);
    for (int i = 0; i < 20000; ++i) {
        const Sense sense = random_sense(random);
        ASSERT_EQ(decode(descriptor(sense)), sense) << i << ": " << to_text(sense);
        ASSERT_EQ(decode(fixed(sense)), as_fixed_format_knows_it(sense)) << i << ": " << to_text(sense);
    }
}

TEST(SenseProperty, DecodeReadsNothingBeyondTheEnd) {
    std::mt19937 random(1994);
    for (int i = 0; i < 20000; ++i) {
        Raw bytes(random() % 60);
        for (auto &byte : bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        if (!bytes.empty()) {
            bytes[0] = static_cast<std::uint8_t>(0x70 | bytes[0]);
        }
        const auto sense = decode(bytes);
        if (sense) {
            EXPECT_FALSE(to_text(*sense).empty());
        }
    }
}

TEST(SenseText, OneLineForPeople) {
    EXPECT_EQ(to_text(Sense::invalid_field_in_cdb(2, 4)),
              "ILLEGAL REQUEST, INVALID FIELD IN CDB (24/00), CDB byte 2 bit 4");
    EXPECT_EQ(to_text(Sense::medium_error(asc::unrecovered_read_error, 77)),
              "MEDIUM ERROR, UNRECOVERED READ ERROR (11/00), information 77");
    EXPECT_EQ(to_text(Sense::hardware_error({0x40, 0x85})), "HARDWARE ERROR, DIAGNOSTIC FAILURE ON COMPONENT (40/85)");
    EXPECT_EQ(to_text(Sense::aborted_command({0x99, 0x01})), "ABORTED COMMAND, code without a T10 name (99/01)");
}

TEST(AdditionalSense, NumbersOfConstantsThatOthersRelyOn) {
    EXPECT_EQ(asc::power_on_reset_or_bus_device_reset_occurred, (AdditionalSense{0x29, 0x00}));
    EXPECT_EQ(asc::scsi_bus_reset, (AdditionalSense{0x29, 0x02}));
    EXPECT_EQ(asc::bus_device_reset_function_occurred, (AdditionalSense{0x29, 0x03}));
    EXPECT_EQ(asc::i_t_nexus_loss_occurred, (AdditionalSense{0x29, 0x07}));
    EXPECT_EQ(asc::mode_parameters_changed, (AdditionalSense{0x2A, 0x01}));
    EXPECT_EQ(asc::capacity_data_has_changed, (AdditionalSense{0x2A, 0x09}));
    EXPECT_EQ(asc::commands_cleared_by_another_initiator, (AdditionalSense{0x2F, 0x00}));
    EXPECT_EQ(asc::inquiry_data_has_changed, (AdditionalSense{0x3F, 0x03}));
    EXPECT_EQ(asc::reported_luns_data_has_changed, (AdditionalSense{0x3F, 0x0E}));
    EXPECT_EQ(additional_sense_name(asc::medium_not_present), "MEDIUM NOT PRESENT");
}

} // namespace
} // namespace scsilo::scsi
