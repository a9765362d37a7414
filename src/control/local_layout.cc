// SPDX-License-Identifier: Apache-2.0
// The files around scst_local: module parameters, the driver's add_host, and scsi/ as the kernel's /proc/scsi.
#include "control/layout_2008.h"

#include "control/words.h"
#include "port/local/driver.h"

#include <fmt/format.h>

namespace scsilo::control {
namespace {

[[noreturn]] void refuse_host_count(std::string_view text) {
    throw ConfigError(EINVAL, fmt::format("\"{}\" is no change of the number of hosts: write +n or -n.", text));
}

// "+2" and "-1". Without a sign the file of the parameter sets, the file of the driver adds (as 2008's sscanf("%d")
// did).
enum class BareNumber : std::uint8_t { sets, adds };

void write_add_host(System &system, std::string_view command, BareNumber bare) {
    const std::string_view text = trimmed(command);
    std::string_view digits = text;
    const bool plus = take_prefix(digits, "+");
    const bool minus = !plus && take_prefix(digits, "-");
    const auto number = whole_number(digits);
    if (!number || *number > max_hosts) {
        refuse_host_count(text);
    }
    const auto count = static_cast<std::int64_t>(*number);
    if (!plus && !minus && bare == BareNumber::sets) {
        system.change_hosts(count - static_cast<std::int64_t>(system.count_hosts()));
    } else {
        system.change_hosts(minus ? -count : count);
    }
}

std::string initiators_text(const System &system) {
    std::string text;
    for (const Session &session : system.sessions()) {
        text += fmt::format(" Initiator: {}\n", session.initiator_name);
    }
    return text;
}

std::string adapter_text(System &system, unsigned number) {
    for (const auto &host : system.driver().hosts()) {
        if (host->number() == number) {
            return host->debug_text();
        }
    }
    throw ConfigError(ENODEV, fmt::format("Host {} is gone.", number));
}

} // namespace

LocalLayout::LocalLayout(System &system) : system_(system) {
    Directory &root = system.tree().root();
    const auto module = root.add_directory("module")->add_directory("scst_local");
    module->add_file("modinfo", module_information);
    const auto parameters = module->add_directory("parameters");
    for (const LocalAttribute &row : local_attributes()) {
        File::Write write;
        if (row.name == "add_host") {
            write = [&system](std::string_view command) { write_add_host(system, command, BareNumber::sets); };
        }
        parameters->add_file(
            std::string(row.name), [&system, &row] { return row.read(system.local_parameters()) + "\n"; },
            std::move(write));
    }
    root.add_directory("drivers")
        ->add_directory("scst_local")
        ->add_file(
            "add_host", [&system] { return initiators_text(system); },
            [&system](std::string_view command) { write_add_host(system, command, BareNumber::adds); });
    const auto scsi = root.add_directory("scsi");
    scsi->add_file("scsi", [&system] { return system.driver().proc_scsi_listing(); });
    adapters_ = scsi->add_directory("scst_ini_targ_debug");
}

void LocalLayout::host_added(unsigned number) {
    System &system = system_;
    adapters_->add_file(std::to_string(number), [&system, number] { return adapter_text(system, number); });
}

void LocalLayout::host_removed(unsigned number) { adapters_->remove(std::to_string(number)); }

} // namespace scsilo::control
