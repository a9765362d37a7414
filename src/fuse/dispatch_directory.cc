// SPDX-License-Identifier: Apache-2.0
// Requests on directories.
#include "fuse/dispatch.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>

namespace scsilo::fuse {
namespace {

Directory &directory(const Incoming &in) noexcept { return static_cast<Directory &>(in.node); }

// The NUL-terminated text at `offset` of the body, which is moved behind it. False: there is none, and EIO was the
// answer.
bool take_text(Request &request, std::size_t &offset, std::string_view &text) noexcept {
    const Bytes body = request.body();
    const auto begin = body.begin() + static_cast<std::ptrdiff_t>(std::min(offset, body.size()));
    const auto end = std::find(begin, body.end(), std::uint8_t{0});
    if (end == body.end()) {
        request.reply_error(EIO);
        return false;
    }
    const auto length = static_cast<std::size_t>(end - begin);
    text = length == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char *>(&*begin), length);
    offset += length + 1;
    return true;
}

void lookup(const Incoming &in) {
    std::size_t offset = 0;
    std::string_view name;
    if (!take_text(in.request, offset, name)) {
        return;
    }
    if (const auto child = directory(in).find(name); child != nullptr) {
        in.request.reply_entry(child);
    } else {
        in.request.reply_error(ENOENT);
    }
}

SessionState::Listing listed(const Incoming &in) {
    return std::make_shared<const std::vector<DirectoryEntry>>(directory(in).list());
}

void open_directory(const Incoming &in) {
    fuse_open_out out{};
    out.fh = in.state.open_listing(listed(in));
    in.request.set_reply_limit(sizeof out);
    in.request.reply_data(Bytes(reinterpret_cast<const std::uint8_t *>(&out), sizeof out));
}

void release_directory(const Incoming &in) {
    fuse_release_in wire{};
    if (take(in.request, wire)) {
        in.state.close_listing(wire.fh);
        in.request.reply_ok();
    }
}

// Appends one entry if it fits.
bool append(std::vector<std::uint8_t> &into, std::size_t limit, const DirectoryEntry &entry, std::uint64_t node_id,
            std::uint64_t next_offset) {
    const std::size_t length = FUSE_REC_ALIGN(offsetof(fuse_dirent, name) + entry.name.size());
    if (into.size() + length > limit) {
        return false;
    }
    const std::size_t at = into.size();
    into.resize(at + length);
    const std::uint32_t name_length = static_cast<std::uint32_t>(entry.name.size());
    const std::uint32_t type = entry.node->type() >> 12; // DT_... of dirent
    std::uint8_t *to = into.data() + at;
    std::memcpy(to + offsetof(fuse_dirent, ino), &node_id, sizeof node_id);
    std::memcpy(to + offsetof(fuse_dirent, off), &next_offset, sizeof next_offset);
    std::memcpy(to + offsetof(fuse_dirent, namelen), &name_length, sizeof name_length);
    std::memcpy(to + offsetof(fuse_dirent, type), &type, sizeof type);
    std::memcpy(to + offsetof(fuse_dirent, name), entry.name.data(), entry.name.size());
    return true;
}

void read_directory(const Incoming &in) {
    constexpr std::uint32_t max_listing_bytes = 1U << 20;
    fuse_read_in wire{};
    if (!take(in.request, wire)) {
        return;
    }
    SessionState::Listing listing = in.state.listing(wire.fh);
    if (listing == nullptr) {
        in.request.reply_error(EBADF);
        return;
    }
    if (wire.offset == 0) { // rewinddir(3) looks afresh
        listing = listed(in);
        in.state.replace_listing(wire.fh, listing);
    }
    const std::uint32_t limit = std::min(wire.size, max_listing_bytes);
    std::vector<std::uint8_t> out;
    for (std::uint64_t i = wire.offset; i < listing->size(); ++i) {
        const DirectoryEntry &entry = (*listing)[i];
        if (!append(out, limit, entry, in.state.node_id(*entry.node), i + 1)) {
            break;
        }
    }
    in.request.set_reply_limit(limit);
    in.request.reply_data(Bytes(out));
}

void sync_directory(const Incoming &in) { in.request.reply_ok(); }

void make_directory(const Incoming &in) {
    fuse_mkdir_in wire{};
    std::size_t offset = sizeof wire;
    std::string_view name;
    if (take(in.request, wire) && take_text(in.request, offset, name)) {
        directory(in).make_directory(in.request, name, wire.mode & ~wire.umask);
    }
}

void remove_directory(const Incoming &in) {
    std::size_t offset = 0;
    std::string_view name;
    if (take_text(in.request, offset, name)) {
        directory(in).remove_directory(in.request, name);
    }
}

void unlink(const Incoming &in) {
    std::size_t offset = 0;
    std::string_view name;
    if (take_text(in.request, offset, name)) {
        directory(in).unlink(in.request, name);
    }
}

void make_symlink(const Incoming &in) {
    std::size_t offset = 0;
    std::string_view name;
    std::string_view target;
    if (take_text(in.request, offset, name) && take_text(in.request, offset, target)) {
        directory(in).make_symlink(in.request, name, target);
    }
}

void rename_to(const Incoming &in, std::size_t offset, std::uint64_t parent_id, std::uint32_t flags) {
    std::string_view name;
    std::string_view new_name;
    if (!take_text(in.request, offset, name) || !take_text(in.request, offset, new_name)) {
        return;
    }
    const std::shared_ptr<Node> parent = in.state.find(parent_id);
    if (parent == nullptr || parent->type() != S_IFDIR) {
        in.request.reply_error(ESTALE);
        return;
    }
    directory(in).rename(in.request, name, std::static_pointer_cast<Directory>(parent), new_name, flags);
}

void rename(const Incoming &in) {
    fuse_rename_in wire{};
    if (take(in.request, wire)) {
        rename_to(in, sizeof wire, wire.newdir, 0);
    }
}

void rename2(const Incoming &in) {
    fuse_rename2_in wire{};
    if (take(in.request, wire)) {
        rename_to(in, sizeof wire, wire.newdir, wire.flags);
    }
}

// link(2), mknod(2): not for nodes that stand for something.
void refuse(const Incoming &in) { in.request.reply_error(EPERM); }

// The name may have come into being after the kernel's lookup: then this is an open.
void create(const Incoming &in) {
    fuse_create_in wire{};
    std::size_t offset = sizeof wire;
    std::string_view name;
    if (!take(in.request, wire) || !take_text(in.request, offset, name)) {
        return;
    }
    const OpenRequest open{.flags = static_cast<int>(wire.flags)};
    const std::shared_ptr<Node> child = directory(in).find(name);
    if (child == nullptr) {
        directory(in).create(in.request, name, wire.mode & ~wire.umask, open);
    } else if ((wire.flags & O_EXCL) != 0) {
        in.request.reply_error(EEXIST);
    } else if (child->type() == S_IFDIR) {
        in.request.reply_error(EISDIR);
    } else {
        in.request.will_create(child);
        child->open(in.request, open);
    }
}

} // namespace

Handler directory_handler(std::uint32_t opcode) noexcept {
    switch (opcode) {
    case FUSE_LOOKUP:
        return lookup;
    case FUSE_OPENDIR:
        return open_directory;
    case FUSE_READDIR:
        return read_directory;
    case FUSE_RELEASEDIR:
        return release_directory;
    case FUSE_FSYNCDIR:
        return sync_directory;
    case FUSE_MKDIR:
        return make_directory;
    case FUSE_RMDIR:
        return remove_directory;
    case FUSE_UNLINK:
        return unlink;
    case FUSE_SYMLINK:
        return make_symlink;
    case FUSE_RENAME:
        return rename;
    case FUSE_RENAME2:
        return rename2;
    case FUSE_LINK:
        return refuse;
    case FUSE_MKNOD:
        return refuse;
    case FUSE_CREATE:
        return create;
    default:
        return nullptr;
    }
}

} // namespace scsilo::fuse
