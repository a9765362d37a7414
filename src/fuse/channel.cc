// SPDX-License-Identifier: Apache-2.0
// Reading, slots and replies of one channel.
#include "fuse/channel.h"

#include "fuse/dispatch.h"

#include <cerrno>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace scsilo::fuse {
namespace {

constexpr unsigned max_burst = 32;                      // then the shard's other work has its turn
constexpr unsigned alone_bursts = 4;                    // so many single requests in a row: expect no second one
constexpr unsigned alone_bursts_retry = 64;             // ... but look again now and then
constexpr std::uint64_t trim_after_ns = 1'000'000'000U; // large buffers are kept for the next ones that long

bool has_reply(std::uint32_t opcode) noexcept {
    return opcode != FUSE_FORGET && opcode != FUSE_BATCH_FORGET && opcode != FUSE_INTERRUPT;
}

// What must still reach the nodes while a session ends.
bool closes_something(std::uint32_t opcode) noexcept {
    return opcode == FUSE_FORGET || opcode == FUSE_BATCH_FORGET || opcode == FUSE_RELEASE ||
           opcode == FUSE_RELEASEDIR || opcode == FUSE_FLUSH || opcode == FUSE_DESTROY;
}

} // namespace

Channel::Channel(std::shared_ptr<SessionState> state, loop::Shard &shard, int fd, std::size_t count_slots)
    : state_(std::move(state)), shard_(shard), fd_(fd), count_slots_(count_slots),
      arena_(count_slots, state_->max_write_bytes), requests_(std::make_unique<Request[]>(count_slots)) {
    for (std::size_t i = count_slots; i-- > 0;) {
        requests_[i].next_free = free_;
        free_ = &requests_[i];
    }
}

Channel::~Channel() { close_device(); }

void Channel::close_device() noexcept {
    if (fd_ >= 0) {
        close(fd_);
        fd_ = -1;
    }
}

void Channel::start() { shard_.add_poller(*this); }

// --- slots ---

std::size_t Channel::slot_of(const Request &request) const noexcept {
    return static_cast<std::size_t>(&request - requests_.get());
}

Request *Channel::take_slot() noexcept {
    if (free_ == nullptr) {
        collect_returned();
    }
    if (free_ == nullptr) {
        starved_.store(true, std::memory_order_seq_cst);
        collect_returned(); // one may have come before its giver could see that we starve
        if (free_ == nullptr) {
            return nullptr;
        }
        starved_.store(false, std::memory_order_relaxed);
    }
    Request *slot = free_;
    free_ = slot->next_free;
    ++count_taken_;
    return slot;
}

void Channel::put_slot(Request &request) noexcept {
    request.next_free = free_;
    free_ = &request;
    --count_taken_;
}

void Channel::collect_returned() noexcept {
    Request *returned = returned_.exchange(nullptr, std::memory_order_seq_cst);
    while (returned != nullptr) {
        Request *next = returned->next_free;
        put_slot(*returned);
        returned = next;
    }
}

void Channel::give_back(Request &request) noexcept {
    if (shard_.is_current()) {
        put_slot(request);
        return;
    }
    count_givers_.fetch_add(1, std::memory_order_seq_cst); // unmount() waits for us, too
    Request *head = returned_.load(std::memory_order_relaxed);
    do {
        request.next_free = head;
    } while (!returned_.compare_exchange_weak(head, &request, std::memory_order_seq_cst, std::memory_order_relaxed));
    if (starved_.exchange(false, std::memory_order_seq_cst)) {
        shard_.post_call([] {}); // its turn polls us again
    }
    count_givers_.fetch_sub(1, std::memory_order_release);
}

std::size_t Channel::count_outstanding() noexcept {
    collect_returned();
    return count_taken_ - count_disowned_ + count_givers_.load(std::memory_order_seq_cst);
}

void Channel::expired() noexcept {
    collect_returned();
    for (Request *slot = free_; slot != nullptr; slot = slot->next_free) {
        if (arena_.is_large(slot_of(*slot))) {
            arena_.trim(slot_of(*slot));
        }
    }
    for (std::size_t i = 0; i < count_slots_; ++i) {
        if (arena_.is_large(i)) { // still in use
            shard_.timers().arm(*this, trim_after_ns);
            return;
        }
    }
}

// --- reading ---

bool Channel::poll() noexcept {
    if (armed_ || stopped_) {
        return false;
    }
    unsigned count = 0;
    while (count < max_burst && read_one()) {
        ++count;
        if (count == 1 && count_alone_ >= alone_bursts && count_alone_ % alone_bursts_retry != 0) {
            ++count_alone_;
            arm(); // finds out by itself, while the loop goes to sleep, should there be more
            return false;
        }
    }
    if (armed_) {
        count_alone_ = count > 1 ? 0 : count_alone_ + count;
    }
    return count == max_burst;
}

