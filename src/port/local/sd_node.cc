// SPDX-License-Identifier: Apache-2.0
// The system calls on dev/sdX, with the edges that a block device's page cache would round off.
#include "port/local/sd_node.h"

#include "port/local/disk_space.h"
#include "port/local/scsi_device.h"
#include "port/local/sd_ioctl.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/falloc.h>
#include <poll.h>

namespace scsilo::local {
namespace {

// Bytes [offset, offset + length) and the whole blocks that hold them.
struct Span {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t block_bytes = 512;
    BlockRange blocks;

    Span(const ScsiDevice &device, std::uint64_t at, std::uint64_t wanted) noexcept {
        block_bytes = device.disk.block_bytes.load(std::memory_order_relaxed);
        const std::uint64_t size = device.disk.count_blocks.load(std::memory_order_relaxed) * block_bytes;
        offset = std::min(at, size);
        length = std::min(wanted, size - offset);
        blocks.first = offset / block_bytes;
        blocks.count = length == 0 ? 0 : (offset + length + block_bytes - 1) / block_bytes - blocks.first;
    }
    [[nodiscard]] std::size_t lead() const noexcept { return static_cast<std::size_t>(offset % block_bytes); }
    [[nodiscard]] std::size_t buffer_bytes() const noexcept {
        return static_cast<std::size_t>(blocks.count * block_bytes);
    }
    [[nodiscard]] bool whole_blocks() const noexcept { return lead() == 0 && length % block_bytes == 0; }
    [[nodiscard]] bool last_is_partial() const noexcept { return (offset + length) % block_bytes != 0; }
};

loop::Op<void> take_buffer(Job &job, std::size_t length_bytes) {
    if (!job.shard().buffers().can_ever_hold(length_bytes)) {
        co_await fail(Errno{ENOMEM});
    }
    co_await job.shard().buffers().take(length_bytes, job.buffer);
}

loop::Op<void> read_bytes(Job &job, std::uint64_t offset, std::uint64_t size_bytes) {
    if (job.device().gone()) {
        co_await fail(Errno{ENODEV});
    }
    const Span span(job.device(), offset, size_bytes);
    if (span.length == 0) {
        job.take_request().reply_data(Bytes());
        co_return;
    }
    co_await take_buffer(job, span.buffer_bytes());
    co_await transfer(job, BlockDirection::read, span.blocks, job.buffer.segments());
    const std::size_t used =
        job.buffer.segments().slice(span.lead(), static_cast<std::size_t>(span.length), job.pieces);
    job.take_request().reply_data(Segments({job.pieces.data(), used}));
}

// One block, into its place in the buffer.
loop::Op<void> read_edge(Job &job, const Span &span, std::uint64_t index) {
    const auto block_bytes = static_cast<std::size_t>(span.block_bytes);
    const std::size_t used =
        job.buffer.segments().slice(static_cast<std::size_t>(index) * block_bytes, block_bytes, job.pieces);
    co_await transfer(job, BlockDirection::read, {span.blocks.first + index, 1}, Segments({job.pieces.data(), used}));
}

// Nobody else writes to this device between reading the edges and writing them back.
loop::Op<void> write_with_edges(Job &job, const Span &span, Bytes payload, bool force_unit_access) {
    co_await take_buffer(job, span.buffer_bytes());
    const auto held = co_await job.device().edge_lock().take(EdgeLock::Mode::alone);
    if (span.lead() != 0) {
        co_await read_edge(job, span, 0);
    }
    if (span.last_is_partial() && (span.lead() == 0 || span.blocks.count > 1)) {
        co_await read_edge(job, span, span.blocks.count - 1);
    }
    job.buffer.segments().copy_from(span.lead(), payload);
    co_await transfer(job, BlockDirection::write, span.blocks, job.buffer.segments(), force_unit_access);
}

// The payload goes to the device from where it is.
loop::Op<void> write_whole(Job &job, const Span &span, MutableBytes payload, bool force_unit_access) {
    const auto held = co_await job.device().edge_lock().take(EdgeLock::Mode::shared);
    job.payload = {payload.data(), payload.size()};
    co_await transfer(job, BlockDirection::write, span.blocks, Segments({&job.payload, 1}), force_unit_access);
}

loop::Op<void> write_bytes(Job &job, std::uint64_t offset, MutableBytes payload, bool synchronous) {
    if (job.device().gone()) {
        co_await fail(Errno{ENODEV});
    }
    const Span span(job.device(), offset, payload.size());
    if (span.length == 0 && !payload.empty()) {
        co_await fail(Errno{ENOSPC});
    }
    payload = payload.first(static_cast<std::size_t>(span.length));
    const bool force_unit_access = synchronous && job.device().disk.force_unit_access;
    if (span.length == 0) {
        // nothing to do
    } else if (span.whole_blocks()) {
        co_await write_whole(job, span, payload, force_unit_access);
    } else {
        co_await write_with_edges(job, span, payload, force_unit_access);
    }
    if (synchronous && !force_unit_access) {
        co_await synchronize_cache(job);
    }
    job.take_request().reply_written(static_cast<std::uint32_t>(payload.size()));
}

loop::Op<void> flush_all(Job &job) {
    if (job.device().gone()) {
        co_await fail(Errno{ENODEV});
    }
    co_await synchronize_cache(job);
    job.take_request().reply_ok();
}

// The rules of a block device's fallocate(2).
loop::Op<void> change_space(Job &job, fuse::FallocateRequest wanted) {
    const bool zero = (wanted.mode & ~FALLOC_FL_KEEP_SIZE) == FALLOC_FL_ZERO_RANGE;
    if (!zero && wanted.mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) {
        co_await fail(Errno{EOPNOTSUPP});
    }
    const std::uint64_t size = job.device().size_bytes();
    if (wanted.offset_bytes >= size ||
        (wanted.length_bytes > size - wanted.offset_bytes && (wanted.mode & FALLOC_FL_KEEP_SIZE) == 0)) {
        co_await fail(Errno{EINVAL});
    }
    const Span span(job.device(), wanted.offset_bytes, wanted.length_bytes);
    if (!span.whole_blocks()) {
        co_await fail(Errno{EINVAL});
    }
    if (zero) {
        co_await write_zeroes(job, span.blocks);
    } else {
        co_await punch(job, span.blocks);
    }
    job.take_request().reply_ok();
}

} // namespace

SdNode::SdNode(const fuse::Attributes &attributes, std::shared_ptr<ScsiDevice> device,
               std::shared_ptr<Stations> stations)
    : Node(attributes), device_(std::move(device)), stations_(std::move(stations)) {}

SdNode::~SdNode() = default;

fuse::Attributes SdNode::attributes() const {
    fuse::Attributes attributes = Node::attributes();
    attributes.size_bytes = device_->size_bytes();
    return attributes;
}

void SdNode::open(fuse::Request &request, const fuse::OpenRequest &open) {
    const bool writable = (open.flags & O_ACCMODE) != O_RDONLY;
    if (device_->gone()) {
        request.reply_error(ENODEV);
        return;
    }
    if (writable && device_->disk.write_protected) {
        request.reply_error(EROFS);
        return;
    }
    const fuse::Handle handle = (writable ? sd_writable : 0) | ((open.flags & O_DSYNC) != 0 ? sd_synchronous : 0);
    request.reply_open(handle, {.direct_io = true, .parallel_writes = true});
}

void SdNode::read(fuse::Request &request, fuse::Handle, std::uint64_t offset, std::uint32_t size_bytes) {
    serve(*stations_, request, device_, [&](Job &job) { return read_bytes(job, offset, size_bytes); });
}

void SdNode::write(fuse::Request &request, fuse::Handle handle, std::uint64_t offset, MutableBytes payload) {
    const bool synchronous = (handle & sd_synchronous) != 0;
    serve(*stations_, request, device_, [&](Job &job) { return write_bytes(job, offset, payload, synchronous); });
}

void SdNode::ioctl(fuse::Request &request, fuse::Handle handle, const fuse::IoctlRequest &ioctl) {
    if (device_->gone()) {
        request.reply_error(ENODEV);
        return;
    }
    const SgAccess access{(handle & sd_writable) != 0 || request.caller().uid == 0, disk_timeout_ms};
    if (!serve_scsi_ioctl(*stations_, request, device_, ioctl, access)) {
        serve_disk_ioctl(*stations_, request, device_, ioctl, (handle & sd_writable) != 0);
    }
}

// Always ready, or io_uring would wait for it and never read; with POLLHUP when the device is gone.
void SdNode::poll(fuse::Request &request, fuse::Handle, const fuse::PollRequest &) {
    constexpr std::uint32_t ready = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
    request.reply_poll(device_->gone() ? ready | POLLHUP | POLLERR : ready);
}

void SdNode::fsync(fuse::Request &request, fuse::Handle, bool) {
    serve(*stations_, request, device_, [](Job &job) { return flush_all(job); });
}

void SdNode::fallocate(fuse::Request &request, fuse::Handle, const fuse::FallocateRequest &wanted) {
    if (device_->gone()) {
        request.reply_error(ENODEV);
        return;
    }
    serve(*stations_, request, device_, [&](Job &job) { return change_space(job, wanted); });
}

} // namespace scsilo::local
