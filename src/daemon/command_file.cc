// SPDX-License-Identifier: Apache-2.0
// Reads and executes the file of --config.
#include "daemon/command_file.h"

#include "base/config_error.h"
#include "control/system.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace scsilo::daemon {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string trimmed(const std::string &text) {
    const auto first = text.find_first_not_of(blanks);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string place(const std::filesystem::path &path, std::size_t number) {
    return path.string() + ":" + std::to_string(number) + ": ";
}

} // namespace

CommandFile::CommandFile(const std::filesystem::path &path) : path_(path) {
    std::ifstream file(path);
    std::error_code error;
    if (!file || !std::filesystem::is_regular_file(path, error)) {
        const int reason = error ? error.value() : !file ? errno : EISDIR;
        throw ConfigError(reason,
                          "The file " + path.string() + " of --config cannot be read: " + std::strerror(reason) + ".");
    }
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        line = trimmed(line);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const auto end = line.find_first_of(blanks);
        if (end == std::string::npos) {
            throw ConfigError(EINVAL,
                              place(path_, number) + "\"" + line + "\" has a path and no command: write PATH LINE.");
        }
        commands_.push_back({number, line.substr(0, end), trimmed(line.substr(end))});
    }
}

void CommandFile::execute(control::System &system) const {
    for (const Command &command : commands_) {
        const auto outcome = system.write_file(command.path, command.text);
        if (!outcome.ok()) {
            throw ConfigError(outcome.error_number, place(path_, command.number) + outcome.text);
        }
    }
}

} // namespace scsilo::daemon
