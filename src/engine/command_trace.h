// SPDX-License-Identifier: Apache-2.0
// What trace_level shows of commands: one test of one word per command while everything is off.
#pragma once

#include "base/log.h"

namespace scsilo::engine {

class Command;

namespace detail {
inline constexpr std::uint32_t command_trace_bits =
    static_cast<std::uint32_t>(Trace::scsi) | static_cast<std::uint32_t>(Trace::recv_top) |
    static_cast<std::uint32_t>(Trace::recv_bot) | static_cast<std::uint32_t>(Trace::send_top) |
    static_cast<std::uint32_t>(Trace::send_bot) | static_cast<std::uint32_t>(Trace::buff) |
    static_cast<std::uint32_t>(Trace::sg) | static_cast<std::uint32_t>(Trace::entryexit) |
    static_cast<std::uint32_t>(Trace::debug) | static_cast<std::uint32_t>(Trace::mem);

void write_arrival(const Command &command);
void write_start(const Command &command);
void write_end(const Command &command);
} // namespace detail

[[nodiscard]] inline bool traces_commands() noexcept { return (trace_core.bits() & detail::command_trace_bits) != 0; }

// At the logical unit; when the handler starts; when the answer goes back to the port.
inline void trace_arrival(const Command &command) {
    if (traces_commands()) [[unlikely]] {
        detail::write_arrival(command);
    }
}
inline void trace_start(const Command &command) {
    if (traces_commands()) [[unlikely]] {
        detail::write_start(command);
    }
}
inline void trace_end(const Command &command) {
    if (traces_commands()) [[unlikely]] {
        detail::write_end(command);
    }
}

} // namespace scsilo::engine
