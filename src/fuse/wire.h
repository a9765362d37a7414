// SPDX-License-Identifier: Apache-2.0
// Between our words and those of <linux/fuse.h>.
#pragma once

#include "fuse/node.h"

#include <linux/fuse.h>

namespace scsilo::fuse {

inline void fill_attributes(const Attributes &from, std::uint64_t node_id, fuse_attr &to) noexcept {
    constexpr std::uint64_t stat_block_bytes = 512;
    to.ino = node_id;
    to.size = from.size_bytes;
    to.blocks = (from.size_bytes + stat_block_bytes - 1) / stat_block_bytes;
    to.atime = static_cast<std::uint64_t>(from.access_time.tv_sec);
    to.mtime = static_cast<std::uint64_t>(from.modify_time.tv_sec);
    to.ctime = static_cast<std::uint64_t>(from.change_time.tv_sec);
    to.atimensec = static_cast<std::uint32_t>(from.access_time.tv_nsec);
    to.mtimensec = static_cast<std::uint32_t>(from.modify_time.tv_nsec);
    to.ctimensec = static_cast<std::uint32_t>(from.change_time.tv_nsec);
    to.mode = from.mode;
    to.nlink = from.nlink;
    to.uid = from.uid;
    to.gid = from.gid;
    to.blksize = from.blksize_bytes;
}

[[nodiscard]] inline std::uint32_t wire_flags(const OpenFlags &flags) noexcept {
    std::uint32_t wire = 0;
    wire |= flags.direct_io ? std::uint32_t{FOPEN_DIRECT_IO} : 0U;
    wire |= flags.nonseekable ? std::uint32_t{FOPEN_NONSEEKABLE} : 0U;
    wire |= flags.stream ? std::uint32_t{FOPEN_STREAM | FOPEN_NONSEEKABLE} : 0U;
    wire |= flags.keep_cache ? std::uint32_t{FOPEN_KEEP_CACHE} : 0U;
    wire |= flags.parallel_writes ? std::uint32_t{FOPEN_PARALLEL_DIRECT_WRITES} : 0U;
    return wire;
}

} // namespace scsilo::fuse
