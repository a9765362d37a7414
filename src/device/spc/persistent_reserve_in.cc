// SPDX-License-Identifier: Apache-2.0
// PERSISTENT RESERVE IN: keys, the reservation, capabilities, full status (SPC-6 6.19).
#include "device/spc/reservation_commands.h"
#include "engine/logical_unit.h"
#include "scsi/field.h"

namespace scsilo::spc {
namespace {

using engine::PersistentReservation;
using engine::Registrant;
using Answer = Result<void, scsi::Sense>;

constexpr std::size_t header_bytes = 8;

// Parameter data may be longer than the largest ALLOCATION LENGTH: what lies beyond the buffer is counted and dropped.
class Page {
  public:
    explicit Page(MutableBytes buffer) noexcept : buffer_(buffer) {}

    void append(Bytes bytes) noexcept {
        const std::size_t room = length_bytes_ < buffer_.size() ? buffer_.size() - length_bytes_ : 0;
        std::copy_n(bytes.begin(), std::min(room, bytes.size()),
                    buffer_.begin() + static_cast<std::ptrdiff_t>(std::min(length_bytes_, buffer_.size())));
        length_bytes_ += bytes.size();
    }
    [[nodiscard]] std::size_t length_bytes() const noexcept { return length_bytes_; }
    [[nodiscard]] Bytes data() const noexcept { return buffer_.first(std::min(length_bytes_, buffer_.size())); }

  private:
    MutableBytes buffer_;
    std::size_t length_bytes_ = 0;
};

using generation = scsi::Be<0, 4>;
using additional_length = scsi::Be<4, 4>;

// PRGENERATION and ADDITIONAL LENGTH, then what `fill` appends.
template <class Fill> Answer reply(engine::DeviceServer &device, engine::Command &command, Fill fill) {
    engine::LogicalUnit &unit = device.unit();
    if (unit.reservations().legacy_held()) {
        command.status = scsi::Status::reservation_conflict;
        return {};
    }
    const PersistentReservation &state = unit.reservations().persistent();
    const MutableBytes buffer = unit.scratch();
    Page page(buffer);
    const std::array<std::uint8_t, header_bytes> blank{};
    page.append(blank);
    fill(state, page);
    generation::set(buffer, state.generation);
    additional_length::set(buffer, static_cast<std::uint32_t>(page.length_bytes() - header_bytes));
    command.reply(page.data());
    return {};
}

} // namespace

Answer read_keys(engine::DeviceServer &device, engine::Command &command) {
    return reply(device, command, [](const PersistentReservation &state, Page &page) {
        for (const Registrant &one : state.registrants) {
            std::array<std::uint8_t, 8> key{};
            scsi::Be<0, 8>::set(key, one.key);
            page.append(key);
        }
    });
}

Answer read_reservation(engine::DeviceServer &device, engine::Command &command) {
    return reply(device, command, [](const PersistentReservation &state, Page &page) {
        if (state.type) {
            std::array<std::uint8_t, 16> descriptor{};
            scsi::Be<0, 8>::set(descriptor, state.holder_key());
            scsi::Bits<13, 3, 0>::set(descriptor, static_cast<std::uint8_t>(*state.type)); // SCOPE stays 0: LU_SCOPE
            page.append(descriptor);
        }
    });
}

Answer read_full_status(engine::DeviceServer &device, engine::Command &command) {
    return reply(device, command, [](const PersistentReservation &state, Page &page) {
        for (const Registrant &one : state.registrants) {
            const Bytes transport_id = one.nexus.initiator_port.bytes();
            std::array<std::uint8_t, 24> descriptor{};
            scsi::Be<0, 8>::set(descriptor, one.key);
            if (state.is_holder(one)) {
                scsi::Bits<12, 0, 0>::set(descriptor, 1); // R_HOLDER
                scsi::Bits<13, 3, 0>::set(descriptor, static_cast<std::uint8_t>(*state.type));
            }
            scsi::Be<18, 2>::set(descriptor, one.nexus.target_port);
            scsi::Be<20, 4>::set(descriptor, static_cast<std::uint32_t>(transport_id.size()));
            page.append(descriptor);
            page.append(transport_id);
        }
    });
}

Answer report_capabilities(engine::DeviceServer &device, engine::Command &command) {
    using length = scsi::Be<0, 2>;
    using crh = scsi::Bits<2, 4, 4>;
    using sip_c = scsi::Bits<2, 3, 3>;
    using atp_c = scsi::Bits<2, 2, 2>;
    using ptpl_c = scsi::Bits<2, 0, 0>;
    using tmv = scsi::Bits<3, 7, 7>;
    using allow_commands = scsi::Bits<3, 6, 4>;
    using ptpl_a = scsi::Bits<3, 0, 0>;
    // TEST UNIT READY and REPORT SUPPORTED … pass every type; MODE SENSE and its kin pass write exclusive.
    constexpr std::uint8_t allowed_as_in_our_rows = 5;

    const engine::Reservations &reservations = device.unit().reservations();
    if (reservations.legacy_held()) {
        command.status = scsi::Status::reservation_conflict;
        return {};
    }
    std::array<std::uint8_t, 8> page{};
    length::set(page, page.size());
    crh::set(page, 1);
    sip_c::set(page, 1);
    atp_c::set(page, 1);
    ptpl_c::set(page, reservations.survives_power_loss() ? 1 : 0);
    tmv::set(page, 1);
    allow_commands::set(page, allowed_as_in_our_rows);
    ptpl_a::set(page, reservations.persistent().aptpl ? 1 : 0);
    for (const engine::ReservationType type :
         engine::all_reservation_types) { // bit 0 of byte 4 is type 0, byte 5 begins with 8
        const auto code = static_cast<unsigned>(type);
        page[4 + code / 8] = static_cast<std::uint8_t>(page[4 + code / 8] | 1U << code % 8);
    }
    command.reply(page);
    return {};
}

} // namespace scsilo::spc
