// SPDX-License-Identifier: Apache-2.0
// Where the tree is mounted and the state kept when nobody says so; the daemon and the command agree on it here.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace scsilo {

// The absolute directory that the environment names, or nothing (XDG: a relative path is to be ignored).
[[nodiscard]] inline std::filesystem::path environment_directory(const char *variable) {
    const char *value = std::getenv(variable);
    std::filesystem::path path = value == nullptr ? "" : value;
    return path.is_absolute() ? path : std::filesystem::path();
}

// root: /run/scsilo; others: $XDG_RUNTIME_DIR/scsilo.
[[nodiscard]] inline std::filesystem::path default_root_directory() {
    if (geteuid() == 0) {
        return "/run/scsilo";
    }
    const auto runtime = environment_directory("XDG_RUNTIME_DIR");
    return (runtime.empty() ? std::filesystem::path("/run/user") / std::to_string(geteuid()) : runtime) / "scsilo";
}

// root: /var/lib/scsilo; others: $XDG_STATE_HOME/scsilo, which is ~/.local/state/scsilo if it is not set.
[[nodiscard]] inline std::filesystem::path default_state_directory() {
    if (geteuid() == 0) {
        return "/var/lib/scsilo";
    }
    const auto state = environment_directory("XDG_STATE_HOME");
    return (state.empty() ? environment_directory("HOME") / ".local/state" : state) / "scsilo";
}

} // namespace scsilo
