// SPDX-License-Identifier: Apache-2.0
// Options: the command line of scsilod. man/scsilod.8 says the same; a test compares the two.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace scsilo::daemon {

struct Options {
    std::filesystem::path root; // absolute, as all paths here
    std::filesystem::path state;
    std::optional<std::filesystem::path> config;
    std::optional<std::string> scst_local;
    std::string log; // "stderr", "syslog", or a path
    std::uint32_t count_shards = 1;
    std::uint32_t node_uid = 0;
    std::uint32_t node_gid = 0;
    std::uint32_t node_mode = 0600;
    bool allow_other = true;
    bool daemonize = false;

    [[nodiscard]] bool logs_to_stderr() const noexcept { return log == "stderr"; }
};

// Prints help, version or the mistake itself; then the failure is the exit status.
[[nodiscard]] Result<Options, int> parse_options(int count, const char *const *arguments);

} // namespace scsilo::daemon
