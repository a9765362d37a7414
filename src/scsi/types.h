// SPDX-License-Identifier: Apache-2.0
// SAM's small vocabulary: status codes, device types, task attributes, task management, and the block number types
// (SAM-6 5.3, 7, SPC-6 6.7.2).
#pragma once

#include <compare>
#include <cstdint>

namespace scsilo::scsi {

// SAM-6 5.3.1
enum class Status : std::uint8_t {
    good = 0x00,
    check_condition = 0x02,
    condition_met = 0x04,
    busy = 0x08,
    reservation_conflict = 0x18,
    task_set_full = 0x28,
    aca_active = 0x30,
    task_aborted = 0x40,
};

// SPC-6 6.7.2, PERIPHERAL DEVICE TYPE field (five bits)
enum class PeripheralDeviceType : std::uint8_t {
    direct_access = 0x00,
    sequential_access = 0x01,
    printer = 0x02,
    processor = 0x03,
    write_once = 0x04,
    cd_dvd = 0x05,
    scanner = 0x06,
    optical_memory = 0x07,
    media_changer = 0x08,
    communications = 0x09,
    storage_array_controller = 0x0C,
    enclosure_services = 0x0D,
    simplified_direct_access = 0x0E,
    optical_card = 0x0F,
    bridge_controller = 0x10,
    object_storage = 0x11,
    automation_drive_interface = 0x12,
    security_manager = 0x13,
    host_managed_zoned_block = 0x14,
    well_known_logical_unit = 0x1E,
    unknown = 0x1F,
};

// SAM-6 8.6
enum class TaskAttribute : std::uint8_t { simple, ordered, head_of_queue, aca };

// SAM-6 7.1
enum class TaskManagementFunction : std::uint8_t {
    abort_task,
    abort_task_set,
    clear_aca,
    clear_task_set,
    logical_unit_reset,
    target_reset,
    i_t_nexus_reset,
    query_task,
    query_task_set,
    query_asynchronous_event,
};

// SAM-6 7.1: how a task management request ended.
enum class ServiceResponse : std::uint8_t {
    function_complete,
    function_succeeded,
    function_rejected,
    incorrect_logical_unit_number,
    service_delivery_or_target_failure,
};

// A number of logical blocks.
struct BlockCount {
    std::uint64_t value = 0;

    constexpr BlockCount() noexcept = default;
    constexpr explicit BlockCount(std::uint64_t count) noexcept : value(count) {}
    constexpr auto operator<=>(const BlockCount &) const noexcept = default;

    constexpr BlockCount &operator+=(BlockCount more) noexcept {
        value += more.value;
        return *this;
    }
    constexpr BlockCount &operator-=(BlockCount less) noexcept {
        value -= less.value;
        return *this;
    }
    friend constexpr BlockCount operator+(BlockCount a, BlockCount b) noexcept { return BlockCount(a.value + b.value); }
    friend constexpr BlockCount operator-(BlockCount a, BlockCount b) noexcept { return BlockCount(a.value - b.value); }
};

// The address of one logical block. Addresses are moved by counts; two addresses are a count apart.
struct Lba {
    std::uint64_t value = 0;

    constexpr Lba() noexcept = default;
    constexpr explicit Lba(std::uint64_t address) noexcept : value(address) {}
    constexpr auto operator<=>(const Lba &) const noexcept = default;

    constexpr Lba &operator+=(BlockCount count) noexcept {
        value += count.value;
        return *this;
    }
    friend constexpr Lba operator+(Lba at, BlockCount count) noexcept { return Lba(at.value + count.value); }
    friend constexpr Lba operator-(Lba at, BlockCount count) noexcept { return Lba(at.value - count.value); }
    friend constexpr BlockCount operator-(Lba end, Lba begin) noexcept { return BlockCount(end.value - begin.value); }
};

// True when [at, at + count) lies within a medium of `capacity` blocks; never wraps. A count of zero at the end fits.
[[nodiscard]] constexpr bool range_fits(Lba at, BlockCount count, BlockCount capacity) noexcept {
    return at.value <= capacity.value && count.value <= capacity.value - at.value;
}

} // namespace scsilo::scsi
