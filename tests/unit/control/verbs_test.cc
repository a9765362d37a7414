// SPDX-License-Identifier: Apache-2.0
// Every verb with bad input has its errno and leaves no trace; good input is in force when the write returns.
#include "control_fixture.h"

#include <cerrno>

namespace scsilo::control {
namespace {

class Verbs : public ControlTest {
  protected:
    Verbs() {
        start();
        EXPECT_EQ(write("scsi_tgt/vdisk/vdisk", "open n1 x NULLIO"), 0);
        EXPECT_EQ(write("scsi_tgt/groups/Default/devices", "add n1 0"), 0);
    }

    [[nodiscard]] std::string everything() {
        std::string all = saved();
        for (const auto *path :
             {"scsi_tgt/scsi_tgt", "scsi_tgt/sessions", "scsi_tgt/threads", "scsi_tgt/groups/Default/devices",
              "scsi_tgt/groups/Default/names", "scsi_tgt/vdisk/vdisk", "module/scst_local/parameters/add_host",
              "scsi/scsi", "scsi_tgt/trace_level"}) {
            all += read(path);
        }
        for (const auto &entry : dev_->list()) {
            all += entry.name;
        }
        return all;
    }

    void refused(std::string_view path, const std::string &command, int error) {
        const std::string before = everything();
        EXPECT_EQ(write(path, command), error) << path << ": " << command;
        const std::string sentence = read("last_error");
        EXPECT_GT(sentence.size(), 10U) << command;
        EXPECT_EQ(everything(), before) << command;
    }
};

TEST_F(Verbs, ScsiTgtRefuses) {
    const std::string long_name(256, 'g');
    for (const std::string command :
         {"", "add_group", "add_group ", "add_group Default", "add_group a/b", "add_group ..", "add_group a\x01",
          "del_group Default", "del_group nobody", "assign 1:0:0 vdisk", "assign 1:0:0:0 vdisk", "assign", "nonsense",
          "addgroup x"}) {
        refused("scsi_tgt/scsi_tgt", command, EINVAL);
    }
    refused("scsi_tgt/scsi_tgt", "add_group " + long_name, EINVAL);
}

TEST_F(Verbs, VdiskRefuses) {
    const std::string small = image("small.img", 100);
    const std::string good = image("good.img", 1 << 20);
    for (const std::string &command : std::vector<std::string>{"open",
                                                               "open ",
                                                               "open a",
                                                               "open a relative",
                                                               "open sixteencharacter /x",
                                                               "open n1 x NULLIO",
                                                               "OPEN a x NULLIO",
                                                               "open a/b x NULLIO",
                                                               "open . x NULLIO",
                                                               "open .. x NULLIO",
                                                               "open a x 511 NULLIO",
                                                               "open a x 0 NULLIO",
                                                               "open a x 513 NULLIO",
                                                               "open a x 256 NULLIO",
                                                               "open a x 131072 NULLIO",
                                                               "open a x 512k NULLIO",
                                                               "open a x 99999999999999999999 NULLIO",
                                                               "open a x nullio",
                                                               "open a x NULLIO,READ_ONLY",
                                                               "open a x NULLIO BLOCKIO",
                                                               "open a x NULLIO SOMETHING",
                                                               "open a " + small,
                                                               "open a " + good + " BLOCKIO",
                                                               "close",
                                                               "close ",
                                                               "close nobody",
                                                               "change n1"}) {
        refused("scsi_tgt/vdisk/vdisk", command, EINVAL);
    }
    refused("scsi_tgt/vdisk/vdisk", "open a /nowhere/at/all", ENOENT);
}

TEST_F(Verbs, GroupDevicesRefuse) {
    for (const auto *command : {"", "add", "add ", "add n1", "add n1 x", "add n1 1x", "add n1 0", "add n1 -1",
                                "add nobody 1", "add n1 1 RO", "add n1 16384", "add n1 99999999999999999999",
                                "add 1:0:0:0 1", "del nobody", "del 1:0:0:0", "del ", "remove n1"}) {
        refused("scsi_tgt/groups/Default/devices", command, EINVAL);
    }
}

TEST_F(Verbs, NumbersAndParametersRefuse) {
    for (const auto *command : {"", "0", "x", "-1", " 1", "65", "4294967297"}) {
        refused("scsi_tgt/threads", command, EINVAL);
    }
    for (const auto *command : {"", "+", "-", "x", "+x", "-2", "+127", "128", "1 2", "+-1"}) {
        refused("module/scst_local/parameters/add_host", command, EINVAL);
        refused("drivers/scst_local/add_host", std::string(command) == "128" ? "+128" : command, EINVAL);
    }
    refused("module/scst_local/parameters/num_tgts", "2", EACCES);
    refused("scsi_tgt/groups/Default/names", "add ", EINVAL);
    refused("scsi_tgt/groups/Default/names", "nonsense", EINVAL);
    refused("scsi_tgt/trace_level", "add nonsense", EINVAL);
    refused("scsi_tgt/nothing", "x", ENOENT);
    refused("scsi_tgt/version/x", "x", ENOTDIR);
    refused("scsi_tgt", "x", EISDIR);
}

TEST_F(Verbs, LengthNulAndNewline) {
    const auto raw = [&](const std::string &bytes) {
        return system_->write_file("scsi_tgt/threads", bytes).error_number;
    };
    EXPECT_EQ(raw(std::string(max_command_bytes + 1, '1')), EOVERFLOW);
    EXPECT_EQ(raw("2"), 0);
    EXPECT_EQ(read("scsi_tgt/threads"), "2\n");
    EXPECT_EQ(raw(std::string("3\n\0\0junk", 8)), 0);
    EXPECT_EQ(read("scsi_tgt/threads"), "3\n");
    EXPECT_EQ(raw("1 thread, please"), 0);
    EXPECT_EQ(read("scsi_tgt/threads"), "1\n");
    EXPECT_EQ(write("scsi_tgt/vdisk/vdisk", ""), 0); // 2008: an empty line does nothing
}

TEST_F(Verbs, GroupVerbsAreCaseInsensitivePrefixes) {
    EXPECT_EQ(write("scsi_tgt/groups/Default/devices", "ADD n1 3 read_onlyXYZ"), 0);
    EXPECT_NE(read("scsi_tgt/groups/Default/devices").find("3            RO\n"), std::string::npos);
    EXPECT_EQ(write("scsi_tgt/groups/Default/devices", "clearXYZ"), 0);
    EXPECT_EQ(count_nodes(), 0U);
    EXPECT_EQ(write("scsi_tgt/scsi_tgt", "ADD_GROUP with blanks"), 0);
    EXPECT_EQ(read("scsi_tgt/groups/with blanks/names"), "");
    EXPECT_EQ(write("scsi_tgt/scsi_tgt", "Del_Group with blanks"), 0);
}

TEST_F(Verbs, NamesForgiveDuplicatesAndUnknownOnes) {
    const std::string_view names = "scsi_tgt/groups/Default/names";
    EXPECT_EQ(write(names, "add one rest"), 0);
    EXPECT_EQ(write(names, "add one"), 0);
    EXPECT_EQ(write(names, "add two"), 0);
    EXPECT_EQ(write(names, "del nobody"), 0);
    EXPECT_EQ(read(names), "one\ntwo\n");
    EXPECT_EQ(write(names, "del one"), 0);
    EXPECT_EQ(read(names), "two\n");
    EXPECT_EQ(write(names, "clear"), 0);
    EXPECT_EQ(read(names), "");
}

TEST_F(Verbs, ClosingADeviceTakesItOutOfAllGroups) {
    EXPECT_EQ(write("scsi_tgt/scsi_tgt", "add_group g"), 0);
    EXPECT_EQ(write("scsi_tgt/groups/g/devices", "add n1 7"), 0);
    EXPECT_NE(count_nodes(), 0U);
    EXPECT_EQ(write("scsi_tgt/vdisk/vdisk", "close n1"), 0);
    EXPECT_EQ(count_nodes(), 0U);
    const std::string header = "Device (host:ch:id:lun or name)                             LUN          Options\n";
    EXPECT_EQ(read("scsi_tgt/groups/g/devices"), header);
    EXPECT_EQ(read("scsi_tgt/groups/Default/devices"), header);
}

TEST_F(Verbs, SessionsGoToTheGroupOfTheirNameThenOfTheirTargetThenDefault) {
    EXPECT_EQ(write("scsi_tgt/scsi_tgt", "add_group mine"), 0);
    EXPECT_EQ(write("scsi_tgt/scsi_tgt", "add_group Default_scstlcltgt2"), 0);
    EXPECT_EQ(write("scsi_tgt/groups/mine/names", "add scstlclhst1:0"), 0);
    EXPECT_EQ(write("module/scst_local/parameters/add_host", "+2"), 0);
    const auto group_of = [&](std::size_t i) {
        return system_->control().execute([&] { return system_->sessions().at(i).group->name; });
    };
    EXPECT_EQ(group_of(0), "Default");
    EXPECT_EQ(group_of(1), "mine");
    EXPECT_EQ(group_of(2), "Default_scstlcltgt2");
    EXPECT_EQ(write("scsi_tgt/scsi_tgt", "del_group mine"), EBUSY);
    EXPECT_EQ(write("drivers/scst_local/add_host", "-2"), 0);
    EXPECT_EQ(write("scsi_tgt/scsi_tgt", "del_group mine"), 0);
    EXPECT_EQ(read("module/scst_local/parameters/add_host"), "1\n");
    EXPECT_EQ(write("drivers/scst_local/add_host", "1"), 0); // adds, as 2008's driver attribute
    EXPECT_EQ(read("module/scst_local/parameters/add_host"), "2\n");
    EXPECT_EQ(write("module/scst_local/parameters/add_host", "0"), 0); // sets
    EXPECT_EQ(read("drivers/scst_local/add_host"), "");
    EXPECT_EQ(count_nodes(), 0U);
}

TEST_F(Verbs, TwoWritersAtOnceLeaveAWholeSystem) {
    const auto hammer = [&](const std::string &name, const std::string &lun) {
        for (int i = 0; i < 40; ++i) {
            EXPECT_EQ(write("scsi_tgt/vdisk/vdisk", "open " + name + " x NULLIO"), 0);
            EXPECT_EQ(write("scsi_tgt/groups/Default/devices", "add " + name + " " + lun), 0);
            (void)read("scsi_tgt/sessions");
            EXPECT_EQ(write("scsi_tgt/vdisk/vdisk", "close " + name), 0);
        }
    };
    const std::string before = read("scsi_tgt/groups/Default/devices");
    std::thread other(hammer, "a", "1");
    hammer("b", "2");
    other.join();
    EXPECT_EQ(read("scsi_tgt/groups/Default/devices"), before);
    EXPECT_EQ(system_->status().substr(0, 22), "threads: 1\ndevices: 1\n");
}

} // namespace
} // namespace scsilo::control
