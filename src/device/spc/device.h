// SPDX-License-Identifier: Apache-2.0
// Device: what the device servers of all types have in common (SPC-4). A type derives from it and adds its rows.
#pragma once

#include "device/spc/identity.h"
#include "device/spc/mode.h"
#include "device/spc/saved_pages.h"
#include "device/spc/vpd.h"
#include "engine/device_server.h"
#include "loop/shared_mutex.h"

#include <memory>
#include <span>

namespace scsilo::spc {

// The block descriptor of MODE SENSE and MODE SELECT; written in the short or long LBA form for direct access devices
// and in the general form for the others (SPC-4 7.5.5).
struct BlockDescriptor {
    std::uint8_t density_code = 0; // general form only
    std::uint64_t count_blocks = 0;
    std::uint32_t block_length_bytes = 0;
};

class Device : public engine::DeviceServer {
  public:
    // Without `saved_pages` no mode page can be saved.
    explicit Device(Identity identity, std::unique_ptr<SavedPages> saved_pages = nullptr);

    [[nodiscard]] const Identity &inquiry() const noexcept { return identity_; }
    [[nodiscard]] scsi::PeripheralDeviceType type() const noexcept { return identity_.type; }
    [[nodiscard]] const ModeStore &modes() const noexcept { return modes_; }
    [[nodiscard]] bool can_save() const noexcept { return saved_pages_ != nullptr; }
    // MODE SELECT: takes over the changeable bits of a page that ModeStore::check() let pass. True if that changed
    // anything.
    bool change_mode(const ModeStore::Entry &entry, Bytes page) noexcept;
    // Makes the current mode pages the saved ones, durably: HARDWARE ERROR if that fails.
    [[nodiscard]] loop::Op<void> save_modes();

    // --- what a type adds; rows in any order ---
    [[nodiscard]] virtual std::span<const VpdPage> vpd_pages() const noexcept { return {}; }
    [[nodiscard]] virtual std::span<const ModePage> mode_pages() const noexcept { return {}; }
    // Default values that depend on how the device was made; called once for each page, in attached().
    virtual void adjust_mode_defaults(const ModePage &, MutableBytes) const noexcept {}
    // The current values of the page differ now: after MODE SELECT, reset(), and once for each page in attached().
    virtual void mode_changed(const ModePage &) noexcept {}

    // MODE SENSE: the descriptor, if the type has one now.
    [[nodiscard]] virtual std::optional<BlockDescriptor> block_descriptor() const noexcept { return std::nullopt; }
    // MODE SELECT sent this one. Accepted as it stands is what changes nothing: our block length, and a count that is
    // ours, zero or all ones (`count_all_ones`). Otherwise the faulty field.
    enum class DescriptorField : std::uint8_t { density_code, count_blocks, block_length };
    [[nodiscard]] virtual Result<void, DescriptorField> check_block_descriptor(const BlockDescriptor &sent,
                                                                               bool count_all_ones) const noexcept;
    // Byte of the mode parameter header (disk: WP and DPOFUA), as this nexus sees it.
    [[nodiscard]] virtual std::uint8_t device_specific_parameter(const engine::ItlNexus &) const noexcept { return 0; }
    [[nodiscard]] virtual std::uint8_t medium_type() const noexcept { return 0; }

    // The obstacles that obstacle() knows.
    [[nodiscard]] virtual std::optional<scsi::Sense> not_ready() const noexcept { return std::nullopt; }
    [[nodiscard]] virtual std::optional<scsi::Sense> no_medium() const noexcept { return std::nullopt; }
    [[nodiscard]] virtual bool write_protected() const noexcept { return false; }
    // By the SWP bit of the control mode page; obstacle() knows it, the WP bit of device_specific_parameter() should.
    [[nodiscard]] bool software_write_protected() const noexcept { return software_write_protected_; }

    // VPD page 86h, header included, before it is sent: a type sets what it supports (disk: WU_SUP, V_SUP, …).
    virtual void adjust_extended_inquiry(MutableBytes) const noexcept {}

    // --- engine::DeviceServer ---
    [[nodiscard]] engine::InquiryIdentity identity() const override;
    [[nodiscard]] bool has_feature(engine::Feature feature) const noexcept override;
    // Not ready, then no medium, then write protected, as far as the row has the gate.
    [[nodiscard]] std::optional<scsi::Sense> obstacle(const engine::CommandRow &row,
                                                      const engine::Command &command) const noexcept override;
    [[nodiscard]] bool descriptor_sense() const noexcept override { return descriptor_sense_; }
    [[nodiscard]] bool task_aborted_status() const noexcept override { return task_aborted_status_; }
    void attached(engine::LogicalUnit &unit) noexcept override;
    void reset() noexcept override;

  private:
    void note_change(const ModePage &row) noexcept;

    const Identity identity_;
    const std::unique_ptr<SavedPages> saved_pages_;
    ModeStore modes_;
    loop::SharedMutex saving_;
    // Copies of control mode page bits, for the command path.
    bool descriptor_sense_ = false;
    bool task_aborted_status_ = false;
    bool software_write_protected_ = false;
};

} // namespace scsilo::spc
