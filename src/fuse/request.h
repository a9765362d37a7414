// SPDX-License-Identifier: Apache-2.0
// Request: one question of the kernel, living in a slot of its channel until it is replied to.
//
// Exactly one reply_...() is called, from any thread; the object may be in use for another request when it returns.
// Everything else is called on the thread of shard() (where the node's function was called), except the plain
// accessors.
#pragma once

#include "base/bytes.h"
#include "base/segments.h"
#include "fuse/node.h"

#include <atomic>
#include <linux/fuse.h>
#include <memory>
#include <string_view>
#include <sys/types.h>

namespace scsilo::loop {
class Shard;
}

namespace scsilo::fuse {

class Directory;

struct Caller {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0; // the calling thread's id; 0 if it lives in a pid namespace that we cannot see
};

class InterruptHandler {
  public:
    // The caller got a signal (or the session is being unmounted): end early, usually with EINTR. Called at most once
    // per request, on the thread of request.shard(), and only while the request has not been replied to. It may reply
    // itself. A reply on another thread waits until it returns, so it must not wait for that thread; after a reply the
    // handler may be destroyed.
    virtual void interrupted(Request &request) noexcept = 0;

  protected:
    ~InterruptHandler() = default;
};

// Where a request lives: a channel of a session, or a test.
class RequestHome {
  public:
    [[nodiscard]] virtual bool on_home_thread() const noexcept = 0;
    // One message to the kernel: a fuse_out_header and what follows. Any thread. False: nobody waits for it any more.
    virtual bool send(std::span<const iovec> message) noexcept = 0;
    // Before the reply that gives the kernel an open file of this node, which is released when the session ends, at the
    // latest.
    virtual void opened(const std::shared_ptr<Node> &node, Handle handle) = 0;
    // That reply reached nobody: release it now.
    virtual void open_failed(Node &node, Handle handle) noexcept = 0;
    // The request has been replied to; its slot may be used again. Any thread.
    virtual void give_back(Request &request) noexcept = 0;
    // Fills the reply that makes a node known to the kernel, and counts it (attributes() of the node are in it).
    virtual void enter_node(const std::shared_ptr<Node> &node, fuse_entry_out &entry) = 0;
    // That reply reached nobody: count it back.
    virtual void enter_failed(Node &node) noexcept = 0;

  protected:
    ~RequestHome() = default;
};

class Request {
  public:
    Request() = default;
    Request(const Request &) = delete;
    Request &operator=(const Request &) = delete;

    [[nodiscard]] std::uint32_t opcode() const noexcept { return header_.opcode; }
    [[nodiscard]] std::uint64_t node_id() const noexcept { return header_.nodeid; } // of the protocol
    [[nodiscard]] std::uint64_t unique() const noexcept { return header_.unique; }
    [[nodiscard]] Caller caller() const noexcept;
    [[nodiscard]] MutableBytes body() const noexcept { return body_; } // what follows the header; valid until the reply
    [[nodiscard]] const std::shared_ptr<Node> &node() const noexcept { return node_; }
    [[nodiscard]] loop::Shard &shard() const noexcept { return *shard_; } // not for requests of a test without one

    // --- exactly one of these, from any thread ---
    void reply_error(int errno_value) noexcept; // positive
    void reply_ok() noexcept;
    // read, readlink. More than the kernel asked for is cut off.
    void reply_data(Bytes data) noexcept;
    void reply_data(const Segments &data) noexcept;
    void reply_written(std::uint32_t count_bytes) noexcept;
    // result: what ioctl(2) returns when >= 0; a negative errno makes it fail. Use reply_error() for failures without
    // data.
    void reply_ioctl(int result, Bytes out = {}) noexcept;
    void reply_open(Handle handle, OpenFlags flags) noexcept; // after will_create(): makes the node known, too
    void reply_poll(std::uint32_t events) noexcept;
    void reply_lseek(std::uint64_t offset) noexcept;
    void reply_attributes(const Attributes &attributes) noexcept;
    void reply_entry(const std::shared_ptr<Node> &node) noexcept; // lookup, make_directory, make_symlink
    void reply_entry_and_open(const std::shared_ptr<Node> &node, Handle handle, OpenFlags flags) noexcept; // create

    // --- the home thread only
    // ----------------------------------------------------------------------------------------------- One handler per
    // request. Called at once if the interrupt has already come; then the request may be gone on return.
    void on_interrupt(InterruptHandler *handler) noexcept;
    [[nodiscard]] bool interrupt_came() const noexcept { return interrupt_came_; }
    // Directory::create(): the node whose open() will reply to this request.
    void will_create(const std::shared_ptr<Node> &node) noexcept { created_ = node; }

    // --- for the home
    // --------------------------------------------------------------------------------------------------------- Begins
    // the life of a request that fills `message` (header first). False: shorter than its header says.
    [[nodiscard]] bool begin(RequestHome &home, loop::Shard *shard, MutableBytes message) noexcept;
    void set_node(std::shared_ptr<Node> node) noexcept { node_ = std::move(node); }
    // The bytes that a read may carry back; for reply_data() and reply_ioctl().
    void set_reply_limit(std::size_t limit_bytes) noexcept { limit_bytes_ = limit_bytes; }
    void end_without_reply() noexcept;
    // The kernel will not ask for this opcode again, for no node of the session.
    void reply_never_supported() noexcept;
    void interrupt() noexcept;
    [[nodiscard]] bool pending() const noexcept; // begun and not replied to
    // Answers the kernel with an error in the node's place; the node's own reply, still to come, goes nowhere.
    // False: the reply is already on its way. From then on `keep` is held until the node replies.
    bool disown(int errno_value, std::shared_ptr<void> keep) noexcept;

    Request *next_free = nullptr; // the home's list of free slots

  private:
    // message[0] is filled with the header. False: it reached nobody.
    bool reply(int errno_value, std::span<iovec> message) noexcept;
    template <class... Parts> bool reply_parts(Parts &...parts) noexcept;
    void call_handler() noexcept;
    void finish() noexcept;

    static constexpr std::uint32_t bit_pending = 1; // begun
    static constexpr std::uint32_t bit_replied = 2;
    static constexpr std::uint32_t bit_calling = 4; // interrupted() is running on the home thread
    static constexpr std::uint32_t bit_disowned = 8;

    std::atomic<std::uint32_t> state_{0};
    fuse_in_header header_{};
    MutableBytes body_;
    RequestHome *home_ = nullptr;
    loop::Shard *shard_ = nullptr;
    std::shared_ptr<Node> node_;
    std::shared_ptr<Node> created_;
    std::shared_ptr<void> keep_; // of a disowned request
    std::size_t limit_bytes_ = 0;
    InterruptHandler *handler_ = nullptr;
    bool interrupt_came_ = false;
};

} // namespace scsilo::fuse
