// SPDX-License-Identifier: Apache-2.0
// RamMedium: bytes in memory, gone with the process. Pages are taken on first write and given back by punch().
#pragma once

#include "media/medium.h"

#include <memory>

namespace scsilo::media {

class RamMedium final : public BlockMedium {
  public:
    ~RamMedium() override;

    [[nodiscard]] std::string_view kind() const noexcept override { return "ram"; }
    [[nodiscard]] const MediumFacts &facts() const noexcept override { return facts_; }

    [[nodiscard]] loop::Op<IoOutcome> read(std::uint64_t offset, Segments to) override;
    [[nodiscard]] loop::Op<IoOutcome> write(std::uint64_t offset, Segments from, Durability durability) override;
    [[nodiscard]] loop::Op<int> flush() override;
    [[nodiscard]] loop::Op<int> punch(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<int> zero(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<Extent> extent_at(std::uint64_t offset) override;
    [[nodiscard]] loop::Op<int> refresh() override;

  private:
    friend std::unique_ptr<RamMedium> make_ram(std::uint64_t size_bytes);
    RamMedium(std::uint8_t *memory, std::uint64_t size_bytes) noexcept;

    std::uint8_t *memory_;
    MediumFacts facts_;
};

// Any thread. Throws ConfigError when the size is 0 or the memory cannot be mapped.
[[nodiscard]] std::unique_ptr<RamMedium> make_ram(std::uint64_t size_bytes);

} // namespace scsilo::media
