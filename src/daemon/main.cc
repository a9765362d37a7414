// SPDX-License-Identifier: Apache-2.0
// scsilod: options, background, log, state, service; then signals until the end.
#include "base/config_error.h"
#include "base/log.h"
#include "daemon/events.h"
#include "daemon/launcher.h"
#include "daemon/log_file.h"
#include "daemon/options.h"
#include "daemon/privileges.h"
#include "daemon/service.h"

#include <sys/stat.h>
#include <unistd.h>

namespace scsilo::daemon {
namespace {

constexpr mode_t file_mask = 022;

// Until somebody asks it to stop.
void serve(Events &events, LogFile &log) {
    while (events.wait() != Events::Event::stop) {
        if (!log.reopen()) {
            log_warning(trace_core, "The log file could not be opened again: the old one stays in use.");
        }
    }
}

int run(const Options &options, Launcher &launcher) {
    umask(file_mask);
    Events events;
    StateDirectory state(options.state);
    LogFile log(options.log);
    // Core dumps and nothing else are written relative to it. The state directory is open as long as we live anyway.
    if (chdir(state.path().c_str()) != 0) {
        throw ConfigError(errno, "The state directory " + state.path().string() + " cannot be entered.");
    }
    raise_limits();
    make_mount_point(options.root);
    reduce_capabilities();
    try {
        log_info(trace_core, "scsilod {} starts: root {}, state {}.", SCSILO_VERSION, options.root.string(),
                 options.state.string());
        Service service(options, state, [&events] { events.request_stop(); });
        const std::string summary = service.summary();
        log_info(trace_core, "{}.", summary);
        launcher.ready(summary, options.logs_to_stderr());
        serve(events, log);
        log_info(trace_core, "scsilod stops.");
        launcher.stopping();
        events.force_from_now_on(options.root);
    } catch (const std::exception &error) {
        if (!options.logs_to_stderr()) {
            log_error(trace_core, "{}", error.what());
        }
        throw;
    }
    log_info(trace_core, "scsilod has stopped.");
    return 0;
}

} // namespace
} // namespace scsilo::daemon

int main(int count, char **arguments) {
    using namespace scsilo::daemon;
    const auto options = parse_options(count, arguments);
    if (!options) {
        return options.error();
    }
    try {
        Launcher launcher(options->daemonize);
        try {
            return run(*options, launcher);
        } catch (const std::exception &error) {
            launcher.failed(error.what());
        }
    } catch (const std::exception &error) {
        std::fprintf(stderr, "scsilod: %s\n", error.what());
    }
    return 1;
}
