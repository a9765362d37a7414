// SPDX-License-Identifier: Apache-2.0
// SG_IO, versions 3 and 4.
#include "port/local/sg_io.h"

#include "engine/logical_unit.h"
#include "port/local/limits.h"
#include "port/local/scsi_device.h"
#include "port/local/trace.h"
#include "scsi/names.h"

#include <algorithm>
#include <cerrno>

namespace scsilo::local {
namespace {

// Does any command of this operation code send data or need a medium that may be written?
bool is_harmless(const engine::CommandTable &commands, std::uint8_t opcode) noexcept {
    for (const engine::CommandRow &row : commands.rows_of(opcode)) {
        if (row.data.direction == engine::DataRule::Direction::out || row.gates.has(engine::Gate::write_protect)) {
            return false;
        }
    }
    return true;
}

std::int32_t residual(const SgHeader &header, std::size_t length_bytes, const Exchange &exchange) noexcept {
    const engine::Command &command = exchange.command;
    std::size_t done = 0;
    if (exchange.ending() == Ending::status) {
        done = header.direction == SgDirection::from_device ? command.data_in_bytes : command.data_out_wanted_bytes;
    }
    // dxfer_len, not the shorter length of the iovecs, is what Linux counts from.
    return static_cast<std::int32_t>(header.data_bytes - std::min(done, length_bytes));
}

void put_sense(Job &job) noexcept {
    SgState &sg = job.sg;
    const scsi::Sense &sense = job.exchange.command.sense;
    const std::size_t length = job.exchange.descriptor_sense() ? scsi::encode_descriptor(sense, sg.sense)
                                                               : scsi::encode_fixed(sense, sg.sense);
    sg.answer.driver_status = driver_sense;
    sg.answer.sense_bytes = static_cast<std::uint8_t>(std::min<std::size_t>(length, sg.request.header.max_sense_bytes));
}

Result<void, Errno> make_answer(Job &job) noexcept {
    SgState &sg = job.sg;
    sg.answer = {};
    sg.data_in_bytes = 0;
    switch (job.exchange.ending()) {
    case Ending::gone:
        return fail(Errno{ENODEV});
    case Ending::interrupted:
        return fail(Errno{EINTR});
    case Ending::timed_out:
        sg.answer.host_status = did_time_out;
        break;
    case Ending::aborted:
        sg.answer.host_status = did_abort;
        break;
    case Ending::reset:
        sg.answer.host_status = did_reset;
        break;
    case Ending::status:
        sg.answer.status = static_cast<std::uint8_t>(job.exchange.command.status);
        sg.data_in_bytes = std::min(job.exchange.command.data_in_bytes, sg.data.length_bytes());
        if (job.exchange.command.status == scsi::Status::check_condition) {
            put_sense(job);
        }
        break;
    }
    sg.answer.resid = residual(sg.request.header, sg.data.length_bytes(), job.exchange);
    sg.answer.duration_ms = job.exchange.duration_ms();
    encode_sg_answer(sg.request.header, sg.answer, sg.request.raw);
    return {};
}

} // namespace

Result<void, Errno> check_access(Job &job, const SgAccess &access) noexcept {
    ScsiDevice &device = job.device();
    if (!device.enter()) {
        return fail(Errno{ENODEV});
    }
    const bool allowed =
        access.unrestricted || is_harmless(device.itl()->unit().device().commands(), job.sg.request.cdb.opcode());
    device.leave();
    return allowed ? Result<void, Errno>() : Result<void, Errno>(fail(Errno{EPERM}));
}

loop::Op<void> take_data(Job &job, CallerMemory &memory) {
    SgState &sg = job.sg;
    co_await sg.data.locate(memory, sg.request.header);
    const std::size_t length = sg.data.length_bytes() + sg.data.table_bytes();
    if (length == 0) {
        co_return;
    }
    loop::BufferPool &pool = job.shard().buffers();
    if (!pool.can_ever_hold(length)) {
        trace(trace_driver, Trace::out_of_mem, "{}: a transfer of {} bytes is more than a buffer can hold",
              job.device().sg_name, length);
        co_await fail(Errno{ENOMEM});
    }
    co_await pool.take(length, job.buffer);
    co_await sg.data.keep(memory, job.buffer.segments());
    if (sg.request.header.direction == SgDirection::to_device) {
        if (const int error = sg.data.fetch(memory, job.buffer.segments()); error != 0) {
            co_await fail(Errno{error});
        }
    }
}

loop::Op<void> run_sg_command(Job &job, SgAccess access) {
    const SgHeader &header = job.sg.request.header;
    engine::CommandRequest &request = job.exchange.command.request;
    request.cdb = job.sg.request.cdb;
    request.attribute = scsi::TaskAttribute::simple;
    const std::size_t count = job.buffer.segments().slice(0, job.sg.data.length_bytes(), job.pieces);
    const Segments data(std::span<const iovec>(job.pieces.data(), count));
    request.data_out = header.direction == SgDirection::to_device ? data : Segments();
    request.data_in = header.direction == SgDirection::from_device ? data : Segments();
    trace(trace_driver, Trace::scsi, "{}: {} ({} bytes)", job.device().sg_name, scsi::command_name(request.cdb),
          data.length_bytes());
    Batch batch(job, job.device(), header.timeout_ms != 0 ? header.timeout_ms : access.timeout_ms);
    batch.add(job.exchange);
    co_await batch;
    co_await make_answer(job);
}

int deliver_answer(Job &job, CallerMemory &memory, std::uint64_t header_address) noexcept {
    SgState &sg = job.sg;
    const SgHeader &header = sg.request.header;
    std::array<fuse::CallerPiece, 3> theirs;
    std::array<iovec, 3 + loop::Buffer::max_pieces> ours;
    std::size_t count_theirs = 0;
    std::size_t count_ours = 0;
    if (sg.data_in_bytes != 0 && sg.data.simple()) {
        theirs[count_theirs++] = {sg.data.address(), sg.data_in_bytes};
        count_ours = job.buffer.segments().slice(0, sg.data_in_bytes, ours);
    } else if (sg.data_in_bytes != 0) {
        if (const int error = sg.data.deliver(memory, job.buffer.segments(), sg.data_in_bytes); error != 0) {
            return error;
        }
    }
    if (sg.answer.sense_bytes != 0) {
        theirs[count_theirs++] = {header.sense_address, sg.answer.sense_bytes};
        ours[count_ours++] = {sg.sense.data(), sg.answer.sense_bytes};
    }
    if (header_address != 0) {
        const std::size_t length = sg_form_bytes(header.form);
        theirs[count_theirs++] = {header_address, length};
        ours[count_ours++] = {sg.request.raw.data(), length};
    }
    if (count_theirs == 0) {
        return 0;
    }
    return memory.write({theirs.data(), count_theirs}, {ours.data(), count_ours});
}

loop::Op<void> sg_io(Job &job, fuse::IoctlRequest ioctl, SgAccess access) {
    ProcessMemory memory(job.caller());
    co_await read_sg_request(memory, ioctl.argument, ioctl.compat_32bit, job.sg.request);
    co_await check_access(job, access);
    co_await take_data(job, memory);
    co_await run_sg_command(job, access);
    if (const int error = deliver_answer(job, memory, ioctl.argument); error != 0) {
        co_await fail(Errno{error});
    }
    job.buffer.clear();
    job.take_request().reply_ioctl(0);
}

} // namespace scsilo::local
