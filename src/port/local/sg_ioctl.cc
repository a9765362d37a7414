// SPDX-License-Identifier: Apache-2.0
// Settings and questions of an open sg file (Linux: include/scsi/sg.h).
#include "port/local/sg_ioctl.h"

#include "port/local/scsi_device.h"
#include "port/local/sg_file.h"

#include <algorithm>
#include <cerrno>
#include <linux/fs.h>
#include <scsi/sg.h>

namespace scsilo::local {
namespace {

constexpr std::uint32_t get_access_count = 0x2289; // SG_GET_ACCESS_COUNT, which glibc's header leaves out
constexpr std::uint64_t ms_per_tick = 10;          // SG_SET_TIMEOUT counts in USER_HZ

// Answers of the asynchronous commands of the file; a 32-bit program's pointer member is narrower.
void reply_request_table(fuse::Request &request, SgFile &file, const fuse::IoctlRequest &ioctl) noexcept {
    std::array<SgFile::Row, max_queue_per_file> rows{};
    const std::size_t count = file.rows(rows);
    std::array<std::uint8_t, max_queue_per_file * sizeof(sg_req_info_t)> bytes{};
    const std::size_t pointer_bytes = ioctl.compat_32bit ? 4 : 8;
    const std::size_t row_bytes = 8 + pointer_bytes + 8;
    static_assert(sizeof(sg_req_info_t) == 24);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint8_t *row = &bytes[i * row_bytes];
        row[0] = rows[i].answered ? 2 : 1; // 0: not in use, 1: in flight, 2: answered
        row[3] = rows[i].problem ? 1 : 0;
        std::memcpy(row + 4, &rows[i].pack_id, 4);
        std::memcpy(row + 8 + pointer_bytes, &rows[i].duration_ms, 4);
    }
    ProcessMemory memory(request.caller().pid);
    const int error = memory.write(ioctl.argument, Bytes(bytes).first(max_queue_per_file * row_bytes));
    error == 0 ? request.reply_ioctl(0) : request.reply_error(error);
}

void reply_scsi_id(fuse::Request &request, const ScsiDevice &device, const fuse::IoctlRequest &ioctl) noexcept {
    sg_scsi_id id{};
    id.host_no = static_cast<int>(device.address().host);
    id.channel = 0;
    id.scsi_id = static_cast<int>(device.address().target);
    id.lun = static_cast<int>(device.address().lun);
    id.scsi_type = static_cast<int>(device.identity.type);
    id.h_cmd_per_lun = 256;
    id.d_queue_depth = 256;
    reply_value(request, ioctl.argument, id);
}

bool serve_question(fuse::Request &request, SgFile &file, const fuse::IoctlRequest &ioctl) noexcept {
    switch (ioctl.command) {
    case SG_GET_VERSION_NUM:
        reply_value(request, ioctl.argument, sg_version_number);
        return true;
    case SG_GET_SCSI_ID:
        reply_scsi_id(request, *file.device(), ioctl);
        return true;
    case SG_GET_TIMEOUT: // the answer is what ioctl(2) returns
        request.reply_ioctl(static_cast<int>(file.timeout_ms.load() / ms_per_tick));
        return true;
    case SG_GET_RESERVED_SIZE:
        reply_value(request, ioctl.argument, file.reserved_bytes.load());
        return true;
    case SG_GET_COMMAND_Q:
        reply_value(request, ioctl.argument, file.command_queuing.load() ? 1 : 0);
        return true;
    case SG_GET_KEEP_ORPHAN:
        reply_value(request, ioctl.argument, file.keep_orphan.load() ? 1 : 0);
        return true;
    case SG_GET_PACK_ID:
        reply_value(request, ioctl.argument, file.first_pack_id());
        return true;
    case SG_GET_NUM_WAITING:
        reply_value(request, ioctl.argument, file.count_waiting());
        return true;
    case SG_GET_REQUEST_TABLE:
        reply_request_table(request, file, ioctl);
        return true;
    case SG_GET_SG_TABLESIZE:
        reply_value(request, ioctl.argument, 1024);
        return true;
    case SG_EMULATED_HOST:
    case SG_GET_LOW_DMA:
    case get_access_count:
        reply_value(request, ioctl.argument, ioctl.command == get_access_count ? 1 : 0);
        return true;
    case BLKSECTGET: // on an sg node an int, in bytes
        reply_value(request, ioctl.argument, max_reserved_bytes);
        return true;
    default:
        return false;
    }
}

bool serve_setting(fuse::Request &request, SgFile &file, std::uint32_t command, int value) noexcept {
    switch (command) {
    case SG_SET_TIMEOUT:
        if (value < 0) {
            request.reply_error(EIO);
            return true;
        }
        file.timeout_ms = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(static_cast<std::uint64_t>(value) * ms_per_tick, std::uint64_t{INT32_MAX}));
        break;
    case SG_SET_RESERVED_SIZE:
        if (value < 0) {
            request.reply_error(EINVAL);
            return true;
        }
        file.reserved_bytes = std::min(value, max_reserved_bytes);
        break;
    case SG_SET_COMMAND_Q:
        file.command_queuing = value != 0;
        break;
    case SG_SET_KEEP_ORPHAN:
        file.keep_orphan = value != 0;
        break;
    case SG_SET_FORCE_PACK_ID:
        file.force_pack_id = value != 0;
        break;
    case SG_NEXT_CMD_LEN:
        if (value < 0 || value > 252) {
            request.reply_error(ENOMEM);
            return true;
        }
        file.next_cdb_bytes = static_cast<std::uint8_t>(value);
        break;
    case SG_SET_FORCE_LOW_DMA:
    case SG_SET_DEBUG:
        break; // nothing to do here
    default:
        return false;
    }
    request.reply_ioctl(0);
    return true;
}

constexpr bool is_setting(std::uint32_t command) noexcept {
    return command == SG_SET_TIMEOUT || command == SG_SET_RESERVED_SIZE || command == SG_SET_COMMAND_Q ||
           command == SG_SET_KEEP_ORPHAN || command == SG_SET_FORCE_PACK_ID || command == SG_NEXT_CMD_LEN ||
           command == SG_SET_FORCE_LOW_DMA || command == SG_SET_DEBUG;
}

} // namespace

void serve_sg_ioctl(fuse::Request &request, SgFile &file, const fuse::IoctlRequest &ioctl) noexcept {
    if (is_setting(ioctl.command)) {
        int value = 0;
        if (take_value(request, ioctl.argument, value) && !serve_setting(request, file, ioctl.command, value)) {
            request.reply_error(ENOTTY);
        }
        return;
    }
    if (!serve_question(request, file, ioctl)) {
        request.reply_error(ENOTTY);
    }
}

} // namespace scsilo::local
