// SPDX-License-Identifier: Apache-2.0
// The life of a job.
#include "port/local/job.h"

#include "port/local/error_number.h"
#include "port/local/scsi_device.h"
#include "port/local/sg_async.h"
#include "port/local/sg_file.h"
#include "port/local/station.h"

#include <cerrno>

namespace scsilo::local {

loop::Shard &Job::shard() const noexcept { return station_.shard(); }

void Job::begin(fuse::Request &request, std::shared_ptr<ScsiDevice> device) noexcept {
    renew();
    request_ = &request;
    caller_ = request.caller().pid;
    device_ = std::move(device);
    request.on_interrupt(this); // may stop this job at once: then its first wait leaves
}

// The commands are aborted; EINTR follows when they have ended. Another handler may have taken the place of this job's
// request.
void Job::interrupted(fuse::Request &request) noexcept {
    if (request_ == &request) {
        request_stop();
    }
}

void Job::on_end(loop::End how) noexcept {
    if (request_ != nullptr) {
        const auto *error = how == loop::End::left ? this->error<Errno>() : nullptr;
        const int number = error != nullptr ? error->value : how == loop::End::stopped ? EINTR : EIO;
        buffer.clear();
        take_request().reply_error(number);
    }
    if (file_ != nullptr) {
        file_->answered(*this); // somebody's read() calls hand_over()
        return;
    }
    finish();
}

void Job::hand_over(fuse::Request *reader, std::size_t room_bytes) noexcept {
    reader_ = reader;
    room_bytes_ = room_bytes;
    shard().post(*this);
}

void Job::deliver() noexcept {
    if (reader_ != nullptr) {
        reply_with_answer(*this, *std::exchange(reader_, nullptr), room_bytes_);
    }
    station_.leave_asynchronous(buffer.length_bytes());
    finish();
}

void Job::finish() noexcept {
    buffer.clear();
    file_.reset();
    device_.reset();
    station_.give_back(*this);
}

} // namespace scsilo::local
