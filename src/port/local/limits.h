// SPDX-License-Identifier: Apache-2.0
// Every bound of the local driver with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace scsilo::local {

// Requests that one shard serves at once. A FUSE channel holds 64 and there is one or two of them per shard; the rest
// is for asynchronous commands, whose write() has been answered.
inline constexpr std::size_t max_jobs_per_shard = 256;

// Asynchronous commands of one shard. Each may keep its data buffer until somebody reads the answer, so together they
// must leave most of the smaller buffers, and half of the bytes, to the others.
inline constexpr std::size_t max_asynchronous_per_shard = 96;
inline constexpr std::size_t max_asynchronous_bytes_per_shard = 32U << 20U;

// Commands beside the first one into which a read or write of an sd node is split at once.
inline constexpr std::size_t max_parallel_commands = 8;
inline constexpr std::size_t max_exchanges_per_shard = 128;

// Linux: SG_MAX_QUEUE, commands outstanding on one open file of an sg node.
inline constexpr std::size_t max_queue_per_file = 16;

// Readers that sleep on one open file of an sg node: more than commands they can wait for.
inline constexpr std::size_t max_readers_per_file = 2 * max_queue_per_file;

// Linux: UIO_MAXIOV.
inline constexpr std::size_t max_iovec_count = 1024;

// Linux sg: SG_DEFAULT_TIMEOUT; Linux sd: SD_TIMEOUT, doubled for SYNCHRONIZE CACHE.
inline constexpr std::uint64_t default_timeout_ms = 60'000;
inline constexpr std::uint64_t disk_timeout_ms = 30'000;
inline constexpr std::uint64_t scan_timeout_ms = 20'000;

// Linux sg: SG_DEF_RESERVED_SIZE, and what SG_SET_RESERVED_SIZE may ask for here (a buffer that a shard can hold
// easily).
inline constexpr int default_reserved_bytes = 32768;
inline constexpr int max_reserved_bytes = 4 << 20;

// Linux sd: SD_MAX_RETRIES. BUSY and TASK SET FULL are no failures: they are retried until the time-out's worth of
// waits.
inline constexpr unsigned max_retries = 5;
inline constexpr std::uint64_t busy_wait_ms = 10;
inline constexpr unsigned max_busy_retries = 3000;

// Linux: SD_MAX_WS16_BLOCKS, blocks that one WRITE SAME(16) is asked for where the device states no limit.
inline constexpr std::uint64_t max_write_same_blocks = 0x7FFFFF;

} // namespace scsilo::local
