// SPDX-License-Identifier: Apache-2.0
// Launcher: tells whoever started the daemon how it went: the shell that waits for --daemonize, and the service
// manager.
#pragma once

#include <string>

namespace scsilo::daemon {

class Launcher {
  public:
    // With `background`: forks, before any thread. The parent waits for the child's word, prints the reason of a
    // failure and exits; this returns in the child only. ConfigError when it cannot fork.
    explicit Launcher(bool background);
    Launcher(const Launcher &) = delete;
    Launcher &operator=(const Launcher &) = delete;
    ~Launcher();

    // The tree is ready. In the background, standard input and output go, and standard error unless the log needs it.
    void ready(const std::string &status, bool keep_stderr);
    void stopping();
    // The reason in one sentence, printed as "scsilod: reason" by the one who waits.
    void failed(const std::string &reason);

  private:
    int report_fd_ = -1; // to the waiting parent
};

} // namespace scsilo::daemon
