// SPDX-License-Identifier: Apache-2.0
// UNMAP: blocks that the initiator no longer needs read as zeros and give their storage back (SBC-4 5.35).
#include "device/sbc/commands.h"
#include "device/sbc/medium_io.h"
#include "loop/shard.h"

#include <algorithm>

namespace scsilo::sbc {
namespace {

// Table "UNMAP parameter list". UNMAP DATA LENGTH (bytes 0-1) says nothing that the other lengths do not.
struct List {
    using block_descriptor_data_length = scsi::Be<2, 2>;
    static constexpr std::size_t header_bytes = 8;
};
struct Descriptor {
    using lba = scsi::Be<0, 8>;
    using number_of_logical_blocks = scsi::Be<8, 4>;
    static constexpr std::size_t length_bytes = 16;
};

Bytes descriptor_at(Bytes list, std::size_t index) noexcept {
    return list.subspan(List::header_bytes + index * Descriptor::length_bytes, Descriptor::length_bytes);
}

// Everything is checked before anything is unmapped. A descriptor that either length cuts off is ignored.
Result<std::size_t, scsi::Sense> check_list(const Disk &disk, Bytes list, std::size_t list_length_bytes) noexcept {
    const std::size_t given =
        std::min<std::size_t>(List::block_descriptor_data_length::get(list), list_length_bytes - List::header_bytes);
    const std::size_t count = given / Descriptor::length_bytes;
    if (count > maximum_unmap_descriptors) {
        return fail(scsi::Sense::invalid_field_in_parameter_list(List::block_descriptor_data_length::offset));
    }
    const scsi::BlockCount most = disk.blocks_in(maximum_unmap_bytes);
    scsi::BlockCount total;
    for (std::size_t i = 0; i < count; ++i) {
        const Bytes descriptor = descriptor_at(list, i);
        const scsi::BlockCount blocks(Descriptor::number_of_logical_blocks::get(descriptor));
        if (auto range = disk.check_range(scsi::Lba(Descriptor::lba::get(descriptor)), blocks); !range) {
            return fail(range.error());
        }
        total += blocks;
        if (total > most) {
            const std::size_t field =
                List::header_bytes + i * Descriptor::length_bytes + Descriptor::number_of_logical_blocks::offset;
            return fail(scsi::Sense::invalid_field_in_parameter_list(static_cast<std::uint16_t>(field)));
        }
    }
    return count;
}

} // namespace

loop::Op<void> unmap(Disk &disk, engine::Command &command) {
    const std::size_t length_bytes = command.cdb().get<scsi::Unmap::parameter_list_length>();
    command.data_out_wanted_bytes = length_bytes;
    if (length_bytes == 0) {
        co_return; // no data and no error
    }
    if (length_bytes < List::header_bytes || command.request.data_out.length_bytes() < length_bytes) {
        co_await fail(scsi::Sense::parameter_list_length_error());
    }
    constexpr std::size_t longest_bytes = List::header_bytes + maximum_unmap_descriptors * Descriptor::length_bytes;
    loop::Buffer buffer; // the initiator could change its own copy under our hands
    co_await loop::Shard::current().buffers().take(longest_bytes, buffer);
    const MutableBytes list = whole(buffer);
    command.request.data_out.copy_to(0, list.first(std::min(length_bytes, longest_bytes)));
    const std::size_t count = co_await check_list(disk, list, length_bytes);
    for (std::size_t i = 0; i < count; ++i) {
        const Bytes descriptor = descriptor_at(list, i);
        const scsi::Lba lba(Descriptor::lba::get(descriptor));
        const scsi::BlockCount blocks(Descriptor::number_of_logical_blocks::get(descriptor));
        // The medium may have shrunk since the list was checked.
        co_await disk.check_range(lba, blocks);
        if (blocks.value != 0) {
            co_await make_zero(disk, lba, blocks, ZeroBy::deallocating);
        }
    }
    co_await disk.finish_writing();
}

} // namespace scsilo::sbc
