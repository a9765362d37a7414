// SPDX-License-Identifier: Apache-2.0
// Disks for tests: on RAM, with faults, with a record of what the medium was asked for.
#pragma once

#include "device/sbc/disk.h"
#include "media/faults.h"
#include "media/ram.h"
#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include <string>

namespace scsilo::sbc::test {

using scsilo::test::ByteVector;
using scsilo::test::hex;
using scsilo::test::Ran;
using scsilo::test::TestUnit;

inline constexpr std::uint64_t test_disk_bytes = std::uint64_t{1} << 20;

class MemorySavedPages final : public spc::SavedPages {
  public:
    explicit MemorySavedPages(std::optional<ByteVector> &store) : store_(store) {}
    loop::Op<int> save(Bytes image) override {
        store_ = ByteVector(image.begin(), image.end());
        co_return 0;
    }
    std::optional<ByteVector> load() override { return store_; }

  private:
    std::optional<ByteVector> &store_;
};

// Passes on and writes down: "w+" is a durable write, "w" a cached one, "r", "f" flush, "p" punch, "z" zero.
class RecordingMedium final : public media::BlockMedium {
  public:
    RecordingMedium(std::unique_ptr<BlockMedium> inner, std::string &log) : inner_(std::move(inner)), log_(log) {
        facts_ = inner_->facts();
    }
    std::string_view kind() const noexcept override { return inner_->kind(); }
    const media::MediumFacts &facts() const noexcept override { return facts_; }
    loop::Op<media::IoOutcome> read(std::uint64_t offset, Segments to) override {
        log_ += "r ";
        return inner_->read(offset, to);
    }
    loop::Op<media::IoOutcome> write(std::uint64_t offset, Segments from, media::Durability durability) override {
        log_ += durability == media::Durability::durable ? "w+ " : "w ";
        return inner_->write(offset, from, durability);
    }
    loop::Op<int> flush() override {
        log_ += "f ";
        return inner_->flush();
    }
    loop::Op<int> punch(std::uint64_t offset, std::uint64_t length_bytes) override {
        log_ += "p ";
        return inner_->punch(offset, length_bytes);
    }
    loop::Op<int> zero(std::uint64_t offset, std::uint64_t length_bytes) override {
        log_ += "z ";
        return inner_->zero(offset, length_bytes);
    }
    loop::Op<Extent> extent_at(std::uint64_t offset) override { return inner_->extent_at(offset); }
    loop::Op<int> refresh() override {
        facts_.size_bytes = next_size_bytes != 0 ? next_size_bytes : facts_.size_bytes;
        co_return 0;
    }

    std::uint64_t next_size_bytes = 0; // what refresh() finds

  private:
    std::unique_ptr<BlockMedium> inner_;
    std::string &log_;
    media::MediumFacts facts_;
};

// A disk of 1 MiB behind a logical unit. The medium below it is a FaultMedium on a RecordingMedium on RAM.
struct DiskUnit {
    explicit DiskUnit(DiskOptions options = {}, std::uint64_t size_bytes = test_disk_bytes)
        : unit(build(std::move(options), size_bytes)) {}

    // What the medium was asked for since the last call.
    std::string asked() { return std::exchange(log, {}); }
    [[nodiscard]] Ran run(std::string_view cdb, const ByteVector &data_out = {},
                          const scsilo::test::CommandOptions &options = {}) {
        return unit.run(hex(cdb), data_out, options);
    }
    Disk &disk() { return unit.device<Disk>(); }

    std::string log;
    std::optional<ByteVector> saved;
    RecordingMedium *recording = nullptr;
    media::FaultMedium *faults = nullptr;
    TestUnit unit;

  private:
    std::unique_ptr<Disk> build(DiskOptions options, std::uint64_t size_bytes) {
        options.identity = disk_identity(options.kind, "disk1");
        auto record = std::make_unique<RecordingMedium>(media::make_ram(size_bytes), log);
        recording = record.get();
        auto faulty = std::make_unique<media::FaultMedium>(std::move(record));
        faults = faulty.get();
        return make_disk(std::move(options), std::move(faulty), std::make_unique<MemorySavedPages>(saved));
    }
};

inline bool is(const Ran &ran, const scsi::Sense &expected) { return ran.check(expected); }

} // namespace scsilo::sbc::test
