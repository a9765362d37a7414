// SPDX-License-Identifier: Apache-2.0
// A System of its own for each test, with a state directory that is removed afterwards.
#pragma once

#include "base/log.h"
#include "control/system.h"
#include "fuse/directory.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

namespace scsilo::control {

inline std::string file_content(const std::filesystem::path &path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

class ControlTest : public testing::Test {
  protected:
    ControlTest() {
        set_log_sink([](Severity, std::string_view) {});
        char name[] = "/tmp/scsilo-control-XXXXXX";
        directory_ = mkdtemp(name);
    }
    ~ControlTest() override {
        system_.reset();
        std::filesystem::remove_all(directory_);
        set_log_sink(nullptr);
    }

    [[nodiscard]] SystemOptions options() const {
        SystemOptions options;
        options.shard_limits.buffers.count_chunks = {64, 16, 4};
        options.state_directory = directory_;
        options.local_parameters = parameters_;
        return options;
    }

    System &start() {
        system_.reset();
        dev_ = std::make_shared<fuse::Directory>();
        system_ = std::make_unique<System>(options(), dev_);
        system_->start();
        return *system_;
    }

    [[nodiscard]] std::string image(const std::string &name, std::uintmax_t size_bytes) const {
        const auto path = directory_ / name;
        std::ofstream(path).close();
        std::filesystem::resize_file(path, size_bytes);
        return path;
    }

    [[nodiscard]] std::string read(std::string_view path) {
        const Outcome outcome = system_->read_file(path);
        EXPECT_EQ(outcome.error_number, 0) << path << ": " << outcome.text;
        return outcome.text;
    }
    // The errno; as `echo "command" > path` does.
    [[nodiscard]] int write(std::string_view path, const std::string &command) {
        return system_->write_file(path, command + "\n").error_number;
    }
    // How many nodes there are in dev/ (sg0, sda ...), links aside.
    [[nodiscard]] std::size_t count_nodes() const {
        std::size_t count = 0;
        for (const auto &entry : dev_->list()) {
            count += entry.name.starts_with("s") ? 1 : 0;
        }
        return count;
    }
    [[nodiscard]] std::string saved() const { return file_content(directory_ / "configuration.json"); }

    std::filesystem::path directory_;
    std::optional<std::string> parameters_;
    std::shared_ptr<fuse::Directory> dev_;
    std::unique_ptr<System> system_;
};

} // namespace scsilo::control
