// SPDX-License-Identifier: Apache-2.0
// write() and read() of sg nodes.
#include "port/local/sg_async.h"

#include "port/local/scsi_device.h"
#include "port/local/sg_file.h"
#include "port/local/sg_old_header.h"
#include "port/local/station.h"

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <scsi/sg.h>
#include <unistd.h>

namespace scsilo::local {
namespace {

// The first int of an old header is its length, the second the length of the reply, which is negative (a direction) in
// sg_io_hdr.
bool is_new_style(Bytes header) noexcept {
    std::int32_t second = 0;
    std::memcpy(&second, header.data() + 4, sizeof second);
    return second < 0;
}

// Stays with the file from now on, until its answer is read.
Result<void, Errno> enter_file(Job &job, SgFile &file) noexcept {
    if (!job.station().admit_asynchronous(job.buffer.length_bytes())) {
        return fail(Errno{ENOMEM});
    }
    if (const int error = file.enter(job); error != 0) {
        job.station().leave_asynchronous(job.buffer.length_bytes());
        return fail(Errno{error});
    }
    return {};
}

loop::Op<void> take_old_data(Job &job, Bytes sent) {
    const SgHeader &header = job.sg.request.header;
    co_await job.sg.data.locate_inline(header.data_bytes);
    if (header.data_bytes == 0) {
        co_return;
    }
    if (!job.shard().buffers().can_ever_hold(header.data_bytes)) {
        co_await fail(Errno{ENOMEM});
    }
    co_await job.shard().buffers().take(header.data_bytes, job.buffer);
    if (header.direction == SgDirection::to_device) {
        job.buffer.segments().copy_from(0, sent);
    }
}

} // namespace

loop::Op<void> sg_write(Job &job, std::shared_ptr<SgFile> file, MutableBytes payload, SgAccess access) {
    if (payload.size() < sg_old_bytes) {
        co_await fail(Errno{EIO});
    }
    ProcessMemory memory(job.caller());
    if (is_new_style(payload)) {
        co_await read_sg_request(memory, payload, job.sg.request);
        file->command_queuing.store(true, std::memory_order_relaxed); // Linux: seeing such a header turns it on
        co_await check_access(job, access);
        co_await take_data(job, memory);
    } else {
        const std::uint8_t cdb_bytes = file->next_cdb_bytes.exchange(0);
        const Bytes sent = co_await read_old_request(payload, cdb_bytes, job.sg.request);
        co_await check_access(job, access);
        co_await take_old_data(job, sent);
    }
    if (job.stop_requested()) {
        co_await fail(Errno{EINTR});
    }
    co_await enter_file(job, *file);
    const auto length = static_cast<std::uint32_t>(payload.size());
    job.take_request().reply_written(length);
    file.reset(); // the job holds it
    co_await run_sg_command(job, access);
}

void reply_with_answer(Job &job, fuse::Request &reader, std::size_t room_bytes) noexcept {
    const SgHeader &header = job.sg.request.header;
    if (job.exchange.ending() == Ending::gone) {
        reader.reply_error(ENODEV);
        return;
    }
    if (header.form == SgForm::old_style) {
        reply_with_old_answer(job, reader, room_bytes);
        return;
    }
    const std::size_t length = sg_form_bytes(header.form);
    if (room_bytes < length) {
        reader.reply_error(EINVAL);
        return;
    }
    ProcessMemory memory(reader.caller().pid);
    if (const int error = deliver_answer(job, memory, 0); error != 0) {
        reader.reply_error(error);
        return;
    }
    reader.reply_data(Bytes(job.sg.request.raw).first(length));
}

std::optional<std::int32_t> pack_id_of_reader(pid_t thread, std::size_t length_bytes) noexcept {
    std::array<char, 64> path{};
    fmt::format_to_n(path.data(), path.size() - 1, "/proc/{}/syscall", thread);
    for (int attempt = 0; attempt < 20; ++attempt) { // "running" as long as it is on its way to sleep
        const int fd = open(path.data(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            return std::nullopt;
        }
        std::array<char, 256> line{};
        const ssize_t got = ::read(fd, line.data(), line.size() - 1);
        close(fd);
        long number = -1;
        std::uint64_t descriptor = 0;
        std::uint64_t address = 0;
        std::uint64_t length = 0;
        if (got <= 0 || std::sscanf(line.data(), "%ld %" SCNx64 " %" SCNx64 " %" SCNx64, &number, &descriptor, &address,
                                    &length) != 4) {
            usleep(10);
            continue;
        }
        if (length != length_bytes) {
            return std::nullopt; // another system call: readv, io_uring, ...
        }
        ProcessMemory memory(thread);
        std::int32_t second = 0;
        const bool new_style =
            memory.read(address + 4, {reinterpret_cast<std::uint8_t *>(&second), sizeof second}) == 0 && second < 0;
        const std::uint64_t at = !new_style ? 8 : length_bytes < sg_v3_bytes ? 36 : offsetof(sg_io_hdr, pack_id);
        std::int32_t pack_id = 0;
        if (memory.read(address + at, {reinterpret_cast<std::uint8_t *>(&pack_id), sizeof pack_id}) != 0) {
            return std::nullopt;
        }
        return pack_id == -1 ? std::nullopt : std::optional(pack_id);
    }
    return std::nullopt;
}

} // namespace scsilo::local
