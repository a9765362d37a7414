// SPDX-License-Identifier: Apache-2.0
// The file trace_level of 2008: which bits of a TraceSource are on, as words (procfs layout, E3).
#pragma once

#include "base/log.h"

#include <span>
#include <string>
#include <string_view>

namespace scsilo::control {

struct TraceToken {
    std::string_view name;
    Trace bit;
};

// Tokens of every source, in the order in which they are printed, and what the core and disks have besides.
[[nodiscard]] std::span<const TraceToken> common_trace_tokens() noexcept;
[[nodiscard]] std::span<const TraceToken> core_trace_tokens() noexcept;
[[nodiscard]] std::span<const TraceToken> vdisk_trace_tokens() noexcept;

// "out_of_mem | minor\n", or "none\n".
[[nodiscard]] std::string trace_level_text(const TraceSource &source, std::span<const TraceToken> local);
// all | none | null | default | set TOKEN | add TOKEN | del TOKEN | value N. ConfigError EINVAL.
void write_trace_level(TraceSource &source, std::span<const TraceToken> local, std::string_view command);

} // namespace scsilo::control
