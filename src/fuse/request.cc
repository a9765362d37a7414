// SPDX-License-Identifier: Apache-2.0
// The life of a request: begin, perhaps an interrupt, one reply.
#include "fuse/request.h"

#include "fuse/directory.h"
#include "fuse/wire.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <thread>
#include <utility>

namespace scsilo::fuse {
namespace {

constexpr int max_errno = 511; // the kernel takes no larger one

constexpr std::size_t max_pieces = 64;

} // namespace

Caller Request::caller() const noexcept { return {header_.uid, header_.gid, static_cast<pid_t>(header_.pid)}; }

bool Request::begin(RequestHome &home, loop::Shard *shard, MutableBytes message) noexcept {
    if (message.size() < sizeof header_) {
        return false;
    }
    std::memcpy(&header_, message.data(), sizeof header_);
    body_ = message.subspan(sizeof header_);
    home_ = &home;
    shard_ = shard;
    limit_bytes_ = 0;
    handler_ = nullptr;
    interrupt_came_ = false;
    state_.store(bit_pending, std::memory_order_release);
    return header_.len == message.size();
}

bool Request::pending() const noexcept {
    return (state_.load(std::memory_order_acquire) & (bit_pending | bit_replied | bit_disowned)) == bit_pending;
}

bool Request::reply(int errno_value, std::span<iovec> message) noexcept {
    const std::uint32_t before = state_.fetch_or(bit_replied, std::memory_order_acq_rel);
    if ((before & (bit_pending | bit_replied)) != bit_pending) {
        std::abort(); // a second reply
    }
    if ((before & bit_disowned) != 0) {
        return false;
    }
    if ((before & bit_calling) != 0 && !home_->on_home_thread()) {
        while ((state_.load(std::memory_order_acquire) & bit_calling) != 0) {
            std::this_thread::yield();
        }
    }
    fuse_out_header header{};
    header.error = -errno_value;
    header.unique = header_.unique;
    std::size_t length = sizeof header;
    for (const iovec &piece : message.subspan(1)) {
        length += piece.iov_len;
    }
    header.len = static_cast<std::uint32_t>(length);
    message[0] = {&header, sizeof header};
    return home_->send(message);
}

void Request::finish() noexcept {
    node_.reset();
    created_.reset();
    if ((state_.load(std::memory_order_acquire) & bit_disowned) != 0) {
        const std::shared_ptr<void> last = std::move(keep_); // may take *this along
        return;
    }
    home_->give_back(*this);
}

template <class... Parts> bool Request::reply_parts(Parts &...parts) noexcept {
    std::array<iovec, 1 + sizeof...(Parts)> message{iovec{}, iovec{&parts, sizeof parts}...};
    return reply(0, message);
}

void Request::reply_error(int errno_value) noexcept {
    if (errno_value <= 0 || errno_value > max_errno) {
        errno_value = EIO;
    }
    if (errno_value == ENOSYS) { // would switch the operation off for every node
        errno_value = opcode() == FUSE_IOCTL ? ENOTTY : EOPNOTSUPP;
    }
    iovec message[1] = {};
    reply(errno_value, message);
    finish();
}

void Request::reply_never_supported() noexcept {
    iovec message[1] = {};
    reply(ENOSYS, message);
    finish();
}

void Request::reply_ok() noexcept {
    iovec message[1] = {};
    reply(0, message);
    finish();
}

void Request::reply_data(Bytes data) noexcept {
    iovec message[2] = {{}, {const_cast<std::uint8_t *>(data.data()), std::min(data.size(), limit_bytes_)}};
    reply(0, message);
    finish();
}

void Request::reply_data(const Segments &data) noexcept {
    std::array<iovec, 1 + max_pieces> message;
    const std::size_t length = std::min(data.length_bytes(), limit_bytes_);
    const std::size_t count = data.slice(0, length, std::span(message).subspan(1));
    std::size_t covered = 0;
    for (const iovec &piece : std::span(message).subspan(1, count)) {
        covered += piece.iov_len;
    }
    if (covered != length) {
        reply_error(EIO); // scattered over more pieces than any buffer of ours has
        return;
    }
    reply(0, std::span(message).first(1 + count));
    finish();
}

void Request::reply_written(std::uint32_t count_bytes) noexcept {
    fuse_write_out out{count_bytes, 0};
    reply_parts(out);
    finish();
}

void Request::reply_ioctl(int result, Bytes out) noexcept {
    fuse_ioctl_out head{};
    head.result = result;
    iovec message[3] = {
        {}, {&head, sizeof head}, {const_cast<std::uint8_t *>(out.data()), std::min(out.size(), limit_bytes_)}};
    reply(0, message);
    finish();
}

void Request::reply_poll(std::uint32_t events) noexcept {
    fuse_poll_out out{events, 0};
    reply_parts(out);
    finish();
}

void Request::reply_lseek(std::uint64_t offset) noexcept {
    fuse_lseek_out out{offset};
    reply_parts(out);
    finish();
}

void Request::reply_attributes(const Attributes &attributes) noexcept {
    fuse_attr_out out{}; // valid for no time: sizes change
    fill_attributes(attributes, header_.nodeid, out.attr);
    reply_parts(out);
    finish();
}

void Request::reply_entry(const std::shared_ptr<Node> &node) noexcept {
    const std::shared_ptr<Node> entered = node; // the argument may be a member of what goes away
    fuse_entry_out out{};
    home_->enter_node(entered, out);
    if (!reply_parts(out)) {
        home_->enter_failed(*entered);
    }
    finish();
}

void Request::reply_open(Handle handle, OpenFlags flags) noexcept {
    if (created_ != nullptr) {
        reply_entry_and_open(created_, handle, flags);
        return;
    }
    fuse_open_out out{handle, wire_flags(flags), 0};
    home_->opened(node_, handle);
    if (!reply_parts(out)) {
        home_->open_failed(*node_, handle);
    }
    finish();
}

void Request::reply_entry_and_open(const std::shared_ptr<Node> &node, Handle handle, OpenFlags flags) noexcept {
    const std::shared_ptr<Node> made = node;
    fuse_entry_out entry{};
    fuse_open_out out{handle, wire_flags(flags), 0};
    home_->enter_node(made, entry);
    home_->opened(made, handle);
    if (!reply_parts(entry, out)) {
        home_->open_failed(*made, handle);
        home_->enter_failed(*made);
    }
    finish();
}

void Request::end_without_reply() noexcept {
    state_.store(0, std::memory_order_release);
    finish();
}

void Request::on_interrupt(InterruptHandler *handler) noexcept {
    handler_ = handler;
    if (interrupt_came_) {
        call_handler();
    }
}

void Request::interrupt() noexcept {
    interrupt_came_ = true;
    call_handler();
}

void Request::call_handler() noexcept {
    InterruptHandler *handler = std::exchange(handler_, nullptr);
    if (handler == nullptr) {
        return;
    }
    const std::uint32_t before = state_.fetch_or(bit_calling, std::memory_order_acq_rel);
    if ((before & (bit_pending | bit_replied | bit_disowned)) == bit_pending) {
        handler->interrupted(*this);
    }
    // The slot is not used again before the home thread has returned from here, even if the request has ended.
    state_.fetch_and(~bit_calling, std::memory_order_acq_rel);
}

bool Request::disown(int errno_value, std::shared_ptr<void> keep) noexcept {
    keep_ = std::move(keep);
    std::uint32_t before = bit_pending;
    if (!state_.compare_exchange_strong(before, bit_pending | bit_disowned, std::memory_order_acq_rel)) {
        keep_.reset();
        return false;
    }
    fuse_out_header header{sizeof(fuse_out_header), -errno_value, header_.unique};
    const iovec message[1] = {{&header, sizeof header}};
    home_->send(message);
    return true;
}

} // namespace scsilo::fuse
