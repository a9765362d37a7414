// SPDX-License-Identifier: Apache-2.0
// Sense data on the wire: fixed format (SPC-6 4.4.3) and descriptor format (SPC-6 4.4.2).
#include "scsi/sense.h"

#include "scsi/page_builder.h"

#include <algorithm>
#include <array>

namespace scsilo::scsi {

namespace {

using Kind = SenseKeySpecific::Kind;

constexpr std::uint8_t response_fixed = 0x70;
constexpr std::uint8_t response_descriptor = 0x72;

using response_code = Bits<0, 6, 0>;

struct Fixed {
    using valid = Bits<0, 7, 7>;
    using filemark = Bits<2, 7, 7>;
    using eom = Bits<2, 6, 6>;
    using ili = Bits<2, 5, 5>;
    using sdat_ovfl = Bits<2, 4, 4>;
    using sense_key = Bits<2, 3, 0>;
    using information = Be<3, 4>;
    using additional_sense_length = Be<7, 1>;
    using command_specific = Be<8, 4>;
    using asc = Be<12, 1>;
    using ascq = Be<13, 1>;
    static constexpr std::size_t specific_offset = 15;
};

struct Header {
    using sense_key = Bits<1, 3, 0>;
    using asc = Be<2, 1>;
    using ascq = Be<3, 1>;
    using sdat_ovfl = Bits<4, 7, 7>;
    using additional_sense_length = Be<7, 1>;
    static constexpr std::size_t length_bytes = 8;
};

enum class DescriptorType : std::uint8_t {
    information = 0x00,
    command_specific = 0x01,
    sense_key_specific = 0x02,
    stream_commands = 0x04,
    block_commands = 0x05,
};

struct Descriptor {
    using type = Be<0, 1>;
    using additional_length = Be<1, 1>;
    // Information and command-specific information
    using valid = Bits<2, 7, 7>;
    using number = Be<4, 8>;
    // Stream commands; block commands have ILI alone, at the same place
    using filemark = Bits<3, 7, 7>;
    using eom = Bits<3, 6, 6>;
    using ili = Bits<3, 5, 5>;
    static constexpr std::size_t header_bytes = 2;
    static constexpr std::size_t specific_offset = 4;
};

// The three SENSE KEY SPECIFIC bytes, the same in both formats (SPC-6 4.4.2.4).
struct Specific {
    using sksv = Bits<0, 7, 7>;
    using command_data = Bits<0, 6, 6>;
    using segment_descriptor = Bits<0, 5, 5>;
    using bpv = Bits<0, 3, 3>;
    using bit_pointer = Bits<0, 2, 0>;
    using overflow = Bits<0, 0, 0>;
    using value = Be<1, 2>;
    static constexpr std::size_t length_bytes = 3;
};

void encode_specific(const SenseKeySpecific &specific, MutableBytes to) noexcept {
    if (specific.kind == Kind::none) {
        return;
    }
    Specific::sksv::set(to, 1);
    if (specific.kind == Kind::unit_attention_overflow) {
        Specific::overflow::set(to, specific.value != 0 ? 1 : 0);
        return;
    }
    Specific::value::set(to, specific.value);
    const bool points = specific.kind == Kind::field_pointer || specific.kind == Kind::segment_pointer;
    if (specific.kind == Kind::field_pointer) {
        Specific::command_data::set(to, specific.in_cdb ? 1 : 0);
    }
    if (specific.kind == Kind::segment_pointer) {
        Specific::segment_descriptor::set(to, specific.from_segment_start ? 1 : 0);
    }
    if (points && specific.bit) {
        Specific::bpv::set(to, 1);
        Specific::bit_pointer::set(to, *specific.bit & 7U);
    }
}

Kind kind_for(SenseKey key) noexcept {
    switch (key) {
    case SenseKey::illegal_request:
        return Kind::field_pointer;
    case SenseKey::recovered_error:
    case SenseKey::medium_error:
    case SenseKey::hardware_error:
        return Kind::actual_retry_count;
    case SenseKey::no_sense:
    case SenseKey::not_ready:
        return Kind::progress;
    case SenseKey::copy_aborted:
        return Kind::segment_pointer;
    case SenseKey::unit_attention:
        return Kind::unit_attention_overflow;
    default:
        return Kind::none;
    }
}

SenseKeySpecific decode_specific(SenseKey key, Bytes from) noexcept {
    SenseKeySpecific specific;
    if (!Specific::sksv::get(from)) {
        return specific;
    }
    specific.kind = kind_for(key);
    if (specific.kind == Kind::none) {
        return specific;
    }
    if (specific.kind == Kind::unit_attention_overflow) {
        specific.value = Specific::overflow::get(from) ? 1 : 0;
        return specific;
    }
    specific.value = Specific::value::get(from);
    const bool points = specific.kind == Kind::field_pointer || specific.kind == Kind::segment_pointer;
    specific.in_cdb = specific.kind == Kind::field_pointer && Specific::command_data::get(from);
    specific.from_segment_start = specific.kind == Kind::segment_pointer && Specific::segment_descriptor::get(from);
    if (points && Specific::bpv::get(from)) {
        specific.bit = Specific::bit_pointer::get(from);
    }
    return specific;
}

MutableBytes append_descriptor(PageBuilder &page, DescriptorType type, std::size_t length) noexcept {
    const MutableBytes descriptor = page.zeros(length);
    Descriptor::type::set(descriptor, static_cast<std::uint8_t>(type));
    Descriptor::additional_length::set(descriptor, length - Descriptor::header_bytes);
    return descriptor;
}

void append_descriptors(const Sense &sense, PageBuilder &page) noexcept {
    if (sense.information_valid) {
        const MutableBytes descriptor = append_descriptor(page, DescriptorType::information, 12);
        Descriptor::valid::set(descriptor, 1);
        Descriptor::number::set(descriptor, sense.information);
    }
    if (sense.command_specific_valid) {
        const MutableBytes descriptor = append_descriptor(page, DescriptorType::command_specific, 12);
        Descriptor::number::set(descriptor, sense.command_specific);
    }
    if (sense.specific.kind != Kind::none) {
        const MutableBytes descriptor = append_descriptor(page, DescriptorType::sense_key_specific, 8);
        encode_specific(sense.specific, descriptor.subspan(Descriptor::specific_offset, Specific::length_bytes));
    }
    if (sense.filemark || sense.eom || sense.stream_commands) {
        const MutableBytes descriptor = append_descriptor(page, DescriptorType::stream_commands, 4);
        Descriptor::filemark::set(descriptor, sense.filemark ? 1 : 0);
        Descriptor::eom::set(descriptor, sense.eom ? 1 : 0);
        Descriptor::ili::set(descriptor, sense.ili ? 1 : 0);
    } else if (sense.ili) {
        Descriptor::ili::set(append_descriptor(page, DescriptorType::block_commands, 4), 1);
    }
}

void decode_descriptor(Sense &sense, Bytes descriptor) noexcept {
    const auto type = static_cast<DescriptorType>(Descriptor::type::get(descriptor));
    switch (type) {
    case DescriptorType::information:
        if (descriptor.size() >= Descriptor::number::end && Descriptor::valid::get(descriptor)) {
            sense.information = Descriptor::number::get(descriptor);
            sense.information_valid = true;
        }
        break;
    case DescriptorType::command_specific:
        if (descriptor.size() >= Descriptor::number::end) {
            sense.command_specific = Descriptor::number::get(descriptor);
            sense.command_specific_valid = true;
        }
        break;
    case DescriptorType::sense_key_specific:
        if (descriptor.size() >= Descriptor::specific_offset + Specific::length_bytes) {
            sense.specific = decode_specific(sense.key, descriptor.subspan(Descriptor::specific_offset));
        }
        break;
    case DescriptorType::stream_commands:
    case DescriptorType::block_commands:
        if (descriptor.size() >= Descriptor::ili::end) {
            sense.stream_commands = type == DescriptorType::stream_commands;
            sense.filemark = sense.stream_commands && Descriptor::filemark::get(descriptor);
            sense.eom = sense.stream_commands && Descriptor::eom::get(descriptor);
            sense.ili = Descriptor::ili::get(descriptor);
        }
        break;
    }
}

std::optional<Sense> decode_descriptor_format(Bytes from) noexcept {
    if (from.size() < Header::ascq::end) {
        return std::nullopt;
    }
    Sense sense;
    sense.key = static_cast<SenseKey>(Header::sense_key::get(from));
    sense.asc = {Header::asc::get(from), Header::ascq::get(from)};
    if (from.size() < Header::length_bytes) {
        return sense;
    }
    sense.sdat_ovfl = Header::sdat_ovfl::get(from);
    const std::size_t told = Header::additional_sense_length::get(from);
    Bytes rest = from.subspan(Header::length_bytes);
    rest = rest.first(std::min(rest.size(), told));
    while (rest.size() >= Descriptor::header_bytes) {
        const std::size_t length = Descriptor::header_bytes + Descriptor::additional_length::get(rest);
        if (length > rest.size()) {
            break; // cut off by an allocation length
        }
        decode_descriptor(sense, rest.first(length));
        rest = rest.subspan(length);
    }
    return sense;
}

std::optional<Sense> decode_fixed_format(Bytes from) noexcept {
    if (from.size() < Fixed::information::end) {
        return std::nullopt;
    }
    Sense sense;
    sense.key = static_cast<SenseKey>(Fixed::sense_key::get(from));
    sense.filemark = Fixed::filemark::get(from);
    sense.eom = Fixed::eom::get(from);
    sense.ili = Fixed::ili::get(from);
    sense.sdat_ovfl = Fixed::sdat_ovfl::get(from);
    sense.stream_commands = sense.filemark || sense.eom;
    if (Fixed::valid::get(from)) {
        sense.information = Fixed::information::get(from);
        sense.information_valid = true;
    }
    if (from.size() < Fixed::additional_sense_length::end) {
        return sense;
    }
    from = from.first(
        std::min(from.size(), Fixed::additional_sense_length::end + Fixed::additional_sense_length::get(from)));
    if (from.size() >= Fixed::command_specific::end && Fixed::command_specific::get(from) != 0) {
        sense.command_specific = Fixed::command_specific::get(from);
        sense.command_specific_valid = true;
    }
    if (from.size() >= Fixed::ascq::end) {
        sense.asc = {Fixed::asc::get(from), Fixed::ascq::get(from)};
    }
    if (from.size() >= Fixed::specific_offset + Specific::length_bytes) {
        sense.specific = decode_specific(sense.key, from.subspan(Fixed::specific_offset));
    }
    return sense;
}

std::size_t copy_out(Bytes from, MutableBytes to) noexcept {
    const std::size_t count = std::min(from.size(), to.size());
    std::copy_n(from.begin(), count, to.begin());
    return count;
}

} // namespace

std::size_t encode_fixed(const Sense &sense, MutableBytes to) noexcept {
    std::array<std::uint8_t, fixed_sense_length_bytes> bytes{};
    const MutableBytes data(bytes);
    response_code::set(data, response_fixed + (sense.deferred ? 1U : 0U));
    if (sense.information_valid && sense.information <= Fixed::information::maximum) {
        Fixed::valid::set(data, 1);
        Fixed::information::set(data, sense.information);
    }
    Fixed::filemark::set(data, sense.filemark ? 1 : 0);
    Fixed::eom::set(data, sense.eom ? 1 : 0);
    Fixed::ili::set(data, sense.ili ? 1 : 0);
    Fixed::sdat_ovfl::set(data, sense.sdat_ovfl ? 1 : 0);
    Fixed::sense_key::set(data, static_cast<std::uint8_t>(sense.key));
    Fixed::additional_sense_length::set(data, fixed_sense_length_bytes - Fixed::additional_sense_length::end);
    if (sense.command_specific_valid && sense.command_specific <= Fixed::command_specific::maximum) {
        Fixed::command_specific::set(data, sense.command_specific);
    }
    Fixed::asc::set(data, sense.asc.asc);
    Fixed::ascq::set(data, sense.asc.ascq);
    encode_specific(sense.specific, data.subspan(Fixed::specific_offset));
    return copy_out(data, to);
}

std::size_t encode_descriptor(const Sense &sense, MutableBytes to) noexcept {
    std::array<std::uint8_t, maximum_descriptor_sense_length_bytes> bytes{};
    PageBuilder page(bytes);
    const MutableBytes header = page.zeros(Header::length_bytes);
    response_code::set(header, response_descriptor + (sense.deferred ? 1U : 0U));
    Header::sense_key::set(header, static_cast<std::uint8_t>(sense.key));
    Header::asc::set(header, sense.asc.asc);
    Header::ascq::set(header, sense.asc.ascq);
    Header::sdat_ovfl::set(header, sense.sdat_ovfl ? 1 : 0);
    append_descriptors(sense, page);
    Header::additional_sense_length::set(header, page.length_bytes() - Header::length_bytes);
    return copy_out(page.data(), to);
}

std::optional<Sense> decode(Bytes from) noexcept {
    if (from.empty()) {
        return std::nullopt;
    }
    const std::uint8_t code = response_code::get(from);
    std::optional<Sense> sense;
    if ((code & ~1U) == response_fixed) {
        sense = decode_fixed_format(from);
    } else if ((code & ~1U) == response_descriptor) {
        sense = decode_descriptor_format(from);
    }
    if (sense) {
        sense->deferred = (code & 1U) != 0;
    }
    return sense;
}

} // namespace scsilo::scsi
