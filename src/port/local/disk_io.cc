// SPDX-License-Identifier: Apache-2.0
// The commands behind an sd node's reads and writes.
#include "port/local/disk_io.h"

#include "loop/sleep.h"
#include "port/local/limits.h"
#include "port/local/scsi_device.h"
#include "port/local/station.h"
#include "port/local/trace.h"
#include "scsi/cdb_sbc.h"

#include <algorithm>
#include <cerrno>

namespace scsilo::local {
namespace {

enum class Verdict : std::uint8_t { good, retry, wait, bad };

Verdict judge_sense(const scsi::Sense &sense) noexcept {
    switch (sense.key) {
    case scsi::SenseKey::no_sense:
    case scsi::SenseKey::recovered_error:
        return Verdict::good;
    case scsi::SenseKey::unit_attention:
    case scsi::SenseKey::aborted_command:
        return Verdict::retry;
    case scsi::SenseKey::not_ready:
        return sense.asc == scsi::AdditionalSense{0x04, 0x01} ? Verdict::wait : Verdict::bad; // is becoming ready
    default:
        return Verdict::bad;
    }
}

Verdict judge(const Exchange &exchange) noexcept {
    switch (exchange.ending()) {
    case Ending::aborted:
    case Ending::reset:
        return Verdict::retry;
    case Ending::timed_out:
    case Ending::interrupted:
    case Ending::gone:
        return Verdict::bad;
    case Ending::status:
        break;
    }
    switch (exchange.command.status) {
    case scsi::Status::good:
    case scsi::Status::condition_met:
        return Verdict::good;
    case scsi::Status::busy:
    case scsi::Status::task_set_full:
        return Verdict::wait;
    case scsi::Status::task_aborted:
        return Verdict::retry;
    case scsi::Status::check_condition:
        return judge_sense(exchange.command.sense);
    default:
        return Verdict::bad;
    }
}

int errno_of_sense(const scsi::Sense &sense) noexcept {
    switch (sense.key) {
    case scsi::SenseKey::data_protect:
        return sense.asc == scsi::AdditionalSense{0x27, 0x07} ? ENOSPC : EIO; // SPACE ALLOCATION FAILED
    case scsi::SenseKey::volume_overflow:
        return ENOSPC;
    case scsi::SenseKey::illegal_request:
        return sense.asc == scsi::asc::lba_out_of_range ? EIO : EREMOTEIO; // Linux: BLK_STS_TARGET
    default:
        return EIO;
    }
}

// What is left to do of a command after some retries.
class Patience {
  public:
    [[nodiscard]] bool may_retry() noexcept { return ++count_retries_ <= max_retries; }
    [[nodiscard]] bool may_wait() noexcept { return ++count_waits_ <= max_busy_retries; }

  private:
    unsigned count_retries_ = 0;
    unsigned count_waits_ = 0;
};

// Of a batch: the first exchange is the job's, the others are borrowed.
class Borrowed {
  public:
    explicit Borrowed(Station &station) noexcept : station_(station) {}
    Borrowed(const Borrowed &) = delete;
    Borrowed &operator=(const Borrowed &) = delete;
    ~Borrowed() {
        for (std::size_t i = 0; i < count_; ++i) {
            station_.give_back(*exchanges_[i]);
        }
    }
    [[nodiscard]] Exchange *take() noexcept {
        Exchange *exchange = count_ == max_parallel_commands ? nullptr : station_.take_exchange();
        if (exchange != nullptr) {
            exchanges_[count_++] = exchange;
        }
        return exchange;
    }

