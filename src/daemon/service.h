// SPDX-License-Identifier: Apache-2.0
// Service: the parts of the running daemon in the order in which they start; they end in the opposite order.
#pragma once

#include "control/fuse_tree.h"
#include "control/socket_server.h"
#include "control/system.h"
#include "daemon/options.h"
#include "daemon/state_directory.h"
#include "fuse/session.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace scsilo::daemon {

class Service {
  public:
    // When it returns, the tree is ready. `stop` is called, on some thread, when the control socket is asked to stop.
    // ConfigError, std::system_error: then everything is undone.
    Service(const Options &options, const StateDirectory &state, std::function<void()> stop);
    Service(const Service &) = delete;
    Service &operator=(const Service &) = delete;
    ~Service(); // no new questions, the mount goes, sessions, hosts and devices end, threads stop

    // One line for the service manager and the log.
    [[nodiscard]] std::string summary();

  private:
    void mount();
    void configure(const std::filesystem::path &state_directory);

    const Options options_;
    const std::shared_ptr<fuse::Directory> dev_;
    const std::shared_ptr<fuse::Directory> root_;
    control::System system_;
    std::optional<control::FuseTree> tree_;
    std::optional<fuse::Session> session_;
    std::optional<control::SocketServer> socket_;
};

} // namespace scsilo::daemon
