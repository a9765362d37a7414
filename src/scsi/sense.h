// SPDX-License-Identifier: Apache-2.0
// Sense: why a command did not end with GOOD, as a value; its fixed and descriptor formats (SPC-6 4.4).
#pragma once

#include "base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace scsilo::scsi {

// SPC-6 table 28
enum class SenseKey : std::uint8_t {
    no_sense = 0x0,
    recovered_error = 0x1,
    not_ready = 0x2,
    medium_error = 0x3,
    hardware_error = 0x4,
    illegal_request = 0x5,
    unit_attention = 0x6,
    data_protect = 0x7,
    blank_check = 0x8,
    vendor_specific = 0x9,
    copy_aborted = 0xA,
    aborted_command = 0xB,
    reserved = 0xC,
    volume_overflow = 0xD,
    miscompare = 0xE,
    completed = 0xF,
};

struct AdditionalSense {
    std::uint8_t asc = 0;
    std::uint8_t ascq = 0;

    constexpr bool operator==(const AdditionalSense &) const noexcept = default;
};

// One constant per row of asc_codes.def, named as T10 names it.
namespace asc {
#define SCSILO_ASC(code, qualifier, name, text) inline constexpr AdditionalSense name{code, qualifier};
#include "scsi/asc_codes.def"
#undef SCSILO_ASC

// Short forms of long T10 names.
inline constexpr AdditionalSense lba_out_of_range = logical_block_address_out_of_range;
inline constexpr AdditionalSense scsi_bus_reset = scsi_bus_reset_occurred;
} // namespace asc

// What the three SENSE KEY SPECIFIC bytes hold (SPC-6 4.4.2.4); the sense key decides which of them may appear.
struct SenseKeySpecific {
    enum class Kind : std::uint8_t {
        none,
        field_pointer,           // ILLEGAL REQUEST
        actual_retry_count,      // RECOVERED, MEDIUM and HARDWARE ERROR
        progress,                // NO SENSE, NOT READY
        segment_pointer,         // COPY ABORTED
        unit_attention_overflow, // UNIT ATTENTION: older conditions were lost
    };

    Kind kind = Kind::none;
    bool in_cdb = false;                            // field pointer: the CDB rather than the parameter list
    bool from_segment_start = false;                // segment pointer: SD bit
    std::optional<std::uint8_t> bit = std::nullopt; // field and segment pointer: the bit in error, 7..0
    std::uint16_t value = 0; // byte number, retry count, or progress in 65536ths; overflow: 0 or 1

    constexpr bool operator==(const SenseKeySpecific &) const noexcept = default;
};

// Carries no memory of its own and copies like an integer: the error type of every handler.
struct Sense {
    std::uint64_t information = 0;      // meaningful while information_valid
    std::uint64_t command_specific = 0; // meaningful while command_specific_valid
    SenseKeySpecific specific = {};
    SenseKey key = SenseKey::no_sense;
    AdditionalSense asc = {};
    bool information_valid = false;
    bool command_specific_valid = false;
    bool deferred = false; // response codes 71h/73h
    bool filemark = false;
    bool eom = false;
    bool ili = false;
    bool sdat_ovfl = false;
    // Set by tape: ILI alone then travels in the stream commands descriptor instead of the block commands descriptor.
    bool stream_commands = false;

    constexpr bool operator==(const Sense &) const noexcept = default;

    using Bit = std::optional<std::uint8_t>;

    [[nodiscard]] static constexpr Sense of(SenseKey sense_key, AdditionalSense code) noexcept {
        Sense sense;
        sense.key = sense_key;
        sense.asc = code;
        return sense;
    }
    [[nodiscard]] static constexpr Sense no_sense() noexcept { return {}; }
    [[nodiscard]] static constexpr Sense recovered_error(AdditionalSense code) noexcept {
        return of(SenseKey::recovered_error, code);
    }
    [[nodiscard]] static constexpr Sense not_ready(AdditionalSense code) noexcept {
        return of(SenseKey::not_ready, code);
    }
    [[nodiscard]] static constexpr Sense medium_error(AdditionalSense code) noexcept {
        return of(SenseKey::medium_error, code);
    }
    [[nodiscard]] static constexpr Sense medium_error(AdditionalSense code, std::uint64_t lba) noexcept {
        return medium_error(code).with_information(lba);
    }
    [[nodiscard]] static constexpr Sense hardware_error(AdditionalSense code) noexcept {
        return of(SenseKey::hardware_error, code);
    }
    [[nodiscard]] static constexpr Sense illegal_request(AdditionalSense code) noexcept {
        return of(SenseKey::illegal_request, code);
    }
    [[nodiscard]] static constexpr Sense unit_attention(AdditionalSense code) noexcept {
        return of(SenseKey::unit_attention, code);
    }
    [[nodiscard]] static constexpr Sense data_protect(AdditionalSense code) noexcept {
        return of(SenseKey::data_protect, code);
    }
    [[nodiscard]] static constexpr Sense blank_check(AdditionalSense code) noexcept {
        return of(SenseKey::blank_check, code);
    }
    [[nodiscard]] static constexpr Sense aborted_command(AdditionalSense code) noexcept {
        return of(SenseKey::aborted_command, code);
    }
    [[nodiscard]] static constexpr Sense volume_overflow(AdditionalSense code) noexcept {
        return of(SenseKey::volume_overflow, code);
    }

