// SPDX-License-Identifier: Apache-2.0
// Round trips over the control socket, and what it refuses.
#include "control/socket_server.h"

#include "base/config_error.h"
#include "control/protocol.h"
#include "control_fixture.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace scsilo::control {
namespace {

class Client {
  public:
    explicit Client(const std::string &path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof(address.sun_path) - 1);
        connected_ = connect(fd_, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0;
    }
    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;
    ~Client() { close(fd_); }

    void send_text(const std::string &text) const {
        ASSERT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    // The next line; empty at the end of the stream.
    [[nodiscard]] std::string line() {
        while (buffer_.find('\n') == std::string::npos) {
            char piece[4096];
            const ssize_t length = recv(fd_, piece, sizeof(piece), 0);
            if (length <= 0) {
                return "";
            }
            buffer_.append(piece, static_cast<std::size_t>(length));
        }
        const std::size_t end = buffer_.find('\n') + 1;
        const std::string one = buffer_.substr(0, end);
        buffer_.erase(0, end);
        return one;
    }
    [[nodiscard]] protocol::Answer ask(const protocol::Question &question) {
        send_text(protocol::to_line(question));
        return protocol::parse_answer(line()).value_or(protocol::Answer{false, -1, "no answer", {}, {}});
    }
    [[nodiscard]] bool connected() const noexcept { return connected_; }

  private:
    int fd_;
    bool connected_ = false;
    std::string buffer_;
};

class Socket : public ControlTest {
  protected:
    Socket() {
        start();
        serve();
    }
    ~Socket() override { server_.reset(); }
    void serve() {
        server_ = std::make_unique<SocketServer>(*system_, path(), [this] { ++count_stops_; });
    }
    [[nodiscard]] std::string path() const { return directory_ / protocol::socket_name; }
    std::unique_ptr<SocketServer> server_;
    std::atomic<int> count_stops_{0};
};

TEST_F(Socket, ReadsWritesListsAndTellsItsStatus) {
    struct stat status{};
    ASSERT_EQ(stat(path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    Client client(path());
    EXPECT_TRUE(client.ask({"write", "/scsi_tgt/vdisk/vdisk", "open n x NULLIO\n"}).ok);
    EXPECT_EQ(client.ask({"read", "scsi_tgt/threads", ""}).data, "1\n");
    const auto list = client.ask({"list", "scsi_tgt/groups", ""});
    ASSERT_TRUE(list.entries && list.entries->size() == 1);
    EXPECT_EQ(list.entries->front().name, "Default");
    EXPECT_TRUE(list.entries->front().directory);
    EXPECT_EQ(client.ask({"status", "", ""}).data->substr(0, 22), "threads: 1\ndevices: 1\n");
    const auto error = client.ask({"write", "scsi_tgt/vdisk/vdisk", "open n x NULLIO"});
    EXPECT_EQ(error.error_number, EINVAL);
    EXPECT_EQ(error.error + "\n", client.ask({"read", "last_error", ""}).data);
    EXPECT_EQ(client.ask({"list", "scsi_tgt/threads", ""}).error_number, ENOTDIR);
    EXPECT_EQ(client.ask({"read", "no/such", ""}).error_number, ENOENT);
    EXPECT_EQ(client.ask({"dance", "", ""}).error_number, EINVAL);
}

TEST_F(Socket, AnswersLinesInOrderHoweverTheyArrive) {
    Client client(path());
    client.send_text("{\"op\":\"read\",");
    client.send_text("\"path\":\"scsi_tgt/threads\"}\nnonsense\n{\"op\":\"list\",\"path\":\"scsi\"}\n");
    EXPECT_EQ(client.line(), "{\"data\":\"1\\n\",\"ok\":true}\n");
    EXPECT_NE(client.line().find("\"errno\":22"), std::string::npos);
    EXPECT_NE(client.line().find("scst_ini_targ_debug"), std::string::npos);
}

TEST_F(Socket, ALineThatIsTooLongEndsTheConnection) {
    Client client(path());
    client.send_text(std::string(protocol::max_question_bytes + 1, 'x'));
    EXPECT_NE(client.line().find(fmt::format("\"errno\":{}", EMSGSIZE)), std::string::npos);
    EXPECT_EQ(client.line(), "");
}

TEST_F(Socket, HasALimitOfConnections) {
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < protocol::max_connections; ++i) {
        clients.push_back(std::make_unique<Client>(path()));
        ASSERT_TRUE(clients.back()->ask({"status", "", ""}).ok) << i;
    }
    Client refused(path());
    EXPECT_NE(refused.line().find(fmt::format("\"errno\":{}", EAGAIN)), std::string::npos);
    EXPECT_EQ(refused.line(), "");
    EXPECT_TRUE(clients.front()->ask({"status", "", ""}).ok);
}

TEST_F(Socket, StopIsAnsweredAndPassedOn) {
    Client client(path());
    EXPECT_TRUE(client.ask({"stop", "", ""}).ok);
    EXPECT_TRUE(client.ask({"status", "", ""}).ok); // comes after the call of stop
    EXPECT_EQ(count_stops_, 1);
}

TEST_F(Socket, OneServerForEachPath) {
    EXPECT_THROW(SocketServer(*system_, path(), [] {}), ConfigError);
    server_.reset();
    EXPECT_FALSE(std::filesystem::exists(path()));
    std::ofstream(path()) << "not a socket";
    EXPECT_THROW(serve(), ConfigError);
    EXPECT_EQ(file_content(path()), "not a socket");
    std::filesystem::remove(path());
    // What a killed daemon leaves is replaced.
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof(address)), 0);
    close(fd);
    serve();
    EXPECT_TRUE(Client(path()).connected());
    EXPECT_THROW(SocketServer(*system_, directory_ / std::string(200, 'x'), [] {}), ConfigError);
}

} // namespace
} // namespace scsilo::control
