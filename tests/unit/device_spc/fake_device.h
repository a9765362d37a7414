// SPDX-License-Identifier: Apache-2.0
// FakeDevice: a device type of the tests' own, with one VPD page, two mode pages and a block descriptor.
#pragma once

#include "device/spc/commands.h"
#include "scsi/designator.h"

#include <array>

namespace scsilo::spc {

// What a SavedPages stores outlives the device: a test makes the next device upon the same shelf.
struct Shelf {
    std::optional<std::vector<std::uint8_t>> stored;
    int error = 0;
    unsigned count_saves = 0;
    loop::SharedMutex *door = nullptr; // save() waits until it is open
};

class ShelfPages final : public SavedPages {
  public:
    explicit ShelfPages(Shelf &shelf) : shelf_(shelf) {}
    [[nodiscard]] loop::Op<int> save(Bytes image) override {
        ++shelf_.count_saves;
        if (shelf_.door != nullptr) {
            const auto open = co_await shelf_.door->lock_shared();
        }
        if (shelf_.error == 0) {
            shelf_.stored.emplace(image.begin(), image.end());
        }
        co_return shelf_.error;
    }
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> load() override { return shelf_.stored; }

  private:
    Shelf &shelf_;
};

class FakeDevice final : public Device {
  public:
    explicit FakeDevice(std::unique_ptr<SavedPages> saved_pages = nullptr,
                        Identity identity = identity_of("SCST_FIO", "disk1", scsi::PeripheralDeviceType::direct_access))
        : Device(std::move(identity), std::move(saved_pages)) {}

    [[nodiscard]] const engine::CommandTable &commands() const noexcept override;
    [[nodiscard]] std::span<const VpdPage> vpd_pages() const noexcept override;
    [[nodiscard]] std::span<const ModePage> mode_pages() const noexcept override;
    void mode_changed(const ModePage &row) noexcept override {
        if (row.code == 0x08) {
            ++count_caching_changes;
        }
    }
    [[nodiscard]] std::optional<BlockDescriptor> block_descriptor() const noexcept override {
        return BlockDescriptor{0, count_blocks, 512};
    }
    [[nodiscard]] std::uint8_t device_specific_parameter(const engine::ItlNexus &itl) const noexcept override {
        return itl.read_only() ? 0x90 : 0x10;
    }
    [[nodiscard]] std::optional<scsi::Sense> not_ready() const noexcept override { return obstacle_now; }

    std::optional<scsi::Sense> obstacle_now;
    std::uint64_t count_blocks = 0x2000;
    unsigned count_caching_changes = 0;
};

} // namespace scsilo::spc