bool Channel::read_one() noexcept {
    Request *slot = take_slot();
    if (slot == nullptr) {
        return false; // give_back() brings the loop round again
    }
    const MutableBytes buffer = arena_.buffer(slot_of(*slot));
    for (;;) {
        const ssize_t length = read(fd_, buffer.data(), buffer.size());
        if (length >= 0) {
            if (arena_.note_used(slot_of(*slot), static_cast<std::size_t>(length)) && !loop::Timer::armed()) {
                shard_.timers().arm(*this, trim_after_ns);
            }
            serve(*slot, buffer.first(static_cast<std::size_t>(length)));
            return true;
        }
        if (errno == EINTR || errno == ENOENT) { // ENOENT: its caller went away before we had it
            continue;
        }
        const bool later = errno == EAGAIN;
        put_slot(*slot);
        if (later) {
            arm();
        } else {
            stopped_ = true; // ENODEV: unmounted from outside
        }
        return false;
    }
}

void Channel::arm() noexcept {
    armed_ = true;
    io_uring_sqe sqe{};
    io_uring_prep_poll_add(&sqe, fd_, POLLIN | EPOLLEXCLUSIVE);
    shard_.ring().submit(loop::Ring::prepared(sqe), this);
}

void Channel::complete(std::int32_t, std::uint32_t) noexcept {
    armed_ = false; // the loop polls before it sleeps
    if (stop_done_ != nullptr) {
        std::exchange(stop_done_, nullptr)->set_value();
    }
}

void Channel::serve(Request &request, MutableBytes message) noexcept {
    const bool whole = request.begin(*this, &shard_, message);
    if (message.size() < sizeof(fuse_in_header)) {
        request.end_without_reply();
    } else if (!whole) {
        has_reply(request.opcode()) ? request.reply_error(EIO) : request.end_without_reply();
    } else if (request.opcode() == FUSE_INTERRUPT) {
        serve_interrupt(request);
    } else if (refusing_ && !closes_something(request.opcode())) {
        request.reply_error(ENODEV);
    } else {
        dispatch(request, *state_);
    }
}

// --- interrupts ---

void Channel::serve_interrupt(Request &request) noexcept {
    fuse_interrupt_in wire{};
    if (request.body().size() >= sizeof wire) {
        std::memcpy(&wire, request.body().data(), sizeof wire);
    }
    request.end_without_reply();
    if (!interrupt(wire.unique)) {
        state_->interrupt_elsewhere(*this, wire.unique);
    }
}

// The kernel sends an interrupt only after its request has been read, so one that is found nowhere has been answered.
bool Channel::interrupt(std::uint64_t unique) noexcept {
    for (std::size_t i = 0; i < count_slots_; ++i) {
        if (requests_[i].pending() && requests_[i].unique() == unique) {
            requests_[i].interrupt();
            return true;
        }
    }
    return false;
}

void Channel::post_interrupt(std::uint64_t unique) {
    shard_.post_call([self = shared_from_this(), unique] { self->interrupt(unique); });
}

void Channel::interrupt_all() noexcept {
    for (std::size_t i = 0; i < count_slots_; ++i) {
        if (requests_[i].pending()) {
            requests_[i].interrupt();
        }
    }
}

// --- the end ---

void Channel::disown_all() noexcept {
    for (std::size_t i = 0; i < count_slots_; ++i) {
        if (requests_[i].pending() && requests_[i].disown(ENODEV, shared_from_this())) {
            ++count_disowned_;
        }
    }
}

void Channel::stop(std::promise<void> &done) noexcept {
    stopped_ = true;
    loop::Poller::unlink();
    loop::Timer::disarm();
    if (armed_) {
        stop_done_ = &done;
        shard_.ring().cancel(this);
    } else {
        done.set_value();
    }
}

// --- replies ---

bool Channel::send(std::span<const iovec> message) noexcept {
    if (message.size() == 1) {
        return write(fd_, message[0].iov_base, message[0].iov_len) >= 0;
    }
    return writev(fd_, message.data(), static_cast<int>(message.size())) >= 0;
}

void Channel::enter_node(const std::shared_ptr<Node> &node, fuse_entry_out &entry) { state_->enter(node, entry); }

void Channel::enter_failed(Node &node) noexcept { state_->forget(state_->node_id(node), 1); }

void Channel::opened(const std::shared_ptr<Node> &node, Handle handle) { state_->opened(node, handle); }

void Channel::open_failed(Node &node, Handle handle) noexcept { state_->release(node, handle); }

} // namespace scsilo::fuse
