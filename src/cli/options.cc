// SPDX-License-Identifier: Apache-2.0
// Reads the command line.
#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace scsilo::cli {
namespace {

// What follows PATH of "write" is text even if it begins with '-', as in `scsilo write .../add_host -1`.
void protect_text(std::vector<std::string> &arguments) {
    bool found = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string &word = arguments[i];
        if (word == "--") {
            return;
        }
        if (word == "--root" || word == "--state") {
            ++i;
        } else if (found && !word.starts_with('-')) {
            arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, "--");
            return;
        } else if (!word.starts_with('-')) {
            if (word != "write") {
                return;
            }
            found = true;
        }
    }
}

void describe(CLI::App &app, Options &options) {
    app.description("scsilo asks a running scsilod.");
    app.set_version_flag("--version", std::string("scsilo ") + SCSILO_VERSION, "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.add_option("--root", options.root, "Where the daemon's tree is mounted (root: /run/scsilo)")->type_name("DIR");
    app.add_option("--state", options.state, "The daemon's state directory: find its socket there")->type_name("DIR");
    app.add_flag("--json", options.json, "Print JSON");
    app.require_subcommand(1);
    app.fallthrough();

    auto *list = app.add_subcommand("list", "List a directory of the tree");
    list->add_option("PATH", options.path, "Relative to the root; its top if left out");
    app.add_subcommand("status", "Print how the daemon is");
    auto *read = app.add_subcommand("read", "Print a file of the tree");
    read->add_option("PATH", options.path, "Relative to the root")->required();
    auto *write = app.add_subcommand("write", "Write a command to a file of the tree");
    write->add_option("PATH", options.path, "Relative to the root")->required();
    write->add_option("TEXT", options.text, "The command; its words are joined by blanks")->required();
    app.add_subcommand("stop", "Stop the daemon; return when it and its mount are gone");
    auto *modinfo = app.add_subcommand("modinfo", "Print the parameters of scst_local, their defaults and meanings");
    modinfo->add_option("MODULE", options.path, "scst_local")->required();
}

} // namespace

Result<Options, int> parse_options(std::vector<std::string> arguments) {
    CLI::App app;
    app.name("scsilo");
    Options options;
    describe(app, options);
    protect_text(arguments);
    std::reverse(arguments.begin(), arguments.end()); // as CLI11 wants a vector
    try {
        app.parse(std::move(arguments));
        options.command = app.get_subcommands().front()->get_name();
        return options;
    } catch (const CLI::Success &asked) {
        return fail(app.exit(asked)); // --help, --version
    } catch (const CLI::Error &error) {
        std::cerr << "scsilo: " << error.what() << "\nscsilo --help lists commands and options.\n";
        return fail(int{status_usage});
    }
}

} // namespace scsilo::cli
