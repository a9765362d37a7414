// SPDX-License-Identifier: Apache-2.0
// dev/sgN: SG_IO as callers use and misuse it, time-outs, signals, resets, and the end of the device.
#include "unit/port_local/node_fixture.h"

#include <csignal>
#include <linux/bsg.h>
#include <poll.h>
#include <sys/uio.h>

namespace scsilo::local {
namespace {

using SgNodeTest = NodeTest;

TEST_F(SgNodeTest, CommandsWithoutDataAndWithData) {
    const File sg(path_ / "sg0");
    ASSERT_GE(sg.fd(), 0);
    SgCall ready({0, 0, 0, 0, 0, 0});
    ASSERT_EQ(ready.run(sg.fd()), 0);
    EXPECT_EQ(ready.header.status, 0);
    EXPECT_EQ(ready.header.info & SG_INFO_OK_MASK, SG_INFO_OK);

    SgCall inquiry({0x12, 0, 0, 0, 96, 0}, SG_DXFER_FROM_DEV, 200);
    ASSERT_EQ(inquiry.run(sg.fd()), 0);
    EXPECT_EQ(std::string(&inquiry.data[8], &inquiry.data[16]), "SCST_FIO");
    EXPECT_GE(inquiry.header.resid, 200 - 96);

    SgCall write({0x2A, 0, 0, 0, 0, 3, 0, 0, 2, 0}, SG_DXFER_TO_DEV, 1024);
    std::fill(write.data.begin(), write.data.end(), 0xA5);
    ASSERT_EQ(write.run(sg.fd()), 0);
    EXPECT_EQ(write.header.resid, 0);
    SgCall read(read_10(3, 2), SG_DXFER_FROM_DEV, 1024);
    ASSERT_EQ(read.run(sg.fd()), 0);
    EXPECT_EQ(read.data, write.data);
}

TEST_F(SgNodeTest, SenseDataAreCutToTheCallersBuffer) {
    const File sg(path_ / "sg0");
    SgCall unknown({0xFF, 0, 0, 0, 0, 0});
    ASSERT_EQ(unknown.run(sg.fd()), 0);
    EXPECT_EQ(unknown.header.status, 2);
    EXPECT_EQ(unknown.header.masked_status, 1);
    EXPECT_EQ(unknown.header.driver_status, 8);
    EXPECT_EQ(unknown.header.sb_len_wr, 18);
    EXPECT_EQ(unknown.sense[12], 0x20);
    EXPECT_EQ(unknown.header.info & SG_INFO_OK_MASK, SG_INFO_CHECK);

    SgCall narrow({0xFF, 0, 0, 0, 0, 0});
    narrow.header.mx_sb_len = 4;
    ASSERT_EQ(narrow.run(sg.fd()), 0);
    EXPECT_EQ(narrow.header.sb_len_wr, 4);
    EXPECT_EQ(narrow.sense[4], 0);
}

TEST_F(SgNodeTest, HostileHeadersGetLinuxErrno) {
    const File sg(path_ / "sg0");
    const auto run = [&](auto change) {
        SgCall call(read_10(0, 1), SG_DXFER_FROM_DEV, 512);
        change(call.header);
        return call.run(sg.fd());
    };
    EXPECT_EQ(run([](sg_io_hdr &header) { header.interface_id = 'X'; }), EINVAL);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.cmd_len = 5; }), EMSGSIZE);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.cmd_len = 253; }), EMSGSIZE);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.cmdp = nullptr; }), EMSGSIZE);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.cmdp = reinterpret_cast<unsigned char *>(8); }), EFAULT);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.dxferp = nullptr; }), EFAULT);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.dxferp = reinterpret_cast<void *>(~0ULL - 100); }), EFAULT);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.dxfer_direction = -6; }), EINVAL);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.dxfer_direction = 7; }), EINVAL);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.dxfer_len = 0xFFFFFFFF; }), ENOMEM);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.iovec_count = 1025; }), EINVAL);
    EXPECT_EQ(run([](sg_io_hdr &header) {
                  header.iovec_count = 1024;
                  header.dxferp = reinterpret_cast<void *>(8);
              }),
              EFAULT);
    EXPECT_EQ(run([](sg_io_hdr &header) { header.flags = 4; }), EINVAL); // mmap
    EXPECT_EQ(ioctl(sg.fd(), SG_IO, nullptr), -1);
    EXPECT_EQ(errno, EFAULT);
    EXPECT_EQ(run([](sg_io_hdr &) {}), 0);
}

