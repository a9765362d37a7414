// SPDX-License-Identifier: Apache-2.0
// Node: one file of a FUSE mount, and what the kernel may ask of it.
//
// Rules
//  1. A node is owned by shared_ptr; the session holds one while the kernel knows the node, a request while it is
//  pending.
//  2. The functions that take a Request are called on the thread of the shard whose channel read it, and must not
//  block. Each
//     leads to exactly one reply on that request, at once or later, from any thread. The Request is gone after the
//     reply.
//  3. A reply may let the kernel release the open file at once (on another shard too): never reply while holding a lock
//  that
//     lives in the object behind the Handle, and do not touch that object after the reply.
//  4. Of one node and one Handle the kernel may ask several things at the same time, on several shards.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace scsilo::fuse {

class Request;
class Notifier;

// Chosen by the node at open, a pointer for example; given back with every request on that open file.
using Handle = std::uint64_t;

struct Attributes {
    std::uint32_t mode = S_IFREG | 0600; // with the type
    std::uint32_t uid = ::geteuid();     // the server's user and group, unless somebody says otherwise
    std::uint32_t gid = ::getegid();
    std::uint32_t nlink = 1;
    std::uint64_t size_bytes = 0;
    std::uint32_t blksize_bytes = 4096;
    timespec access_time{};
    timespec modify_time{};
    timespec change_time{};
};

struct OpenRequest {
    int flags = 0; // O_RDONLY, O_WRONLY, O_RDWR, O_TRUNC, O_NONBLOCK, O_EXCL, O_DIRECT, O_APPEND ... of open(2)
};

// What an open file is to the kernel; see Request::reply_open().
struct OpenFlags {
    bool direct_io = true;        // no page cache: every read and write reaches the node
    bool nonseekable = false;     // lseek and pread fail with ESPIPE
    bool stream = false;          // no file position: reads and writes of one file do not wait for each other
    bool keep_cache = false;      // for direct_io = false
    bool parallel_writes = false; // direct writes of one file that do not extend it do not wait for each other
};

struct IoctlRequest {
    std::uint32_t command = 0;
    std::uint64_t argument = 0;       // as the caller passed it: a pointer in the caller's memory, or a number
    bool compat_32bit = false;        // the caller is a 32-bit program: its structures have 32-bit layout
    Bytes in;                         // what the command's size and direction (_IOW) brought along
    std::uint32_t out_size_bytes = 0; // what the command's size and direction (_IOR) can take back
};

// Wakes whoever polls the open file; copyable, usable from any thread, also after the file or the session is gone.
class PollTicket {
  public:
    PollTicket() = default;
    PollTicket(std::weak_ptr<Notifier> notifier, std::uint64_t kernel_handle) noexcept
        : notifier_(std::move(notifier)), kernel_handle_(kernel_handle) {}
    void wake() const noexcept;

  private:
    std::weak_ptr<Notifier> notifier_;
    std::uint64_t kernel_handle_ = 0;
};

struct PollRequest {
    std::uint32_t events = 0;     // POLLIN ...
    bool schedule_notify = false; // the caller sleeps until ticket.wake()
    PollTicket ticket;
};

struct FallocateRequest {
    int mode = 0; // FALLOC_FL_...
    std::uint64_t offset_bytes = 0;
    std::uint64_t length_bytes = 0;
};

// chmod, chown, truncate, utimes: what is set is to change.
struct SetAttributes {
    std::optional<Handle> handle;
    std::optional<std::uint32_t> mode; // permission bits (with the type, which is not to change)
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<std::uint64_t> size_bytes;
    std::optional<timespec> access_time;
    std::optional<timespec> modify_time;
};

class Node : public std::enable_shared_from_this<Node> {
  public:
    // What the default set_attributes() does. Otherwise: EPERM.
    struct Policy {
        bool may_change_ownership = true; // chmod, chown, chgrp
        bool ignores_truncate = true;     // truncate(2) and O_TRUNC succeed and change nothing
        bool may_change_times = true;     // utimes
    };

    explicit Node(const Attributes &attributes) : Node(attributes, Policy{}) {}
    Node(const Attributes &attributes, const Policy &policy);
    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;
    virtual ~Node();

    // st_ino: unique for the life of the process, never used again.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] std::uint32_t type() const noexcept { return type_; } // S_IFREG, S_IFDIR, S_IFLNK

    // Called for every stat and lookup on whatever thread: must be cheap and must not block. The default gives what the
    // constructor and set_attributes() set; a node with a size of its own overrides it and asks the default first.
    [[nodiscard]] virtual Attributes attributes() const;

    virtual void open(Request &request, const OpenRequest &open); // default: Handle 0, direct I/O
    virtual void release(Handle handle) noexcept;                 // after the last close, some time later
    virtual void flush(Request &request, Handle handle);          // every close(2) waits for it. Default: ok
    virtual void read(Request &request, Handle handle, std::uint64_t offset,
                      std::uint32_t size_bytes); // default: EINVAL
    // The payload is page aligned and may be used in place, even changed, until the reply. Default: EINVAL.
    virtual void write(Request &request, Handle handle, std::uint64_t offset, MutableBytes payload);
    virtual void ioctl(Request &request, Handle handle, const IoctlRequest &ioctl); // default: ENOTTY
    virtual void poll(Request &request, Handle handle, const PollRequest &poll);    // default: readable and writable
    virtual void fsync(Request &request, Handle handle, bool data_only);            // default: ok
    virtual void fallocate(Request &request, Handle handle, const FallocateRequest &fallocate); // default: EOPNOTSUPP
    // SEEK_DATA and SEEK_HOLE only; the kernel does the rest itself. Default: all is data up to the size.
    virtual void lseek(Request &request, Handle handle, std::uint64_t offset, int whence);
    virtual void set_attributes(Request &request, const SetAttributes &change);
    virtual void readlink(Request &request); // default: EINVAL

  protected:
    // For nodes that change by themselves: the times that attributes() reports.
    void touch() noexcept;

  private:
    const std::uint64_t number_;
    const std::uint32_t type_;
    const Policy policy_;
    mutable std::mutex mutex_; // guards attributes_
    Attributes attributes_;
};

class Symlink final : public Node {
  public:
    explicit Symlink(std::string target);
    void readlink(Request &request) override;
    [[nodiscard]] const std::string &target() const noexcept { return target_; }

  private:
    const std::string target_;
};

} // namespace scsilo::fuse
