// SPDX-License-Identifier: Apache-2.0
// The lines of trace_level about commands: CDBs, data, sense and the way through the logical unit.
#include "engine/command_trace.h"

#include "engine/logical_unit.h"

#include <algorithm>
#include <array>
#include <fmt/ranges.h>

namespace scsilo::engine::detail {
namespace {

constexpr std::size_t max_shown_bytes = 64;

std::string hex(Bytes bytes) { return fmt::format("{:02x}", fmt::join(bytes, " ")); }

std::string beginning(const Segments &data) {
    std::array<std::uint8_t, max_shown_bytes> shown{};
    const std::size_t length = data.copy_to(0, shown);
    return hex(Bytes(shown).first(length));
}

std::string_view name_of(const Command &command) {
    return command.has_row() ? command.row().name : std::string_view("unknown operation code");
}

} // namespace

void write_arrival(const Command &command) {
    const ItlNexus &itl = command.itl();
    trace(trace_core, Trace::recv_top, "Receiving CDB: {}", hex(command.cdb().bytes()));
    trace(trace_core, Trace::scsi, "{} (tag {}) from {} to LUN {} of {}: {}", name_of(command), command.request.tag,
          itl.nexus().initiator_port_name(), itl.lun_number(), itl.unit().name(), hex(command.cdb().bytes()));
    trace(trace_core, Trace::sg, "tag {}: {} bytes out in {} pieces, {} bytes in in {} pieces", command.request.tag,
          command.request.data_out.length_bytes(), command.request.data_out.pieces().size(),
          command.request.data_in.length_bytes(), command.request.data_in.pieces().size());
    if (!command.request.data_out.empty()) {
        trace(trace_core, Trace::buff, "tag {}: data out begins with {}", command.request.tag,
              beginning(command.request.data_out));
    }
    trace(trace_core, Trace::recv_bot, "tag {} is command {} of {}", command.request.tag, command.sequence(),
          itl.unit().name());
}

void write_start(const Command &command) {
    trace(trace_core, Trace::entryexit, "ENTRY {} (tag {})", name_of(command), command.request.tag);
    trace(trace_core, Trace::debug, "tag {} starts with {} commands in the task set", command.request.tag,
          command.itl().unit().task_set().count());
    trace(trace_core, Trace::mem, "tag {}: {} coroutine frames came from the heap so far on this shard",
          command.request.tag, loop::FramePool::of_this_thread().count_heap());
}

void write_end(const Command &command) {
    trace(trace_core, Trace::entryexit, "EXIT {} (tag {})", name_of(command), command.request.tag);
    trace(trace_core, Trace::send_top, "tag {}: {} bytes of data go back", command.request.tag, command.data_in_bytes);
    if (command.data_in_bytes != 0) {
        trace(trace_core, Trace::buff, "tag {}: data in begins with {}", command.request.tag,
              beginning(command.request.data_in));
    }
    const bool sensed = command.outcome == Outcome::status && command.status == scsi::Status::check_condition;
    trace(trace_core, Trace::scsi, "{} (tag {}) ended: {} {:02x}h{}{}", name_of(command), command.request.tag,
          command.outcome == Outcome::status ? "status" : "aborted, status", static_cast<unsigned>(command.status),
          sensed ? ", " : "", sensed ? scsi::to_text(command.sense) : std::string());
    trace(trace_core, Trace::send_bot, "tag {} is delivered", command.request.tag);
}

} // namespace scsilo::engine::detail
