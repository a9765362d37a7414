// SPDX-License-Identifier: Apache-2.0
// Saved mode pages in a real file: through the shard's ring, and back after the device was made anew.
#include "fake_device.h"

#include "device/spc/saved_pages_file.h"
#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include "base/log.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace scsilo::spc {
namespace {

using test::hex;
using test::TestUnit;

class SavedPagesInAFile : public testing::Test {
  protected:
    SavedPagesInAFile() {
        set_log_sink([](Severity, std::string_view) {});
        std::filesystem::create_directory(directory_);
    }
    ~SavedPagesInAFile() override {
        std::filesystem::remove_all(directory_);
        set_log_sink(nullptr);
    }
    [[nodiscard]] std::unique_ptr<FakeDevice> device() const {
        return std::make_unique<FakeDevice>(std::make_unique<SavedPagesFile>(path()));
    }
    [[nodiscard]] std::string path() const { return directory_ + "/disk1.modes"; }
    // MODE SELECT(6) with SP that sets D_SENSE.
    static test::Ran save_descriptor_sense(TestUnit &unit) {
        return unit.run(hex("15 11 0000 10 00"), hex("00000000 0a0a 0610 0000 0000 0000 0000"));
    }

    const std::string directory_ = testing::TempDir() + "scsilo_saved_pages." + std::to_string(getpid());
};

TEST_F(SavedPagesInAFile, outlive_the_device) {
    {
        TestUnit unit(device());
        EXPECT_FALSE(unit.device<FakeDevice>().descriptor_sense());
        EXPECT_TRUE(save_descriptor_sense(unit).good());
    }
    TestUnit next(device());
    EXPECT_TRUE(next.device<FakeDevice>().descriptor_sense());
}

TEST_F(SavedPagesInAFile, cannot_be_saved_where_the_directory_is_gone) {
    TestUnit unit(device());
    std::filesystem::remove_all(directory_);
    EXPECT_TRUE(save_descriptor_sense(unit).check(scsi::Sense::hardware_error(scsi::asc::internal_target_failure)));
}

TEST_F(SavedPagesInAFile, are_the_defaults_where_something_else_has_the_name) {
    std::filesystem::create_directory(path());
    TestUnit unit(device());
    EXPECT_TRUE(unit.run(hex("1a 08 ca 00 ff 00")).good());
    EXPECT_FALSE(unit.device<FakeDevice>().descriptor_sense());
}

} // namespace
} // namespace scsilo::spc
