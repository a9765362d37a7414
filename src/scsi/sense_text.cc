// SPDX-License-Identifier: Apache-2.0
// Sense data as one line of text, with T10's names from asc_codes.def.
#include "scsi/names.h"
#include "scsi/sense.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace scsilo::scsi {

namespace {

using Kind = SenseKeySpecific::Kind;

struct AscRow {
    std::uint16_t code;
    std::string_view text;
};

constexpr std::uint16_t key_of(std::uint8_t code, std::uint8_t qualifier) noexcept {
    return static_cast<std::uint16_t>(code * 256U + qualifier);
}

// clang-format off
constexpr AscRow asc_rows[] = {
#define SCSILO_ASC(code, qualifier, name, text) {key_of(code, qualifier), text},
#include "scsi/asc_codes.def"
#undef SCSILO_ASC
};
// clang-format on

static_assert(std::ranges::is_sorted(asc_rows, {}, &AscRow::code), "asc_codes.def: sorted by code and qualifier");
static_assert(std::ranges::adjacent_find(asc_rows, {}, &AscRow::code) == std::end(asc_rows),
              "asc_codes.def: a code twice");

void append_number(std::string &text, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    text.append(std::begin(digits), end);
}

void append_hex_byte(std::string &text, std::uint8_t byte) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    text += digits[byte >> 4];
    text += digits[byte & 0xFU];
}

void append_specific(std::string &text, const SenseKeySpecific &specific) {
    switch (specific.kind) {
    case Kind::none:
        return;
    case Kind::field_pointer:
        text += specific.in_cdb ? ", CDB byte " : ", parameter list byte ";
        break;
    case Kind::segment_pointer:
        text += specific.from_segment_start ? ", segment descriptor byte " : ", parameter list byte ";
        break;
    case Kind::actual_retry_count:
        text += ", retries ";
        break;
    case Kind::progress:
        text += ", progress ";
        append_number(text, std::uint64_t{specific.value} * 100 / 65536);
        text += " %";
        return;
    case Kind::unit_attention_overflow:
        text += specific.value != 0 ? ", unit attention conditions were lost" : "";
        return;
    }
    append_number(text, specific.value);
    if (specific.bit) {
        text += " bit ";
        append_number(text, *specific.bit);
    }
}

} // namespace

std::string_view additional_sense_name(AdditionalSense code) noexcept {
    const auto row = std::ranges::lower_bound(asc_rows, key_of(code.asc, code.ascq), {}, &AscRow::code);
    if (row != std::end(asc_rows) && row->code == key_of(code.asc, code.ascq)) {
        return row->text;
    }
    // Codes whose qualifier is a number of the device's own.
    switch (code.asc) {
    case 0x40:
        return "DIAGNOSTIC FAILURE ON COMPONENT";
    case 0x4D:
        return "TAGGED OVERLAPPED COMMANDS";
    case 0x70:
        return "DECOMPRESSION EXCEPTION SHORT ALGORITHM ID";
    default:
        return {};
    }
}

std::string to_text(const Sense &sense) {
    std::string text(name(sense.key));
    const std::string_view additional = additional_sense_name(sense.asc);
    text += ", ";
    text += additional.empty() ? "code without a T10 name" : additional;
    text += " (";
    append_hex_byte(text, sense.asc.asc);
    text += '/';
    append_hex_byte(text, sense.asc.ascq);
    text += ')';
    append_specific(text, sense.specific);
    if (sense.information_valid) {
        text += ", information ";
        append_number(text, sense.information);
    }
    if (sense.command_specific_valid) {
        text += ", command specific ";
        append_number(text, sense.command_specific);
    }
    text += sense.filemark ? ", filemark" : "";
    text += sense.eom ? ", end of medium" : "";
    text += sense.ili ? ", incorrect length" : "";
    text += sense.sdat_ovfl ? ", sense data overflow" : "";
    text += sense.deferred ? ", deferred" : "";
    return text;
}

} // namespace scsilo::scsi
