// SPDX-License-Identifier: Apache-2.0
// NexusIdentity: what names an I_T nexus over restarts: its initiator port's TransportID and its relative target port
// identifier (SPC-6 5.14.1).
#pragma once

#include "base/bytes.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scsilo::engine {

// An iSCSI TransportID with the longest name and an ISID, rounded up to a multiple of four (SPC-6 7.6.4.6).
inline constexpr std::size_t max_transport_id_bytes = 248;

// A whole TransportID in its one canonical form, so that equal ports have equal bytes.
class TransportIdBytes {
  public:
    constexpr TransportIdBytes() noexcept = default;

    // The canonical form of the first TransportID in `from`. Nothing: it is damaged, or it names an initiator device
    // and no port (iSCSI without ISID).
    [[nodiscard]] static std::optional<TransportIdBytes> parse(Bytes from) noexcept;
    // SAS, NAA 3h (locally assigned): the rest is made from the port's name alone, so that it outlives every restart.
    [[nodiscard]] static TransportIdBytes from_port_name(std::string_view name) noexcept;

    [[nodiscard]] constexpr Bytes bytes() const noexcept { return {bytes_.data(), length_bytes_}; }
    [[nodiscard]] constexpr std::uint8_t protocol() const noexcept { return bytes_[0] & 0x0F; }

    constexpr auto operator<=>(const TransportIdBytes &) const noexcept = default;

  private:
    std::array<std::uint8_t, max_transport_id_bytes> bytes_{}; // zeros behind the length
    std::uint16_t length_bytes_ = 0;
};

struct NexusIdentity {
    TransportIdBytes initiator_port;
    std::uint16_t target_port = 0; // RELATIVE TARGET PORT IDENTIFIER

    constexpr auto operator<=>(const NexusIdentity &) const noexcept = default;
};

} // namespace scsilo::engine
