// SPDX-License-Identifier: Apache-2.0
// Options: the command line of scsilo. man/scsilo.8 says the same; a test compares the two.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace scsilo::cli {

struct Options {
    std::filesystem::path root;  // empty: not given
    std::filesystem::path state; // empty: not given
    bool json = false;
    std::string command;           // list, status, read, write, stop, modinfo
    std::string path;              // list, read, write; modinfo: the module
    std::vector<std::string> text; // write
};

inline constexpr int status_done = 0;
inline constexpr int status_refused = 1; // the daemon said no
inline constexpr int status_usage = 2;
inline constexpr int status_unreachable = 3; // no daemon there, or it went away

// Prints help, version or the mistake itself; then the failure is the exit status.
[[nodiscard]] Result<Options, int> parse_options(std::vector<std::string> arguments);

} // namespace scsilo::cli
