// SPDX-License-Identifier: Apache-2.0
// The control socket's thread: accepts, reads lines, answers them.
#include "control/socket_server.h"

#include "base/config_error.h"
#include "base/log.h"
#include "control/protocol.h"
#include "control/system.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace scsilo::control {
namespace {

using protocol::Answer;
using protocol::Question;

// Answers not yet taken by a client: beyond this its next question waits.
constexpr std::size_t max_waiting_bytes = std::size_t{8} << 20;

struct Connection {
    int fd = -1;
    std::string in;       // up to a line
    std::string out;      // not yet sent
    bool closing = false; // once `out` is sent
};

Answer refusal(int error_number, std::string sentence) {
    Answer answer;
    answer.ok = false;
    answer.error_number = error_number;
    answer.error = std::move(sentence);
    return answer;
}

Answer answer_of(const Outcome &outcome, bool with_data) {
    if (!outcome.ok()) {
        return refusal(outcome.error_number, outcome.text);
    }
    Answer answer;
    if (with_data) {
        answer.data = outcome.text;
    }
    return answer;
}

Answer list_answer(System &system, const std::string &path) {
    try {
        const auto entries = system.control().execute([&] { return system.tree().list(path); });
        Answer answer;
        answer.entries.emplace();
        for (const Tree::Entry &entry : entries) {
            answer.entries->push_back({entry.name, entry.directory, entry.mode});
        }
        return answer;
    } catch (const ConfigError &error) {
        return refusal(error.error_number(), error.what());
    }
}

void set_address(sockaddr_un &address, const std::filesystem::path &path) {
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof(address.sun_path)) {
        throw ConfigError(
            ENAMETOOLONG,
            fmt::format("The path {} of the control socket is longer than {} bytes: use a shorter state directory.",
                        text, sizeof(address.sun_path) - 1));
    }
    std::memcpy(address.sun_path, text.data(), text.size());
}

[[noreturn]] void cannot_listen(const std::filesystem::path &path) {
    const int error = errno;
    throw ConfigError(error,
                      fmt::format("The control socket {} cannot be made: {}.", path.string(), std::strerror(error)));
}

const sockaddr *plain(const sockaddr_un &address) noexcept { return reinterpret_cast<const sockaddr *>(&address); }

// Somebody answers there? Otherwise a killed daemon has left the file.
bool is_served(const sockaddr_un &address) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool served = fd >= 0 && (connect(fd, plain(address), sizeof(address)) == 0 || errno == EAGAIN);
    if (fd >= 0) {
        close(fd);
    }
    return served;
}

int listen_at(const std::filesystem::path &path) {
    sockaddr_un address{};
    set_address(address, path);
    if (is_served(address)) {
        throw ConfigError(
            EADDRINUSE,
            fmt::format("Another scsilod serves {}: stop it first, or use another state directory.", path.string()));
    }
    struct stat status{};
    if (lstat(path.c_str(), &status) == 0 && !S_ISSOCK(status.st_mode)) {
        throw ConfigError(EEXIST, fmt::format("{} is in the way of the control socket: move it away.", path.string()));
    }
    unlink(path.c_str());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        cannot_listen(path);
    }
    // Made with no permission at all until the mode is right: nobody slips in between.
    fchmod(fd, 0600);
    if (bind(fd, plain(address), sizeof(address)) != 0 || chmod(path.c_str(), 0600) != 0 || listen(fd, 16) != 0) {
        const int error = errno;
        close(fd);
        errno = error;
        cannot_listen(path);
    }
    return fd;
}

bool is_permitted(int fd) noexcept {
    ucred peer{};
    socklen_t length = sizeof(peer);
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && (peer.uid == 0 || peer.uid == geteuid());
}

} // namespace

class SocketServer::Impl {
  public:
    Impl(System &system, std::filesystem::path path, std::function<void()> stop)
        : system_(system), path_(std::move(path)), stop_(std::move(stop)), listen_fd_(listen_at(path_)),
          wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this] { serve(); }) {}
    Impl(const Impl &) = delete;
    Impl &operator=(const Impl &) = delete;

    ~Impl() {
        stopping_ = true;
        eventfd_write(wake_fd_, 1);
        thread_.join();
        for (const Connection &connection : connections_) {
            close(connection.fd);
        }
        close(wake_fd_);
        close(listen_fd_);
        unlink(path_.c_str());
    }

  private:
    void serve();
    void accept_one();
    void end_connections();
    void receive(Connection &connection);
    void answer_lines(Connection &connection);
    void answer(Connection &connection, std::string_view line);
    [[nodiscard]] Answer carry_out(const Question &question);
    void send_out(Connection &connection);

    System &system_;
    const std::filesystem::path path_;
    const std::function<void()> stop_;
    const int listen_fd_;
    const int wake_fd_;
    std::list<Connection> connections_; // the server's thread only
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

