// SPDX-License-Identifier: Apache-2.0
// Requests on files, and those on any node.
#include "fuse/dispatch.h"

#include <array>
#include <cerrno>
#include <fcntl.h>

namespace scsilo::fuse {
namespace {

void get_attributes(const Incoming &in) { in.request.reply_attributes(in.node.attributes()); }

timespec wire_time(std::uint64_t seconds, std::uint32_t nanoseconds, bool now) noexcept {
    timespec time{static_cast<time_t>(seconds), static_cast<long>(nanoseconds)};
    if (now) {
        clock_gettime(CLOCK_REALTIME, &time);
    }
    return time;
}

void set_attributes(const Incoming &in) {
    fuse_setattr_in wire{};
    if (!take(in.request, wire)) {
        return;
    }
    const auto has = [&wire](unsigned bit) { return (wire.valid & bit) != 0; };
    SetAttributes change;
    if (has(FATTR_FH)) {
        change.handle = wire.fh;
    }
    if (has(FATTR_MODE)) {
        change.mode = wire.mode;
    }
    if (has(FATTR_UID)) {
        change.uid = wire.uid;
    }
    if (has(FATTR_GID)) {
        change.gid = wire.gid;
    }
    if (has(FATTR_SIZE)) {
        change.size_bytes = wire.size;
    }
    // A truncate brings the times along; they are not asked for.
    if (!has(FATTR_SIZE) && has(FATTR_ATIME)) {
        change.access_time = wire_time(wire.atime, wire.atimensec, has(FATTR_ATIME_NOW));
    }
    if (!has(FATTR_SIZE) && has(FATTR_MTIME)) {
        change.modify_time = wire_time(wire.mtime, wire.mtimensec, has(FATTR_MTIME_NOW));
    }
    in.node.set_attributes(in.request, change);
}

void open(const Incoming &in) {
    fuse_open_in wire{};
    if (take(in.request, wire)) {
        in.node.open(in.request, {.flags = static_cast<int>(wire.flags)});
    }
}

void release(const Incoming &in) {
    fuse_release_in wire{};
    if (take(in.request, wire)) {
        in.state.release(in.node, wire.fh);
        in.request.reply_ok();
    }
}

void flush(const Incoming &in) {
    fuse_flush_in wire{};
    if (take(in.request, wire)) {
        in.node.flush(in.request, wire.fh);
    }
}

void read(const Incoming &in) {
    fuse_read_in wire{};
    if (take(in.request, wire)) {
        in.request.set_reply_limit(wire.size);
        in.node.read(in.request, wire.fh, wire.offset, wire.size);
    }
}

void write(const Incoming &in) {
    fuse_write_in wire{};
    if (!take(in.request, wire)) {
        return;
    }
    const MutableBytes payload = in.request.body().subspan(sizeof wire);
    if (payload.size() < wire.size) {
        in.request.reply_error(EIO);
        return;
    }
    in.node.write(in.request, wire.fh, wire.offset, payload.first(wire.size));
}

void ioctl(const Incoming &in) {
    fuse_ioctl_in wire{};
    if (!take(in.request, wire)) {
        return;
    }
    const Bytes data = in.request.body().subspan(sizeof wire);
    if (data.size() < wire.in_size) {
        in.request.reply_error(EIO);
        return;
    }
    in.request.set_reply_limit(wire.out_size);
    in.node.ioctl(in.request, wire.fh,
                  {.command = wire.cmd,
                   .argument = wire.arg,
                   .compat_32bit = (wire.flags & (FUSE_IOCTL_COMPAT | FUSE_IOCTL_32BIT)) != 0,
                   .in = data.first(wire.in_size),
                   .out_size_bytes = wire.out_size});
}

void poll(const Incoming &in) {
    fuse_poll_in wire{};
    if (take(in.request, wire)) {
        in.node.poll(in.request, wire.fh,
                     {.events = wire.events,
                      .schedule_notify = (wire.flags & FUSE_POLL_SCHEDULE_NOTIFY) != 0,
                      .ticket = PollTicket(in.state.notifier(), wire.kh)});
    }
}

void fsync(const Incoming &in) {
    fuse_fsync_in wire{};
    if (take(in.request, wire)) {
        in.node.fsync(in.request, wire.fh, (wire.fsync_flags & FUSE_FSYNC_FDATASYNC) != 0);
    }
}

void fallocate(const Incoming &in) {
    fuse_fallocate_in wire{};
    if (take(in.request, wire)) {
        in.node.fallocate(
            in.request, wire.fh,
            {.mode = static_cast<int>(wire.mode), .offset_bytes = wire.offset, .length_bytes = wire.length});
    }
}

void lseek(const Incoming &in) {
    fuse_lseek_in wire{};
    if (take(in.request, wire)) {
        in.node.lseek(in.request, wire.fh, wire.offset, static_cast<int>(wire.whence));
    }
}

void readlink(const Incoming &in) {
    constexpr std::size_t max_target_bytes = 4095; // PATH_MAX without the NUL
    in.request.set_reply_limit(max_target_bytes);
    in.node.readlink(in.request);
}

void statfs(const Incoming &in) {
    constexpr std::uint32_t block_bytes = 4096;
    constexpr std::uint32_t name_bytes = 255;
    fuse_statfs_out out{};
    out.st.bsize = out.st.frsize = block_bytes;
    out.st.namelen = name_bytes;
    in.request.set_reply_limit(sizeof out);
    in.request.reply_data(Bytes(reinterpret_cast<const std::uint8_t *>(&out), sizeof out));
}

void forget(Request &request, SessionState &state) {
    fuse_forget_in wire{};
    if (request.body().size() >= sizeof wire) {
        std::memcpy(&wire, request.body().data(), sizeof wire);
        state.forget(request.node_id(), wire.nlookup);
    }
    request.end_without_reply();
}

void forget_many(Request &request, SessionState &state) {
    fuse_batch_forget_in wire{};
    Bytes body = request.body();
    if (body.size() >= sizeof wire) {
        std::memcpy(&wire, body.data(), sizeof wire);
        body = body.subspan(sizeof wire);
        for (; wire.count > 0 && body.size() >= sizeof(fuse_forget_one); --wire.count) {
            fuse_forget_one one{};
            std::memcpy(&one, body.data(), sizeof one);
            state.forget(one.nodeid, one.nlookup);
            body = body.subspan(sizeof one);
        }
    }
    request.end_without_reply();
}

Handler file_handler(std::uint32_t opcode) noexcept {
    switch (opcode) {
    case FUSE_GETATTR:
        return get_attributes;
    case FUSE_SETATTR:
        return set_attributes;
    case FUSE_OPEN:
        return open;
    case FUSE_RELEASE:
        return release;
    case FUSE_FLUSH:
        return flush;
    case FUSE_READ:
        return read;
    case FUSE_WRITE:
        return write;
    case FUSE_IOCTL:
        return ioctl;
    case FUSE_POLL:
        return poll;
    case FUSE_FSYNC:
        return fsync;
    case FUSE_FALLOCATE:
        return fallocate;
    case FUSE_LSEEK:
        return lseek;
    case FUSE_READLINK:
        return readlink;
    case FUSE_STATFS:
        return statfs;
    default:
        return nullptr;
    }
}

} // namespace

void dispatch(Request &request, SessionState &state) {
    const std::uint32_t opcode = request.opcode();
    if (opcode == FUSE_FORGET) {
        forget(request, state);
        return;
    }
    if (opcode == FUSE_BATCH_FORGET) {
        forget_many(request, state);
        return;
    }
    if (opcode == FUSE_DESTROY) {
        request.reply_ok();
        return;
    }
    Handler handler = file_handler(opcode);
    const bool of_directory = handler == nullptr;
    if (of_directory) {
        handler = directory_handler(opcode);
    }
    if (handler == nullptr) {
        request.reply_never_supported();
        return;
    }
    const std::shared_ptr<Node> node =
        state.find(request.node_id()); // keeps it alive beyond the reply, until its function returns
    if (node == nullptr) {
        request.reply_error(ESTALE);
        return;
    }
    if (of_directory && node->type() != S_IFDIR) {
        request.reply_error(ENOTDIR);
        return;
    }
    request.set_node(node);
    handler({request, state, *node});
}

} // namespace scsilo::fuse
