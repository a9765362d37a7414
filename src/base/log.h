// SPDX-License-Identifier: Apache-2.0
// Log lines and trace bits: who says what, and which of it is written (SCST's trace_level words of 2008).
//
// A TraceSource (the core, a handler, a driver) has a set of bits; a line is written when its bit is set there. Three
// bits (function, line, pid) add to the prefix of every line of their source instead. error() and warning() are always
// written.
#pragma once

#include <atomic>
#include <cstdint>
#include <fmt/format.h>
#include <source_location>
#include <string_view>

namespace scsilo {

enum class Trace : std::uint32_t {
    debug = 0x1,
    function = 0x2,
    line = 0x4,
    pid = 0x8,
    entryexit = 0x10,
    buff = 0x20,
    mem = 0x40,
    sg = 0x80,
    out_of_mem = 0x100,
    minor = 0x200,
    mgmt = 0x400,
    mgmt_minor = 0x800,
    mgmt_dbg = 0x1000,
    scsi = 0x2000,
    special = 0x4000,
    // local to the core
    recv_top = 0x01000000,
    recv_bot = 0x04000000,
    send_top = 0x20000000,
    send_bot = 0x08000000,
    scsi_serializing = 0x40000000,
    retry = 0x80000000,
    // local to disks (the same number as retry, in another source)
    order = 0x80000000,
};

inline constexpr std::uint32_t default_trace_bits =
    static_cast<std::uint32_t>(Trace::out_of_mem) | static_cast<std::uint32_t>(Trace::minor) |
    static_cast<std::uint32_t>(Trace::mgmt) | static_cast<std::uint32_t>(Trace::special);

class TraceSource {
  public:
    constexpr explicit TraceSource(std::string_view name) noexcept : name_(name) {}
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] std::uint32_t bits() const noexcept { return bits_.load(std::memory_order_relaxed); }
    void set_bits(std::uint32_t bits) noexcept { bits_.store(bits, std::memory_order_relaxed); }
    [[nodiscard]] bool on(Trace what) const noexcept { return (bits() & static_cast<std::uint32_t>(what)) != 0; }

  private:
    std::string_view name_; // static storage
    std::atomic<std::uint32_t> bits_{default_trace_bits};
};

enum class Severity : std::uint8_t { trace, info, warning, error };

// The core (engine and what is below it) logs under "scst".
extern TraceSource trace_core;

// Where lines go: standard error unless the daemon sets another one. Called with whole lines without newline, from any
// thread.
using LogSink = void (*)(Severity severity, std::string_view line);
void set_log_sink(LogSink sink) noexcept;

namespace detail {
void write_log(const TraceSource &source, Severity severity, std::string_view text, const std::source_location &where);

// Carries the place of the call beside the format string.
template <class... A> struct Format {
    template <class S>
    consteval Format(const S &given, std::source_location at = std::source_location::current())
        : text(given), where(at) {}
    fmt::format_string<A...> text;
    std::source_location where;
};
} // namespace detail

template <class... A>
void trace(const TraceSource &source, Trace what, detail::Format<std::type_identity_t<A>...> format, A &&...arguments) {
    if (source.on(what)) [[unlikely]] {
        detail::write_log(source, Severity::trace, fmt::format(format.text, std::forward<A>(arguments)...),
                          format.where);
    }
}

template <class... A>
void log_info(const TraceSource &source, detail::Format<std::type_identity_t<A>...> format, A &&...arguments) {
    detail::write_log(source, Severity::info, fmt::format(format.text, std::forward<A>(arguments)...), format.where);
}

template <class... A>
void log_warning(const TraceSource &source, detail::Format<std::type_identity_t<A>...> format, A &&...arguments) {
    detail::write_log(source, Severity::warning, fmt::format(format.text, std::forward<A>(arguments)...), format.where);
}

template <class... A>
void log_error(const TraceSource &source, detail::Format<std::type_identity_t<A>...> format, A &&...arguments) {
    detail::write_log(source, Severity::error, fmt::format(format.text, std::forward<A>(arguments)...), format.where);
}

} // namespace scsilo
