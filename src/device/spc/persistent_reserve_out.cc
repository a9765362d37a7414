// SPDX-License-Identifier: Apache-2.0
// PERSISTENT RESERVE OUT: its parameter list; the engine decides the rest (SPC-6 6.20).
#include "device/spc/reservation_commands.h"
#include "engine/logical_unit.h"
#include "scsi/cdb_spc.h"
#include "scsi/transport_id.h"

namespace scsilo::spc {
namespace {

using engine::ReserveOutAction;
using engine::ReserveOutRequest;
using scsi::Sense;
using Cdb = scsi::PersistentReserveOut;

// SPC-6 6.20.2. TRANSPORTIDs follow with SPEC_I_PT.
struct BasicList {
    static constexpr std::size_t length_bytes = 24;
    using reservation_key = scsi::Be<0, 8>;
    using service_action_reservation_key = scsi::Be<8, 8>;
    using spec_i_pt = scsi::Bits<20, 3, 3>;
    using all_tg_pt = scsi::Bits<20, 2, 2>;
    using aptpl = scsi::Bits<20, 0, 0>;
    using transport_ids_length = scsi::Be<24, 4>;
    static constexpr std::size_t transport_ids_offset = 28;
};

// SPC-6 6.20.3
struct MoveList {
    using unreg = scsi::Bits<17, 1, 1>;
    using aptpl = scsi::Bits<17, 0, 0>;
    using relative_target_port_identifier = scsi::Be<18, 2>;
    using transport_id_length = scsi::Be<20, 4>;
    static constexpr std::size_t transport_id_offset = 24;
};

// One TransportID at `offset`; appended to the request. Its protocol has to be the target port's.
Result<std::size_t, Sense> take_port(Bytes list, std::size_t offset, std::uint8_t protocol,
                                     ReserveOutRequest &request) {
    const auto place = static_cast<std::uint16_t>(offset);
    const Bytes rest = list.subspan(offset);
    const auto parsed = scsi::parse_transport_id(rest);
    const auto id = engine::TransportIdBytes::parse(rest);
    if (!parsed || !id || id->protocol() != protocol) {
        return fail(Sense::invalid_field_in_parameter_list(place));
    }
    request.ports.push_back({*id, place});
    return parsed->length_bytes;
}

Result<void, Sense> take_ports(Bytes list, std::size_t offset, std::uint8_t protocol, ReserveOutRequest &request) {
    while (offset < list.size()) {
        const auto length = take_port(list, offset, protocol, request);
        if (!length) {
            return fail(length.error());
        }
        offset += *length;
    }
    return {};
}

Result<void, Sense> parse_basic(Bytes list, std::uint8_t protocol, ReserveOutRequest &request) {
    request.spec_i_pt = BasicList::spec_i_pt::get(list) != 0;
    request.all_tg_pt = BasicList::all_tg_pt::get(list) != 0;
    request.aptpl = BasicList::aptpl::get(list) != 0;
    const bool with_ports = request.spec_i_pt && request.action == ReserveOutAction::register_key;
    if (!with_ports) {
        // What SPEC_I_PT means elsewhere is refused later, for the bit; without it there is one length.
        return request.spec_i_pt || list.size() == BasicList::length_bytes ? Result<void, Sense>()
                                                                           : fail(Sense::parameter_list_length_error());
    }
    if (list.size() < BasicList::transport_ids_offset ||
        BasicList::transport_ids_length::get(list) != list.size() - BasicList::transport_ids_offset) {
        return fail(Sense::parameter_list_length_error());
    }
    return take_ports(list, BasicList::transport_ids_offset, protocol, request);
}

Result<void, Sense> parse_move(Bytes list, std::uint8_t protocol, ReserveOutRequest &request) {
    request.unregister = MoveList::unreg::get(list) != 0;
    request.aptpl = MoveList::aptpl::get(list) != 0;
    request.move_to_target_port = MoveList::relative_target_port_identifier::get(list);
    const std::size_t length = MoveList::transport_id_length::get(list);
    if (length != list.size() - MoveList::transport_id_offset) {
        return fail(Sense::parameter_list_length_error());
    }
    if (const auto taken = take_port(list, MoveList::transport_id_offset, protocol, request); !taken) {
        return fail(taken.error());
    } else if (*taken != length) {
        return fail(Sense::invalid_field_in_parameter_list(20));
    }
    return {};
}

Result<ReserveOutRequest, Sense> parse(const scsi::Cdb &cdb, Bytes list, std::uint8_t protocol) {
    ReserveOutRequest request;
    request.action = static_cast<ReserveOutAction>(cdb.get<Cdb::service_action>());
    request.scope = cdb.get<Cdb::scope>();
    request.type = cdb.get<Cdb::type>();
    if (list.size() < BasicList::length_bytes) {
        return fail(Sense::parameter_list_length_error());
    }
    request.key = BasicList::reservation_key::get(list);
    request.service_action_key = BasicList::service_action_reservation_key::get(list);
    const auto parsed = request.action == ReserveOutAction::register_and_move ? parse_move(list, protocol, request)
                                                                              : parse_basic(list, protocol, request);
    if (!parsed) {
        return fail(parsed.error());
    }
    return request;
}

} // namespace

loop::Op<void> persistent_reserve_out(engine::DeviceServer &device, engine::Command &command) {
    engine::LogicalUnit &unit = device.unit();
    if (unit.reservations().legacy_held()) { // whatever the parameter list says (SAM-6 5.3.3)
        co_await fail(scsi::Status::reservation_conflict);
    }
    const auto list = command.parameter_list(unit.scratch(), static_cast<std::size_t>(command.length_field()));
    if (!list) {
        co_await fail(Sense{list.error()});
    }
    auto request = parse(command.cdb(), *list, command.itl().nexus().identity().initiator_port.protocol());
    if (!request) {
        co_await fail(Sense{request.error()});
    }
    co_await unit.reservations().reserve_out(command, *request);
}

} // namespace scsilo::spc
