// SPDX-License-Identifier: Apache-2.0
// The disk as a device server: its making, its table, what stands in a command's way.
#include "device/sbc/disk.h"

#include "device/sbc/commands.h"
#include "device/spc/commands.h"
#include "device/spc/reservation_commands.h"

#include <bit>
#include <cstdlib>

namespace scsilo::sbc {
namespace {

constexpr auto all_rows = engine::join(spc::rows, spc::reservation_rows, rows);
constexpr engine::CommandTable table(all_rows);

DiskOptions completed(DiskOptions options) noexcept {
    if (!valid_block_length(options.block_length_bytes) || options.physical_exponent > maximum_physical_exponent) {
        std::abort(); // control has checked what the user said
    }
    options.identity.type = scsi::PeripheralDeviceType::direct_access;
    options.identity.removable = options.removable;
    return options;
}

} // namespace

std::string_view vendor_of(DiskKind kind) noexcept {
    switch (kind) {
    case DiskKind::fileio:
        return "SCST_FIO";
    case DiskKind::blockio:
        return "SCST_BIO";
    case DiskKind::nullio:
        break;
    }
    return "SCST_NULL";
}

spc::Identity disk_identity(DiskKind kind, std::string_view name, std::uint32_t setup_id) {
    return spc::identity_of(vendor_of(kind), name, scsi::PeripheralDeviceType::direct_access, setup_id);
}

Disk::Disk(DiskOptions options, std::unique_ptr<media::BlockMedium> medium,
           std::unique_ptr<spc::SavedPages> saved_pages)
    : Device(completed(options).identity, std::move(saved_pages)), options_(completed(std::move(options))),
      block_shift_(static_cast<unsigned>(std::countr_zero(options_.block_length_bytes))), medium_(std::move(medium)),
      capacity_(blocks_in(medium_->facts().size_bytes)), write_back_(!options_.write_through) {}

std::unique_ptr<Disk> make_disk(DiskOptions options, std::unique_ptr<media::BlockMedium> medium,
                                std::unique_ptr<spc::SavedPages> saved_pages) {
    return std::make_unique<Disk>(std::move(options), std::move(medium), std::move(saved_pages));
}

const engine::CommandTable &Disk::commands() const noexcept { return table; }

bool Disk::has_feature(engine::Feature feature) const noexcept {
    switch (feature) {
    case engine::Feature::logical_block_provisioning:
        return thin();
    case engine::Feature::removable_medium:
        return options_.removable;
    case engine::Feature::always:
        break;
    }
    return Device::has_feature(feature);
}

// A deferred error comes before the command's own obstacles, and telling it once is enough (SPC-6 4.4.7).
std::optional<scsi::Sense> Disk::obstacle(const engine::CommandRow &row,
                                          const engine::Command &command) const noexcept {
    if (deferred_error_ && row.gates.has(engine::Gate::unit_attention)) [[unlikely]] {
        return std::exchange(deferred_error_, std::nullopt);
    }
    return Device::obstacle(row, command);
}

void Disk::attached(engine::LogicalUnit &unit) noexcept {
    Device::attached(unit);
    attached_ = true;
}

// As after power on: started. The medium stays where it is.
void Disk::reset() noexcept {
    Device::reset();
    started_ = true;
}

std::optional<scsi::Sense> Disk::not_ready() const noexcept {
    if (started_ || !loaded_) {
        return std::nullopt; // without a medium, that is what to say
    }
    return scsi::Sense::not_ready(scsi::asc::logical_unit_not_ready_initializing_command_required);
}

std::optional<scsi::Sense> Disk::no_medium() const noexcept {
    if (!loaded_) {
        return scsi::Sense::not_ready(scsi::asc::medium_not_present);
    }
    if (capacity_.value == 0) { // not one block fits
        return scsi::Sense::medium_error(scsi::asc::medium_format_corrupted);
    }
    return std::nullopt;
}

bool Disk::write_protected() const noexcept { return options_.read_only || medium_->facts().read_only; }

const engine::CommandTable &disk_commands() noexcept { return table; }

} // namespace scsilo::sbc
