// SPDX-License-Identifier: Apache-2.0
// READ and WRITE: straight between the medium and the initiator's memory (SBC-4 5.13 to 5.18, 5.40 to 5.45).
#include "device/sbc/commands.h"
#include "device/sbc/medium_io.h"
#include "device/sbc/medium_sense.h"
#include "device/sbc/trace.h"

#include <algorithm>

namespace scsilo::sbc {

// The medium is read only as far as there is memory for it.
loop::Op<void> read_blocks(Disk &disk, engine::Command &command, Transfer transfer) {
    trace(trace_disk, Trace::scsi, "{}: read {} blocks at {}", disk.inquiry().product, transfer.count.value,
          transfer.lba.value);
    co_await check_transfer(disk, transfer);
    const Segments &memory = command.request.data_in;
    const std::size_t wanted_bytes = disk.bytes_of(transfer.count);
    const std::size_t length_bytes = std::min(wanted_bytes, memory.length_bytes());
    command.data_in_wanted_bytes = wanted_bytes;
    if (length_bytes == 0) {
        co_return;
    }
    // SBC-4 4.15: what a volatile cache holds of the blocks goes to the medium first.
    if (transfer.fua && disk.durability(false) == media::Durability::cached && disk.volatile_cache()) {
        co_await disk.flush();
    }
    const std::uint64_t offset = disk.offset_of(transfer.lba);
    media::IoOutcome outcome;
    if (length_bytes == memory.length_bytes()) {
        outcome = co_await disk.medium().read(offset, memory);
    } else {
        outcome = co_await read_first(disk.medium(), offset, memory, length_bytes);
    }
    command.data_in_bytes = outcome.done_bytes;
    if (outcome.error != 0 || outcome.done_bytes != length_bytes) {
        co_await fail(transfer_sense(disk, Access::read, transfer.lba, outcome));
    }
}

// Nothing is written unless everything that the CDB announces has come.
loop::Op<void> write_blocks(Disk &disk, engine::Command &command, Transfer transfer) {
    trace(trace_disk, Trace::scsi, "{}: write {} blocks at {}", disk.inquiry().product, transfer.count.value,
          transfer.lba.value);
    co_await check_transfer(disk, transfer);
    const Segments &memory = command.request.data_out;
    const std::size_t length_bytes = disk.bytes_of(transfer.count);
    command.data_out_wanted_bytes = length_bytes;
    if (memory.length_bytes() < length_bytes) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(transfer.length_field));
    }
    if (length_bytes == 0) {
        co_return;
    }
    const std::uint64_t offset = disk.offset_of(transfer.lba);
    const media::Durability durability = disk.durability(transfer.fua);
    if (durability == media::Durability::durable) {
        trace(trace_disk, Trace::order, "{}: the write at {} is to be durable", disk.inquiry().product,
              transfer.lba.value);
    }
    media::IoOutcome outcome;
    if (length_bytes == memory.length_bytes()) {
        outcome = co_await disk.medium().write(offset, memory, durability);
    } else {
        outcome = co_await write_first(disk.medium(), offset, memory, length_bytes, durability);
    }
    if (outcome.error != 0 || outcome.done_bytes != length_bytes) {
        co_await fail(transfer_sense(disk, Access::write, transfer.lba, outcome));
    }
}

} // namespace scsilo::sbc
