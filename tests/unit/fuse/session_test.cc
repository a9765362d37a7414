// SPDX-License-Identifier: Apache-2.0
// Files and directories of a session, seen through system calls.
#include "mount_fixture.h"

#include "fuse/caller_memory.h"

#include <atomic>
#include <future>
#include <liburing.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <thread>

namespace scsilo::fuse {
namespace {

std::vector<std::string> names_in(const std::filesystem::path &path) {
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(path)) {
        names.push_back(entry.path().filename());
    }
    return names;
}

TEST_F(MountTest, AttributesAreThoseOfTheNodeAtEachMoment) {
    auto node = std::make_shared<MemoryNode>(12345);
    root_->add("a", node);
    struct stat status{};
    ASSERT_EQ(stat((path_ / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_size, 12345);
    EXPECT_EQ(status.st_mode, S_IFREG | 0600U);
    EXPECT_EQ(status.st_nlink, 1U);
    EXPECT_EQ(status.st_ino, node->number());
    node->bytes.resize(1);
    ASSERT_EQ(stat((path_ / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_size, 1);
    ASSERT_EQ(chmod((path_ / "a").c_str(), 0640), 0);
    ASSERT_EQ(chown((path_ / "a").c_str(), 3, 4), 0);
    ASSERT_EQ(stat((path_ / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFREG | 0640U);
    EXPECT_EQ(status.st_uid, 3U);
    EXPECT_EQ(status.st_gid, 4U);
}

TEST_F(MountTest, EntriesAppearAndVanishAtOnce) {
    auto below = std::make_shared<Directory>(0755, Directory::Order::as_added);
    root_->add("d", below);
    struct stat status{};
    for (int round = 0; round < 100; ++round) {
        ASSERT_EQ(stat((path_ / "d/x").c_str(), &status), -1);
        ASSERT_EQ(errno, ENOENT);
        ASSERT_TRUE(below->add("x", std::make_shared<MemoryNode>(7)));
        ASSERT_EQ(stat((path_ / "d/x").c_str(), &status), 0);
        ASSERT_TRUE(below->remove("x"));
    }
    EXPECT_FALSE(below->remove("x"));
}

TEST_F(MountTest, NamesAreCheckedAndListedInOrder) {
    auto node = std::make_shared<MemoryNode>(7);
    for (const char *bad : {"", ".", "..", "a/b"}) {
        EXPECT_FALSE(root_->add(bad, node)) << bad;
    }
    EXPECT_FALSE(root_->add(std::string(256, 'x'), node));
    auto added = std::make_shared<Directory>(0755, Directory::Order::as_added);
    root_->add("added", added);
    for (const char *name : {"c", "a", "b"}) {
        EXPECT_TRUE(added->add(name, node));
        EXPECT_FALSE(added->add(name, node));
    }
    EXPECT_EQ(names_in(path_ / "added"), (std::vector<std::string>{"c", "a", "b"}));
    EXPECT_EQ(names_in(path_), (std::vector<std::string>{"added"}));
}

TEST_F(MountTest, ALongDirectoryIsListedWhole) {
    auto node = std::make_shared<MemoryNode>(7);
    std::vector<std::string> names;
    for (int i = 1000; i < 4000; ++i) {
        names.push_back("entry" + std::to_string(i));
        root_->add(names.back(), node);
    }
    EXPECT_EQ(names_in(path_), names);
}

TEST_F(MountTest, DirectoriesRefuseWhatTheyHaveNoHookFor) {
    root_->add("d", std::make_shared<Directory>());
    root_->add("f", std::make_shared<MemoryNode>(1));
    const auto at = [this](const char *name) { return (path_ / name).string(); };
    EXPECT_EQ(mkdir(at("new").c_str(), 0700), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(rmdir(at("d").c_str()), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(unlink(at("f").c_str()), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(rename(at("f").c_str(), at("g").c_str()), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(symlink("f", at("l").c_str()), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(link(at("f").c_str(), at("l").c_str()), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(open(at("new").c_str(), O_CREAT | O_RDWR, 0600), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(open(at("f").c_str(), O_CREAT | O_EXCL | O_RDWR, 0600), -1);
    EXPECT_EQ(errno, EEXIST);
}

class OpenDirectory final : public Directory {
  public:
    void make_directory(Request &request, std::string_view name, std::uint32_t mode) override {
        auto made = std::make_shared<OpenDirectory>();
        made_mode = mode;
        add(name, made);
        request.reply_entry(made);
    }
    void remove_directory(Request &request, std::string_view name) override {
        remove(name) ? request.reply_ok() : request.reply_error(ENOENT);
    }
    void create(Request &request, std::string_view name, std::uint32_t, const OpenRequest &open) override {
        auto made = std::make_shared<MemoryNode>(100);
        add(name, made);
        request.will_create(made);
        made->open(request, open);
    }
    std::atomic<std::uint32_t> made_mode{0};
};

TEST_F(MountTest, HooksMakeAndRemove) {
    auto directory = std::make_shared<OpenDirectory>();
    root_->add("d", directory);
    ASSERT_EQ(mkdir((path_ / "d/sub").c_str(), 0750), 0);
    EXPECT_EQ(directory->made_mode & 0777, 0750U);
    EXPECT_EQ(rmdir((path_ / "d/sub").c_str()), 0);
    const File file(path_ / "d/new", O_CREAT | O_RDWR);
    ASSERT_GE(file.fd(), 0);
    EXPECT_EQ(pwrite(file.fd(), "hello", 5, 0), 5);
    EXPECT_EQ(names_in(path_ / "d"), (std::vector<std::string>{"new"}));
}

TEST_F(MountTest, SymlinksAndStatfs) {
    root_->add("l", std::make_shared<Symlink>("../target"));
    EXPECT_EQ(std::filesystem::read_symlink(path_ / "l"), "../target");
    struct statvfs status{};
    ASSERT_EQ(statvfs(path_.c_str(), &status), 0);
    EXPECT_EQ(status.f_namemax, 255U);
}

TEST_F(MountTest, DataArriveWholeAndPageAligned) {
    auto node = std::make_shared<MemoryNode>(8U << 20);
    root_->add("f", node);
    const File file(path_ / "f");
    ASSERT_GE(file.fd(), 0);
    const std::size_t length = session_->max_write_bytes();
    std::unique_ptr<std::uint8_t, decltype(&free)> memory(static_cast<std::uint8_t *>(std::aligned_alloc(4096, length)),
                                                          &free);
    for (std::size_t i = 0; i < length; ++i) {
        memory.get()[i] = static_cast<std::uint8_t>(i * 7 + i / 4096);
    }
    ASSERT_EQ(pwrite(file.fd(), memory.get(), length, 4096), static_cast<ssize_t>(length));
    EXPECT_TRUE(node->page_aligned);
    EXPECT_EQ(node->longest_write, length);
    EXPECT_TRUE(std::equal(memory.get(), memory.get() + length, node->bytes.begin() + 4096));
    std::vector<std::uint8_t> back(length);
    ASSERT_EQ(pread(file.fd(), back.data(), length, 4096), static_cast<ssize_t>(length));
    EXPECT_TRUE(std::equal(back.begin(), back.end(), memory.get()));
    EXPECT_EQ(pread(file.fd(), back.data(), 100, 8 << 20), 0);
    EXPECT_EQ(pwrite(file.fd(), back.data(), 100, 8 << 20), -1);
    EXPECT_EQ(errno, ENOSPC);
}

TEST_F(MountTest, CreateAndTruncateOnAnExistingNodeAreAnOpen) {
    auto node = std::make_shared<MemoryNode>(4096);
    node->bytes[0] = 0x55;
    root_->add("f", node);
    File file(path_ / "f", O_RDWR | O_CREAT | O_TRUNC);
    ASSERT_GE(file.fd(), 0);
    EXPECT_NE(node->open_flags & O_TRUNC, 0);
    EXPECT_EQ(ftruncate(file.fd(), 10), 0);
    EXPECT_EQ(futimens(file.fd(), nullptr), 0);
    EXPECT_EQ(lseek(file.fd(), 0, SEEK_END), 4096);
    std::uint8_t byte = 0;
    EXPECT_EQ(pread(file.fd(), &byte, 1, 0), 1);
    EXPECT_EQ(byte, 0x55);
    file.close();
    EXPECT_EQ(node->count_flushes, 1);
    session_->unmount();
    EXPECT_EQ(node->count_releases, 1);
}

TEST_F(MountTest, SyncFallocateAndSeek) {
    auto node = std::make_shared<MemoryNode>(1U << 20);
    root_->add("f", node);
    const File file(path_ / "f");
    EXPECT_EQ(fsync(file.fd()), 0);
    EXPECT_EQ(fdatasync(file.fd()), 0);
    EXPECT_EQ(node->count_syncs, 1);
    EXPECT_EQ(node->count_datasyncs, 1);
    EXPECT_EQ(fallocate(file.fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4096, 8192), 0);
    EXPECT_EQ(node->fallocated.mode, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    EXPECT_EQ(node->fallocated.offset_bytes, 4096U);
    EXPECT_EQ(node->fallocated.length_bytes, 8192U);
    EXPECT_EQ(lseek(file.fd(), 5, SEEK_DATA), 5);
    EXPECT_EQ(lseek(file.fd(), 5, SEEK_HOLE), 1 << 20);
    EXPECT_EQ(lseek(file.fd(), 2 << 20, SEEK_DATA), -1);
    EXPECT_EQ(errno, ENXIO);
}

TEST_F(MountTest, IoctlsCarryDataOrAPointerIntoTheCallersMemory) {
    root_->add("i", std::make_shared<IoctlNode>([](Request &request, const IoctlRequest &asked) {
                   if (asked.command == BLKGETSIZE64) {
                       const std::uint64_t size = 77;
                       request.reply_ioctl(0, Bytes(reinterpret_cast<const std::uint8_t *>(&size), sizeof size));
                       return;
                   }
                   std::array<std::uint8_t, 4> word{};
                   int error = read_caller(request.caller().pid, asked.argument, word);
                   if (error == 0) {
                       word[0] ^= 0xFF;
                       error = write_caller(request.caller().pid, asked.argument, word);
                   }
                   error == 0 ? request.reply_ioctl(5) : request.reply_error(error);
               }));
    const File file(path_ / "i");
    std::uint64_t size = 0;
    EXPECT_EQ(ioctl(file.fd(), BLKGETSIZE64, &size), 0);
    EXPECT_EQ(size, 77U);
    std::uint8_t word[4] = {1, 2, 3, 4};
    EXPECT_EQ(ioctl(file.fd(), 0x2285, word), 5);
    EXPECT_EQ(word[0], 0xFE);
    EXPECT_EQ(ioctl(file.fd(), 0x2285, 16), -1);
    EXPECT_EQ(errno, EFAULT);
}

TEST_F(MountTest, AnUnknownIoctlIsENOTTYAndENOSYSNeverSwitchesAnythingOff) {
    root_->add("f", std::make_shared<MemoryNode>(1));
    root_->add(
        "i", std::make_shared<IoctlNode>([](Request &request, const IoctlRequest &) { request.reply_error(ENOSYS); }));
    const File file(path_ / "f");
    EXPECT_EQ(ioctl(file.fd(), 0x2285, 0), -1);
    EXPECT_EQ(errno, ENOTTY);
    const File other(path_ / "i");
    EXPECT_EQ(ioctl(other.fd(), 0x2285, 0), -1);
    EXPECT_EQ(errno, ENOTTY);
}

class PollNode final : public Node {
  public:
    PollNode() : Node(Attributes{}) {}
    void poll(Request &request, Handle, const PollRequest &asked) override {
        const std::lock_guard lock(mutex);
        if (asked.schedule_notify) {
            ticket = asked.ticket;
            asked_to_wake.store(true);
        }
        request.reply_poll(ready ? asked.events & POLLIN : 0U);
    }
    std::mutex mutex;
    bool ready = false;
    PollTicket ticket;
    std::atomic<bool> asked_to_wake{false};
};

TEST_F(MountTest, APollerIsWokenByTheTicket) {
    auto node = std::make_shared<PollNode>();
    root_->add("p", node);
    const File file(path_ / "p");
    std::thread waker([&] {
        while (!node->asked_to_wake.load()) {
            std::this_thread::yield();
        }
        PollTicket ticket;
        {
            const std::lock_guard lock(node->mutex);
            node->ready = true;
            ticket = node->ticket;
        }
        ticket.wake();
    });
    pollfd waiting{file.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&waiting, 1, 10'000), 1);
    EXPECT_EQ(waiting.revents, POLLIN);
    waker.join();
}

TEST_F(MountTest, AnIoUringReadEnds) {
    auto node = std::make_shared<MemoryNode>(4096);
    node->bytes[9] = 9;
    root_->add("f", node);
    const File file(path_ / "f");
    io_uring ring{};
    ASSERT_EQ(io_uring_queue_init(4, &ring, 0), 0);
    std::array<std::uint8_t, 4096> bytes{};
    io_uring_prep_read(io_uring_get_sqe(&ring), file.fd(), bytes.data(), bytes.size(), 0);
    io_uring_submit(&ring);
    io_uring_cqe *done = nullptr;
    __kernel_timespec limit{10, 0};
    ASSERT_EQ(io_uring_wait_cqe_timeout(&ring, &done, &limit), 0);
    EXPECT_EQ(done->res, 4096);
    EXPECT_EQ(bytes[9], 9);
    io_uring_queue_exit(&ring);
}

TEST_F(MountTest, RequestsBeyondTheSlotsWaitAndAreServed) {
    std::mutex mutex;
    std::vector<Request *> waiting;
    std::atomic<std::size_t> count{0};
    auto node = std::make_shared<IoctlNode>([&](Request &request, const IoctlRequest &) {
        const std::lock_guard lock(mutex);
        waiting.push_back(&request);
        ++count;
    });
    root_->add("i", node);
    start({.count_slots = 2});
    std::vector<std::thread> callers;
    std::atomic<int> count_done{0};
    for (int i = 0; i < 10; ++i) {
        callers.emplace_back([&] {
            const File file(path_ / "i");
            EXPECT_EQ(ioctl(file.fd(), 0x2285, 0), 3);
            ++count_done;
        });
    }
    while (count_done < 10) { // replies from this thread, which is none of the shards'
        Request *request = nullptr;
        {
            const std::lock_guard lock(mutex);
            if (!waiting.empty()) {
                request = waiting.back();
                waiting.pop_back();
            }
        }
        request != nullptr ? request->reply_ioctl(3) : std::this_thread::yield();
    }
    for (auto &caller : callers) {
        caller.join();
    }
    EXPECT_EQ(count, 10U);
}

} // namespace
} // namespace scsilo::fuse
