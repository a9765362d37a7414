// SPDX-License-Identifier: Apache-2.0
// Layouts and rules of the sg headers (Linux: include/scsi/sg.h, include/uapi/linux/bsg.h).
#include "port/local/sg_header.h"

#include "port/local/limits.h"
#include "scsi/cdb.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <linux/bsg.h>
#include <scsi/sg.h>

namespace scsilo::local {
namespace {

// sg_io_hdr as a 32-bit program has it.
struct SgIoHdr32 {
    std::int32_t interface_id;
    std::int32_t dxfer_direction;
    std::uint8_t cmd_len;
    std::uint8_t mx_sb_len;
    std::uint16_t iovec_count;
    std::uint32_t dxfer_len;
    std::uint32_t dxferp;
    std::uint32_t cmdp;
    std::uint32_t sbp;
    std::uint32_t timeout;
    std::uint32_t flags;
    std::int32_t pack_id;
    std::uint32_t usr_ptr;
    std::uint8_t status;
    std::uint8_t masked_status;
    std::uint8_t msg_status;
    std::uint8_t sb_len_wr;
    std::uint16_t host_status;
    std::uint16_t driver_status;
    std::int32_t resid;
    std::uint32_t duration;
    std::uint32_t info;
};

static_assert(sizeof(sg_io_hdr) == sg_v3_bytes);
static_assert(sizeof(SgIoHdr32) == sg_v3_32bit_bytes);
static_assert(sizeof(sg_io_v4) == sg_v4_bytes);
static_assert(sizeof(sg_header) == sg_old_bytes);

// Linux sg: SG_MAX_CDB_SIZE; a v4 header may name all that a CDB can be.
constexpr std::uint32_t max_v3_cdb_bytes = 252;
constexpr std::uint32_t min_cdb_bytes = 6;

// What glibc's copy of the header leaves out.
constexpr std::int32_t dxfer_unknown = -5; // SG_DXFER_UNKNOWN
constexpr std::uint32_t flag_mmap_io = 4;  // SG_FLAG_MMAP_IO

template <class Header> Header load(Bytes raw) noexcept {
    Header header{};
    std::memcpy(&header, raw.data(), sizeof header);
    return header;
}

std::uint64_t address_of(const void *pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }
std::uint64_t address_of(std::uint32_t pointer) noexcept { return pointer; }

Result<SgDirection, Errno> direction_of(std::int32_t code, std::uint32_t data_bytes) noexcept {
    SgDirection direction = SgDirection::none;
    switch (code) {
    case SG_DXFER_NONE:
        return SgDirection::none;
    case SG_DXFER_TO_DEV:
        direction = SgDirection::to_device;
        break;
    case SG_DXFER_FROM_DEV:
    case SG_DXFER_TO_FROM_DEV: // the caller's bytes stay where the device sends none: nothing has to be fetched for
                               // that
    case dxfer_unknown:
        direction = SgDirection::from_device;
        break;
    default:
        return fail(Errno{EINVAL});
    }
    return data_bytes == 0 ? SgDirection::none : direction;
}

template <class Header> Result<SgHeader, Errno> decode_v3(Bytes raw, SgForm form) noexcept {
    const auto from = load<Header>(raw);
    SgHeader header;
    header.form = form;
    header.wide_iovec = form == SgForm::v3;
    header.cdb_bytes = from.cmd_len;
    header.cdb_address = address_of(from.cmdp);
    header.data_address = address_of(from.dxferp);
    header.data_bytes = from.dxfer_len;
    header.iovec_count = from.iovec_count;
    header.sense_address = address_of(from.sbp);
    header.max_sense_bytes = header.sense_address == 0 ? 0U : from.mx_sb_len;
    header.timeout_ms = from.timeout;
    header.pack_id = from.pack_id;
    if (from.cmdp == 0 || header.cdb_bytes < min_cdb_bytes || header.cdb_bytes > max_v3_cdb_bytes) {
        return fail(Errno{EMSGSIZE});
    }
    if ((from.flags & flag_mmap_io) != 0) {
        return fail(Errno{EINVAL}); // nodes cannot be mapped
    }
    const auto direction = direction_of(from.dxfer_direction, from.dxfer_len);
    if (!direction) {
        return fail(direction.error());
    }
    header.direction = *direction;
    return header;
}

Result<SgHeader, Errno> decode_v4(Bytes raw) noexcept {
    const auto from = load<sg_io_v4>(raw);
    SgHeader header;
    header.form = SgForm::v4;
    if (from.protocol != BSG_PROTOCOL_SCSI || from.subprotocol != BSG_SUB_PROTOCOL_SCSI_CMD) {
        return fail(Errno{EINVAL});
    }
    if (from.request_len < min_cdb_bytes || from.request_len > scsi::maximum_cdb_length_bytes || from.request == 0) {
        return fail(Errno{EMSGSIZE});
    }
    if (from.dout_xfer_len != 0 && from.din_xfer_len != 0) {
        return fail(Errno{EOPNOTSUPP}); // bidirectional commands
    }
    header.cdb_bytes = from.request_len;
    header.cdb_address = from.request;
    header.sense_address = from.response;
    header.max_sense_bytes = from.response == 0 ? 0U : from.max_response_len;
    header.timeout_ms = from.timeout;
    header.pack_id = static_cast<std::int32_t>(from.request_extra);
    if (from.dout_xfer_len != 0) {
        header.direction = SgDirection::to_device;
        header.data_address = from.dout_xferp;
        header.data_bytes = from.dout_xfer_len;
        header.iovec_count = from.dout_iovec_count;
    } else if (from.din_xfer_len != 0) {
        header.direction = SgDirection::from_device;
        header.data_address = from.din_xferp;
        header.data_bytes = from.din_xfer_len;
        header.iovec_count = from.din_iovec_count;
    }
    return header;
}

// The status without its reserved bit 0, as sg has always shown it beside the real one.
std::uint8_t masked(std::uint8_t status) noexcept { return static_cast<std::uint8_t>((status >> 1U) & 0x7FU); }

bool is_check(const SgAnswer &answer) noexcept {
    return answer.status != 0 || answer.host_status != 0 || answer.driver_status != 0;
}

template <class Header> void encode_v3(const SgAnswer &answer, MutableBytes raw) noexcept {
    auto to = load<Header>(raw);
    to.status = answer.status;
    to.masked_status = masked(answer.status);
    to.msg_status = 0;
    to.sb_len_wr = answer.sense_bytes;
    to.host_status = answer.host_status;
    to.driver_status = answer.driver_status;
    to.resid = answer.resid;
    to.duration = answer.duration_ms;
    to.info = is_check(answer) ? SG_INFO_CHECK : SG_INFO_OK;
    std::memcpy(raw.data(), &to, sizeof to);
}

void encode_v4(const SgHeader &header, const SgAnswer &answer, MutableBytes raw) noexcept {
    auto to = load<sg_io_v4>(raw);
    to.device_status = answer.status;
    to.transport_status = answer.host_status;
    to.driver_status = answer.driver_status;
    to.retry_delay = 0;
    to.info = is_check(answer) ? SG_INFO_CHECK : SG_INFO_OK;
    to.duration = answer.duration_ms;
    to.response_len = answer.sense_bytes;
    to.din_resid = header.direction == SgDirection::from_device ? answer.resid : 0;
    to.dout_resid = header.direction == SgDirection::to_device ? answer.resid : 0;
    to.generated_tag = 0;
    std::memcpy(raw.data(), &to, sizeof to);
}

} // namespace

Result<SgForm, Errno> sg_form(std::int32_t interface_id, bool compat_32bit) noexcept {
    if (interface_id == 'S') {
        return compat_32bit ? SgForm::v3_32bit : SgForm::v3;
    }
    if (interface_id == 'Q') {
        return SgForm::v4;
    }
    return fail(Errno{EINVAL});
}

std::size_t sg_form_bytes(SgForm form) noexcept {
    switch (form) {
    case SgForm::v3:
        return sg_v3_bytes;
    case SgForm::v3_32bit:
        return sg_v3_32bit_bytes;
    case SgForm::v4:
        return sg_v4_bytes;
    case SgForm::old_style:
        break;
    }
    return sg_old_bytes;
}

Result<SgHeader, Errno> decode_sg_header(SgForm form, Bytes raw) noexcept {
    auto header = form == SgForm::v4   ? decode_v4(raw)
                  : form == SgForm::v3 ? decode_v3<sg_io_hdr>(raw, form)
                                       : decode_v3<SgIoHdr32>(raw, form);
    if (header && header->direction == SgDirection::none) {
        header->data_bytes = 0;
        header->iovec_count = 0;
    }
    if (header && header->iovec_count > max_iovec_count) {
        return fail(Errno{EINVAL});
    }
    return header;
}

void encode_sg_answer(const SgHeader &header, const SgAnswer &answer, MutableBytes raw) noexcept {
    switch (header.form) {
    case SgForm::v3:
        encode_v3<sg_io_hdr>(answer, raw);
        break;
    case SgForm::v3_32bit:
        encode_v3<SgIoHdr32>(answer, raw);
        break;
    case SgForm::v4:
        encode_v4(header, answer, raw);
        break;
    case SgForm::old_style:
        break;
    }
}

} // namespace scsilo::local
