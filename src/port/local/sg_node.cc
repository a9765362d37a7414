// SPDX-License-Identifier: Apache-2.0
// The system calls on dev/sgN. A Handle is a pointer to a shared_ptr of the open file, which commands may outlive.
#include "port/local/sg_node.h"

#include "port/local/scsi_device.h"
#include "port/local/sg_async.h"
#include "port/local/sg_file.h"
#include "port/local/sg_ioctl.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>

namespace scsilo::local {
namespace {

using OpenFile = std::shared_ptr<SgFile>;

const OpenFile &file_of(fuse::Handle handle) noexcept { return *reinterpret_cast<const OpenFile *>(handle); }

SgAccess access_of(const SgFile &file, const fuse::Request &request) noexcept {
    return {file.writable() || request.caller().uid == 0, file.timeout_ms.load(std::memory_order_relaxed)};
}

// As fcntl(2) has set it by now.
bool is_blocking(const fuse::Request &request) noexcept {
    fuse_read_in in{};
    if (request.body().size() < sizeof in) {
        return true;
    }
    std::memcpy(&in, request.body().data(), sizeof in);
    return (in.flags & O_NONBLOCK) == 0;
}

} // namespace

SgNode::SgNode(const fuse::Attributes &attributes, std::shared_ptr<ScsiDevice> device,
               std::shared_ptr<Stations> stations)
    : Node(attributes), device_(std::move(device)), stations_(std::move(stations)) {}

SgNode::~SgNode() = default;

void SgNode::open(fuse::Request &request, const fuse::OpenRequest &open) {
    auto file = std::make_shared<SgFile>(device_, open.flags);
    if (!device_->add_file(file)) {
        request.reply_error(ENODEV);
        return;
    }
    const auto *handle = new OpenFile(std::move(file));
    // Not a stream in FUSE's sense of "nobody may write while one reads": read() may sleep until a write() has its
    // answer.
    request.reply_open(reinterpret_cast<fuse::Handle>(handle),
                       {.direct_io = true, .nonseekable = true, .stream = true});
}

void SgNode::release(fuse::Handle handle) noexcept {
    const auto *file = reinterpret_cast<const OpenFile *>(handle);
    device_->remove_file(**file);
    (*file)->closed();
    delete file;
}

void SgNode::read(fuse::Request &request, fuse::Handle handle, std::uint64_t, std::uint32_t size_bytes) {
    SgFile &file = *file_of(handle);
    std::optional<std::int32_t> pack_id;
    if (file.force_pack_id.load(std::memory_order_relaxed)) {
        pack_id = pack_id_of_reader(request.caller().pid, size_bytes);
    }
    file.read(request, size_bytes, is_blocking(request), pack_id);
}

void SgNode::write(fuse::Request &request, fuse::Handle handle, std::uint64_t, MutableBytes payload) {
    const OpenFile &file = file_of(handle);
    const SgAccess access = access_of(*file, request);
    serve(*stations_, request, device_, [&](Job &job) { return sg_write(job, file, payload, access); });
}

void SgNode::ioctl(fuse::Request &request, fuse::Handle handle, const fuse::IoctlRequest &ioctl) {
    SgFile &file = *file_of(handle);
    if (device_->gone()) {
        request.reply_error(ENODEV);
        return;
    }
    if (!serve_scsi_ioctl(*stations_, request, device_, ioctl, access_of(file, request))) {
        serve_sg_ioctl(request, file, ioctl);
    }
}

void SgNode::poll(fuse::Request &request, fuse::Handle handle, const fuse::PollRequest &poll) {
    file_of(handle)->poll(request, poll);
}

} // namespace scsilo::local
