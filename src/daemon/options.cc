// SPDX-License-Identifier: Apache-2.0
// Reads the command line and fills in what it leaves open.
#include "daemon/options.h"

#include "base/default_directories.h"
#include "control/attribute.h"
#include "control/system.h"
#include "daemon/reference.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <grp.h>
#include <pwd.h>
#include <thread>

namespace scsilo::daemon {
namespace {

constexpr std::uint32_t max_default_shards = 4; // more is for those who measured it
constexpr int usage_error = 2;

struct Given {
    std::string root;
    std::string state;
    std::string config;
    std::string scst_local;
    std::string log;
    std::string owner;
    std::string group;
    std::string mode;
    std::string reference;
    std::uint32_t count_shards = 0;
    bool allow_other = false;
    bool daemonize = false;
};

std::optional<std::uint32_t> number(const std::string &text, int base) {
    std::uint32_t value = 0;
    const char *end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value, base);
    return error == std::errc() && at == end ? std::optional(value) : std::nullopt;
}

std::uint32_t user_of(const std::string &text) {
    if (const auto uid = number(text, 10)) {
        return *uid;
    }
    const passwd *entry = getpwnam(text.c_str());
    if (entry == nullptr) {
        throw CLI::ValidationError("--node-owner", "there is no user \"" + text + "\"");
    }
    return entry->pw_uid;
}

std::uint32_t group_of(const std::string &text) {
    if (const auto gid = number(text, 10)) {
        return *gid;
    }
    const group *entry = getgrnam(text.c_str());
    if (entry == nullptr) {
        throw CLI::ValidationError("--node-group", "there is no group \"" + text + "\"");
    }
    return entry->gr_gid;
}

std::uint32_t mode_of(const std::string &text) {
    const auto mode = number(text, 8);
    if (!mode || (*mode & ~0666U) != 0) {
        throw CLI::ValidationError("--node-mode",
                                   "\"" + text + "\" is no mode: give octal read and write bits, as 0660");
    }
    return *mode;
}

void describe(CLI::App &app, Given &given) {
    app.description("scsilod emulates SCSI devices and offers them as files that SG_IO, dd and losetup work on.");
    app.set_version_flag("--version", std::string("scsilod ") + SCSILO_VERSION, "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.add_option("--root", given.root, "Where the tree is mounted; made if missing (root: /run/scsilo)")
        ->type_name("DIR");
    app.add_option("--state", given.state, "Where configuration and saved mode pages live (root: /var/lib/scsilo)")
        ->type_name("DIR");
    app.add_option("--config", given.config, "Control lines for a first start: PATH, blank, LINE")->type_name("FILE");
    app.add_flag("--daemonize", given.daemonize, "Go to the background; return when the tree is ready");
    app.add_option("--scst-local", given.scst_local, "Module parameters, as 'add_host=1 num_tgts=1 max_luns=256'")
        ->type_name("TEXT");
    app.add_option("--shards", given.count_shards, "Threads that serve devices (default: the processors, at most 4)")
        ->type_name("N")
        ->check(CLI::Range(1U, control::max_shards));
    app.add_flag("--allow-other,!--no-allow-other", given.allow_other,
                 "Whether other users may enter the tree (root: yes)");
    app.add_option("--node-owner", given.owner, "Owner of the device nodes (default: the daemon's user)")
        ->type_name("USER");
    app.add_option("--node-group", given.group, "Group of the device nodes (default: the daemon's group)")
        ->type_name("GROUP");
    app.add_option("--node-mode", given.mode, "Mode of the device nodes, octal (default: 0600)")->type_name("MODE");
    app.add_option("--log", given.log, "FILE, syslog or stderr (default: stderr; with --daemonize STATE/scsilod.log)")
        ->type_name("WHERE");
    app.add_option("--print-reference", given.reference,
                   "Print a page of the reference, commands or attributes, and exit")
        ->type_name("PAGE")
        ->check(CLI::IsMember({"commands", "attributes"}));
}

Options complete(const Given &given, bool allow_other_given) {
    Options options;
    const auto path = [](const std::string &text) { return std::filesystem::absolute(text).lexically_normal(); };
    options.root = given.root.empty() ? default_root_directory() : path(given.root);
    options.state = given.state.empty() ? default_state_directory() : path(given.state);
    if (!given.config.empty()) {
        options.config = path(given.config);
    }
    if (!given.scst_local.empty()) {
        control::LocalParameters checked;
        try {
            control::parse_local_parameters(checked, given.scst_local);
        } catch (const ConfigError &error) {
            throw CLI::ValidationError("--scst-local", error.what());
        }
        options.scst_local = given.scst_local;
    }
    options.daemonize = given.daemonize;
    options.log = given.log.empty()
                      ? (given.daemonize ? (options.state / "scsilod.log").string() : std::string("stderr"))
                      : given.log;
    if (options.log != "stderr" && options.log != "syslog") {
        options.log = path(options.log);
    }
    options.count_shards = given.count_shards;
    if (options.count_shards == 0) {
        options.count_shards = std::clamp(std::thread::hardware_concurrency(), 1U, max_default_shards);
    }
    options.node_uid = given.owner.empty() ? geteuid() : user_of(given.owner);
    options.node_gid = given.group.empty() ? getegid() : group_of(given.group);
    options.node_mode = given.mode.empty() ? 0600 : mode_of(given.mode);
    options.allow_other = allow_other_given ? given.allow_other : geteuid() == 0;
    return options;
}

} // namespace

Result<Options, int> parse_options(int count, const char *const *arguments) {
    CLI::App app;
    app.name("scsilod");
    Given given;
    describe(app, given);
    try {
        app.parse(count, arguments);
        if (const auto page = reference_page(given.reference)) {
            std::fputs(page->c_str(), stdout);
            return fail(0);
        }
        return complete(given, app.count("--allow-other") > 0);
    } catch (const CLI::Success &asked) {
        return fail(app.exit(asked)); // --help, --version
    } catch (const CLI::Error &error) {
        std::cerr << "scsilod: " << error.what() << "\nscsilod --help lists the options.\n";
        return fail(int{usage_error});
    }
}

} // namespace scsilo::daemon
