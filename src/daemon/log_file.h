// SPDX-License-Identifier: Apache-2.0
// LogFile: takes the log lines of all threads to a file, to syslog or to standard error.
//
// A shard must never wait for a disk that may be one of ours: lines are queued, one thread writes them, and when the
// queue is full the oldest are dropped (and counted in the next line that gets through).
#pragma once

#include <memory>
#include <string>

namespace scsilo::daemon {

class LogFile {
  public:
    // "stderr", "syslog" or a path. ConfigError. One at a time; signals are blocked by now, so that no handler runs in
    // its thread.
    explicit LogFile(const std::string &where);
    LogFile(const LogFile &) = delete;
    LogFile &operator=(const LogFile &) = delete;
    ~LogFile(); // writes what is queued; lines go to standard error again

    // Opens the file again (it was moved away); nothing to do for the others. False: it could not, the old one stays.
    bool reopen() noexcept;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace scsilo::daemon
