// SPDX-License-Identifier: Apache-2.0
// SgFile: an open file of an sg node: its settings, its asynchronous commands, and who waits for their answers.
//
// Requests on one file may come on any shard. The mutex is never held while replying, waking, or posting an answer.
#pragma once

#include "fuse/node.h"
#include "fuse/request.h"
#include "port/local/job.h"
#include "port/local/limits.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace scsilo::local {

class ScsiDevice;

class SgFile final : public std::enable_shared_from_this<SgFile>, private fuse::InterruptHandler {
  public:
    SgFile(std::shared_ptr<ScsiDevice> device, int open_flags) noexcept;
    ~SgFile();

    [[nodiscard]] const std::shared_ptr<ScsiDevice> &device() const noexcept { return device_; }
    [[nodiscard]] bool writable() const noexcept { return writable_; }

    // The settings that ioctls make.
    std::atomic<std::uint32_t> timeout_ms{default_timeout_ms};
    std::atomic<int> reserved_bytes{default_reserved_bytes};
    std::atomic<bool> force_pack_id{false};
    std::atomic<bool> command_queuing{false};
    std::atomic<bool> keep_orphan{false};
    std::atomic<std::uint8_t> next_cdb_bytes{0};

    // Enters a command: 0, or EDOM when the queue is full (without command queuing it holds one), or ENODEV.
    [[nodiscard]] int enter(Job &job) noexcept;
    // The job's shard: its answer is there.
    void answered(Job &job) noexcept;
    // Replies with the first answer (of that pack_id), now or when it comes.
    void read(fuse::Request &request, std::size_t room_bytes, bool blocking, std::optional<std::int32_t> pack_id);
    void poll(fuse::Request &request, const fuse::PollRequest &poll) noexcept;

    [[nodiscard]] int count_waiting() noexcept;
    [[nodiscard]] std::int32_t first_pack_id() noexcept; // of an answer; -1: none

    struct Row { // of SG_GET_REQUEST_TABLE
        std::int32_t pack_id = 0;
        bool answered = false;
        bool problem = false;
        std::uint32_t duration_ms = 0;
    };
    [[nodiscard]] std::size_t rows(std::span<Row> into) noexcept;

    void device_gone() noexcept; // any thread
    void closed() noexcept;      // the kernel has released the file

  private:
    struct Reader {
        fuse::Request *request;
        std::size_t room_bytes;
        std::optional<std::int32_t> pack_id;
    };
    void interrupted(fuse::Request &request) noexcept override;
    [[nodiscard]] Job *find_answer(std::optional<std::int32_t> pack_id) noexcept;
    void remove(Job &job) noexcept;

    const std::shared_ptr<ScsiDevice> device_;
    const bool writable_;
    std::mutex mutex_;                    // guards what follows
    IntrusiveList<Job, JobsOfFile> jobs_; // in order of arrival
    std::size_t count_jobs_ = 0;
    std::vector<Reader> readers_;
    fuse::PollTicket ticket_;
    bool closed_ = false;
};

} // namespace scsilo::local