TEST_F(SgNodeTest, IovecsShortAndLong) {
    const File sg(path_ / "sg0");
    for (const std::size_t count : {3U, 16U, 17U, 130U}) {
        SgCall write({0x2A, 0, 0, 0, 0, 0, 0, 0, 8, 0}, SG_DXFER_TO_DEV, 4096);
        for (std::size_t i = 0; i < write.data.size(); ++i) {
            write.data[i] = static_cast<std::uint8_t>(i * 7 + count);
        }
        ASSERT_EQ(write.run(sg.fd()), 0);
        std::vector<std::vector<std::uint8_t>> parts(count, std::vector<std::uint8_t>(4096 / count));
        std::vector<iovec> table;
        for (auto &part : parts) {
            table.push_back({part.data(), part.size()});
        }
        SgCall read(read_10(0, 8), SG_DXFER_FROM_DEV, 4096);
        read.header.iovec_count = static_cast<unsigned short>(count);
        read.header.dxferp = table.data();
        ASSERT_EQ(read.run(sg.fd()), 0);
        std::vector<std::uint8_t> all;
        for (const auto &part : parts) {
            all.insert(all.end(), part.begin(), part.end());
        }
        EXPECT_TRUE(std::equal(all.begin(), all.end(), write.data.begin())) << count;
    }
}

TEST_F(SgNodeTest, Version4) {
    const File sg(path_ / "sg0");
    auto cdb = read_10(0, 1);
    std::array<std::uint8_t, 512> data{};
    sg_io_v4 header{};
    header.guard = 'Q';
    header.request_len = static_cast<std::uint32_t>(cdb.size());
    header.request = reinterpret_cast<std::uintptr_t>(cdb.data());
    header.din_xfer_len = 512;
    header.din_xferp = reinterpret_cast<std::uintptr_t>(data.data());
    ASSERT_EQ(ioctl(sg.fd(), SG_IO, &header), 0) << errno;
    EXPECT_EQ(header.device_status, 0U);
    EXPECT_EQ(header.din_resid, 0);
    header.dout_xfer_len = 1;
    EXPECT_EQ(ioctl(sg.fd(), SG_IO, &header), -1);
    EXPECT_EQ(errno, EOPNOTSUPP);
}

TEST_F(SgNodeTest, ATimeOutAbortsTheCommand) {
    const File sg(path_ / "sg0");
    stick_reads();
    SgCall read(read_10(0, 1), SG_DXFER_FROM_DEV, 512);
    read.header.timeout = 50;
    ASSERT_EQ(read.run(sg.fd()), 0);
    EXPECT_EQ(read.header.host_status, 3);
    EXPECT_EQ(read.header.resid, 512);
    EXPECT_EQ(statistics().count_aborts, 1U);
    EXPECT_EQ(count_commands(), 0U);
}

TEST_F(SgNodeTest, ASignalAbortsTheCommand) {
    const File sg(path_ / "sg0");
    stick_reads();
    struct sigaction action{};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, nullptr);
    int error = -1;
    std::thread caller([&] {
        SgCall read(read_10(0, 1), SG_DXFER_FROM_DEV, 512);
        error = read.run(sg.fd());
    });
    wait_for_commands(1);
    pthread_kill(caller.native_handle(), SIGUSR1);
    caller.join();
    EXPECT_EQ(error, EINTR);
    EXPECT_EQ(statistics().count_aborts, 1U);
}

TEST_F(SgNodeTest, ResetsEndCommandsAndAreCounted) {
    const File sg(path_ / "sg0");
    for (const int scope : {1, 4, 3}) { // device, target, host
        stick_reads();
        SgCall read(read_10(0, 1), SG_DXFER_FROM_DEV, 512);
        int error = -1;
        std::thread caller([&] { error = read.run(sg.fd()); });
        wait_for_commands(1);
        int value = scope;
        EXPECT_EQ(ioctl(sg.fd(), SG_SCSI_RESET, &value), 0);
        caller.join();
        EXPECT_EQ(error, 0);
        EXPECT_EQ(read.header.host_status, 8) << scope;
        clear_faults();
        SgCall attention({0, 0, 0, 0, 0, 0});
        ASSERT_EQ(attention.run(sg.fd()), 0);
        EXPECT_EQ(attention.sense[12], 0x29);
    }
    EXPECT_EQ(statistics().count_device_resets, 1U);
    EXPECT_EQ(statistics().count_target_resets, 2U);
    EXPECT_NE(driver_->hosts()[0]->debug_text().find("num_tgts=1, Aborts=0, Device Resets=1, Target Resets=2"),
              std::string::npos);
}

