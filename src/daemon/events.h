// SPDX-License-Identifier: Apache-2.0
// Events: what the main thread waits for while the other threads work: signals, and the control socket's "stop".
#pragma once

#include <cstdint>
#include <filesystem>

namespace scsilo::daemon {

class Events {
  public:
    enum class Event : std::uint8_t { stop, reopen_log };

    // Blocks the signals in this thread and thereby in all threads it starts: construct before the first of them.
    // std::system_error.
    Events();
    Events(const Events &) = delete;
    Events &operator=(const Events &) = delete;
    ~Events();

    void request_stop() noexcept; // any thread
    [[nodiscard]] Event wait();
    // From now on SIGTERM and SIGINT end the process at once: the mount is detached, so that nobody hangs on it.
    void force_from_now_on(const std::filesystem::path &mount_point);

  private:
    int signal_fd_ = -1;
    int stop_fd_ = -1;
};

} // namespace scsilo::daemon
