// SPDX-License-Identifier: Apache-2.0
// Station: what the local driver has on one shard (jobs, spare exchanges); Stations: one for each shard.
#pragma once

#include "port/local/job.h"

#include <memory>
#include <span>
#include <vector>

namespace scsilo::local {

// The shard's thread only. Pools grow to their limits on demand and keep what they have.
class Station {
  public:
    explicit Station(loop::Shard &shard) noexcept : shard_(shard) {}
    Station(const Station &) = delete;
    Station &operator=(const Station &) = delete;
    ~Station();

    [[nodiscard]] loop::Shard &shard() const noexcept { return shard_; }
    // Null: all are in use.
    [[nodiscard]] Job *take_job() noexcept;
    void give_back(Job &job) noexcept { free_jobs_.push_front(job); }
    [[nodiscard]] Exchange *take_exchange() noexcept;
    void give_back(Exchange &exchange) noexcept { free_exchanges_.push_front(exchange); }

    // Room for one more asynchronous command with a buffer of that size.
    [[nodiscard]] bool admit_asynchronous(std::size_t length_bytes) noexcept;
    void leave_asynchronous(std::size_t length_bytes) noexcept;

  private:
    loop::Shard &shard_;
    std::vector<std::unique_ptr<Job>> jobs_;
    std::vector<std::unique_ptr<Exchange>> exchanges_;
    IntrusiveList<Job, FreeJobs> free_jobs_;
    IntrusiveList<Exchange, FreeExchanges> free_exchanges_;
    std::size_t count_asynchronous_ = 0;
    std::size_t asynchronous_bytes_ = 0;
};

class Stations {
  public:
    explicit Stations(std::span<loop::Shard *const> shards);
    // Null: not a shard of ours.
    [[nodiscard]] Station *of(const loop::Shard &shard) const noexcept;
    // Control thread, when nothing is served any more: what is on its way arrives, then every station goes on its own
    // shard.
    void close();

  private:
    std::vector<std::unique_ptr<Station>> stations_;
};

// Serves the request by a coroutine `handler(job)` in a job of its shard; ENOMEM when there is none.
template <class Handler>
void serve(const Stations &stations, fuse::Request &request, const std::shared_ptr<ScsiDevice> &device,
           Handler handler) noexcept {
    Station *station = stations.of(request.shard());
    Job *job = station == nullptr ? nullptr : station->take_job();
    if (job == nullptr) {
        request.reply_error(ENOMEM);
        return;
    }
    job->serve(request, device, std::move(handler));
}

} // namespace scsilo::local
