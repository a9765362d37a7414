// SPDX-License-Identifier: Apache-2.0
// Saved mode pages as a state file.
#include "control/device_saved_pages.h"

#include "base/config_error.h"
#include "base/log.h"
#include "media/state_file.h"

#include <cerrno>
#include <cstring>

namespace scsilo::control {
namespace {

// All pages that a device may have are far below this; a larger file is not ours.
constexpr std::size_t max_image_bytes = 65536;

std::string prepare(const std::filesystem::path &state_directory, const std::string &name) {
    const std::filesystem::path directory = state_directory / "mode-pages";
    std::error_code error;
    std::filesystem::create_directory(directory, error);
    if (error) {
        throw ConfigError(error.value(), fmt::format("The directory {} for saved mode pages cannot be made: {}.",
                                                     directory.string(), error.message()));
    }
    return directory / name;
}

} // namespace

DeviceSavedPages::DeviceSavedPages(const std::filesystem::path &state_directory, const std::string &name)
    : path_(prepare(state_directory, name)) {}

loop::Op<int> DeviceSavedPages::save(Bytes image) {
    const int error = co_await media::store_state_on_ring(path_, image);
    if (error != 0) {
        log_error(trace_core, "The mode pages cannot be saved in {}: {}.", path_, std::strerror(error));
    }
    co_return error;
}

std::optional<std::vector<std::uint8_t>> DeviceSavedPages::load() {
    const auto text = media::load_state_file(path_, max_image_bytes);
    if (!text) {
        if (text.error() != ENOENT) {
            log_error(trace_core, "The saved mode pages in {} cannot be read: {}.", path_, std::strerror(text.error()));
        }
        return std::nullopt;
    }
    return std::vector<std::uint8_t>(text.value().begin(), text.value().end());
}

} // namespace scsilo::control
