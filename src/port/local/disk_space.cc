// SPDX-License-Identifier: Apache-2.0
// SYNCHRONIZE CACHE, UNMAP and WRITE SAME for sd nodes (SBC-4 5.18, 5.35, 5.50).
#include "port/local/disk_space.h"

#include "port/local/limits.h"
#include "port/local/scsi_device.h"
#include "scsi/cdb_sbc.h"

#include <algorithm>
#include <cerrno>

namespace scsilo::local {
namespace {

template <std::size_t N>
void set_command(Exchange &exchange, const std::array<std::uint8_t, N> &cdb, Segments data_out = {}) {
    engine::CommandRequest &request = exchange.command.request;
    request.cdb = scsi::Cdb(cdb);
    request.attribute = scsi::TaskAttribute::simple;
    request.data_in = Segments();
    request.data_out = data_out;
}

// One block descriptor (SBC-4 table 106).
loop::Op<void> unmap(Job &job, BlockRange range) {
    constexpr std::size_t list_bytes = 24;
    job.parameters.fill(0);
    store_be<2>(&job.parameters[0], list_bytes - 2);
    store_be<2>(&job.parameters[2], 16);
    store_be<8>(&job.parameters[8], range.first);
    store_be<4>(&job.parameters[16], range.count);
    job.pieces[0] = {job.parameters.data(), list_bytes};
    std::array<std::uint8_t, 10> cdb{0x42};
    store_be<2>(&cdb[7], list_bytes);
    set_command(job.exchange, cdb, Segments({job.pieces.data(), 1}));
    co_await execute_good(job, disk_timeout_ms);
}

enum class Zeroes : std::uint8_t { none_sent, one_block }; // NDOB, or a block of zeroes in the data-out buffer

// The end is in job.exchange.
loop::Op<void> write_same(Job &job, BlockRange range, bool unmaps, Zeroes zeroes) {
    std::array<std::uint8_t, 16> cdb{0x93};
    cdb[1] = static_cast<std::uint8_t>((unmaps ? 0x08 : 0) | (zeroes == Zeroes::none_sent ? 0x01 : 0));
    store_be<8>(&cdb[2], range.first);
    store_be<4>(&cdb[10], range.count);
    Segments block;
    if (zeroes == Zeroes::one_block) {
        const std::size_t length = job.device().disk.block_bytes.load();
        job.buffer.clear();
        co_await job.shard().buffers().take(length, job.buffer);
        job.buffer.segments().fill(0, length, 0);
        block = job.buffer.segments();
    }
    set_command(job.exchange, cdb, block);
    co_await execute(job, 4 * disk_timeout_ms);
}

loop::Op<void> write_same_range(Job &job, BlockRange range, bool unmaps) {
    const std::uint64_t stated = job.device().disk.max_write_same_blocks;
    const std::uint64_t most = stated != 0 ? std::min(stated, max_write_same_blocks) : max_write_same_blocks;
    Zeroes zeroes = Zeroes::none_sent;
    while (range.count != 0) {
        const BlockRange part{range.first, std::min(range.count, most)};
        co_await write_same(job, part, unmaps, zeroes);
        if (zeroes == Zeroes::none_sent && is_invalid_field(job.exchange)) {
            zeroes = Zeroes::one_block; // a device before SBC-4
            continue;
        }
        if (!job.exchange.good()) {
            const bool unknown = is_unknown_command(job.exchange) || is_invalid_field(job.exchange);
            co_await fail(Errno{unknown ? EOPNOTSUPP : errno_of(job.exchange)});
        }
        range = {range.first + part.count, range.count - part.count};
    }
}

loop::Op<void> write_zero_blocks(Job &job, BlockRange range) {
    const std::uint64_t block_bytes = job.device().disk.block_bytes.load();
    const std::uint64_t most = std::max<std::uint64_t>(1, (1U << 20U) / block_bytes);
    job.buffer.clear();
    co_await job.shard().buffers().take(static_cast<std::size_t>(std::min(most, range.count) * block_bytes),
                                        job.buffer);
    job.buffer.segments().fill(0, job.buffer.length_bytes(), 0);
    while (range.count != 0) {
        const BlockRange part{range.first, std::min(range.count, most)};
        const std::size_t used =
            job.buffer.segments().slice(0, static_cast<std::size_t>(part.count * block_bytes), job.pieces);
        co_await transfer(job, BlockDirection::write, part, Segments({job.pieces.data(), used}));
        range = {range.first + part.count, range.count - part.count};
    }
}

bool can_write_same(const Job &job) noexcept { return job.device().disk.write_same; }

} // namespace

loop::Op<void> synchronize_cache(Job &job) {
    set_command(job.exchange, std::array<std::uint8_t, 16>{0x91});
    co_await execute(job, 2 * disk_timeout_ms);
    if (is_unknown_command(job.exchange)) {
        set_command(job.exchange, std::array<std::uint8_t, 10>{0x35});
        co_await execute(job, 2 * disk_timeout_ms);
    }
    if (!job.exchange.good() && !is_unknown_command(job.exchange)) {
        co_await fail(Errno{errno_of(job.exchange)});
    }
}

loop::Op<void> discard(Job &job, BlockRange range) {
    const DiskLimits &disk = job.device().disk;
    if (!disk.unmap) {
        if (!disk.write_same_unmaps) {
            co_await fail(Errno{EOPNOTSUPP});
        }
        co_await write_same_range(job, range, true);
        co_return;
    }
    const std::uint64_t most =
        disk.max_unmap_blocks != 0 ? std::min<std::uint64_t>(disk.max_unmap_blocks, 0xFFFF'FFFF) : 0xFFFF'FFFF;
    while (range.count != 0) {
        const BlockRange part{range.first, std::min(range.count, most)};
        co_await unmap(job, part);
        range = {range.first + part.count, range.count - part.count};
    }
}

// UNMAP is a hint even where unmapped blocks read as zeroes; WRITE SAME with UNMAP is none, so Linux takes that, and so
// do we.
loop::Op<void> punch(Job &job, BlockRange range) {
    if (!job.device().disk.write_same_unmaps) {
        co_await fail(Errno{EOPNOTSUPP});
    }
    co_await write_same_range(job, range, true);
}

loop::Op<void> write_zeroes(Job &job, BlockRange range) {
    if (can_write_same(job)) {
        co_await write_same_range(job, range, false);
    } else {
        co_await write_zero_blocks(job, range);
    }
}

} // namespace scsilo::local
