// SPDX-License-Identifier: Apache-2.0
// TransportIDs in canonical form.
#include "engine/nexus_identity.h"

#include "scsi/transport_id.h"

namespace scsilo::engine {
namespace {

// FNV-1a with 64 bits.
constexpr std::uint64_t hash(std::string_view text) noexcept {
    std::uint64_t value = 0xCBF29CE484222325;
    for (const char c : text) {
        value = (value ^ static_cast<std::uint8_t>(c)) * 0x100000001B3;
    }
    return value;
}

} // namespace

std::optional<TransportIdBytes> TransportIdBytes::parse(Bytes from) noexcept {
    const auto id = scsi::parse_transport_id(from);
    if (!id) {
        return std::nullopt;
    }
    TransportIdBytes result;
    scsi::PageBuilder page(result.bytes_);
    switch (id->protocol) {
    case scsi::ProtocolIdentifier::fibre_channel:
        scsi::append_fibre_channel_transport_id(page, id->address);
        break;
    case scsi::ProtocolIdentifier::sas:
        scsi::append_sas_transport_id(page, id->address);
        break;
    case scsi::ProtocolIdentifier::srp:
        scsi::append_srp_transport_id(page, id->address_upper, id->address);
        break;
    case scsi::ProtocolIdentifier::iscsi:
        if (!id->isid || !scsi::append_iscsi_transport_id(page, id->iscsi_name, id->isid)) {
            return std::nullopt;
        }
        break;
    default:
        return std::nullopt;
    }
    result.length_bytes_ = static_cast<std::uint16_t>(page.length_bytes());
    return result;
}

TransportIdBytes TransportIdBytes::from_port_name(std::string_view name) noexcept {
    constexpr std::uint64_t locally_assigned = 0x3000000000000000;
    TransportIdBytes result;
    scsi::PageBuilder page(result.bytes_);
    scsi::append_sas_transport_id(page, locally_assigned | (hash(name) >> 4));
    result.length_bytes_ = static_cast<std::uint16_t>(page.length_bytes());
    return result;
}

} // namespace scsilo::engine
