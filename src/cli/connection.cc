// SPDX-License-Identifier: Apache-2.0
// Speaks to the daemon over its Unix socket.
#include "cli/connection.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace scsilo::cli {
namespace {

constexpr int stop_timeout_ms = 60000;

[[noreturn]] void went_away() {
    throw Unreachable("The daemon closed the connection without an answer: its log may say why.");
}

} // namespace

Connection::Connection(const std::filesystem::path &socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket.string();
    if (path.size() >= sizeof address.sun_path) {
        throw Unreachable("The path " + path + " is too long for a socket: choose a shorter --root or --state.");
    }
    path.copy(address.sun_path, path.size());
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // The address of a socket is a sockaddr of its family's shape: that is how connect(2) is made.
    if (fd_ < 0 || connect(fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        const int error = errno;
        if (fd_ >= 0) {
            close(fd_);
        }
        throw Unreachable("No daemon answers at " + path + ": " + std::strerror(error) +
                          ". Start scsilod, or say with --root or --state where it is.");
    }
}

Connection::~Connection() {
    close(fd_);
    if (process_fd_ >= 0) {
        close(process_fd_);
    }
}

std::string Connection::take_line() {
    std::array<char, 65536> piece{};
    while (true) {
        if (const auto end = received_.find('\n'); end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        const ssize_t count = recv(fd_, piece.data(), piece.size(), 0);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            went_away();
        }
        received_.append(piece.data(), static_cast<std::size_t>(count));
    }
}

control::protocol::Answer Connection::ask(const control::protocol::Question &question) {
    const std::string line = control::protocol::to_line(question);
    for (std::size_t done = 0; done < line.size();) {
        const ssize_t count = send(fd_, line.data() + done, line.size() - done, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            break; // it may have said why before it closed
        }
        done += static_cast<std::size_t>(count);
    }
    const auto answer = control::protocol::parse_answer(take_line());
    if (!answer) {
        throw Unreachable("What answers there does not speak the protocol of scsilod.");
    }
    return *answer;
}

void Connection::watch_process() {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(fd_, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        process_fd_ = static_cast<int>(syscall(SYS_pidfd_open, peer.pid, 0));
    }
}

void Connection::wait_until_gone() {
    if (process_fd_ < 0) {
        return; // gone already, or in a process namespace that we do not see
    }
    pollfd process{process_fd_, POLLIN, 0};
    int count = 0;
    while ((count = poll(&process, 1, stop_timeout_ms)) < 0 && errno == EINTR) {
    }
    if (count == 0) {
        throw Unreachable(
            "The daemon has not ended after a minute: its log may say why; a second signal ends it at once.");
    }
}

} // namespace scsilo::cli
