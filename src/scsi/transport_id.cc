// SPDX-License-Identifier: Apache-2.0
// TransportID encoding and parsing (SPC-6 7.6.4).
#include "scsi/transport_id.h"

#include <algorithm>

namespace scsilo::scsi {

namespace {

using format_code = Bits<0, 7, 6>;
using protocol_identifier = Bits<0, 3, 0>;
using n_port_name = Be<8, 8>;
using sas_address = Be<4, 8>;
using srp_upper = Be<8, 8>;
using srp_lower = Be<16, 8>;

// ADDITIONAL LENGTH counts from byte 4, is a multiple of four and at least 20.
struct Iscsi {
    using additional_length = Be<2, 2>;
    static constexpr std::size_t name_offset = 4;
    static constexpr std::size_t minimum_additional_length = 20;
    static constexpr std::string_view separator = ",i,0x";
    static constexpr std::size_t isid_digits = 12;
};

MutableBytes begin(PageBuilder &page, ProtocolIdentifier protocol, std::size_t length) noexcept {
    const MutableBytes bytes = page.zeros(length);
    if (!bytes.empty()) {
        protocol_identifier::set(bytes, static_cast<std::uint8_t>(protocol));
    }
    return bytes;
}

std::optional<unsigned> hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') {
        return static_cast<unsigned>(lower - 'a') + 10;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parse_isid(std::string_view digits) noexcept {
    if (digits.empty() || digits.size() > Iscsi::isid_digits) {
        return std::nullopt;
    }
    std::uint64_t isid = 0;
    for (const char c : digits) {
        const std::optional<unsigned> value = hex_value(c);
        if (!value) {
            return std::nullopt;
        }
        isid = isid * 16 + *value;
    }
    return isid;
}

std::optional<TransportId> parse_iscsi(Bytes from) noexcept {
    const std::size_t additional = Iscsi::additional_length::get(from);
    const std::size_t length = Iscsi::name_offset + additional;
    if (additional < Iscsi::minimum_additional_length || additional % 4 != 0 || from.size() < length) {
        return std::nullopt;
    }
    const Bytes text_bytes = from.subspan(Iscsi::name_offset, additional);
    const auto nul = std::ranges::find(text_bytes, std::uint8_t{0});
    if (nul == text_bytes.end()) {
        return std::nullopt;
    }
    const std::string_view text(reinterpret_cast<const char *>(text_bytes.data()),
                                static_cast<std::size_t>(nul - text_bytes.begin()));
    TransportId id;
    id.protocol = ProtocolIdentifier::iscsi;
    id.length_bytes = length;
    id.iscsi_name = text;
    if (format_code::get(from) == 1) {
        const std::size_t at = text.find(Iscsi::separator);
        if (at == std::string_view::npos) {
            return std::nullopt;
        }
        id.iscsi_name = text.substr(0, at);
        id.isid = parse_isid(text.substr(at + Iscsi::separator.size()));
        if (!id.isid) {
            return std::nullopt;
        }
    }
    if (id.iscsi_name.empty() || id.iscsi_name.size() > maximum_iscsi_name_bytes) {
        return std::nullopt;
    }
    return id;
}

} // namespace

void append_fibre_channel_transport_id(PageBuilder &page, std::uint64_t name) noexcept {
    if (const MutableBytes to = begin(page, ProtocolIdentifier::fibre_channel, transport_id_length_bytes);
        !to.empty()) {
        n_port_name::set(to, name);
    }
}

void append_sas_transport_id(PageBuilder &page, std::uint64_t address) noexcept {
    if (const MutableBytes to = begin(page, ProtocolIdentifier::sas, transport_id_length_bytes); !to.empty()) {
        sas_address::set(to, address);
    }
}

void append_srp_transport_id(PageBuilder &page, std::uint64_t upper, std::uint64_t lower) noexcept {
    if (const MutableBytes to = begin(page, ProtocolIdentifier::srp, transport_id_length_bytes); !to.empty()) {
        srp_upper::set(to, upper);
        srp_lower::set(to, lower);
    }
}

bool append_iscsi_transport_id(PageBuilder &page, std::string_view name, std::optional<std::uint64_t> isid) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    if (name.empty() || name.size() > maximum_iscsi_name_bytes) {
        return false;
    }
    const std::size_t text_bytes = name.size() + (isid ? Iscsi::separator.size() + Iscsi::isid_digits : 0);
    // The NUL at the end, then up to a multiple of four.
    const std::size_t additional = std::max((text_bytes / 4 + 1) * 4, Iscsi::minimum_additional_length);
    const MutableBytes to = begin(page, ProtocolIdentifier::iscsi, Iscsi::name_offset + additional);
    if (to.empty()) {
        return false;
    }
    format_code::set(to, isid ? 1 : 0);
    Iscsi::additional_length::set(to, additional);
    auto at = std::ranges::copy(name, to.begin() + Iscsi::name_offset).out;
    if (isid) {
        at = std::ranges::copy(Iscsi::separator, at).out;
        for (std::size_t i = 0; i < Iscsi::isid_digits; ++i) {
            const std::size_t shift = 4 * (Iscsi::isid_digits - 1 - i);
            *at++ = static_cast<std::uint8_t>(digits[*isid >> shift & 0xF]);
        }
    }
    return true;
}

std::optional<TransportId> parse_transport_id(Bytes from) noexcept {
    if (from.size() < transport_id_length_bytes) {
        return std::nullopt;
    }
    TransportId id;
    id.protocol = static_cast<ProtocolIdentifier>(protocol_identifier::get(from));
    id.length_bytes = transport_id_length_bytes;
    const std::uint8_t format = format_code::get(from);
    if (format > (id.protocol == ProtocolIdentifier::iscsi ? 1 : 0)) {
        return std::nullopt;
    }
    switch (id.protocol) {
    case ProtocolIdentifier::fibre_channel:
        id.address = n_port_name::get(from);
        return id;
    case ProtocolIdentifier::sas:
        id.address = sas_address::get(from);
        return id;
    case ProtocolIdentifier::srp:
        id.address_upper = srp_upper::get(from);
        id.address = srp_lower::get(from);
        return id;
    case ProtocolIdentifier::iscsi:
        return parse_iscsi(from);
    default:
        return std::nullopt;
    }
}

} // namespace scsilo::scsi