    // `byte` is the first byte of the field in error, `bit` its leftmost bit when the field is not whole bytes.
    [[nodiscard]] static constexpr Sense invalid_field_in_cdb(std::uint16_t byte, Bit bit = std::nullopt) noexcept {
        return illegal_request(asc::invalid_field_in_cdb).with_field_pointer(true, byte, bit);
    }
    [[nodiscard]] static constexpr Sense invalid_field_in_parameter_list(std::uint16_t byte,
                                                                         Bit bit = std::nullopt) noexcept {
        return illegal_request(asc::invalid_field_in_parameter_list).with_field_pointer(false, byte, bit);
    }
    // The field pointer names byte 0, the OPERATION CODE.
    [[nodiscard]] static constexpr Sense invalid_operation_code() noexcept {
        return illegal_request(asc::invalid_command_operation_code).with_field_pointer(true, 0, std::nullopt);
    }
    [[nodiscard]] static constexpr Sense parameter_list_length_error() noexcept {
        return illegal_request(asc::parameter_list_length_error);
    }
    // SBC-4 4.21: INFORMATION holds the first address that is out of range.
    [[nodiscard]] static constexpr Sense lba_out_of_range(std::uint64_t lba) noexcept {
        return illegal_request(asc::lba_out_of_range).with_information(lba);
    }
    // `offset`: of the first byte that differs, from the start of the Data-Out Buffer.
    [[nodiscard]] static constexpr Sense miscompare(std::uint64_t offset) noexcept {
        return of(SenseKey::miscompare, asc::miscompare_during_verify_operation).with_information(offset);
    }

    [[nodiscard]] constexpr Sense with_information(std::uint64_t what) const noexcept {
        Sense sense = *this;
        sense.information = what;
        sense.information_valid = true;
        return sense;
    }
    [[nodiscard]] constexpr Sense with_command_specific(std::uint64_t what) const noexcept {
        Sense sense = *this;
        sense.command_specific = what;
        sense.command_specific_valid = true;
        return sense;
    }
    [[nodiscard]] constexpr Sense with_specific(SenseKeySpecific what) const noexcept {
        Sense sense = *this;
        sense.specific = what;
        return sense;
    }
    [[nodiscard]] constexpr Sense with_field_pointer(bool in_cdb, std::uint16_t byte, Bit bit) const noexcept {
        return with_specific({SenseKeySpecific::Kind::field_pointer, in_cdb, false, bit, byte});
    }
    // `done` in 65536ths of the whole.
    [[nodiscard]] constexpr Sense with_progress(std::uint16_t done) const noexcept {
        return with_specific({SenseKeySpecific::Kind::progress, false, false, std::nullopt, done});
    }
    [[nodiscard]] constexpr Sense with_retry_count(std::uint16_t retries) const noexcept {
        return with_specific({SenseKeySpecific::Kind::actual_retry_count, false, false, std::nullopt, retries});
    }
    [[nodiscard]] constexpr Sense as_deferred() const noexcept {
        Sense sense = *this;
        sense.deferred = true;
        return sense;
    }
};

static_assert(std::is_trivially_copyable_v<Sense> && sizeof(Sense) <= 40);

inline constexpr std::size_t fixed_sense_length_bytes = 18;
// Header, information, command specific, sense key specific, and the stream or block commands descriptor.
inline constexpr std::size_t maximum_descriptor_sense_length_bytes = 8 + 12 + 12 + 8 + 4;

// Both write as much as `to` takes and return the number of bytes written.
// Fixed format: values above 32 bits are lost, INFORMATION then with its VALID bit at zero (SPC-6 4.4.3).
std::size_t encode_fixed(const Sense &sense, MutableBytes to) noexcept;
std::size_t encode_descriptor(const Sense &sense, MutableBytes to) noexcept;

// Either format, by the response code; nothing for another response code or bytes that end before the ASCQ (or, in the
// fixed format, before INFORMATION). Unknown descriptors are skipped. The fixed format has no valid bit for
// COMMAND-SPECIFIC INFORMATION (non-zero counts as valid) and no mark of tape (FILEMARK or EOM count as
// stream_commands).
[[nodiscard]] std::optional<Sense> decode(Bytes from) noexcept;

// T10's text of the pair, of its generic row (40h NNh and the like), or an empty view.
[[nodiscard]] std::string_view additional_sense_name(AdditionalSense code) noexcept;

// One line for people: "ILLEGAL REQUEST, INVALID FIELD IN CDB (24/00), CDB byte 2 bit 4".
[[nodiscard]] std::string to_text(const Sense &sense);

} // namespace scsilo::scsi
