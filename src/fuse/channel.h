// SPDX-License-Identifier: Apache-2.0
// Channel: one open /dev/fuse on one shard; reads requests, holds them in slots, sends the replies.
//
// Reading: without blocking, until the kernel has no more; then one poll is armed on the ring and nothing is read
// before it fires. The poll is exclusive, so that a request wakes one channel and not all.
#pragma once

#include "fuse/request.h"
#include "fuse/session_state.h"
#include "fuse/slot_arena.h"
#include "loop/shard.h"

#include <future>

namespace scsilo::fuse {

class Channel final : public RequestHome,
                      public std::enable_shared_from_this<Channel>,
                      private loop::Poller,
                      private loop::Completion,
                      private loop::Timer {
  public:
    // Takes the descriptor over. Throws std::bad_alloc.
    Channel(std::shared_ptr<SessionState> state, loop::Shard &shard, int fd, std::size_t count_slots);
    ~Channel();

    // --- any thread ---
    void post_interrupt(std::uint64_t unique);

    // --- the shard's thread, in this order ---
    void start();
    void refuse_new_requests() noexcept { refusing_ = true; } // from now on they get ENODEV
    void interrupt_all() noexcept;
    // Pending requests are answered with ENODEV in their nodes' place.
    void disown_all() noexcept;
    [[nodiscard]] std::size_t count_outstanding() noexcept; // neither back nor disowned
    // Nothing is read any more; `done` is fulfilled when the kernel has nothing of ours left. Then close_device().
    void stop(std::promise<void> &done) noexcept;
    void close_device() noexcept;

  private:
    // RequestHome
    [[nodiscard]] bool on_home_thread() const noexcept override { return shard_.is_current(); }
    bool send(std::span<const iovec> message) noexcept override;
    void give_back(Request &request) noexcept override;
    void enter_node(const std::shared_ptr<Node> &node, fuse_entry_out &entry) override;
    void enter_failed(Node &node) noexcept override;
    void opened(const std::shared_ptr<Node> &node, Handle handle) override;
    void open_failed(Node &node, Handle handle) noexcept override;

    bool poll() noexcept override;
    void complete(std::int32_t result, std::uint32_t flags) noexcept override;
    void expired() noexcept override;

    [[nodiscard]] Request *take_slot() noexcept;
    void put_slot(Request &request) noexcept;
    void collect_returned() noexcept;
    [[nodiscard]] std::size_t slot_of(const Request &request) const noexcept;
    // False: nothing more can be read now.
    [[nodiscard]] bool read_one() noexcept;
    void serve(Request &request, MutableBytes message) noexcept;
    void serve_interrupt(Request &request) noexcept;
    bool interrupt(std::uint64_t unique) noexcept;
    void arm() noexcept;

    const std::shared_ptr<SessionState> state_;
    loop::Shard &shard_;
    int fd_;
    const std::size_t count_slots_;
    SlotArena arena_;
    const std::unique_ptr<Request[]> requests_;
    Request *free_ = nullptr; // last in, first out: warm memory
    std::size_t count_taken_ = 0;
    std::size_t count_disowned_ = 0;
    bool armed_ = false;
    bool stopped_ = false;
    bool refusing_ = false;
    unsigned count_alone_ = 0; // bursts of a single request, in a row
    std::promise<void> *stop_done_ = nullptr;
    // Slots given back by other threads; and whether the channel stands still for want of one.
    std::atomic<Request *> returned_{nullptr};
    std::atomic<bool> starved_{false};
    std::atomic<std::size_t> count_givers_{0};
};

} // namespace scsilo::fuse
