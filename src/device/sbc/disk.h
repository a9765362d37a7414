// SPDX-License-Identifier: Apache-2.0
// Disk: the device server of direct access block devices (SBC-4). Its commands are the rows of commands.h.
#pragma once

#include "device/sbc/background_flush.h"
#include "device/sbc/limits.h"
#include "device/spc/device.h"
#include "media/medium.h"
#include "scsi/types.h"

#include <memory>
#include <string_view>

namespace scsilo::sbc {

// What the disk says of itself depends on where its bytes live, as SCST's three handlers do.
enum class DiskKind : std::uint8_t { fileio, blockio, nullio };

// "SCST_FIO", "SCST_BIO", "SCST_NULL"
[[nodiscard]] std::string_view vendor_of(DiskKind kind) noexcept;
// Identity of a disk of that kind and name; `setup_id` tells equal names on two machines apart.
[[nodiscard]] spc::Identity disk_identity(DiskKind kind, std::string_view name, std::uint32_t setup_id = 0);

struct DiskOptions {
    spc::Identity identity = {}; // type and removable are filled in
    DiskKind kind = DiskKind::fileio;
    std::uint32_t block_length_bytes = 512; // see valid_block_length()
    std::uint8_t physical_exponent = 0;     // a physical block is 2^n logical blocks
    bool read_only = false;
    bool write_through = false; // WCE is 0 by default
    bool nv_cache = false;      // the medium's cache survives a power failure: nothing has to be flushed
    bool o_direct = false;      // how the medium was opened; for information
    bool removable = false;
    bool rotational = false;
    bool thin_provisioned = false; // UNMAP and the UNMAP bit of WRITE SAME
};

class Disk final : public spc::Device {
  public:
    // A block length or exponent that is not valid is a broken invariant.
    Disk(DiskOptions options, std::unique_ptr<media::BlockMedium> medium, std::unique_ptr<spc::SavedPages> saved_pages);
    ~Disk() override = default;

    [[nodiscard]] const DiskOptions &options() const noexcept { return options_; }
    [[nodiscard]] media::BlockMedium &medium() const noexcept { return *medium_; }
    [[nodiscard]] scsi::BlockCount capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::uint32_t block_length_bytes() const noexcept { return options_.block_length_bytes; }
    [[nodiscard]] bool thin() const noexcept { return options_.thin_provisioned; }

    // The range has been checked.
    [[nodiscard]] std::uint64_t bytes_of(scsi::BlockCount count) const noexcept { return count.value << block_shift_; }
    [[nodiscard]] std::uint64_t offset_of(scsi::Lba lba) const noexcept { return lba.value << block_shift_; }
    [[nodiscard]] scsi::BlockCount blocks_in(std::uint64_t bytes) const noexcept {
        return scsi::BlockCount(bytes >> block_shift_);
    }

    // LBA OUT OF RANGE with the first address that is not there (SBC-4 4.21).
    [[nodiscard]] Result<void, scsi::Sense> check_range(scsi::Lba lba, scsi::BlockCount count) const noexcept {
        if (scsi::range_fits(lba, count, capacity_)) [[likely]] {
            return {};
        }
        return fail(scsi::Sense::lba_out_of_range(std::max(lba.value, capacity_.value)));
    }

    // --- caching (SBC-4 4.15, mode page 08h)
    // ------------------------------------------------------------------------------ Written data may be lost in a
    // power failure until they are flushed.
    [[nodiscard]] bool volatile_cache() const noexcept { return !options_.nv_cache; }
    [[nodiscard]] media::Durability durability(bool fua) const noexcept {
        return volatile_cache() && (fua || !write_back_) ? media::Durability::durable : media::Durability::cached;
    }
    // What SYNCHRONIZE CACHE does; leaves with sense data.
    [[nodiscard]] loop::Op<void> flush();
    // What a write that had no durability of its own needs at its end: flush() with WCE 0.
    [[nodiscard]] loop::Op<void> finish_writing();
    // The same behind the command's back (IMMED); a failure becomes a deferred error.
    void flush_in_background() noexcept { background_flush_.start(); }

    // --- START STOP UNIT, and control ---
    [[nodiscard]] bool loaded() const noexcept { return loaded_; }
    void set_started(bool started) noexcept { started_ = started; }
    // Takes the medium out or puts it in; all nexuses but `by` hear of a medium that has come.
    void set_loaded(bool loaded, const engine::ItlNexus *by = nullptr) noexcept;
    // Looks at the medium's size again: CAPACITY DATA HAS CHANGED if it is another. The value is an errno, 0 = done.
    [[nodiscard]] loop::Op<int> refresh();

    // --- spc::Device ---
    [[nodiscard]] const engine::CommandTable &commands() const noexcept override;
    [[nodiscard]] bool has_feature(engine::Feature feature) const noexcept override;
    [[nodiscard]] std::optional<scsi::Sense> obstacle(const engine::CommandRow &row,
                                                      const engine::Command &command) const noexcept override;
    void attached(engine::LogicalUnit &unit) noexcept override;
    void reset() noexcept override;
    [[nodiscard]] std::span<const spc::VpdPage> vpd_pages() const noexcept override;
    [[nodiscard]] std::span<const spc::ModePage> mode_pages() const noexcept override;
    void adjust_mode_defaults(const spc::ModePage &page, MutableBytes defaults) const noexcept override;
    void mode_changed(const spc::ModePage &page) noexcept override;
    [[nodiscard]] std::optional<spc::BlockDescriptor> block_descriptor() const noexcept override;
    [[nodiscard]] std::uint8_t device_specific_parameter(const engine::ItlNexus &itl) const noexcept override;
    [[nodiscard]] std::optional<scsi::Sense> not_ready() const noexcept override;
    [[nodiscard]] std::optional<scsi::Sense> no_medium() const noexcept override;
    [[nodiscard]] bool write_protected() const noexcept override;
    void adjust_extended_inquiry(MutableBytes page) const noexcept override;

  private:
    friend class BackgroundFlush;

    const DiskOptions options_;
    const unsigned block_shift_;
    const std::unique_ptr<media::BlockMedium> medium_;
    scsi::BlockCount capacity_;
    bool write_back_ = false; // WCE
    bool started_ = true;
    bool loaded_ = true;
    bool attached_ = false;
    mutable std::optional<scsi::Sense> deferred_error_; // reported once, by whatever command comes next (SPC-6 4.4.7)
    BackgroundFlush background_flush_{*this};
};

[[nodiscard]] std::unique_ptr<Disk> make_disk(DiskOptions options, std::unique_ptr<media::BlockMedium> medium,
                                              std::unique_ptr<spc::SavedPages> saved_pages = nullptr);

// Every command of a disk (those of Feature rows included), for reference pages and generic tests.
[[nodiscard]] const engine::CommandTable &disk_commands() noexcept;

} // namespace scsilo::sbc