  private:
    Station &station_;
    std::array<Exchange *, max_parallel_commands> exchanges_;
    std::size_t count_ = 0;
};

void fill(Exchange &exchange, BlockDirection direction, BlockRange range, bool force_unit_access) noexcept {
    std::array<std::uint8_t, 16> cdb{};
    cdb[0] = direction == BlockDirection::read ? 0x88 : 0x8A;
    scsi::Write16::fua::set(cdb.data(), force_unit_access ? 1 : 0);
    scsi::Write16::lba::set(cdb.data(), range.first);
    scsi::Write16::transfer_length::set(cdb.data(), range.count);
    exchange.command.request.cdb = scsi::Cdb(cdb);
    exchange.command.request.attribute = scsi::TaskAttribute::simple;
}

void place(Exchange &exchange, BlockDirection direction, const Segments &data, std::size_t offset,
           std::size_t length) noexcept {
    Segments part = data;
    if (length != data.length_bytes()) {
        part = Segments({exchange.pieces.data(), data.slice(offset, length, exchange.pieces)});
    }
    exchange.command.request.data_in = direction == BlockDirection::read ? part : Segments();
    exchange.command.request.data_out = direction == BlockDirection::write ? part : Segments();
}

bool is_short(const Exchange &exchange, BlockDirection direction) noexcept {
    return direction == BlockDirection::read &&
           exchange.command.data_in_bytes < exchange.command.request.data_in.length_bytes();
}

// Until it is good or hopeless. The exchange has ended once already.
loop::Op<void> retry(Job &job, Exchange &exchange, std::uint64_t timeout_ms) {
    Patience patience;
    for (;;) {
        const Verdict verdict = judge(exchange);
        if (verdict == Verdict::wait && patience.may_wait()) {
            co_await loop::sleep_for(busy_wait_ms * 1'000'000);
        } else if (verdict != Verdict::retry || !patience.may_retry()) {
            co_return;
        }
        Batch batch(job, job.device(), timeout_ms);
        batch.add(exchange);
        co_await batch;
    }
}

} // namespace

bool is_unknown_command(const Exchange &exchange) noexcept {
    return exchange.ending() == Ending::status && exchange.command.status == scsi::Status::check_condition &&
           exchange.command.sense.key == scsi::SenseKey::illegal_request &&
           exchange.command.sense.asc == scsi::asc::invalid_command_operation_code;
}

bool is_invalid_field(const Exchange &exchange) noexcept {
    return exchange.ending() == Ending::status && exchange.command.status == scsi::Status::check_condition &&
           exchange.command.sense.key == scsi::SenseKey::illegal_request &&
           exchange.command.sense.asc == scsi::asc::invalid_field_in_cdb;
}

int errno_of(const Exchange &exchange) noexcept {
    switch (exchange.ending()) {
    case Ending::interrupted:
        return EINTR;
    case Ending::gone:
        return ENODEV;
    case Ending::timed_out:
    case Ending::aborted:
    case Ending::reset:
        return EIO;
    case Ending::status:
        break;
    }
    if (exchange.command.status == scsi::Status::reservation_conflict) {
        return EBADE;
    }
    return exchange.command.status == scsi::Status::check_condition ? errno_of_sense(exchange.command.sense) : EIO;
}

loop::Op<void> execute(Job &job, std::uint64_t timeout_ms) {
    Batch batch(job, job.device(), timeout_ms);
    batch.add(job.exchange);
    co_await batch;
    if (!job.exchange.good()) {
        co_await retry(job, job.exchange, timeout_ms);
    }
}

loop::Op<void> execute_good(Job &job, std::uint64_t timeout_ms) {
    co_await execute(job, timeout_ms);
    if (judge(job.exchange) != Verdict::good) {
        co_await fail(Errno{errno_of(job.exchange)});
    }
}

loop::Op<void> transfer(Job &job, BlockDirection direction, BlockRange range, Segments data, bool force_unit_access) {
    const DiskLimits &disk = job.device().disk;
    const std::uint64_t block_bytes = range.count == 0 ? 0 : data.length_bytes() / range.count;
    const std::uint64_t most = disk.max_transfer_blocks != 0 ? disk.max_transfer_blocks : 0xFFFF'FFFF;
    std::uint64_t done = 0;
    while (done < range.count) {
        Borrowed borrowed(job.station());
        Batch batch(job, job.device(), disk_timeout_ms);
        for (Exchange *exchange = &job.exchange; exchange != nullptr && done < range.count;
             exchange = borrowed.take()) {
            const std::uint64_t count = std::min(most, range.count - done);
            fill(*exchange, direction, {range.first + done, count}, force_unit_access);
            place(*exchange, direction, data, done * block_bytes, count * block_bytes);
            batch.add(*exchange);
            done += count;
        }
        co_await batch;
        for (std::size_t i = 0; i < batch.count(); ++i) {
            if (!batch[i].good()) {
                co_await retry(job, batch[i], disk_timeout_ms);
            }
            if (judge(batch[i]) != Verdict::good || is_short(batch[i], direction)) {
                trace(trace_driver, Trace::minor, "{}: {} of {} blocks at {} failed: {}", job.device().sd_name,
                      direction == BlockDirection::read ? "reading" : "writing", range.count, range.first,
                      batch[i].ending() == Ending::status ? scsi::to_text(batch[i].command.sense) : "not carried out");
                co_await fail(Errno{errno_of(batch[i])});
            }
        }
    }
}

} // namespace scsilo::local
