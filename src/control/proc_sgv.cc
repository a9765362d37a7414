// SPDX-License-Identifier: Apache-2.0
// The file sgv of 2008, from the buffer pools of the shards.
//
// Ours are preallocated, so: an inactive page is a free one, the high watermark is all there are, and a "hit" is a
// buffer that was free at once. The pools sgv-clust and sgv-dma have no counterpart and hold nothing.
#include "control/proc_files.h"

#include "control/system.h"
#include "loop/shard.h"

#include <array>
#include <fmt/format.h>

namespace scsilo::control {
namespace {

using loop::BufferPool;
using PoolStatistics = std::array<BufferPool::Statistics, BufferPool::count_classes>;

constexpr std::size_t page_bytes = 4096;

// Each pool is asked on its shard.
PoolStatistics sum_of_shards(const System &system) {
    PoolStatistics sum;
    for (const auto &shard : system.shards()) {
        shard->call([&] {
            for (std::size_t i = 0; i < sum.size(); ++i) {
                const BufferPool::Statistics one = shard->buffers().statistics(i);
                sum[i].count_chunks += one.count_chunks;
                sum[i].count_free += one.count_free;
                sum[i].count_taken += one.count_taken;
                sum[i].count_waited += one.count_waited;
                sum[i].count_refused += one.count_refused;
            }
        });
    }
    return sum;
}

template <class N> std::string number(N value, std::size_t width) { return column(std::to_string(value), width); }

// Name, Hit, Total, "% merged" (nothing is merged), Cached.
std::string pool_row(std::string_view name, std::uint64_t hit, std::uint64_t total, std::size_t pages,
                     std::size_t objects) {
    return "\n" + column(name, 30) + " " + number(hit, 11) + " " + number(total, 11) + " " + number(0, 11) + " " +
           fmt::format("{}/{} (P/O)\n", pages, objects);
}

// Name, Hit, Total, "% merged".
std::string cache_row(std::string_view name, std::uint64_t hit, std::uint64_t total) {
    return "  " + column(name, 28) + " " + number(hit, 11) + " " + number(total, 11) + " 0\n";
}

std::string big_row() { return "  " + column("big/other", 40) + " 0/" + number(0, 9) + " 0/0\n"; }

} // namespace

std::string sgv_text(const System &system) {
    const PoolStatistics classes = sum_of_shards(system);
    std::size_t free_pages = 0;
    std::size_t all_pages = 0;
    std::size_t count_free = 0;
    std::uint64_t taken = 0;
    std::uint64_t waited = 0;
    std::uint64_t refused = 0;
    std::string caches;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const BufferPool::Statistics &one = classes[i];
        free_pages += one.count_free * (BufferPool::chunk_bytes[i] / page_bytes);
        all_pages += one.count_chunks * (BufferPool::chunk_bytes[i] / page_bytes);
        count_free += one.count_free;
        taken += one.count_taken;
        waited += one.count_waited;
        refused += one.count_refused;
        caches += cache_row(fmt::format("sgv-{}K", BufferPool::chunk_bytes[i] >> 10),
                            one.count_taken - one.count_waited, one.count_taken);
    }
    std::string text =
        column("Inactive/active pages", 42) + fmt::format(" {}/{}\n", free_pages, all_pages - free_pages);
    text += column("Hi/lo watermarks [pages]", 42) + fmt::format(" {}/{}\n", all_pages, 0);
    text += column("Hi watermark releases/failures", 42) + fmt::format(" {}/{}\n", 0, refused);
    text += "\n" + column("Name", 30) + " " + column("Hit", 11) + " " + column("Total", 11) + " " +
            column("% merged", 11) + " " + column("Cached", 11);
    text += pool_row("sgv", taken - waited, taken, free_pages, count_free) + caches + big_row();
    for (const std::string_view empty : {"sgv-clust", "sgv-dma"}) {
        text += pool_row(empty, 0, 0, 0, 0) + big_row();
    }
    return text + "\n" + column("other", 42) + " " + number(0, 11) + "\n";
}

} // namespace scsilo::control
