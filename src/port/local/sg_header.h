// SPDX-License-Identifier: Apache-2.0
// The headers of Linux' SCSI generic interface: sg_io_hdr (v3, 64 and 32 bit), sg_io_v4, and the first sg_header;
// decode and encode.
//
// Every number in a header comes from outside. decode_...() gives only what obeys Linux' rules, or the errno that Linux
// gives.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "port/local/error_number.h"

#include <array>
#include <cstdint>

namespace scsilo::local {

enum class SgForm : std::uint8_t {
    v3,        // sg_io_hdr, 88 bytes
    v3_32bit,  // the same of a 32-bit program, 64 bytes
    v4,        // sg_io_v4, 160 bytes; the same for both
    old_style, // sg_header, 36 bytes, for write() and read() only; data follow it
};

inline constexpr std::size_t sg_v3_bytes = 88;
inline constexpr std::size_t sg_v3_32bit_bytes = 64;
inline constexpr std::size_t sg_v4_bytes = 160;
inline constexpr std::size_t sg_old_bytes = 36;

enum class SgDirection : std::uint8_t { none, to_device, from_device };

// Addresses are the caller's.
struct SgHeader {
    SgForm form = SgForm::v3;
    SgDirection direction = SgDirection::none;
    std::uint32_t cdb_bytes = 0;
    std::uint64_t cdb_address = 0;
    std::uint64_t data_address = 0; // of the data, or of iovec_count iovecs
    std::uint32_t data_bytes = 0;
    std::uint32_t iovec_count = 0;
    std::uint64_t sense_address = 0;
    std::uint32_t max_sense_bytes = 0;
    std::uint32_t timeout_ms = 0;
    std::int32_t pack_id = 0;
    bool wide_iovec = true; // the iovecs are those of a 64-bit program
};

// What goes back.
struct SgAnswer {
    std::uint8_t status = 0;
    std::uint8_t sense_bytes = 0;
    std::uint16_t host_status = 0;
    std::uint16_t driver_status = 0;
    std::int32_t resid = 0;
    std::uint32_t duration_ms = 0;
};

// Host status values (Linux: scsi_status.h).
inline constexpr std::uint16_t did_no_connect = 0x01;
inline constexpr std::uint16_t did_time_out = 0x03;
inline constexpr std::uint16_t did_abort = 0x05;
inline constexpr std::uint16_t did_reset = 0x08;
// Driver status: sense data are there.
inline constexpr std::uint16_t driver_sense = 0x08;

using RawHeader = std::array<std::uint8_t, sg_v4_bytes>;

// Which form the first four bytes (interface_id or guard) announce, and how long it is. EINVAL for any other.
[[nodiscard]] Result<SgForm, Errno> sg_form(std::int32_t interface_id, bool compat_32bit) noexcept;
[[nodiscard]] std::size_t sg_form_bytes(SgForm form) noexcept;

// `raw` has sg_form_bytes(form) bytes. Not for old_style.
[[nodiscard]] Result<SgHeader, Errno> decode_sg_header(SgForm form, Bytes raw) noexcept;
// Sets the output fields of `raw`, which holds what was decoded.
void encode_sg_answer(const SgHeader &header, const SgAnswer &answer, MutableBytes raw) noexcept;

} // namespace scsilo::local
