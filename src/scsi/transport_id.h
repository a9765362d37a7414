// SPDX-License-Identifier: Apache-2.0
// TransportIDs: the name of an initiator port on the wire, in the formats of SPC-6 7.6.4.
#pragma once

#include "scsi/page_builder.h"
#include "scsi/protocol.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace scsilo::scsi {

// Every TransportID but iSCSI's has this length.
inline constexpr std::size_t transport_id_length_bytes = 24;
// RFC 7143 4.2.7.1
inline constexpr std::size_t maximum_iscsi_name_bytes = 223;

// Each appends one whole TransportID or nothing (the builder overflowed).
void append_fibre_channel_transport_id(PageBuilder &page, std::uint64_t n_port_name) noexcept;
void append_sas_transport_id(PageBuilder &page, std::uint64_t sas_address) noexcept;
// INITIATOR PORT IDENTIFIER of 16 bytes, as its upper and lower half.
void append_srp_transport_id(PageBuilder &page, std::uint64_t upper, std::uint64_t lower) noexcept;
// Format 00b names the initiator device; with an ISID (48 bits) format 01b names the port. An empty or too long name
// appends nothing and returns false.
bool append_iscsi_transport_id(PageBuilder &page, std::string_view name,
                               std::optional<std::uint64_t> isid = std::nullopt) noexcept;

// Points into the bytes it was parsed from.
struct TransportId {
    ProtocolIdentifier protocol = ProtocolIdentifier::none;
    std::size_t length_bytes = 0;    // of the whole TransportID: the next one of a list starts there
    std::uint64_t address = 0;       // N_Port_Name, SAS address, or the lower half of SRP's identifier
    std::uint64_t address_upper = 0; // the upper half of SRP's identifier
    std::string_view iscsi_name = {};
    std::optional<std::uint64_t> isid = std::nullopt;

    bool operator==(const TransportId &) const = default;
};

// The first TransportID in `from`; nothing for another protocol, a wrong format code, or bytes that end too early.
[[nodiscard]] std::optional<TransportId> parse_transport_id(Bytes from) noexcept;

} // namespace scsilo::scsi
