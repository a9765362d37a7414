// SPDX-License-Identifier: Apache-2.0
// Names of commands by device type, and of SAM's codes.
#include "scsi/names.h"

#include <gtest/gtest.h>
#include <vector>

namespace scsilo::scsi {
namespace {

using Raw = std::vector<std::uint8_t>;
using Type = PeripheralDeviceType;

TEST(CommandName, ByOperationCodeAndServiceAction) {
    EXPECT_EQ(command_name(Cdb(Raw{0x28})), "READ(10)");
    EXPECT_EQ(command_name(Cdb(Raw{0x9E, 0xF0})), "READ CAPACITY(16)");
    EXPECT_EQ(command_name(Cdb(Raw{0xA3, 0x0C})), "REPORT SUPPORTED OPERATION CODES");
    EXPECT_EQ(command_name(0x7F, 0x000B), "WRITE(32)");
    EXPECT_EQ(command_name(0x9E, 0x1E), "");
    EXPECT_EQ(command_name(0xFF, std::nullopt), "");
}

TEST(CommandName, DeviceTypeDecidesSharedCodes) {
    EXPECT_EQ(command_name(0x01, std::nullopt), "REZERO UNIT");
    EXPECT_EQ(command_name(0x01, std::nullopt, Type::sequential_access), "REWIND");
    EXPECT_EQ(command_name(0x1B, std::nullopt, Type::media_changer), "OPEN/CLOSE IMPORT/EXPORT ELEMENT");
    EXPECT_EQ(command_name(Cdb(Raw{0x34, 0x06}), Type::sequential_access), "READ POSITION");
    EXPECT_EQ(command_name(Cdb(Raw{0x34, 0x06})), "PRE-FETCH(10)");
    EXPECT_EQ(command_name(Cdb(Raw{0xA4, 0x0A}), Type::cd_dvd), "REPORT KEY");
    EXPECT_EQ(command_name(Cdb(Raw{0xA4, 0x0A})), "SET TARGET PORT GROUPS");
}

TEST(Names, OfCodes) {
    EXPECT_EQ(name(Status::task_set_full), "TASK SET FULL");
    EXPECT_EQ(name(static_cast<Status>(0x01)), "RESERVED");
    EXPECT_EQ(name(SenseKey::illegal_request), "ILLEGAL REQUEST");
    EXPECT_EQ(name(SenseKey::volume_overflow), "VOLUME OVERFLOW");
    EXPECT_EQ(name(SenseKey::completed), "COMPLETED");
    EXPECT_EQ(name(TaskManagementFunction::query_task_set), "QUERY TASK SET");
    EXPECT_EQ(name(TaskAttribute::head_of_queue), "HEAD OF QUEUE");
    EXPECT_EQ(name(ServiceResponse::function_complete), "FUNCTION COMPLETE");
    EXPECT_EQ(name(Type::media_changer), "media changer device");
}

} // namespace
} // namespace scsilo::scsi
