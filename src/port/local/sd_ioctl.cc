// SPDX-License-Identifier: Apache-2.0
// What blockdev, mkfs, fdisk and losetup ask of a disk (Linux: include/uapi/linux/fs.h, hdreg.h).
#include "port/local/sd_ioctl.h"

#include "port/local/disk_space.h"
#include "port/local/limits.h"
#include "port/local/scan.h"
#include "port/local/scsi_device.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/fs.h>
#include <linux/hdreg.h>

namespace scsilo::local {
namespace {

// Numbers that encode a size: the kernel carries the answer.
constexpr std::uint32_t get_size64_32bit = 0x80041272; // BLKGETSIZE64 as a 32-bit program encodes it
constexpr std::uint32_t get_block_size_32bit = 0x80041270;
constexpr std::uint32_t set_block_size_32bit = 0x40041271;

template <class Value> void reply_carried(fuse::Request &request, const Value &value) noexcept {
    request.reply_ioctl(0, Bytes(reinterpret_cast<const std::uint8_t *>(&value), sizeof value));
}

loop::Op<void> serve_range(Job &job, BlockRange blocks, loop::Op<void> (*change)(Job &, BlockRange)) {
    co_await change(job, blocks);
    job.take_request().reply_ioctl(0);
}

// BLKDISCARD and BLKZEROOUT: the argument points to start and length in bytes.
void start_range(const Stations &stations, fuse::Request &request, const std::shared_ptr<ScsiDevice> &device,
                 const fuse::IoctlRequest &ioctl, loop::Op<void> (*change)(Job &, BlockRange)) noexcept {
    std::array<std::uint64_t, 2> range{};
    if (!take_value(request, ioctl.argument, range)) {
        return;
    }
    const std::uint64_t block_bytes = device->disk.block_bytes.load();
    const std::uint64_t size = device->size_bytes();
    if (range[0] % block_bytes != 0 || range[1] % block_bytes != 0 || range[0] > size || range[1] > size - range[0] ||
        range[1] == 0) {
        request.reply_error(EINVAL);
        return;
    }
    const BlockRange blocks{range[0] / block_bytes, range[1] / block_bytes};
    serve(stations, request, device, [&](Job &job) { return serve_range(job, blocks, change); });
}

loop::Op<void> serve_flush(Job &job) {
    co_await synchronize_cache(job);
    job.take_request().reply_ioctl(0);
}

loop::Op<void> serve_reread(Job &job) {
    co_await read_capacity(job, job.exchange, job.device());
    job.take_request().reply_ioctl(0);
}

// 255 heads and 63 sectors, as Linux makes them up for large disks.
void reply_geometry(fuse::Request &request, const ScsiDevice &device, const fuse::IoctlRequest &ioctl) noexcept {
    constexpr std::uint64_t heads = 255;
    constexpr std::uint64_t sectors = 63;
    const std::uint64_t count_512 = device.size_bytes() / 512;
    const auto cylinders = static_cast<std::uint16_t>(std::min<std::uint64_t>(count_512 / (heads * sectors), 0xFFFF));
    std::array<std::uint8_t, sizeof(hd_geometry)> geometry{heads, sectors}; // the start, an unsigned long, is 0
    std::memcpy(&geometry[2], &cylinders, sizeof cylinders);
    ProcessMemory memory(request.caller().pid);
    const int error = memory.write(ioctl.argument, Bytes(geometry).first(ioctl.compat_32bit ? 8 : sizeof(hd_geometry)));
    error == 0 ? request.reply_ioctl(0) : request.reply_error(error);
}

void reply_count_512(fuse::Request &request, std::uint64_t count, const fuse::IoctlRequest &ioctl) noexcept {
    if (!ioctl.compat_32bit) {
        reply_value(request, ioctl.argument, count);
    } else if (count > 0xFFFF'FFFF) {
        request.reply_error(EFBIG);
    } else {
        reply_value(request, ioctl.argument, static_cast<std::uint32_t>(count));
    }
}

std::uint16_t max_sectors(const ScsiDevice &device) noexcept {
    const std::uint64_t per_block = device.disk.block_bytes.load() / 512;
    const std::uint64_t stated = device.disk.max_transfer_blocks * per_block;
    return static_cast<std::uint16_t>(stated == 0 ? 0xFFFF : std::min<std::uint64_t>(stated, 0xFFFF));
}

bool serve_question(fuse::Request &request, const ScsiDevice &device, const fuse::IoctlRequest &ioctl) noexcept {
    const DiskLimits &disk = device.disk;
    const auto block_bytes = static_cast<int>(disk.block_bytes.load());
    const std::uint64_t argument = ioctl.argument;
    switch (ioctl.command) {
    case BLKGETSIZE64:
        reply_carried(request, device.size_bytes());
        return true;
    case get_size64_32bit: // its number says four bytes, but eight are wanted
        reply_value(request, argument, device.size_bytes());
        return true;
    case BLKBSZGET:
    case get_block_size_32bit:
        reply_carried(request, std::max(block_bytes, 4096));
        return true;
    case BLKGETSIZE:
        reply_count_512(request, device.size_bytes() / 512, ioctl);
        return true;
    case BLKSSZGET:
        reply_value(request, argument, block_bytes);
        return true;
    case BLKPBSZGET:
    case BLKIOMIN:
        reply_value(request, argument, disk.physical_block_bytes.load());
        return true;
    case BLKIOOPT:
        reply_value(request, argument,
                    static_cast<std::uint32_t>(disk.optimal_transfer_blocks * disk.block_bytes.load()));
        return true;
    case BLKALIGNOFF:
    case BLKDISCARDZEROES:
        reply_value(request, argument, 0);
        return true;
    case BLKROGET:
        reply_value(request, argument, disk.write_protected ? 1 : 0);
        return true;
    case BLKSECTGET:
        reply_value(request, argument, max_sectors(device));
        return true;
    case BLKROTATIONAL:
        reply_value(request, argument, static_cast<std::uint16_t>(disk.rotational ? 1 : 0));
        return true;
    case BLKRAGET:
    case BLKFRAGET: // nothing is read ahead; the kernel fills in an unsigned long
        ioctl.compat_32bit ? reply_value(request, argument, std::uint32_t{0})
                           : reply_value(request, argument, std::uint64_t{0});
        return true;
    case HDIO_GETGEO:
        reply_geometry(request, device, ioctl);
        return true;
    default:
        return false;
    }
}

} // namespace

void serve_disk_ioctl(const Stations &stations, fuse::Request &request, const std::shared_ptr<ScsiDevice> &device,
                      const fuse::IoctlRequest &ioctl, bool writable) noexcept {
    const bool changes = ioctl.command == BLKDISCARD || ioctl.command == BLKZEROOUT;
    if (changes && !writable) {
        request.reply_error(EBADF);
        return;
    }
    switch (ioctl.command) {
    case BLKDISCARD:
        start_range(stations, request, device, ioctl, &discard);
        return;
    case BLKZEROOUT:
        start_range(stations, request, device, ioctl, &write_zeroes);
        return;
    case BLKSECDISCARD:
        request.reply_error(EOPNOTSUPP);
        return;
    case BLKFLSBUF:
        serve(stations, request, device, [](Job &job) { return serve_flush(job); });
        return;
    case BLKRRPART: // there are no partition nodes, but the capacity may have changed
        serve(stations, request, device, [](Job &job) { return serve_reread(job); });
        return;
    case BLKBSZSET: // the page cache's business on a block device; there is none here
    case set_block_size_32bit:
    case BLKRASET:
    case BLKFRASET:
        request.reply_ioctl(0);
        return;
    default:
        break;
    }
    if (!serve_question(request, *device, ioctl)) {
        request.reply_error(ENOTTY);
    }
}

} // namespace scsilo::local
