// SPDX-License-Identifier: Apache-2.0
// Arbitrary lines into every writable file of a system with null devices: no crash, and nothing stays that cannot be
// removed.
#include "base/log.h"
#include "control/system.h"
#include "fuse/directory.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace scsilo;
using namespace scsilo::control;

constexpr std::array<std::string_view, 9> paths{
    "scsi_tgt/scsi_tgt",
    "scsi_tgt/threads",
    "scsi_tgt/trace_level",
    "scsi_tgt/vdisk/vdisk",
    "scsi_tgt/vdisk/trace_level",
    "scsi_tgt/groups/Default/devices",
    "scsi_tgt/groups/Default/names",
    "module/scst_local/parameters/add_host",
    "drivers/scst_local/add_host",
};

System &system_under_test() {
    static const auto dev = std::make_shared<fuse::Directory>();
    static System *system = [] {
        set_log_sink([](Severity, std::string_view) {});
        SystemOptions options;
        options.shard_limits.buffers.count_chunks = {16, 4, 2};
        auto *made = new System(options, dev);
        made->start();
        return made;
    }();
    return *system;
}

void expect(bool holds) {
    if (!holds) {
        std::abort();
    }
}

// Everything that lines can have made goes away by the verbs that are meant for it.
void clean_up(System &system) {
    system.control().execute([&] {
        system.set_hosts(0);
        while (!system.devices().empty()) {
            system.close_device(std::string(system.devices().back()->options.name));
        }
        while (system.groups().size() > 1) {
            system.del_group(std::string(system.groups().back()->name));
        }
        system.clear_names(*system.groups().front());
        expect(system.groups().front()->entries.empty());
        system.set_threads(1);
        system.open_device({.name = "null", .filename = "x", .nullio = true});
        system.add_to_group(*system.groups().front(), "null", 0, false);
        system.set_hosts(1);
    });
}

} // namespace

// The first byte of each line chooses the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t length_bytes) {
    System &system = system_under_test();
    clean_up(system);
    std::string_view rest(reinterpret_cast<const char *>(data), length_bytes);
    while (!rest.empty()) {
        const std::string_view path = paths[static_cast<unsigned char>(rest.front()) % paths.size()];
        rest.remove_prefix(1);
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        const bool many =
            path.ends_with("add_host") || path == "scsi_tgt/threads"; // hosts and threads are slow to make
        if (many && line.size() > 2) {
            continue;
        }
        const Outcome outcome = system.write_file(path, line);
        expect(outcome.ok() || (outcome.error_number > 0 && !outcome.text.empty()));
    }
    for (const std::string_view path : paths) {
        expect(system.read_file(path).ok());
    }
    return 0;
}
