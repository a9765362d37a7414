// SPDX-License-Identifier: Apache-2.0
// WRITE SAME: one block to many addresses, or the same by unmapping them (SBC-4 5.47, 5.48).
#include "device/sbc/commands.h"
#include "device/sbc/medium_io.h"
#include "loop/shard.h"

#include <algorithm>

namespace scsilo::sbc {

// NUMBER OF LOGICAL BLOCKS zero means to the end of the medium (WSNZ 0); MAXIMUM WRITE SAME LENGTH bounds that as well.
loop::Op<void> write_same_blocks(Disk &disk, engine::Command &command, Transfer transfer, WriteSameFlags flags) {
    if (flags.unmap && !disk.thin()) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(1, 3));
    }
    co_await disk.check_range(transfer.lba, transfer.count);
    if (transfer.count.value == 0) {
        transfer.count = scsi::Lba(disk.capacity().value) - transfer.lba;
    }
    if (transfer.count > disk.blocks_in(maximum_write_same_bytes)) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(transfer.length_field));
    }
    const ZeroBy how = flags.unmap ? ZeroBy::deallocating : ZeroBy::keeping;
    if (flags.no_data_out) {
        if (transfer.count.value != 0) {
            co_await make_zero(disk, transfer.lba, transfer.count, how);
        }
        co_await disk.finish_writing();
        co_return;
    }
    const std::size_t block_bytes = disk.block_length_bytes();
    command.data_out_wanted_bytes = block_bytes;
    if (command.request.data_out.length_bytes() < block_bytes) {
        co_await fail(scsi::Sense::invalid_field_in_cdb(transfer.length_field));
    }
    if (transfer.count.value == 0) {
        co_return; // from the address behind the last block to the end
    }
    loop::Buffer buffer;
    co_await loop::Shard::current().buffers().take(work_buffer_bytes, buffer);
    const MutableBytes block = whole(buffer).first(block_bytes);
    command.request.data_out.copy_to(0, block);
    // Unmapped blocks read as zeros (LBPRZ): other data are written, whatever the UNMAP bit says.
    if (std::all_of(block.begin(), block.end(), [](std::uint8_t byte) { return byte == 0; })) {
        buffer.clear();
        co_await make_zero(disk, transfer.lba, transfer.count, how);
    } else {
        co_await write_pattern(disk, transfer.lba, transfer.count, whole(buffer), block_bytes);
    }
    co_await disk.finish_writing();
}

} // namespace scsilo::sbc
