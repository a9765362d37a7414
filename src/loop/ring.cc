// SPDX-License-Identifier: Apache-2.0
// io_uring set-up, submission and completion.
#include "loop/ring.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace scsilo::loop {
namespace {

// Submission may be refused for a moment only; anything else (a foreign thread, a closed ring) is a broken invariant.
void check_submitted(int result) noexcept {
    if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY && result != -ENOMEM &&
        result != -ETIME) {
        std::abort();
    }
}

} // namespace

void RingOp::submit() noexcept { ring_.submit(entry_, this); }

void RingOp::cancel() noexcept {
    cancelling_ = true;
    ring_.cancel(this);
}

void RingOp::complete(std::int32_t result, std::uint32_t) noexcept {
    if (cancelling_ && (result == -ECANCELED || result == -EINTR)) {
        activity_->leave_now(); // destroys *this
        return;
    }
    result_ = result;
    activity_->resume();
}

Ring::Ring(unsigned entries) {
    io_uring_params params{};
    params.flags =
        IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    params.cq_entries = entries * 8;
    int error = io_uring_queue_init_params(entries, &ring_, &params);
    defer_taskrun_ = error == 0;
    if (error == -EINVAL) { // a kernel before 6.1
        params = {};
        params.flags = IORING_SETUP_CQSIZE;
        params.cq_entries = entries * 8;
        error = io_uring_queue_init_params(entries, &ring_, &params);
    }
    max_completions_per_turn_ = params.cq_entries;
    if (error < 0) {
        throw std::system_error(-error, std::generic_category(),
                                error == -EPERM || error == -ENOSYS
                                    ? "io_uring is not allowed here (see /proc/sys/kernel/io_uring_disabled, or the "
                                      "container's seccomp profile)"
                                    : "io_uring cannot be set up");
    }
}

Ring::~Ring() { io_uring_queue_exit(&ring_); }

io_uring_sqe &Ring::next_sqe() noexcept {
    io_uring_sqe *sqe = io_uring_get_sqe(&ring_);
    while (sqe == nullptr) { // full: hand the batch to the kernel first
        check_submitted(io_uring_submit(&ring_));
        sqe = io_uring_get_sqe(&ring_);
    }
    return *sqe;
}

PreparedEntry Ring::prepared(const io_uring_sqe &entry) noexcept {
    PreparedEntry copy;
    std::memcpy(copy.data(), &entry, sizeof copy);
    return copy;
}

void Ring::submit(const PreparedEntry &prepared_entry, Completion *who) noexcept {
    io_uring_sqe &sqe = next_sqe();
    std::memcpy(&sqe, prepared_entry.data(), sizeof prepared_entry);
    io_uring_sqe_set_data(&sqe, who);
    ++count_in_flight_;
}

void Ring::cancel(Completion *who) noexcept {
    io_uring_sqe &sqe = next_sqe();
    io_uring_prep_cancel(&sqe, who, 0);
    io_uring_sqe_set_data(&sqe, nullptr);
}

void Ring::enter(bool wait, std::optional<std::uint64_t> timeout_ns) noexcept {
    io_uring_cqe *cqe = nullptr;
    if (!wait) {
        // Nothing to hand over and no work announced by the kernel (IORING_SQ_TASKRUN): peeking costs no system call.
        if (io_uring_sq_ready(&ring_) != 0) {
            check_submitted(defer_taskrun_ ? io_uring_submit_and_get_events(&ring_) : io_uring_submit(&ring_));
        }
    } else if (timeout_ns) {
        __kernel_timespec time{};
        time.tv_sec = static_cast<std::int64_t>(*timeout_ns / 1'000'000'000);
        time.tv_nsec = static_cast<std::int64_t>(*timeout_ns % 1'000'000'000);
        check_submitted(io_uring_submit_and_wait_timeout(&ring_, &cqe, 1, &time, nullptr));
    } else {
        check_submitted(io_uring_submit_and_wait(&ring_, 1));
    }
}

unsigned Ring::turn(bool wait, std::optional<std::uint64_t> timeout_ns) noexcept {
    enter(wait, timeout_ns);
    unsigned count = 0;
    io_uring_cqe *cqe = nullptr;
    while (count < max_completions_per_turn_ && io_uring_peek_cqe(&ring_, &cqe) == 0) {
        auto *who = static_cast<Completion *>(io_uring_cqe_get_data(cqe));
        const std::int32_t result = cqe->res;
        const std::uint32_t flags = cqe->flags;
        io_uring_cqe_seen(&ring_, cqe);
        if (who != nullptr) {
            if ((flags & IORING_CQE_F_MORE) == 0) {
                --count_in_flight_;
            }
            who->complete(result, flags);
        }
        ++count;
    }
    return count;
}

RingOp Ring::nop() noexcept {
    return operation([](io_uring_sqe *sqe) { io_uring_prep_nop(sqe); });
}

RingOp Ring::read(int fd, void *to, std::uint32_t length_bytes, std::uint64_t offset) noexcept {
    return operation([&](io_uring_sqe *sqe) { io_uring_prep_read(sqe, fd, to, length_bytes, offset); });
}

RingOp Ring::write(int fd, const void *from, std::uint32_t length_bytes, std::uint64_t offset) noexcept {
    return operation([&](io_uring_sqe *sqe) { io_uring_prep_write(sqe, fd, from, length_bytes, offset); });
}

RingOp Ring::readv(int fd, std::span<const iovec> to, std::uint64_t offset, int flags) noexcept {
    const auto count = static_cast<unsigned>(to.size());
    return operation([&](io_uring_sqe *sqe) { io_uring_prep_readv2(sqe, fd, to.data(), count, offset, flags); });
}

RingOp Ring::writev(int fd, std::span<const iovec> from, std::uint64_t offset, int flags) noexcept {
    const auto count = static_cast<unsigned>(from.size());
    return operation([&](io_uring_sqe *sqe) { io_uring_prep_writev2(sqe, fd, from.data(), count, offset, flags); });
}

RingOp Ring::fsync(int fd, bool data_only) noexcept {
    return operation([&](io_uring_sqe *sqe) { io_uring_prep_fsync(sqe, fd, data_only ? IORING_FSYNC_DATASYNC : 0); });
}

RingOp Ring::fallocate(int fd, int mode, std::uint64_t offset, std::uint64_t length_bytes) noexcept {
    return operation([&](io_uring_sqe *sqe) {
        io_uring_prep_fallocate(sqe, fd, mode, static_cast<off_t>(offset), static_cast<off_t>(length_bytes));
    });
}

RingOp Ring::poll(int fd, unsigned events) noexcept {
    return operation([&](io_uring_sqe *sqe) { io_uring_prep_poll_add(sqe, fd, events); });
}

RingOp Ring::timeout(__kernel_timespec &time) noexcept {
    return operation([&](io_uring_sqe *sqe) { io_uring_prep_timeout(sqe, &time, 0, 0); });
}

} // namespace scsilo::loop
