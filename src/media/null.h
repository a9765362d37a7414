// SPDX-License-Identifier: Apache-2.0
// NullMedium: a size without storage, to measure everything above the medium.
#pragma once

#include "media/medium.h"

namespace scsilo::media {

class NullMedium final : public BlockMedium {
  public:
    // fill_reads: reads deliver zeros. Without it the memory stays as it is, which is safe only where the caller has
    // cleared it: buffers are used again and must never show one initiator the data of another.
    explicit NullMedium(std::uint64_t size_bytes, bool fill_reads = true) noexcept;

    [[nodiscard]] std::string_view kind() const noexcept override { return "null"; }
    [[nodiscard]] const MediumFacts &facts() const noexcept override { return facts_; }

    [[nodiscard]] loop::Op<IoOutcome> read(std::uint64_t offset, Segments to) override;
    [[nodiscard]] loop::Op<IoOutcome> write(std::uint64_t offset, Segments from, Durability durability) override;
    [[nodiscard]] loop::Op<int> flush() override;
    [[nodiscard]] loop::Op<int> punch(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<int> zero(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<Extent> extent_at(std::uint64_t offset) override;
    [[nodiscard]] loop::Op<int> refresh() override;

  private:
    MediumFacts facts_;
    bool fill_reads_;
};

} // namespace scsilo::media
