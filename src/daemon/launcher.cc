// SPDX-License-Identifier: Apache-2.0
// The pipe to the waiting parent carries one byte 'r' (ready), or the reason; its end without either means that the
// child died.
#include "daemon/launcher.h"

#include "base/config_error.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

namespace scsilo::daemon {
namespace {

constexpr char ready_mark = 'r';
constexpr char failed_mark = 'f';

void print_reason(const std::string &reason) { std::fprintf(stderr, "scsilod: %s\n", reason.c_str()); }

std::string how_it_ended(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        return "The daemon was killed by signal " + std::to_string(WTERMSIG(status)) + " before it was ready.";
    }
    return "The daemon ended with status " + std::to_string(WEXITSTATUS(status)) + " before it was ready.";
}

// In the parent: the exit status of --daemonize.
int wait_for_word(int fd, pid_t child) {
    std::string word;
    std::array<char, 512> piece{};
    while (true) {
        const ssize_t count = read(fd, piece.data(), piece.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        word.append(piece.data(), static_cast<std::size_t>(count));
        if (word.front() == ready_mark) {
            return 0;
        }
    }
    print_reason(word.empty() ? how_it_ended(child) : word.substr(1));
    return 1;
}

} // namespace

Launcher::Launcher(bool background) {
    if (!background) {
        return;
    }
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw ConfigError(errno, std::string("A pipe cannot be made: ") + std::strerror(errno) + ".");
    }
    const pid_t child = fork();
    if (child < 0) {
        throw ConfigError(errno, std::string("The daemon cannot be forked: ") + std::strerror(errno) + ".");
    }
    if (child > 0) {
        close(ends[1]);
        _exit(wait_for_word(ends[0], child));
    }
    close(ends[0]);
    report_fd_ = ends[1];
    setsid();
}

Launcher::~Launcher() {
    if (report_fd_ >= 0) {
        close(report_fd_);
    }
}

void Launcher::ready(const std::string &status, bool keep_stderr) {
    sd_notifyf(0, "READY=1\nMAINPID=%d\nSTATUS=%s", getpid(), status.c_str());
    if (report_fd_ < 0) {
        return;
    }
    if (const int null = open("/dev/null", O_RDWR | O_CLOEXEC); null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        if (!keep_stderr) {
            dup2(null, STDERR_FILENO);
        }
        if (null > STDERR_FILENO) {
            close(null);
        }
    }
    // A parent that was killed meanwhile hears nothing; the daemon is up all the same (SIGPIPE is ignored).
    [[maybe_unused]] const ssize_t told = write(report_fd_, &ready_mark, 1);
    close(report_fd_);
    report_fd_ = -1;
}

void Launcher::stopping() { sd_notify(0, "STOPPING=1\nSTATUS=Stopping"); }

void Launcher::failed(const std::string &reason) {
    sd_notifyf(0, "STATUS=%s", reason.c_str());
    if (report_fd_ < 0) {
        print_reason(reason);
        return;
    }
    const std::string word = failed_mark + reason;
    [[maybe_unused]] const ssize_t told = write(report_fd_, word.data(), word.size());
}

} // namespace scsilo::daemon
