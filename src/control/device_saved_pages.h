// SPDX-License-Identifier: Apache-2.0
// The saved mode pages of a device in a file of its own in the state directory.
#pragma once

#include "device/spc/saved_pages.h"

#include <filesystem>
#include <string>

namespace scsilo::control {

class DeviceSavedPages final : public spc::SavedPages {
  public:
    // `name` has passed check_name(). Makes the directory STATE/mode-pages if it is missing (ConfigError).
    DeviceSavedPages(const std::filesystem::path &state_directory, const std::string &name);
    [[nodiscard]] loop::Op<int> save(Bytes image) override;
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> load() override;

  private:
    const std::string path_;
};

} // namespace scsilo::control
