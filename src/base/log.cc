// SPDX-License-Identifier: Apache-2.0
// Builds the prefix of a log line and hands the line to the sink.
#include "base/log.h"

#include <cstdio>
#include <unistd.h>

namespace scsilo {
namespace {

void to_standard_error(Severity, std::string_view line) { fmt::print(stderr, "{}\n", line); }

std::atomic<LogSink> current_sink{&to_standard_error};

} // namespace

TraceSource trace_core{"scst"};

void set_log_sink(LogSink sink) noexcept { current_sink.store(sink == nullptr ? &to_standard_error : sink); }

void detail::write_log(const TraceSource &source, Severity severity, std::string_view text,
                       const std::source_location &where) {
    fmt::memory_buffer line;
    auto to = std::back_inserter(line);
    if (source.on(Trace::pid)) {
        fmt::format_to(to, "[{}]: ", gettid());
    }
    fmt::format_to(to, "{}: ", source.name());
    if (source.on(Trace::function)) {
        fmt::format_to(to, "{}: ", where.function_name());
    }
    if (source.on(Trace::line)) {
        fmt::format_to(to, "{}:{}: ", where.file_name(), where.line());
    }
    if (severity == Severity::error) {
        fmt::format_to(to, "***ERROR***: ");
    } else if (severity == Severity::warning) {
        fmt::format_to(to, "***WARNING***: ");
    }
    line.append(text);
    current_sink.load()(severity, std::string_view(line.data(), line.size()));
}

} // namespace scsilo
