// SPDX-License-Identifier: Apache-2.0
// SavedPagesFile: the saved mode pages of one device as a state file.
#pragma once

#include "device/spc/saved_pages.h"

#include <string>

namespace scsilo::spc {

class SavedPagesFile final : public SavedPages {
  public:
    // The directory exists; the file appears with the first save().
    explicit SavedPagesFile(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] loop::Op<int> save(Bytes image) override;
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> load() override;

  private:
    const std::string path_;
};

} // namespace scsilo::spc
