// SPDX-License-Identifier: Apache-2.0
// How requests and sessions end: interrupts, replies from elsewhere, unmounting in the middle, killed daemons.
#include "mount_fixture.h"

#include "fuse/caller_memory.h"

#include <array>
#include <atomic>
#include <csignal>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

namespace scsilo::fuse {
namespace {

constexpr unsigned long command = 0x2285;

void wait_for(const std::atomic<bool> &flag) {
    while (!flag.load()) {
        std::this_thread::yield();
    }
}

// A signal that makes system calls fail with EINTR.
void catch_signal(int number) {
    struct sigaction action{};
    action.sa_handler = [](int) {};
    sigaction(number, &action, nullptr);
}

// A thread in ioctl(2); its result and errno.
class CallerThread {
  public:
    explicit CallerThread(const std::filesystem::path &path)
        : thread_([this, path] {
              const File file(path);
              result = ioctl(file.fd(), command, 0);
              error = errno;
              done.store(true);
          }) {}
    void signal() { pthread_kill(thread_.native_handle(), SIGUSR1); }
    void join() { thread_.join(); }
    int result = 0;
    int error = 0;
    std::atomic<bool> done{false};

  private:
    std::thread thread_;
};

struct AnswerEintr final : InterruptHandler {
    void interrupted(Request &request) noexcept override {
        ++count;
        request.reply_error(EINTR);
    }
    std::atomic<int> count{0};
};

TEST_F(MountTest, ASignalReachesTheHandler) {
    catch_signal(SIGUSR1);
    AnswerEintr handler;
    for (int round = 0; round < 50; ++round) { // the interrupt comes by either channel
        std::atomic<bool> arrived{false};
        auto node = std::make_shared<IoctlNode>([&](Request &request, const IoctlRequest &) {
            request.on_interrupt(&handler);
            arrived.store(true);
        });
        root_->add("i", node);
        CallerThread caller(path_ / "i");
        wait_for(arrived);
        caller.signal();
        caller.join();
        EXPECT_EQ(caller.result, -1);
        EXPECT_EQ(caller.error, EINTR);
        EXPECT_EQ(handler.count, round + 1);
        root_->remove("i");
    }
}

TEST_F(MountTest, AHandlerSetAfterTheInterruptIsCalledAtOnce) {
    catch_signal(SIGUSR1);
    AnswerEintr handler;
    std::atomic<Request *> pending{nullptr};
    root_->add("i",
               std::make_shared<IoctlNode>([&](Request &request, const IoctlRequest &) { pending.store(&request); }));
    CallerThread caller(path_ / "i");
    while (pending.load() == nullptr) {
        std::this_thread::yield();
    }
    caller.signal();
    Request &request = *pending.load();
    while (!request.shard().call([&] { return request.interrupt_came(); })) {
        std::this_thread::yield();
    }
    EXPECT_EQ(handler.count, 0);
    request.shard().call([&] { request.on_interrupt(&handler); });
    caller.join();
    EXPECT_EQ(handler.count, 1);
    EXPECT_EQ(caller.error, EINTR);
}

// The handler lives in memory that goes away right after the reply.
struct Racer final : InterruptHandler {
    void interrupted(Request &) noexcept override { inside = 1; }
    ~Racer() { inside = 2; }
    volatile int inside = 0;
};

TEST_F(MountTest, InterruptAndReplyFromAnotherThreadRace) {
    catch_signal(SIGUSR1);
    std::atomic<Request *> pending{nullptr};
    std::atomic<Racer *> racer{nullptr};
    root_->add("i", std::make_shared<IoctlNode>([&](Request &request, const IoctlRequest &) {
                   racer.store(new Racer);
                   request.on_interrupt(racer.load());
                   pending.store(&request);
               }));
    for (int round = 0; round < 300; ++round) {
        CallerThread caller(path_ / "i");
        Request *request = nullptr;
        while ((request = pending.exchange(nullptr)) == nullptr) {
            std::this_thread::yield();
        }
        std::thread signaller([&] { caller.signal(); });
        request->reply_ioctl(4);
        delete racer.exchange(nullptr);
        signaller.join();
        caller.join();
        ASSERT_TRUE(caller.result == 4) << caller.error;
    }
}

TEST_F(MountTest, RepliesFromAnotherThread) {
    std::vector<std::thread> repliers;
    std::mutex mutex;
    root_->add("i", std::make_shared<IoctlNode>([&](Request &request, const IoctlRequest &) {
                   const std::lock_guard lock(mutex);
                   repliers.emplace_back([&request] { request.reply_ioctl(9); });
               }));
    const File file(path_ / "i");
    for (int i = 0; i < 200; ++i) { // more than there are slots
        ASSERT_EQ(ioctl(file.fd(), command, 0), 9);
    }
    const std::lock_guard lock(mutex); // the last emplace_back() may still be returning
    for (auto &replier : repliers) {
        replier.join();
    }
}

TEST_F(MountTest, UnmountInterruptsPendingRequests) {
    std::atomic<bool> arrived{false};
    AnswerEintr handler;
    root_->add("i", std::make_shared<IoctlNode>([&](Request &request, const IoctlRequest &) {
                   request.on_interrupt(&handler);
                   arrived.store(true);
               }));
    CallerThread caller(path_ / "i");
    wait_for(arrived);
    session_->unmount();
    caller.join();
    EXPECT_EQ(caller.error, EINTR);
    EXPECT_EQ(handler.count, 1);
}

TEST_F(MountTest, UnmountAnswersForNodesThatDoNotAndTheLateReplyIsHarmless) {
    start({.unmount_grace_ms = 20});
    std::atomic<Request *> pending{nullptr};
    auto node = std::make_shared<IoctlNode>([&](Request &request, const IoctlRequest &) { pending.store(&request); });
    root_->add("i", node);
    CallerThread caller(path_ / "i");
    while (pending.load() == nullptr) {
        std::this_thread::yield();
    }
    session_->unmount();
    caller.join();
    EXPECT_EQ(caller.error, ENODEV);
    EXPECT_TRUE(node->released);
    stop();
    pending.load()->reply_ioctl(1);
}

TEST_F(MountTest, AnOpenFileOutlivesTheMountAsAnError) {
    auto node = std::make_shared<MemoryNode>(4096);
    root_->add("f", node);
    const File file(path_ / "f");
    session_->unmount();
    EXPECT_EQ(node->count_releases, 1);
    char byte = 0;
    EXPECT_EQ(pread(file.fd(), &byte, 1, 0), -1);
    EXPECT_EQ(errno, ENOTCONN);
    struct stat status{};
    EXPECT_EQ(stat((path_ / "f").c_str(), &status), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(stat(path_.c_str(), &status), 0);
}

TEST_F(MountTest, UnmountedFromOutsideNothingHangs) {
    root_->add("f", std::make_shared<MemoryNode>(4096));
    ASSERT_EQ(umount2(path_.c_str(), 0), 0);
    start();
    EXPECT_EQ(access((path_ / "f").c_str(), R_OK), 0);
}

TEST_F(MountTest, ALivingMountIsNotTakenOver) {
    SessionOptions options;
    options.mount_point = path_;
    Session second(options, std::make_shared<Directory>());
    const auto mounted = second.mount();
    ASSERT_FALSE(mounted);
    EXPECT_EQ(mounted.error().error_number, EBUSY);
}

TEST_F(MountTest, WhatAKilledDaemonLeftIsCleanedAway) {
    stop();
    std::array<int, 2> ready{};
    ASSERT_EQ(pipe(ready.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
        SessionOptions options;
        options.mount_point = path_;
        Session session(options, std::make_shared<Directory>());
        const char byte = session.mount() ? 'y' : 'n';
        if (write(ready[1], &byte, 1) == 1) {
            pause();
        }
        _exit(0);
    }
    close(ready[1]);
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    ASSERT_EQ(byte, 'y');
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ready[0]);
    struct stat status{};
    ASSERT_EQ(stat(path_.c_str(), &status), -1);
    EXPECT_EQ(errno, ENOTCONN);
    start();
    root_->add("f", std::make_shared<MemoryNode>(1));
    EXPECT_EQ(stat((path_ / "f").c_str(), &status), 0);
}

// In a child process: mounts as nobody, through the helper. Exit status 0: all was well, 2: mounting was refused.
int serve_as_nobody(const std::filesystem::path &path) {
    constexpr uid_t nobody = 65534;
    if (setgid(nobody) != 0 || setuid(nobody) != 0) {
        return 2;
    }
    auto root =
        std::make_shared<Directory>(Attributes{.mode = S_IFDIR | 0755, .uid = nobody, .gid = nobody, .nlink = 2},
                                    Node::Policy{}, Directory::Order::by_name);
    auto node = std::make_shared<MemoryNode>(4096);
    node->bytes[1] = 42;
    root->add("f", node);
    loop::Shard shard(0, loop::Shard::Limits{});
    shard.start();
    SessionOptions options;
    options.mount_point = path;
    options.allow_other = false;
    options.default_permissions = false;
    Session session(options, root);
    if (const auto mounted = session.mount(); !mounted) {
        std::fprintf(stderr, "%s\n", mounted.error().text.c_str());
        return 2;
    }
    if (!session.attach(shard)) {
        return 1;
    }
    char byte = 0;
    {
        const File file(path / "f");
        if (pread(file.fd(), &byte, 1, 1) != 1) {
            return 1;
        }
    }
    session.unmount();
    return byte == 42 && access((path / "f").c_str(), F_OK) != 0 ? 0 : 1;
}

TEST_F(MountTest, WithoutRootTheHelperMounts) {
    stop();
    ASSERT_EQ(chown(path_.c_str(), 65534, 65534), 0);
    const pid_t child = fork();
    if (child == 0) {
        _exit(serve_as_nobody(path_));
    }
    int exit_status = 0;
    waitpid(child, &exit_status, 0);
    ASSERT_TRUE(WIFEXITED(exit_status));
    if (WEXITSTATUS(exit_status) == 2) {
        GTEST_SKIP() << "fusermount3 is missing or refuses";
    }
    EXPECT_EQ(WEXITSTATUS(exit_status), 0);
}

TEST(CallerMemory, PiecesOfBothSidesNeedNotMatch) {
    std::vector<std::uint8_t> far(5000);
    std::vector<CallerPiece> from;
    for (std::size_t i = 0; i < far.size(); ++i) {
        far[i] = static_cast<std::uint8_t>(i % 251);
        from.push_back({reinterpret_cast<std::uint64_t>(&far[i]), 1});
    }
    std::vector<std::uint8_t> into(5000);
    const iovec local[] = {{into.data(), 0}, {into.data(), 4000}, {into.data() + 4000, 1000}};
    EXPECT_EQ(read_caller(getpid(), from, local), 0);
    EXPECT_EQ(into, far);
    std::fill(far.begin(), far.end(), std::uint8_t{0});
    EXPECT_EQ(write_caller(getpid(), from, local), 0);
    EXPECT_EQ(into, far);
    EXPECT_EQ(read_caller(getpid(), std::span(from).first(10), local), EINVAL);
}

TEST(CallerMemory, ErrorsAreToldApart) {
    std::array<std::uint8_t, 16> bytes{};
    EXPECT_EQ(read_caller(getpid(), 16, bytes), EFAULT);
    EXPECT_EQ(write_caller(getpid(), 16, bytes), EFAULT);
    EXPECT_EQ(read_caller(0, reinterpret_cast<std::uint64_t>(bytes.data()), bytes), ESRCH);
    EXPECT_EQ(read_caller(getpid(), ~std::uint64_t{0} - 4, bytes), EFAULT);
}

} // namespace
} // namespace scsilo::fuse
