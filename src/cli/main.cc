// SPDX-License-Identifier: Apache-2.0
// scsilo: the command that asks a running scsilod.
#include "cli/commands.h"
#include "cli/connection.h"

#include <cerrno>

int main(int count, char **arguments) {
    using namespace scsilo::cli;
    const auto options = parse_options(std::vector<std::string>(arguments + 1, arguments + count));
    if (!options) {
        return options.error();
    }
    try {
        return execute(*options);
    } catch (const std::exception &error) {
        print_error(*options, ENOTCONN, error.what());
        return status_unreachable;
    }
}
