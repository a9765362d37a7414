// SPDX-License-Identifier: Apache-2.0
// The commands of scsilo: each asks the daemon one question and prints the answer.
#pragma once

#include "cli/options.h"

namespace scsilo::cli {

// The exit status. Unreachable (connection.h) when there is no daemon.
[[nodiscard]] int execute(const Options &options);
// One sentence on standard error; with --json the same as an object on standard output.
void print_error(const Options &options, int error_number, const std::string &sentence);

} // namespace scsilo::cli
