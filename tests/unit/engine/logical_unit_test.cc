// SPDX-License-Identifier: Apache-2.0
// Gates in SAM order, unit attentions, LUN maps (SAM-6 5.3.3, 5.14; SPC-6 4.2.5).
#include "unit/engine/fake_device.h"

namespace scsilo::engine::test {
namespace {

using scsi::Sense;
using scsi::Status;

class LogicalUnitTest : public EngineTest {
  protected:
    Sense sense_of(std::uint64_t which) {
        const auto *how = sender.find(which);
        EXPECT_NE(how, nullptr);
        EXPECT_EQ(how == nullptr ? Status::good : how->status, Status::check_condition);
        return how == nullptr ? Sense{} : how->sense;
    }
    std::uint64_t last_tag = 0;
    Sense try_command(std::vector<std::uint8_t> cdb) {
        sender.send(*itl, ++last_tag, std::move(cdb));
        return sense_of(last_tag);
    }
};

TEST_F(LogicalUnitTest, AnUnknownOperationCodePointsAtByteZero) {
    EXPECT_EQ(try_command({0xC7, 0, 0, 0, 0, 0}), Sense::invalid_operation_code());
}

TEST_F(LogicalUnitTest, AReservedBitIsPointedAt) {
    EXPECT_EQ(try_command({0x00, 0, 0x10, 0, 0, 0}), Sense::invalid_field_in_cdb(2, 4));
    EXPECT_EQ(try_command({0x00, 0, 0, 0, 0, 0x04}), Sense::invalid_field_in_cdb(5, 2)); // NACA
}

TEST_F(LogicalUnitTest, ACdbThatEndsEarlyPointsBehindItsEnd) {
    EXPECT_EQ(try_command({0x00, 0, 0}), Sense::invalid_field_in_cdb(3));
}

TEST_F(LogicalUnitTest, AUnitAttentionComesFirstAndOnce) {
    unit->establish(scsi::asc::mode_parameters_changed);
    EXPECT_EQ(try_command({0xC7, 0, 0, 0, 0, 0}), Sense::unit_attention(scsi::asc::mode_parameters_changed));
    EXPECT_EQ(try_command({0xC7, 0, 0, 0, 0, 0}), Sense::invalid_operation_code());
}

TEST_F(LogicalUnitTest, ARowWithoutTheGateLeavesTheUnitAttentionPending) {
    unit->establish(scsi::asc::mode_parameters_changed);
    sender.send(*itl, 1, jumps_queue);
    EXPECT_EQ(sender.find(1)->status, Status::good);
    EXPECT_TRUE(itl->unit_attentions.pending());
}

TEST_F(LogicalUnitTest, AResetCoversWhatWasPendingBefore) {
    unit->establish(scsi::asc::mode_parameters_changed);
    unit->establish(scsi::asc::bus_device_reset_function_occurred);
    EXPECT_EQ(itl->unit_attentions.take(), scsi::asc::bus_device_reset_function_occurred);
    EXPECT_FALSE(itl->unit_attentions.pending());
}

TEST_F(LogicalUnitTest, ConditionsAreReportedInOrderAndNotTwice) {
    unit->establish(scsi::asc::mode_parameters_changed);
    unit->establish(scsi::asc::capacity_data_has_changed);
    unit->establish(scsi::asc::mode_parameters_changed);
    EXPECT_EQ(itl->unit_attentions.take(), scsi::asc::mode_parameters_changed);
    EXPECT_EQ(itl->unit_attentions.take(), scsi::asc::capacity_data_has_changed);
    EXPECT_EQ(itl->unit_attentions.take(), std::nullopt);
}

TEST_F(LogicalUnitTest, TooManyConditionsDropTheOldest) {
    UnitAttentions attentions;
    for (std::size_t i = 0; i < max_unit_attentions + 2; ++i) {
        attentions.establish({0x80, static_cast<std::uint8_t>(i)});
    }
    EXPECT_EQ(attentions.first(), (scsi::AdditionalSense{0x80, 2}));
}

TEST_F(LogicalUnitTest, AReadOnlyMappingRefusesAWriteOfThatNexusAlone) {
    auto reader = std::make_shared<ItNexus>(port, "reader");
    auto protected_itl = map(reader, 3, true);
    protected_itl->unit_attentions.clear_all();
    sender.send(*protected_itl, 1, waits);
    EXPECT_EQ(sense_of(1), Sense::data_protect(scsi::asc::write_protected));
    sender.send(*itl, 2, waits);
    EXPECT_EQ(sender.find(2), nullptr); // runs
}

TEST_F(LogicalUnitTest, TheDevicesObstacleIsReported) {
    device->obstacle_sense = Sense::not_ready(scsi::asc::medium_not_present);
    EXPECT_EQ(try_command(at_once), Sense::not_ready(scsi::asc::medium_not_present));
}

TEST_F(LogicalUnitTest, ANewLogicalUnitIsAnnouncedOnTheOthersOfItsNexus) {
    auto added = map(nexus, 5);
    EXPECT_TRUE(added->unit_attentions.pending());
    EXPECT_EQ(added->unit_attentions.first(), scsi::asc::power_on_reset_or_bus_device_reset_occurred);
    EXPECT_EQ(itl->unit_attentions.first(), scsi::asc::reported_luns_data_has_changed);
    EXPECT_FALSE(other->unit_attentions.pending());
    nexus->clear_reported_luns();
    EXPECT_FALSE(itl->unit_attentions.pending());
}

TEST_F(LogicalUnitTest, ATakenLunIsRefused) {
    EXPECT_FALSE(nexus->map(0, unit, false));
    EXPECT_EQ(nexus->luns()->size(), 1U);
}

} // namespace
} // namespace scsilo::engine::test
