// SPDX-License-Identifier: Apache-2.0
// Texts and commands of the files of 2008 (procfs layout, E3). Control thread only; commands throw ConfigError.
#pragma once

#include <string>
#include <string_view>

namespace scsilo::control {

class System;
struct Group;

// %-<width>s: padded with blanks, never cut, counted in bytes.
[[nodiscard]] std::string column(std::string_view text, std::size_t width);

// --- scsi_tgt/ ---
[[nodiscard]] std::string version_text();
[[nodiscard]] std::string help_text();
[[nodiscard]] std::string scsi_tgt_text(const System &system);
[[nodiscard]] std::string sessions_text(const System &system);
[[nodiscard]] std::string sgv_text(const System &system);
void write_scsi_tgt(System &system, std::string_view command);
void write_threads(System &system, std::string_view command);

// --- scsi_tgt/groups/G/ ---
[[nodiscard]] std::string group_devices_text(const Group &group);
[[nodiscard]] std::string group_names_text(const Group &group);
void write_group_devices(System &system, Group &group, std::string_view command);
void write_group_names(System &system, Group &group, std::string_view command);

// --- scsi_tgt/vdisk/ ---
[[nodiscard]] std::string vdisk_text(const System &system);
[[nodiscard]] std::string vdisk_help_text();
void write_vdisk(System &system, std::string_view command);

} // namespace scsilo::control