void SocketServer::Impl::serve() {
    std::vector<pollfd> waiting;
    while (!stopping_) {
        waiting.assign({{wake_fd_, POLLIN, 0}, {listen_fd_, POLLIN, 0}});
        for (const Connection &connection : connections_) {
            const bool takes = !connection.closing && connection.out.size() < max_waiting_bytes;
            waiting.push_back(
                {connection.fd, static_cast<short>((takes ? POLLIN : 0) | (connection.out.empty() ? 0 : POLLOUT)), 0});
        }
        if (poll(waiting.data(), waiting.size(), -1) < 0) {
            continue; // a signal
        }
        std::size_t at = 2;
        for (Connection &connection : connections_) {
            const short events = waiting[at++].revents;
            if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
                receive(connection);
            }
            send_out(connection);
        }
        if ((waiting[1].revents & POLLIN) != 0) {
            accept_one();
        }
        end_connections();
    }
}

void SocketServer::Impl::end_connections() {
    std::erase_if(connections_, [](const Connection &connection) {
        const bool over = connection.closing && connection.out.empty();
        if (over) {
            close(connection.fd);
        }
        return over;
    });
}

void SocketServer::Impl::accept_one() {
    const int fd = accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    connections_.push_back({fd, {}, {}, false});
    Connection &fresh = connections_.back();
    if (!is_permitted(fd)) {
        fresh.out = to_line(refusal(EACCES, "Only root and the daemon's own user may use the control socket."));
        fresh.closing = true;
    } else if (connections_.size() > protocol::max_connections) {
        fresh.out = to_line(
            refusal(EAGAIN, fmt::format("There are {} connections already: try again.", protocol::max_connections)));
        fresh.closing = true;
    }
    send_out(fresh);
}

void SocketServer::Impl::receive(Connection &connection) {
    char piece[16384];
    const ssize_t length = recv(connection.fd, piece, sizeof(piece), 0);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (length <= 0) {
        connection.closing = true;
        if (length < 0) {
            connection.out.clear(); // nobody is there any more
        }
        return;
    }
    if (!connection.closing) {
        connection.in.append(piece, static_cast<std::size_t>(length));
        answer_lines(connection);
    }
}

void SocketServer::Impl::answer_lines(Connection &connection) {
    std::size_t begin = 0;
    while (!connection.closing) {
        const std::size_t end = connection.in.find('\n', begin);
        const std::size_t length = (end == std::string::npos ? connection.in.size() : end) - begin;
        if (length > protocol::max_question_bytes) {
            connection.out += to_line(
                refusal(EMSGSIZE, fmt::format("A question has at most {} bytes.", protocol::max_question_bytes)));
            connection.closing = true;
        } else if (end == std::string::npos) {
            break;
        } else {
            answer(connection, std::string_view(connection.in).substr(begin, length));
            begin = end + 1;
        }
    }
    connection.in.erase(0, begin);
}

void SocketServer::Impl::answer(Connection &connection, std::string_view line) {
    const auto question = protocol::parse_question(line);
    if (!question) {
        connection.out += to_line(refusal(EINVAL, "This is no question: one JSON object with \"op\" on one line is."));
        return;
    }
    connection.out += to_line(carry_out(*question));
    if (question->op == "stop") {
        send_out(connection);
        stop_();
    }
}

Answer SocketServer::Impl::carry_out(const Question &question) {
    if (question.op == "read") {
        return answer_of(system_.read_file(question.path), true);
    }
    if (question.op == "write") {
        return answer_of(system_.write_file(question.path, question.data), false);
    }
    if (question.op == "list") {
        return list_answer(system_, question.path);
    }
    if (question.op == "status") {
        return answer_of({0, system_.status()}, true);
    }
    if (question.op == "stop") {
        return {};
    }
    return refusal(EINVAL, fmt::format("\"{}\" is no operation: list, read, write, status and stop are.", question.op));
}

void SocketServer::Impl::send_out(Connection &connection) {
    while (!connection.out.empty()) {
        const ssize_t sent = send(connection.fd, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno != EAGAIN) {
                connection.out.clear();
                connection.closing = true;
            }
            return;
        }
        connection.out.erase(0, static_cast<std::size_t>(sent));
    }
}

SocketServer::SocketServer(System &system, std::filesystem::path path, std::function<void()> stop)
    : impl_(std::make_unique<Impl>(system, std::move(path), std::move(stop))) {}

SocketServer::~SocketServer() = default;

} // namespace scsilo::control