TEST_F(SgNodeTest, ARemovedDeviceGivesNoDeviceAndNothingHangs) {
    const File sg(path_ / "sg0");
    stick_reads();
    int error = -1;
    std::thread caller([&] {
        SgCall read(read_10(0, 1), SG_DXFER_FROM_DEV, 512);
        error = read.run(sg.fd());
    });
    wait_for_commands(1);
    int read_error = -1;
    std::thread reader([&] {
        sg_io_hdr header{};
        read_error = ::read(sg.fd(), &header, sizeof header) < 0 ? errno : 0;
    });
    ASSERT_TRUE(nexus()->unmap(0));
    caller.join();
    reader.join();
    EXPECT_EQ(error, ENODEV);
    EXPECT_EQ(read_error, ENODEV);
    EXPECT_FALSE(std::filesystem::exists(path_ / "sg0"));
    EXPECT_FALSE(std::filesystem::exists(path_ / "sda"));
    EXPECT_TRUE(std::filesystem::is_empty(path_ / "by-name"));
    SgCall ready({0, 0, 0, 0, 0, 0});
    EXPECT_EQ(ready.run(sg.fd()), ENODEV);
    pollfd waiting{sg.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&waiting, 1, 1000), 1);
    EXPECT_NE(waiting.revents & POLLHUP, 0);
}

