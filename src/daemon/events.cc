// SPDX-License-Identifier: Apache-2.0
// signalfd and eventfd behind one poll.
#include "daemon/events.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>

namespace scsilo::daemon {
namespace {

constexpr int forced_status = 1;

sigset_t watched_signals() noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&set, number);
    }
    return set;
}

// Never freed: a signal may come until the process is gone.
std::string &forced_mount_point() {
    static auto *path = new std::string;
    return *path;
}
const char *forced_path = "";

extern "C" void force(int) {
    umount2(forced_path, MNT_DETACH);
    _exit(forced_status);
}

} // namespace

Events::Events() {
    std::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signal_fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    stop_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signal_fd_ < 0 || stop_fd_ < 0) {
        throw std::system_error(errno, std::generic_category(), "signalfd and eventfd");
    }
}

Events::~Events() {
    close(signal_fd_);
    close(stop_fd_);
}

void Events::request_stop() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(stop_fd_, &one, sizeof one);
}

Events::Event Events::wait() {
    while (true) {
        std::array<pollfd, 2> sources{{{signal_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
        if (poll(sources.data(), sources.size(), -1) < 0) {
            continue; // EINTR: a debugger
        }
        if (sources[1].revents != 0) {
            return Event::stop;
        }
        signalfd_siginfo info{};
        if (read(signal_fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            return info.ssi_signo == SIGHUP ? Event::reopen_log : Event::stop;
        }
    }
}

void Events::force_from_now_on(const std::filesystem::path &mount_point) {
    forced_mount_point() = mount_point.string();
    forced_path = forced_mount_point().c_str();
    struct sigaction action{};
    action.sa_handler = force;
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT}) {
        sigaction(number, &action, nullptr);
        sigaddset(&set, number);
    }
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

} // namespace scsilo::daemon
