// SPDX-License-Identifier: Apache-2.0
// Start and end of the system, its shards, and its status.
#include "control/system.h"

#include "base/log.h"
#include "control/layout_2008.h"
#include "control/saved_configuration.h"
#include "fuse/directory.h"
#include "port/local/driver.h"

#include <algorithm>
#include <fmt/format.h>

namespace scsilo::control {
namespace {

std::filesystem::path configuration_path(const SystemOptions &options) {
    if (!options.configuration_file.empty() || options.state_directory.empty()) {
        return options.configuration_file;
    }
    return options.state_directory / configuration_file_name;
}

local::DriverOptions driver_options(const SystemOptions &given, const LocalParameters &parameters) {
    local::DriverOptions options;
    options.count_hosts_at_start = 0; // they come in start(), when the groups are there
    options.count_targets = parameters.num_tgts;
    options.max_luns = parameters.max_luns;
    options.uid = given.node_uid;
    options.gid = given.node_gid;
    options.mode = given.node_mode;
    return options;
}

} // namespace

System::System(const SystemOptions &options, std::shared_ptr<fuse::Directory> dev)
    : options_(options), saved_(std::make_unique<SavedConfiguration>(configuration_path(options))) {
    saved_->load();
    saved_->restore_parameters(local_);
    if (options_.local_parameters) {
        parse_local_parameters(local_, *options_.local_parameters);
    }
    count_hosts_at_start_ = local_.add_default_tgt ? local_.add_host : 0;
    local_.add_host = 0;
    count_threads_ = std::clamp<std::uint32_t>(options_.count_shards, 1, max_shards);
    while (shards_.size() < count_threads_) {
        start_shard();
    }
    count_first_shards_ = shards_.size();
    driver_ = std::make_unique<local::Driver>(driver_options(options_, local_), first_shards(), std::move(dev));
    layouts_.push_back(std::make_unique<ProcLayout>(*this));
    layouts_.push_back(std::make_unique<LocalLayout>(*this));
    groups_.push_back(std::make_unique<Group>(Group{std::string(default_group_name), {}, {}}));
    for (const auto &layout : layouts_) {
        layout->group_added(groups_.front()->name);
    }
}

System::~System() {
    shut_down();
    control_.execute([this] { driver_.reset(); });
    control_.stop();
}

std::vector<loop::Shard *> System::first_shards() const {
    std::vector<loop::Shard *> first;
    for (std::size_t i = 0; i < count_first_shards_; ++i) {
        first.push_back(shards_[i].get());
    }
    return first;
}

void System::start_shard() {
    auto shard = std::make_unique<loop::Shard>(static_cast<unsigned>(shards_.size()), options_.shard_limits);
    shard->start();
    shards_.push_back(std::move(shard));
}

loop::Shard &System::next_shard() noexcept { return *shards_[next_shard_++ % count_threads_]; }

void System::set_threads(std::uint32_t count) {
    if (count == 0 || count > max_shards) {
        throw ConfigError(EINVAL,
                          fmt::format("{} threads are not possible: give a number from 1 to {}.", count, max_shards));
    }
    try {
        while (shards_.size() < count) {
            start_shard();
        }
    } catch (const std::exception &error) { // the ring, the thread or the pools
        throw ConfigError(ENOMEM,
                          fmt::format("No more than {} threads can be started: {}.", shards_.size(), error.what()));
    }
    count_threads_ = count;
    save();
}

void System::save() noexcept {
    if (started_) {
        saved_->store(*this);
    }
}

void System::start(const std::function<void()> &configure) {
    control_.execute([this, &configure] {
        saved_->restore(*this);
        if (configure) {
            configure();
        }
        while (local_.add_host < count_hosts_at_start_) { // unless the configuration has added hosts itself
            add_last_host();
        }
        started_ = true;
        save();
    });
}

void System::shut_down() noexcept {
    control_.execute([this] {
        started_ = false;
        while (local_.add_host != 0) {
            remove_last_host();
        }
        for (const auto &group : groups_) {
            group->entries.clear();
        }
        devices_.clear();
    });
}

Outcome System::read_file(std::string_view path) {
    return control_.execute([&] { return tree_.read(path); });
}

Outcome System::write_file(std::string_view path, std::string_view raw) {
    return control_.execute([&] { return tree_.write(path, raw); });
}

std::string System::status() {
    return control_.execute([this] {
        return fmt::format("threads: {}\ndevices: {}\ngroups: {}\nhosts: {}\nsessions: {}\nconfiguration: {}\n",
                           threads(), devices_.size(), groups_.size(), count_hosts(), sessions_.size(),
                           saved_->status_text());
    });
}

} // namespace scsilo::control
