// SPDX-License-Identifier: Apache-2.0
// Queue and readers of an open sg file.
#include "port/local/sg_file.h"

#include "port/local/scsi_device.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>

namespace scsilo::local {

SgFile::SgFile(std::shared_ptr<ScsiDevice> device, int open_flags) noexcept
    : device_(std::move(device)), writable_((open_flags & O_ACCMODE) != O_RDONLY) {
    readers_.reserve(max_readers_per_file);
}

SgFile::~SgFile() = default;

int SgFile::enter(Job &job) noexcept {
    if (device_->gone()) {
        return ENODEV;
    }
    const std::lock_guard held(mutex_);
    const std::size_t room = command_queuing.load(std::memory_order_relaxed) ? max_queue_per_file : 1;
    if (count_jobs_ >= room) {
        return EDOM;
    }
    job.sg.answered = false;
    jobs_.push_back(job);
    ++count_jobs_;
    job.make_asynchronous(shared_from_this());
    return 0;
}

Job *SgFile::find_answer(std::optional<std::int32_t> pack_id) noexcept {
    for (Job &job : jobs_) {
        if (job.sg.answered && (!pack_id || *pack_id == job.sg.request.header.pack_id)) {
            return &job;
        }
    }
    return nullptr;
}

void SgFile::remove(Job &job) noexcept {
    static_cast<Hook<JobsOfFile> &>(job).unlink();
    --count_jobs_;
}

void SgFile::answered(Job &job) noexcept {
    const auto keep = shared_from_this(); // the job may be gone before we are
    fuse::Request *reader = nullptr;
    std::size_t room_bytes = 0;
    fuse::PollTicket ticket;
    bool leaves = false;
    {
        const std::lock_guard held(mutex_);
        job.sg.answered = true;
        const auto waiting = std::find_if(readers_.begin(), readers_.end(), [&](const Reader &one) {
            return !one.pack_id || *one.pack_id == job.sg.request.header.pack_id;
        });
        if (waiting != readers_.end()) {
            reader = waiting->request;
            room_bytes = waiting->room_bytes;
            readers_.erase(waiting);
        }
        leaves = closed_ || reader != nullptr;
        if (leaves) {
            remove(job);
        }
        ticket = ticket_;
    }
    if (leaves) {
        job.hand_over(reader, room_bytes);
    }
    ticket.wake();
}

void SgFile::read(fuse::Request &request, std::size_t room_bytes, bool blocking, std::optional<std::int32_t> pack_id) {
    request.on_interrupt(this);
    if (request.interrupt_came()) {
        request.reply_error(EINTR);
        return;
    }
    Job *answer = nullptr;
    int error = 0;
    {
        const std::lock_guard held(mutex_);
        answer = find_answer(pack_id);
        if (answer != nullptr) {
            remove(*answer);
        } else if (device_->gone()) {
            error = ENODEV;
        } else if (!blocking || readers_.size() == max_readers_per_file) {
            error = EAGAIN;
        } else {
            readers_.push_back({&request, room_bytes, pack_id});
            return;
        }
    }
    if (answer != nullptr) {
        answer->hand_over(&request, room_bytes);
    } else {
        request.reply_error(error);
    }
}

void SgFile::interrupted(fuse::Request &request) noexcept {
    {
        const std::lock_guard held(mutex_);
        const auto count = std::erase_if(readers_, [&](const Reader &one) { return one.request == &request; });
        if (count == 0) {
            return; // its answer is on the way
        }
    }
    request.reply_error(EINTR);
}

void SgFile::poll(fuse::Request &request, const fuse::PollRequest &poll) noexcept {
    std::uint32_t events = 0;
    {
        const std::lock_guard held(mutex_);
        if (poll.schedule_notify) {
            ticket_ = poll.ticket;
        }
        const std::size_t room = command_queuing.load(std::memory_order_relaxed) ? max_queue_per_file : 1;
        events |= find_answer(std::nullopt) != nullptr ? POLLIN | POLLRDNORM : 0;
        events |= device_->gone() ? POLLHUP : count_jobs_ < room ? POLLOUT | POLLWRNORM : 0;
    }
    request.reply_poll(events);
}

int SgFile::count_waiting() noexcept {
    const std::lock_guard held(mutex_);
    int count = 0;
    for (const Job &job : jobs_) {
        count += job.sg.answered ? 1 : 0;
    }
    return count;
}

std::int32_t SgFile::first_pack_id() noexcept {
    const std::lock_guard held(mutex_);
    const Job *answer = find_answer(std::nullopt);
    return answer == nullptr ? -1 : answer->sg.request.header.pack_id;
}

std::size_t SgFile::rows(std::span<Row> into) noexcept {
    const std::lock_guard held(mutex_);
    std::size_t count = 0;
    for (const Job &job : jobs_) {
        if (count == into.size()) {
            break;
        }
        Row &row = into[count++];
        row = {job.sg.request.header.pack_id, job.sg.answered, false, 0};
        if (job.sg.answered) {
            row.duration_ms = job.sg.answer.duration_ms;
            row.problem = job.sg.answer.status != 0 || job.sg.answer.host_status != 0;
        }
    }
    return count;
}

void SgFile::device_gone() noexcept {
    std::vector<Reader> readers;
    fuse::PollTicket ticket;
    {
        const std::lock_guard held(mutex_);
        readers.swap(readers_);
        ticket = ticket_;
    }
    for (const Reader &one : readers) {
        one.request->reply_error(ENODEV);
    }
    ticket.wake();
}

void SgFile::closed() noexcept {
    std::array<Job *, max_queue_per_file> answers;
    std::size_t count = 0;
    {
        const std::lock_guard held(mutex_);
        closed_ = true;
        while (Job *job = find_answer(std::nullopt)) {
            remove(*job);
            answers[count++] = job;
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        answers[i]->hand_over(nullptr, 0);
    }
}

} // namespace scsilo::local
