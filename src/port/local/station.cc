// SPDX-License-Identifier: Apache-2.0
// The pools of a shard.
#include "port/local/station.h"

#include "port/local/limits.h"
#include "port/local/scsi_device.h"
#include "port/local/sg_file.h"

namespace scsilo::local {

Station::~Station() = default;

Job *Station::take_job() noexcept {
    if (Job *job = free_jobs_.pop_front(); job != nullptr) {
        return job;
    }
    if (jobs_.size() == max_jobs_per_shard) {
        return nullptr;
    }
    return jobs_.emplace_back(std::make_unique<Job>(*this)).get();
}

Exchange *Station::take_exchange() noexcept {
    if (Exchange *exchange = free_exchanges_.pop_front(); exchange != nullptr) {
        return exchange;
    }
    if (exchanges_.size() == max_exchanges_per_shard) {
        return nullptr;
    }
    return exchanges_.emplace_back(std::make_unique<Exchange>()).get();
}

bool Station::admit_asynchronous(std::size_t length_bytes) noexcept {
    if (count_asynchronous_ == max_asynchronous_per_shard ||
        asynchronous_bytes_ + length_bytes > max_asynchronous_bytes_per_shard) {
        return false;
    }
    ++count_asynchronous_;
    asynchronous_bytes_ += length_bytes;
    return true;
}

void Station::leave_asynchronous(std::size_t length_bytes) noexcept {
    --count_asynchronous_;
    asynchronous_bytes_ -= length_bytes;
}

Stations::Stations(std::span<loop::Shard *const> shards) {
    for (loop::Shard *shard : shards) {
        stations_.push_back(std::make_unique<Station>(*shard));
    }
}

Station *Stations::of(const loop::Shard &shard) const noexcept {
    for (const auto &station : stations_) {
        if (station != nullptr && &station->shard() == &shard) {
            return station.get();
        }
    }
    return nullptr;
}

void Stations::close() {
    for (int round = 0; round < 3; ++round) { // a message may send another one
        for (const auto &station : stations_) {
            station->shard().call([] {});
        }
    }
    for (auto &station : stations_) {
        loop::Shard &shard = station->shard();
        shard.call([&] { station.reset(); });
    }
    stations_.clear();
}

} // namespace scsilo::local