TEST_F(SgNodeTest, AsynchronousCommands) {
    const File sg(path_ / "sg0", O_RDWR);
    SgCall first(read_10(0, 8), SG_DXFER_FROM_DEV, 4096);
    first.header.pack_id = 11;
    std::fill(first.data.begin(), first.data.end(), 0x55);
    ASSERT_EQ(write(sg.fd(), &first.header, sizeof first.header), static_cast<ssize_t>(sizeof first.header)) << errno;
    pollfd waiting{sg.fd(), POLLIN, 0};
    ASSERT_EQ(poll(&waiting, 1, 10'000), 1);
    int count = 0;
    EXPECT_EQ(ioctl(sg.fd(), SG_GET_NUM_WAITING, &count), 0);
    EXPECT_EQ(count, 1);
    sg_io_hdr answer{};
    ASSERT_EQ(read(sg.fd(), &answer, sizeof answer), static_cast<ssize_t>(sizeof answer)) << errno;
    EXPECT_EQ(answer.pack_id, 11);
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(first.data, std::vector<std::uint8_t>(4096, 0));
    fcntl(sg.fd(), F_SETFL, O_NONBLOCK);
    EXPECT_EQ(read(sg.fd(), &answer, sizeof answer), -1);
    EXPECT_EQ(errno, EAGAIN);
}

TEST_F(SgNodeTest, PackIdsAreMatchedAndTheQueueHoldsSixteen) {
    const File sg(path_ / "sg0");
    int on = 1;
    ASSERT_EQ(ioctl(sg.fd(), SG_SET_FORCE_PACK_ID, &on), 0);
    std::vector<std::unique_ptr<SgCall>> calls;
    for (int i = 0; i < 16; ++i) {
        calls.push_back(std::make_unique<SgCall>(std::vector<std::uint8_t>(6)));
        calls.back()->header.pack_id = i + 1;
        ASSERT_GT(write(sg.fd(), &calls.back()->header, sizeof(sg_io_hdr)), 0) << errno;
    }
    EXPECT_EQ(write(sg.fd(), &calls.back()->header, sizeof(sg_io_hdr)), -1);
    EXPECT_EQ(errno, EDOM);
    for (int i = 16; i > 0; --i) {
        sg_io_hdr answer{};
        answer.interface_id = 'S';
        answer.dxfer_direction = SG_DXFER_NONE;
        answer.pack_id = i;
        ASSERT_GT(read(sg.fd(), &answer, sizeof answer), 0) << errno;
        EXPECT_EQ(answer.pack_id, i);
    }
}

TEST_F(SgNodeTest, ASleepingReaderIsWokenByTheAnswerOrASignal) {
    const File sg(path_ / "sg0");
    struct sigaction action{};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, nullptr);
    int error = 0;
    std::atomic<bool> done = false;
    std::thread sleeper([&] {
        sg_io_hdr header{};
        error = read(sg.fd(), &header, sizeof header) < 0 ? errno : 0;
        done = true;
    });
    while (!done) { // the first signals may come before it sleeps
        pthread_kill(sleeper.native_handle(), SIGUSR1);
        usleep(1000);
    }
    sleeper.join();
    EXPECT_EQ(error, EINTR);

    ssize_t got = 0;
    std::thread reader([&] {
        sg_io_hdr header{};
        got = read(sg.fd(), &header, sizeof header);
    });
    SgCall ready({0, 0, 0, 0, 0, 0});
    ASSERT_GT(write(sg.fd(), &ready.header, sizeof ready.header), 0);
    reader.join();
    EXPECT_EQ(got, static_cast<ssize_t>(sizeof(sg_io_hdr)));
}

TEST_F(SgNodeTest, AClosedFileLeavesNothingBehind) {
    stick_reads();
    {
        const File sg(path_ / "sg0");
        SgCall read(read_10(0, 1), SG_DXFER_FROM_DEV, 512);
        read.header.timeout = 100;
        ASSERT_GT(write(sg.fd(), &read.header, sizeof read.header), 0);
    }
    while (statistics().count_aborts == 0) { // write() is answered before the command starts
        std::this_thread::yield();
    }
    wait_for_commands(0);
    EXPECT_EQ(statistics().count_aborts, 1U);
}

TEST_F(SgNodeTest, TheFirstInterface) {
    const File sg(path_ / "sg0");
    struct {
        sg_header header;
        std::uint8_t cdb[6];
    } question{};
    question.header.reply_len = 36 + 96;
    question.header.pack_id = 5;
    question.cdb[0] = 0x12;
    question.cdb[4] = 96;
    ASSERT_EQ(write(sg.fd(), &question, 42), 42) << errno;
    std::array<std::uint8_t, 36 + 96> reply{};
    ASSERT_EQ(read(sg.fd(), reply.data(), reply.size()), 36 + 96) << errno;
    EXPECT_EQ(std::string(&reply[36 + 8], &reply[36 + 16]), "SCST_FIO");
}

TEST_F(SgNodeTest, QuestionsAndSettings) {
    const File sg(path_ / "sg0");
    int value = 0;
    EXPECT_EQ(ioctl(sg.fd(), SG_GET_VERSION_NUM, &value), 0);
    EXPECT_EQ(value, 30536);
    sg_scsi_id id{};
    EXPECT_EQ(ioctl(sg.fd(), SG_GET_SCSI_ID, &id), 0);
    EXPECT_EQ(id.scsi_type, 0);
    EXPECT_EQ(ioctl(sg.fd(), SG_GET_TIMEOUT, nullptr), 6000);
    value = 500;
    EXPECT_EQ(ioctl(sg.fd(), SG_SET_TIMEOUT, &value), 0);
    EXPECT_EQ(ioctl(sg.fd(), SG_GET_TIMEOUT, nullptr), 500);
    EXPECT_EQ(ioctl(sg.fd(), 0x22FF, &value),
              -1); // (1, SCSI_IOCTL_SEND_COMMAND, is FIBMAP on a regular file: the kernel's own)
    EXPECT_EQ(errno, ENOTTY);
    std::array<sg_req_info_t, SG_MAX_QUEUE> table{};
    EXPECT_EQ(ioctl(sg.fd(), SG_GET_REQUEST_TABLE, table.data()), 0);
    EXPECT_EQ(table[0].req_state, 0);
}

TEST_F(SgNodeTest, TheListingHasTheKernelsBytes) {
    EXPECT_TRUE(driver_->proc_scsi_listing().starts_with("Attached devices:\nHost: scsi0 Channel: 00 Id: 00 Lun: 00\n"
                                                         "  Vendor: SCST_FIO Model: vm_disk1         Rev: "));
    EXPECT_NE(driver_->proc_scsi_listing().find("\n  Type:   Direct-Access                    ANSI  SCSI revision: 0"),
              std::string::npos);
}

TEST_F(SgNodeTest, NumbersAndLettersAreLowestFree) {
    ASSERT_TRUE(nexus()->map(1, make_unit("b", 0, nullptr), false));
    ASSERT_TRUE(nexus()->map(2, make_unit("c", 0, nullptr), true));
    EXPECT_EQ(std::filesystem::read_symlink(path_ / "by-name/c"), "../sdc");
    EXPECT_EQ(open((path_ / "sdc").c_str(), O_RDWR), -1);
    EXPECT_EQ(errno, EROFS);
    ASSERT_TRUE(nexus()->unmap(1));
    ASSERT_TRUE(nexus()->map(7, make_unit("d", 0, nullptr), false));
    EXPECT_EQ(std::filesystem::read_symlink(path_ / "by-name/d"), "../sdb");
    ASSERT_TRUE(nexus()->map(256, make_unit("e", 0, nullptr), false));
    EXPECT_FALSE(std::filesystem::exists(path_ / "sg3"));
    const auto second = driver_->add_host();
    ASSERT_TRUE(second->targets()[0]->nexus()->map(0, unit_, false));
    EXPECT_EQ(std::filesystem::read_symlink(path_ / "by-name/vm_disk1@1:0:0"), "../sdd");
    EXPECT_EQ(second->targets()[0]->session_name(), "scstlclhst1:0");
    EXPECT_TRUE(driver_->remove_host());
    EXPECT_FALSE(std::filesystem::exists(path_ / "sdd"));
}

} // namespace
} // namespace scsilo::local
