// SPDX-License-Identifier: Apache-2.0
// Rules of the first sg interface (Linux: struct sg_header in include/scsi/sg.h).
#include "port/local/sg_old_header.h"

#include <algorithm>
#include <cerrno>
#include <scsi/sg.h>

namespace scsilo::local {
namespace {

std::size_t cdb_bytes_of(std::uint8_t opcode, const sg_header &header) noexcept {
    constexpr std::array<std::size_t, 8> of_group = {6, 10, 10, 12, 16, 12, 10, 10};
    return opcode >= 0xC0 && header.twelve_byte != 0 ? 12 : of_group[opcode >> 5U];
}

// The errno-like summary of the old header.
int result_of(const SgAnswer &answer) noexcept {
    switch (answer.host_status) {
    case 0:
        return 0;
    case did_no_connect:
    case did_time_out:
        return EBUSY;
    default:
        return EIO;
    }
}

} // namespace

Result<Bytes, Errno> read_old_request(Bytes payload, std::uint8_t cdb_bytes, SgRequest &into) noexcept {
    sg_header from{};
    std::memcpy(&from, payload.data(), sg_old_bytes);
    const Bytes rest = payload.subspan(sg_old_bytes);
    if (rest.size() < 6) {
        return fail(Errno{EIO});
    }
    const std::size_t length = cdb_bytes != 0 ? cdb_bytes : cdb_bytes_of(rest[0], from);
    if (rest.size() < length || from.reply_len < 0) {
        return fail(Errno{EIO});
    }
    const Bytes sent = rest.subspan(length);
    const auto reply_bytes = static_cast<std::size_t>(from.reply_len);
    const std::size_t wanted = reply_bytes > sg_old_bytes ? reply_bytes - sg_old_bytes : 0;
    SgHeader &header = into.header;
    header = {};
    header.form = SgForm::old_style;
    header.cdb_bytes = static_cast<std::uint32_t>(length);
    header.data_bytes = static_cast<std::uint32_t>(std::max(sent.size(), wanted));
    header.direction = header.data_bytes == 0         ? SgDirection::none
                       : !sent.empty() && wanted == 0 ? SgDirection::to_device
                                                      : SgDirection::from_device;
    header.pack_id = from.pack_id;
    header.max_sense_bytes = sizeof from.sense_buffer;
    std::copy_n(payload.begin(), sg_old_bytes, into.raw.begin());
    into.cdb = scsi::Cdb(rest.first(length));
    return sent;
}

void reply_with_old_answer(Job &job, fuse::Request &reader, std::size_t room_bytes) noexcept {
    SgState &sg = job.sg;
    sg_header to{};
    std::memcpy(&to, sg.request.raw.data(), sg_old_bytes);
    to.pack_len = to.reply_len;
    to.result = result_of(sg.answer);
    if (room_bytes < sg_old_bytes) {
        to.result == 0 ? reader.reply_data(Bytes()) : reader.reply_error(EIO);
        return;
    }
    to.target_status = (static_cast<unsigned>(sg.answer.status) >> 1U) & 0x1FU;
    to.host_status = sg.answer.host_status & 0xFFU;
    to.driver_status = sg.answer.driver_status & 0xFFU;
    std::memset(to.sense_buffer, 0, sizeof to.sense_buffer);
    std::memcpy(to.sense_buffer, sg.sense.data(), std::min<std::size_t>(sg.answer.sense_bytes, sizeof to.sense_buffer));
    // All of the reply's length comes back, as Linux gives it; bytes that the device did not send are zero.
    const std::size_t reply_bytes = to.reply_len < 0 ? 0 : static_cast<std::size_t>(to.reply_len);
    const std::size_t length = std::min(room_bytes, std::max(reply_bytes, sg_old_bytes));
    const bool from_device = sg.request.header.direction == SgDirection::from_device;
    const std::size_t data_bytes = from_device ? std::min(length - sg_old_bytes, sg.data.length_bytes()) : 0;
    if (sg.data_in_bytes < data_bytes) {
        job.buffer.segments().fill(sg.data_in_bytes, data_bytes - sg.data_in_bytes, 0);
    }
    std::array<iovec, 1 + loop::Buffer::max_pieces> message;
    message[0] = {&to, sg_old_bytes};
    const std::size_t count = 1 + job.buffer.segments().slice(0, data_bytes, std::span(message).subspan(1));
    reader.reply_data(Segments({message.data(), count}));
}

} // namespace scsilo::local
