// SPDX-License-Identifier: Apache-2.0
// What a node answers when it has nothing of its own to say.
#include "fuse/node.h"

#include "fuse/notifier.h"
#include "fuse/request.h"

#include <atomic>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace scsilo::fuse {
namespace {

std::uint64_t next_number() noexcept {
    static std::atomic<std::uint64_t> last{FUSE_ROOT_ID};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

timespec now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return time;
}

constexpr std::uint32_t permission_bits = 07777;

} // namespace

void PollTicket::wake() const noexcept {
    if (auto notifier = notifier_.lock()) {
        notifier->wake_poll(kernel_handle_);
    }
}

Node::Node(const Attributes &attributes, const Policy &policy)
    : number_(next_number()), type_(attributes.mode & S_IFMT), policy_(policy), attributes_(attributes) {
    if (attributes_.change_time.tv_sec == 0) {
        attributes_.access_time = attributes_.modify_time = attributes_.change_time = now();
    }
}

Node::~Node() = default;

Attributes Node::attributes() const {
    const std::lock_guard lock(mutex_);
    return attributes_;
}

void Node::touch() noexcept {
    const std::lock_guard lock(mutex_);
    attributes_.modify_time = attributes_.change_time = now();
}

void Node::open(Request &request, const OpenRequest &) { request.reply_open(0, {}); }
void Node::release(Handle) noexcept {}
void Node::flush(Request &request, Handle) { request.reply_ok(); }
void Node::read(Request &request, Handle, std::uint64_t, std::uint32_t) { request.reply_error(EINVAL); }
void Node::write(Request &request, Handle, std::uint64_t, MutableBytes) { request.reply_error(EINVAL); }
void Node::ioctl(Request &request, Handle, const IoctlRequest &) { request.reply_error(ENOTTY); }
void Node::fsync(Request &request, Handle, bool) { request.reply_ok(); }
void Node::fallocate(Request &request, Handle, const FallocateRequest &) { request.reply_error(EOPNOTSUPP); }
void Node::readlink(Request &request) { request.reply_error(EINVAL); }

// Data nodes must be readable in this sense, or io_uring waits for ever and never sends the read.
void Node::poll(Request &request, Handle, const PollRequest &poll) {
    request.reply_poll(poll.events & (POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM));
}

void Node::lseek(Request &request, Handle, std::uint64_t offset, int whence) {
    const std::uint64_t size = attributes().size_bytes;
    if (whence != SEEK_DATA && whence != SEEK_HOLE) {
        request.reply_error(EINVAL);
    } else if (offset >= size) {
        request.reply_error(ENXIO);
    } else {
        request.reply_lseek(whence == SEEK_DATA ? offset : size);
    }
}

void Node::set_attributes(Request &request, const SetAttributes &change) {
    const bool ownership = change.mode || change.uid || change.gid;
    const bool times = change.access_time || change.modify_time;
    if ((ownership && !policy_.may_change_ownership) || (times && !policy_.may_change_times) ||
        (change.size_bytes && !policy_.ignores_truncate)) {
        request.reply_error(EPERM);
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (change.mode) {
            attributes_.mode = type_ | (*change.mode & permission_bits);
        }
        attributes_.uid = change.uid.value_or(attributes_.uid);
        attributes_.gid = change.gid.value_or(attributes_.gid);
        attributes_.access_time = change.access_time.value_or(attributes_.access_time);
        attributes_.modify_time = change.modify_time.value_or(attributes_.modify_time);
        attributes_.change_time = now();
    }
    request.reply_attributes(attributes());
}

Symlink::Symlink(std::string target)
    : Node({.mode = S_IFLNK | 0777, .size_bytes = target.size()}), target_(std::move(target)) {}

void Symlink::readlink(Request &request) {
    request.reply_data(Bytes(reinterpret_cast<const std::uint8_t *>(target_.data()), target_.size()));
}

} // namespace scsilo::fuse
