// SPDX-License-Identifier: Apache-2.0
// Rules that make a medium fail.
#include "media/faults.h"

#include "loop/sleep.h"

#include <algorithm>
#include <array>

namespace scsilo::media {
namespace {

constexpr std::size_t max_short_pieces = 64;

} // namespace

FaultRule FaultMedium::use(FaultOn on, std::uint64_t offset, std::uint64_t length_bytes) noexcept {
    for (FaultRule &rule : rules_) {
        const bool touches =
            on == FaultOn::flush || (offset < rule.end_offset && rule.begin_offset < offset + length_bytes);
        if (rule.on == on && rule.count_times > 0 && touches) {
            --rule.count_times;
            return rule;
        }
    }
    return {};
}

loop::Op<IoOutcome> FaultMedium::read(std::uint64_t offset, Segments to) {
    const FaultRule rule = use(FaultOn::read, offset, to.length_bytes());
    if (rule.delay_ns != 0) {
        co_await loop::sleep_for(rule.delay_ns);
    }
    if (rule.error == 0) {
        co_return co_await inner_->read(offset, to);
    }
    std::array<iovec, max_short_pieces> pieces;
    const Segments part({pieces.data(), to.slice(0, std::min(rule.done_bytes, to.length_bytes()), pieces)});
    IoOutcome outcome = co_await inner_->read(offset, part);
    outcome.error = outcome.error != 0 ? outcome.error : rule.error;
    co_return outcome;
}

loop::Op<IoOutcome> FaultMedium::write(std::uint64_t offset, Segments from, Durability durability) {
    const FaultRule rule = use(FaultOn::write, offset, from.length_bytes());
    if (rule.delay_ns != 0) {
        co_await loop::sleep_for(rule.delay_ns);
    }
    if (rule.error == 0) {
        co_return co_await inner_->write(offset, from, durability);
    }
    std::array<iovec, max_short_pieces> pieces;
    const Segments part({pieces.data(), from.slice(0, std::min(rule.done_bytes, from.length_bytes()), pieces)});
    IoOutcome outcome = co_await inner_->write(offset, part, durability);
    outcome.error = outcome.error != 0 ? outcome.error : rule.error;
    co_return outcome;
}

loop::Op<int> FaultMedium::flush() {
    const FaultRule rule = use(FaultOn::flush, 0, 0);
    if (rule.delay_ns != 0) {
        co_await loop::sleep_for(rule.delay_ns);
    }
    if (rule.error != 0) {
        co_return rule.error;
    }
    co_return co_await inner_->flush();
}

loop::Op<int> FaultMedium::punch(std::uint64_t offset, std::uint64_t length_bytes) {
    const FaultRule rule = use(FaultOn::punch, offset, length_bytes);
    if (rule.delay_ns != 0) {
        co_await loop::sleep_for(rule.delay_ns);
    }
    if (rule.error != 0) {
        co_return rule.error;
    }
    co_return co_await inner_->punch(offset, length_bytes);
}

loop::Op<int> FaultMedium::zero(std::uint64_t offset, std::uint64_t length_bytes) {
    const FaultRule rule = use(FaultOn::zero, offset, length_bytes);
    if (rule.delay_ns != 0) {
        co_await loop::sleep_for(rule.delay_ns);
    }
    if (rule.error != 0) {
        co_return rule.error;
    }
    co_return co_await inner_->zero(offset, length_bytes);
}

} // namespace scsilo::media
