// SPDX-License-Identifier: Apache-2.0
// FaultMedium: another medium with errors, short transfers and delays put in by rules.
#pragma once

#include "media/medium.h"

#include <limits>
#include <memory>
#include <vector>

namespace scsilo::media {

enum class FaultOn : std::uint8_t { read, write, flush, punch, zero };

// Applies to operations of one kind that touch [begin_offset, end_offset); a flush touches everything. The first rule
// that applies and is not used up counts.
struct FaultRule {
    FaultOn on = FaultOn::read;
    std::uint64_t begin_offset = 0;
    std::uint64_t end_offset = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t count_times = std::numeric_limits<std::uint64_t>::max(); // used up after so many
    int error = 0;                                                         // 0: only delayed
    std::size_t done_bytes = 0; // of a failing read or write: so much is transferred before the error
    std::uint64_t delay_ns = 0; // slept before anything else
};

class FaultMedium final : public BlockMedium {
  public:
    explicit FaultMedium(std::unique_ptr<BlockMedium> inner) noexcept : inner_(std::move(inner)) {}

    void add(const FaultRule &rule) { rules_.push_back(rule); }
    void clear() noexcept { rules_.clear(); }

    [[nodiscard]] std::string_view kind() const noexcept override { return inner_->kind(); }
    [[nodiscard]] const MediumFacts &facts() const noexcept override { return inner_->facts(); }

    [[nodiscard]] loop::Op<IoOutcome> read(std::uint64_t offset, Segments to) override;
    [[nodiscard]] loop::Op<IoOutcome> write(std::uint64_t offset, Segments from, Durability durability) override;
    [[nodiscard]] loop::Op<int> flush() override;
    [[nodiscard]] loop::Op<int> punch(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<int> zero(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<Extent> extent_at(std::uint64_t offset) override { return inner_->extent_at(offset); }
    [[nodiscard]] loop::Op<int> refresh() override { return inner_->refresh(); }

  private:
    // A copy of the rule that applies (error 0 and no delay: none), used once more.
    [[nodiscard]] FaultRule use(FaultOn on, std::uint64_t offset, std::uint64_t length_bytes) noexcept;

    std::unique_ptr<BlockMedium> inner_;
    std::vector<FaultRule> rules_;
};

} // namespace scsilo::media
