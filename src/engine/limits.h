// SPDX-License-Identifier: Apache-2.0
// Every bound of the engine with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace scsilo::engine {

// Commands that one logical unit holds at once; the next one gets TASK SET FULL. Twice the 256 (can_queue) of one 2008
// host.
inline constexpr std::uint32_t max_commands_per_logical_unit = 1024;

// Unit attention conditions kept for one I_T_L nexus; when more are established the oldest gives way (SAM-6 5.14 lets a
// device server drop conditions; none of ours has more than eight kinds pending in practice).
inline constexpr std::size_t max_unit_attentions = 16;

// Logical units of one I_T nexus: what scst_local's max_luns may name at most (SCST: 16384).
inline constexpr std::uint32_t max_luns_per_nexus = 16384;

// Registrants of one logical unit; the next one gets INSUFFICIENT REGISTRATION RESOURCES. Half of what 128 hosts with
// 16 targets could be, so that a state stays below 300 KiB in memory and in its file.
inline constexpr std::size_t max_registrants = 1024;

// Parameter data that a command builds or takes (mode, log, inquiry, report pages): a 16-bit length plus its header.
inline constexpr std::size_t parameter_data_bytes = 65536 + 8;

// REPORT LUNS of 16384 logical units is longer than any other parameter data.
inline constexpr std::size_t report_luns_bytes = 8 + 8 * max_luns_per_nexus;

} // namespace scsilo::engine
