// SPDX-License-Identifier: Apache-2.0
// The log's queue and thread are spdlog's; the file sink is ours, because it can be reopened.
#include "daemon/log_file.h"

#include "base/config_error.h"
#include "base/log.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/syslog_sink.h>
#include <unistd.h>

namespace scsilo::daemon {
namespace {

constexpr std::size_t max_queued_lines = 4096;
constexpr int log_mode = 0640;

class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    explicit DescriptorSink(std::string path) : path_(std::move(path)) {
        if (!reopen()) {
            const int error = errno;
            throw ConfigError(error, "The log file " + path_ + " cannot be opened: " + std::strerror(error) + ".");
        }
    }
    ~DescriptorSink() override {
        if (fd_ > STDERR_FILENO) {
            close(fd_);
        }
    }
    DescriptorSink(const DescriptorSink &) = delete;
    DescriptorSink &operator=(const DescriptorSink &) = delete;

    bool reopen() noexcept {
        if (path_ == "stderr") {
            fd_ = STDERR_FILENO;
            return true;
        }
        const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, log_mode);
        if (fd < 0) {
            return false;
        }
        if (fd_ >= 0) {
            dup3(fd, fd_, O_CLOEXEC); // in one step: a line that is being written goes to the old or the new file
            close(fd);
        } else {
            fd_ = fd;
        }
        return true;
    }

  protected:
    void sink_it_(const spdlog::details::log_msg &message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        for (std::size_t done = 0; done < line.size();) {
            const ssize_t count = ::write(fd_, line.data() + done, line.size() - done);
            if (count < 0 && errno != EINTR) {
                return; // nobody to tell: the log is where it would be said
            }
            done += count < 0 ? 0 : static_cast<std::size_t>(count);
        }
    }
    void flush_() override {}

  private:
    const std::string path_;
    int fd_ = -1;
};

spdlog::level::level_enum level_of(Severity severity) noexcept {
    switch (severity) {
    case Severity::trace:
        return spdlog::level::debug;
    case Severity::info:
        return spdlog::level::info;
    case Severity::warning:
        return spdlog::level::warn;
    case Severity::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

} // namespace

class LogFile::Impl {
  public:
    explicit Impl(const std::string &where)
        : pool_(std::make_shared<spdlog::details::thread_pool>(max_queued_lines, 1)) {
        spdlog::sink_ptr sink;
        if (where == "syslog") {
            sink = std::make_shared<spdlog::sinks::syslog_sink_mt>("scsilod", LOG_PID, LOG_DAEMON, false);
        } else {
            file_ = std::make_shared<DescriptorSink>(where);
            // The journal has a clock of its own.
            file_->set_pattern(
                where == "stderr" && std::getenv("JOURNAL_STREAM") != nullptr ? "%v" : "%Y-%m-%d %H:%M:%S.%e %v");
            sink = file_;
        }
        logger_ = std::make_shared<spdlog::async_logger>("scsilod", sink, pool_,
                                                         spdlog::async_overflow_policy::overrun_oldest);
        logger_->set_level(spdlog::level::trace);
    }

    void write(Severity severity, std::string_view line) noexcept {
        const std::size_t dropped = pool_->overrun_counter();
        if (const std::size_t told = told_dropped_.exchange(dropped); told < dropped) {
            logger_->log(spdlog::level::warn,
                         fmt::format("scst: ***WARNING***: {} log lines were dropped", dropped - told));
        }
        logger_->log(level_of(severity), spdlog::string_view_t(line.data(), line.size()));
    }

    bool reopen() noexcept { return file_ == nullptr || file_->reopen(); }

  private:
    std::shared_ptr<spdlog::details::thread_pool> pool_;
    std::shared_ptr<DescriptorSink> file_;
    std::shared_ptr<spdlog::async_logger> logger_;
    std::atomic<std::size_t> told_dropped_{0};
};

namespace {
std::atomic<void (*)(void *, Severity, std::string_view)> write_line{nullptr};
std::atomic<void *> current_log{nullptr};
} // namespace

LogFile::LogFile(const std::string &where) : impl_(std::make_unique<Impl>(where)) {
    current_log = impl_.get();
    write_line = [](void *log, Severity severity, std::string_view line) {
        static_cast<Impl *>(log)->write(severity, line);
    };
    set_log_sink(
        [](Severity severity, std::string_view line) { write_line.load()(current_log.load(), severity, line); });
}

LogFile::~LogFile() { set_log_sink(nullptr); }

bool LogFile::reopen() noexcept { return impl_->reopen(); }

} // namespace scsilo::daemon
