// SPDX-License-Identifier: Apache-2.0
// Exact bytes of every file of a populated system (procfs layout, E3).
#include "control_fixture.h"

namespace scsilo::control {
namespace {

class Golden : public ControlTest {
  protected:
    Golden() {
        parameters_ = "add_host=2 num_tgts=1 max_luns=8";
        start();
        image_ = image("disk.img", 64 << 20);
        expect_written("scsi_tgt/vdisk/vdisk", "open vm_disk1 " + image_);
        expect_written("scsi_tgt/vdisk/vdisk", "open null1 none 4096 READ_ONLY NULLIO REMOVABLE");
        expect_written("scsi_tgt/scsi_tgt", "add_group Other");
        expect_written("scsi_tgt/groups/Other/names", "add scstlclhst9:0");
        expect_written("scsi_tgt/groups/Default/devices", "add vm_disk1 0");
        expect_written("scsi_tgt/groups/Default/devices", "add null1 0x5 read_only");
    }
    void expect_written(std::string_view path, const std::string &command) {
        EXPECT_EQ(write(path, command), 0) << command;
    }
    std::string image_;
};

void list_all(Tree &tree, const std::string &path, std::string &into) {
    for (const Tree::Entry &entry : tree.list(path)) {
        into += fmt::format("{:04o} {}{}{}\n", entry.mode, path, entry.name, entry.directory ? "/" : "");
        if (entry.directory) {
            list_all(tree, path + entry.name + "/", into);
        }
    }
}

TEST_F(Golden, TheTreeHasTheseFilesWithTheseModes) {
    std::string tree;
    system_->control().execute([&] { list_all(system_->tree(), "", tree); });
    EXPECT_EQ(tree, "0555 drivers/\n"
                    "0555 drivers/scst_local/\n"
                    "0644 drivers/scst_local/add_host\n"
                    "0444 last_error\n"
                    "0555 module/\n"
                    "0555 module/scst_local/\n"
                    "0444 module/scst_local/modinfo\n"
                    "0555 module/scst_local/parameters/\n"
                    "0444 module/scst_local/parameters/add_default_tgt\n"
                    "0644 module/scst_local/parameters/add_host\n"
                    "0444 module/scst_local/parameters/max_luns\n"
                    "0444 module/scst_local/parameters/num_tgts\n"
                    "0555 scsi/\n"
                    "0444 scsi/scsi\n"
                    "0555 scsi/scst_ini_targ_debug/\n"
                    "0444 scsi/scst_ini_targ_debug/0\n"
                    "0444 scsi/scst_ini_targ_debug/1\n"
                    "0555 scsi_tgt/\n"
                    "0555 scsi_tgt/groups/\n"
                    "0555 scsi_tgt/groups/Default/\n"
                    "0644 scsi_tgt/groups/Default/devices\n"
                    "0644 scsi_tgt/groups/Default/names\n"
                    "0555 scsi_tgt/groups/Other/\n"
                    "0644 scsi_tgt/groups/Other/devices\n"
                    "0644 scsi_tgt/groups/Other/names\n"
                    "0444 scsi_tgt/help\n"
                    "0644 scsi_tgt/scsi_tgt\n"
                    "0555 scsi_tgt/scst_local/\n"
                    "0644 scsi_tgt/scst_local/trace_level\n"
                    "0444 scsi_tgt/sessions\n"
                    "0444 scsi_tgt/sgv\n"
                    "0644 scsi_tgt/threads\n"
                    "0644 scsi_tgt/trace_level\n"
                    "0555 scsi_tgt/vdisk/\n"
                    "0444 scsi_tgt/vdisk/help\n"
                    "0644 scsi_tgt/vdisk/trace_level\n"
                    "0444 scsi_tgt/vdisk/type\n"
                    "0644 scsi_tgt/vdisk/vdisk\n"
                    "0444 scsi_tgt/version\n");
}

TEST_F(Golden, CoreFiles) {
    EXPECT_EQ(read("scsi_tgt/version"), "1.0.1\nTRACING\n");
    EXPECT_EQ(read("scsi_tgt/threads"), "1\n");
    EXPECT_EQ(read("scsi_tgt/scsi_tgt"), "Device (host:ch:id:lun or name)                             Device handler\n"
                                         "vm_disk1                                                    vdisk\n"
                                         "null1                                                       vdisk_null\n");
    EXPECT_EQ(read("scsi_tgt/sessions"), "Target name          Initiator name                                Group "
                                         "name                          Command Count  \n"
                                         "scst_local           scstlclhst0:0                                 Default   "
                                         "                          0              \n"
                                         "scst_local           scstlclhst1:0                                 Default   "
                                         "                          0              \n");
    for (const auto *path : {"scsi_tgt/trace_level", "scsi_tgt/vdisk/trace_level", "scsi_tgt/scst_local/trace_level"}) {
        EXPECT_EQ(read(path), "out_of_mem | minor | special | mgmt\n") << path;
    }
}

TEST_F(Golden, Help) {
    EXPECT_EQ(
        read("scsi_tgt/help"),
        "   echo \"assign H:C:I:L HANDLER_NAME\" >/proc/scsi_tgt/scsi_tgt\n"
        "\n"
        "   echo \"add_group GROUP\" >/proc/scsi_tgt/scsi_tgt\n"
        "   echo \"del_group GROUP\" >/proc/scsi_tgt/scsi_tgt\n"
        "\n"
        "   echo \"add|del H:C:I:L lun [READ_ONLY]\" >/proc/scsi_tgt/groups/GROUP/devices\n"
        "   echo \"add|del V_NAME lun [READ_ONLY]\" >/proc/scsi_tgt/groups/GROUP/devices\n"
        "   echo \"clear\" >/proc/scsi_tgt/groups/GROUP/devices\n"
        "\n"
        "   echo \"add|del NAME\" >/proc/scsi_tgt/groups/GROUP/names\n"
        "   echo \"clear\" >/proc/scsi_tgt/groups/GROUP/names\n"
        "\n"
        "   echo \"DEC|0xHEX|0OCT\" >/proc/scsi_tgt/threads\n"
        "\n"
        "   echo \"all|none|default\" >/proc/scsi_tgt/[DEV_HANDLER_NAME/]trace_level\n"
        "   echo \"value DEC|0xHEX|0OCT\" >/proc/scsi_tgt/[DEV_HANDLER_NAME/]trace_level\n"
        "   echo \"set|add|del TOKEN\" >/proc/scsi_tgt/[DEV_HANDLER_NAME/]trace_level\n"
        "     TOKEN: out_of_mem, minor, sg, mem, buff, entryexit, pid, line, function, debug, special, scsi, mgmt, "
        "mgmt_minor, mgmt_dbg\n"
        "     in /proc/scsi_tgt/trace_level also: retry, scsi_serializing, recv_bot, send_bot, recv_top, send_top\n"
        "     in /proc/scsi_tgt/vdisk/trace_level also: order\n"
        "\n");
}

TEST_F(Golden, Groups) {
    EXPECT_EQ(read("scsi_tgt/groups/Default/devices"),
              "Device (host:ch:id:lun or name)                             LUN          Options\n"
              "vm_disk1                                                    0            \n"
              "null1                                                       5            RO\n");
    EXPECT_EQ(read("scsi_tgt/groups/Default/names"), "");
    EXPECT_EQ(read("scsi_tgt/groups/Other/devices"),
              "Device (host:ch:id:lun or name)                             LUN          Options\n");
    EXPECT_EQ(read("scsi_tgt/groups/Other/names"), "scstlclhst9:0\n");
}

TEST_F(Golden, Vdisk) {
    EXPECT_EQ(read("scsi_tgt/vdisk/type"), "0 - Direct-access device (e.g., magnetic disk)\n");
    EXPECT_EQ(
        read("scsi_tgt/vdisk/help"),
        "echo \"open|close NAME [FILE_NAME [BLOCK_SIZE] [WRITE_THROUGH READ_ONLY O_DIRECT NULLIO NV_CACHE BLOCKIO]]\" "
        ">/proc/scsi_tgt/vdisk/vdisk\n");
    // RO counts 3, NIO 4, RM 4 though it prints 3: five blanks follow, and the row is one column short.
    EXPECT_EQ(read("scsi_tgt/vdisk/vdisk"), "Name              Size(MB)    Block size  Options         File name\n"
                                            "vm_disk1          64          512                         " +
                                                image_ +
                                                "\n"
                                                "null1             1572864     4096        RO NIO RM      none\n");
}

TEST_F(Golden, LocalDriver) {
    EXPECT_EQ(read("module/scst_local/parameters/add_host"), "2\n");
    EXPECT_EQ(read("module/scst_local/parameters/num_tgts"), "1\n");
    EXPECT_EQ(read("module/scst_local/parameters/max_luns"), "8\n");
    EXPECT_EQ(read("module/scst_local/parameters/add_default_tgt"), "Y\n");
    EXPECT_EQ(read("drivers/scst_local/add_host"), " Initiator: scstlclhst0:0\n Initiator: scstlclhst1:0\n");
    EXPECT_EQ(read("last_error"), "");
    const std::string listing = read("scsi/scsi");
    EXPECT_EQ(listing.substr(0, listing.find('\n')), "Attached devices:");
    for (const auto *part : {"Host: scsi0 Channel: 00 Id: 00 Lun: 00\n  Vendor: SCST_FIO Model: vm_disk1",
                             "Host: scsi1 Channel: 00 Id: 00 Lun: 05\n  Vendor: SCST_NUL Model: null1"}) {
        EXPECT_NE(listing.find(part), std::string::npos) << part << " in\n" << listing;
    }
    EXPECT_NE(read("scsi/scst_ini_targ_debug/1").find("num_tgts=1, Aborts=0, Device Resets=0, Target Resets=0"),
              std::string::npos);
}

TEST_F(Golden, SgvOfPoolsThatNobodyHasUsed) {
    EXPECT_EQ(read("scsi_tgt/sgv"), "Inactive/active pages                      1344/0\n"
                                    "Hi/lo watermarks [pages]                   1344/0\n"
                                    "Hi watermark releases/failures             0/0\n"
                                    "\n"
                                    "Name                           Hit         Total       % merged    Cached     \n"
                                    "sgv                            0           0           0           1344/84 (P/O)\n"
                                    "  sgv-4K                       0           0           0\n"
                                    "  sgv-64K                      0           0           0\n"
                                    "  sgv-1024K                    0           0           0\n"
                                    "  big/other                                0/0         0/0\n"
                                    "\n"
                                    "sgv-clust                      0           0           0           0/0 (P/O)\n"
                                    "  big/other                                0/0         0/0\n"
                                    "\n"
                                    "sgv-dma                        0           0           0           0/0 (P/O)\n"
                                    "  big/other                                0/0         0/0\n"
                                    "\n"
                                    "other                                      0          \n");
}

TEST_F(Golden, EveryFlagHasItsLetters) {
    expect_written("scsi_tgt/vdisk/vdisk", "close null1");
    expect_written("scsi_tgt/vdisk/vdisk", "open a none NV_CACHEWRITE_THROUGH NULLIO");
    EXPECT_NE(read("scsi_tgt/vdisk/vdisk").find("\na                 1572864     512         WT NV NIO       none\n"),
              std::string::npos)
        << read("scsi_tgt/vdisk/vdisk");
}

} // namespace
} // namespace scsilo::control
