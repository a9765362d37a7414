// SPDX-License-Identifier: Apache-2.0
// Which file of scsi_tgt/ shows and does what (procfs layout, E2).
#include "control/layout_2008.h"

#include "control/proc_files.h"
#include "control/trace_level.h"
#include "device/sbc/trace.h"
#include "port/local/trace.h"

#include <fmt/format.h>

namespace scsilo::control {
namespace {

void add_trace_level(Directory &at, TraceSource &source, std::span<const TraceToken> local) {
    at.add_file(
        "trace_level", [&source, local] { return trace_level_text(source, local); },
        [&source, local](std::string_view command) { write_trace_level(source, local, command); });
}

// A file that is still open may outlive its group.
Group &existing_group(System &system, const std::string &name) {
    Group *group = system.find_group(name);
    if (group == nullptr) {
        throw ConfigError(ENODEV, fmt::format("The group {} is gone.", name));
    }
    return *group;
}

} // namespace

ProcLayout::ProcLayout(System &system) : system_(system) {
    Directory &root = *system.tree().root().add_directory("scsi_tgt");
    add_core_files(root);
    groups_ = root.add_directory("groups");
    add_vdisk(*root.add_directory("vdisk"));
    add_trace_level(*root.add_directory("scst_local"), local::trace_driver, {});
}

void ProcLayout::add_core_files(Directory &at) {
    System &system = system_;
    at.add_file(
        "scsi_tgt", [&system] { return scsi_tgt_text(system); },
        [&system](std::string_view command) { write_scsi_tgt(system, command); });
    at.add_file("sessions", [&system] { return sessions_text(system); });
    at.add_file("help", help_text);
    at.add_file("version", version_text);
    at.add_file(
        "threads", [&system] { return fmt::format("{}\n", system.threads()); },
        [&system](std::string_view command) { write_threads(system, command); });
    at.add_file("sgv", [&system] { return sgv_text(system); });
    add_trace_level(at, trace_core, core_trace_tokens());
}

void ProcLayout::add_vdisk(Directory &at) {
    System &system = system_;
    at.add_file("type", [] { return std::string("0 - Direct-access device (e.g., magnetic disk)\n"); });
    at.add_file(
        "vdisk", [&system] { return vdisk_text(system); },
        [&system](std::string_view command) { write_vdisk(system, command); });
    at.add_file("help", vdisk_help_text);
    add_trace_level(at, sbc::trace_disk, vdisk_trace_tokens());
}

void ProcLayout::group_added(const std::string &name) {
    System &system = system_;
    auto directory = std::make_shared<Directory>();
    directory->add_file(
        "devices", [&system, name] { return group_devices_text(existing_group(system, name)); },
        [&system, name](std::string_view command) {
            write_group_devices(system, existing_group(system, name), command);
        });
    directory->add_file(
        "names", [&system, name] { return group_names_text(existing_group(system, name)); },
        [&system, name](std::string_view command) {
            write_group_names(system, existing_group(system, name), command);
        });
    groups_->add(name, directory);
}

void ProcLayout::group_removed(const std::string &name) { groups_->remove(name); }

} // namespace scsilo::control
