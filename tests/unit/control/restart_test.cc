// SPDX-License-Identifier: Apache-2.0
// The configuration survives a restart; what cannot be restored is kept; a corrupt file is refused and left alone.
#include "control_fixture.h"

#include "base/config_error.h"

namespace scsilo::control {
namespace {

class Restart : public ControlTest {
  protected:
    void expect_written(std::string_view path, const std::string &command) {
        EXPECT_EQ(write(path, command), 0) << command;
    }
    void put_configuration(const std::string &text) const { std::ofstream(directory_ / "configuration.json") << text; }
    [[nodiscard]] std::string everything() {
        std::string all;
        for (const auto *path :
             {"scsi_tgt/scsi_tgt", "scsi_tgt/sessions", "scsi_tgt/threads", "scsi_tgt/groups/Default/devices",
              "scsi_tgt/groups/g/devices", "scsi_tgt/groups/g/names", "scsi_tgt/vdisk/vdisk",
              "module/scst_local/parameters/add_host", "scsi/scsi"}) {
            all += read(path);
        }
        return all;
    }
};

TEST_F(Restart, BringsEverythingBack) {
    start();
    expect_written("scsi_tgt/vdisk/vdisk", "open d " + image("d.img", 1 << 20) + " 4096 WRITE_THROUGH REMOVABLE");
    expect_written("scsi_tgt/vdisk/vdisk", "open n any NULLIO");
    expect_written("scsi_tgt/scsi_tgt", "add_group g");
    expect_written("scsi_tgt/groups/g/names", "add scstlclhst1:0");
    expect_written("scsi_tgt/groups/g/devices", "add n 300 READ_ONLY");
    expect_written("scsi_tgt/groups/Default/devices", "add n 1");
    expect_written("scsi_tgt/groups/Default/devices", "add d 0");
    expect_written("drivers/scst_local/add_host", "+1");
    expect_written("scsi_tgt/threads", "2");
    const std::string before = everything();
    const std::string file = saved();
    start();
    EXPECT_EQ(everything(), before);
    EXPECT_EQ(saved(), file);
    parameters_ = "add_host=1"; // the command line wins
    start();
    EXPECT_EQ(read("module/scst_local/parameters/add_host"), "1\n");
}

TEST_F(Restart, KeepsWhatCannotBeRestored) {
    start();
    const std::string path = image("d.img", 1 << 20);
    expect_written("scsi_tgt/vdisk/vdisk", "open d " + path);
    expect_written("scsi_tgt/groups/Default/devices", "add d 0");
    std::filesystem::rename(path, path + ".away");
    start();
    EXPECT_EQ(system_->control().execute([&] { return system_->devices().size(); }), 0U);
    EXPECT_NE(system_->status().find("2 saved objects could not be restored"), std::string::npos) << system_->status();
    expect_written("scsi_tgt/vdisk/vdisk", "open n any NULLIO"); // a change rewrites the file
    start();
    EXPECT_NE(saved().find(path), std::string::npos);
    std::filesystem::rename(path + ".away", path);
    start();
    EXPECT_NE(
        read("scsi_tgt/groups/Default/devices").find("d                                                           0"),
        std::string::npos);
    EXPECT_EQ(system_->status().find("could not be restored"), std::string::npos);
}

TEST_F(Restart, AVerbMakesWhatIsKeptObsolete) {
    put_configuration(
        R"({"version": 1, "devices": [{"name": "d", "filename": "/nowhere"}, {"name": "e", "filename": "/nowhere"}],
                          "groups": [{"name": "Default", "devices": [{"lun": 0, "device": "d", "read_only": false}], "names": []},
                                     {"name": "bad/name"}]})");
    start();
    EXPECT_NE(system_->status().find("4 saved objects"), std::string::npos) << system_->status();
    expect_written("scsi_tgt/vdisk/vdisk", "close d");
    expect_written("scsi_tgt/vdisk/vdisk", "open e any NULLIO");
    expect_written("scsi_tgt/groups/Default/devices", "del d");
    expect_written("scsi_tgt/scsi_tgt", "del_group bad/name");
    EXPECT_EQ(system_->status().find("saved objects"), std::string::npos) << system_->status();
    EXPECT_EQ(saved().find("nowhere"), std::string::npos);
}

TEST_F(Restart, ACorruptFileIsRefusedAndKept) {
    for (const std::string text : {"", "{", "[]", "{}", R"({"version": "1"})", R"({"version": 2})",
                                   R"({"version": 1, "devices": 7})", R"({"version": 1, "groups": [1]})"}) {
        put_configuration(text);
        try {
            start();
            ADD_FAILURE() << text;
        } catch (const ConfigError &error) {
            EXPECT_NE(std::string(error.what()).find("configuration.json"), std::string::npos) << error.what();
        }
        EXPECT_EQ(saved(), text);
    }
}

TEST_F(Restart, ObjectsWithWrongMembersAreKeptOneByOne) {
    put_configuration(R"({"version": 1, "threads": "x", "scst_local": {"add_host": 7},
                          "devices": [{}, {"name": 1}, {"name": "a", "filename": 3}, {"name": "b", "filename": "x", "nullio": "1", "colour": "red"},
                                      {"name": "ok", "filename": "x", "nullio": "1"}],
                          "groups": [{"name": "Default", "devices": [{"lun": -1, "device": "ok"}, {"lun": 2}, {"lun": 3, "device": "ok"}], "names": []},
                                     {"name": "g", "names": [1]}, {"name": "h", "devices": 1}]})");
    start();
    EXPECT_NE(
        read("scsi_tgt/scsi_tgt").find("\nok                                                          vdisk_null\n"),
        std::string::npos);
    EXPECT_NE(read("scsi_tgt/groups/Default/devices").find("3            \n"), std::string::npos);
    EXPECT_NE(system_->status().find("(8 saved objects"), std::string::npos) << system_->status();
    for (const auto *kept : {"colour", "\"lun\": -1", "\"h\""}) {
        EXPECT_NE(saved().find(kept), std::string::npos) << kept << saved();
    }
}

TEST_F(Restart, AFailureToSaveIsShown) {
    start();
    const auto moved = directory_;
    std::filesystem::remove_all(directory_);
    expect_written("scsi_tgt/scsi_tgt", "add_group g");
    EXPECT_NE(system_->status().find("NOT SAVED"), std::string::npos) << system_->status();
}

} // namespace
} // namespace scsilo::control
