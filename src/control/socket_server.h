// SPDX-License-Identifier: Apache-2.0
// SocketServer: the control socket (protocol.h) on a Unix stream socket of mode 0600, served by one thread of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

namespace scsilo::control {

class System;

class SocketServer {
  public:
    // Listens when the constructor returns. A socket file that nobody serves is replaced; ConfigError EADDRINUSE when
    // somebody does. Only the daemon's own user and root are served. `stop` is called (on the server's thread) for the
    // question "stop", after it was answered.
    SocketServer(System &system, std::filesystem::path path, std::function<void()> stop);
    SocketServer(const SocketServer &) = delete;
    SocketServer &operator=(const SocketServer &) = delete;
    ~SocketServer(); // ends the connections and removes the file

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace scsilo::control
