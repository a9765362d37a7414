// SPDX-License-Identifier: Apache-2.0
// Job: one request of the kernel on a node (or one asynchronous sg command) with everything it needs, from its shard's
// pool.
//
// Its coroutine may end in four ways: it replied; it left with an Errno; it was stopped by an interrupt (EINTR); or,
// for an asynchronous command, it has handed itself over to its open file, which frees it when the answer has been
// read.
#pragma once

#include "fuse/request.h"
#include "loop/op.h"
#include "loop/shard.h"
#include "port/local/batch.h"
#include "port/local/sg_request.h"

#include <memory>

namespace scsilo::local {

class ScsiDevice;
class SgFile;
class Station;
struct FreeJobs;
struct JobsOfFile;

// What of the sg interface the coroutine works on.
struct SgState {
    SgRequest request;
    SgData data;
    SgAnswer answer;
    std::array<std::uint8_t, scsi::maximum_descriptor_sense_length_bytes> sense{};
    std::size_t data_in_bytes = 0; // what is to be delivered of the buffer
    bool answered = false;         // asynchronous: guarded by the mutex of its file
};

class Job final : public loop::Activity,
                  private fuse::InterruptHandler,
                  private loop::Message,
                  public Hook<FreeJobs>,
                  public Hook<JobsOfFile> {
  public:
    explicit Job(Station &station) noexcept : station_(station) {}

    // --- the home shard
    // ------------------------------------------------------------------------------------------------------ Takes over
    // the request; replied to when the coroutine has ended, at the latest. `handler(job)` makes the coroutine.
    template <class Handler>
    void serve(fuse::Request &request, std::shared_ptr<ScsiDevice> device, Handler handler) noexcept {
        begin(request, std::move(device));
        run_root(handler(*this).release_to(*this));
    }

    [[nodiscard]] Station &station() const noexcept { return station_; }
    [[nodiscard]] ScsiDevice &device() const noexcept { return *device_; }
    [[nodiscard]] fuse::Request &request() const noexcept { return *request_; }
    [[nodiscard]] pid_t caller() const noexcept { return caller_; }
    [[nodiscard]] loop::Shard &shard() const noexcept;

    // The request, for its one reply: it is not the job's any more.
    [[nodiscard]] fuse::Request &take_request() noexcept { return *std::exchange(request_, nullptr); }

    loop::Buffer buffer;
    Exchange exchange;
    SgState sg;
    std::array<std::uint8_t, 64> parameters{}; // a short parameter list
    std::array<iovec, 36> pieces;              // of the buffer, cut to the data
    iovec payload{};                           // of a write in place

    // --- asynchronous sg commands
    // --------------------------------------------------------------------------------------------- The job belongs to
    // the file from now on.
    void make_asynchronous(std::shared_ptr<SgFile> file) noexcept { file_ = std::move(file); }
    // Any thread: read() of its answer by this request, which has room for `room_bytes` (it replies on the home shard);
    // null: nobody will read it.
    void hand_over(fuse::Request *reader, std::size_t room_bytes) noexcept;

  private:
    void begin(fuse::Request &request, std::shared_ptr<ScsiDevice> device) noexcept;
    void on_end(loop::End how) noexcept override;
    void interrupted(fuse::Request &request) noexcept override;
    void deliver() noexcept override;
    void finish() noexcept;

    Station &station_;
    std::shared_ptr<ScsiDevice> device_;
    std::shared_ptr<SgFile> file_;
    fuse::Request *request_ = nullptr;
    fuse::Request *reader_ = nullptr;
    std::size_t room_bytes_ = 0;
    pid_t caller_ = 0;
};

} // namespace scsilo::local
