// SPDX-License-Identifier: Apache-2.0
// Connection: one connection to a daemon's control socket; questions and answers as in control/protocol.h.
#pragma once

#include "control/protocol.h"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace scsilo::cli {

// No daemon there, or it went away while we waited; what() is one sentence.
class Unreachable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class Connection {
  public:
    explicit Connection(const std::filesystem::path &socket); // Unreachable
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;
    ~Connection();

    [[nodiscard]] control::protocol::Answer ask(const control::protocol::Question &question); // Unreachable
    // Call it before asking the daemon to stop; wait_until_gone() returns when its process is gone, and with it the
    // mount.
    void watch_process();
    void wait_until_gone(); // Unreachable after a minute

  private:
    [[nodiscard]] std::string take_line();

    int fd_ = -1;
    int process_fd_ = -1;
    std::string received_;
};

} // namespace scsilo::cli
