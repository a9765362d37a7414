// SPDX-License-Identifier: Apache-2.0
// Start-up: shards and control thread, mount, saved configuration and hosts, socket.
#include "daemon/service.h"

#include "base/config_error.h"
#include "base/log.h"
#include "control/protocol.h"
#include "daemon/command_file.h"

#include <cerrno>
#include <fmt/format.h>
#include <unistd.h>

namespace scsilo::daemon {
namespace {

// In the root of the tree: the command finds the daemon by the tree alone.
std::filesystem::path socket_path(const StateDirectory &state) { return state.path() / control::protocol::socket_name; }

control::SystemOptions system_options(const Options &options, const StateDirectory &state) {
    control::SystemOptions given;
    given.count_shards = options.count_shards;
    given.state_directory = state.path();
    given.local_parameters = options.scst_local;
    given.node_uid = options.node_uid;
    given.node_gid = options.node_gid;
    given.node_mode = options.node_mode;
    return given;
}

void check(const Result<void, fuse::SessionError> &result) {
    if (!result) {
        throw ConfigError(result.error().error_number, result.error().text);
    }
}

} // namespace

Service::Service(const Options &options, const StateDirectory &state, std::function<void()> stop)
    : options_(options), dev_(std::make_shared<fuse::Directory>(0755, fuse::Directory::Order::as_added)),
      root_(std::make_shared<fuse::Directory>()), system_(system_options(options, state), dev_) {
    root_->add("dev", dev_);
    root_->add(control::protocol::socket_name, std::make_shared<fuse::Symlink>(socket_path(state).string()));
    tree_.emplace(system_.control(), system_.tree(), root_);
    mount();
    configure(state.path());
    socket_.emplace(system_, socket_path(state), std::move(stop));
}

Service::~Service() {
    socket_.reset();
    session_->unmount();
    system_.shut_down();
    session_.reset();
    tree_.reset();
}

void Service::mount() {
    fuse::SessionOptions given;
    given.mount_point = options_.root;
    given.allow_other = options_.allow_other;
    given.raise_max_pages_limit = geteuid() == 0;
    session_.emplace(given, root_);
    check(session_->mount());
    for (loop::Shard *shard : system_.first_shards()) {
        check(session_->attach(*shard));
    }
}

// The file of --config is for a state directory without a saved configuration: later starts restore what was made of
// it.
void Service::configure(const std::filesystem::path &state_directory) {
    std::optional<CommandFile> file;
    const std::filesystem::path saved = state_directory / control::configuration_file_name;
    const bool first_start = !std::filesystem::exists(saved);
    if (options_.config) {
        file.emplace(*options_.config);
        if (!first_start) {
            log_info(trace_core, "{} is not executed: {} holds the configuration.", options_.config->string(),
                     saved.string());
            file.reset();
        }
    }
    system_.start([&] {
        if (file) {
            file->execute(system_);
        }
    });
}

std::string Service::summary() {
    const auto [devices, hosts] = system_.control().execute(
        [this] { return std::pair(system_.devices().size(), system_.local_parameters().add_host); });
    return fmt::format("Ready at {}: {} devices, {} hosts, {} threads", options_.root.string(), devices, hosts,
                       options_.count_shards);
}

} // namespace scsilo::daemon
