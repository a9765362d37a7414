// SPDX-License-Identifier: Apache-2.0
// CommandFile: the file of --config, control lines for the first start of a state directory.
//
// One line, one write:  PATH blanks LINE      scsi_tgt/vdisk/vdisk open vm_disk1 /vdisk1.img
// PATH is relative to the root and has no blanks. Blanks at both ends do not matter; an empty line and one that begins
// with '#' say nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace scsilo::control {
class System;
}

namespace scsilo::daemon {

class CommandFile {
  public:
    // Reads it all; ConfigError with "FILE:NUMBER: sentence".
    explicit CommandFile(const std::filesystem::path &path);

    // Stops at the first line that fails: ConfigError with its errno and "FILE:NUMBER: sentence".
    void execute(control::System &system) const;

    struct Command {
        std::size_t number = 0; // of the line, from 1
        std::string path;
        std::string text;
    };
    [[nodiscard]] const std::vector<Command> &commands() const noexcept { return commands_; }

  private:
    const std::filesystem::path path_;
    std::vector<Command> commands_;
};

} // namespace scsilo::daemon
