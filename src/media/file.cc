// SPDX-License-Identifier: Apache-2.0
// Transfers, flush, deallocation and extents of a file on the shard's ring.
#include "media/file.h"

#include "loop/shard.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/mman.h>
#include <unistd.h>

namespace scsilo::media {
namespace {

// Pieces handed to the kernel at once: the largest pool buffer in one go, and a bounded coroutine frame.
constexpr std::size_t max_pieces = 34;

bool interrupted(std::int32_t result) noexcept { return result == -EINTR || result == -EAGAIN; }

} // namespace

FileMedium::~FileMedium() {
    if (file_.bounce != nullptr) {
        munmap(file_.bounce, bounce_bytes);
    }
    close(file_.fd);
}

loop::Op<IoOutcome> FileMedium::read(std::uint64_t offset, Segments to) {
    if (!file_.direct || fits(offset, to)) {
        co_return co_await read_pieces(offset, to);
    }
    const auto held = co_await order_.lock();
    co_return co_await read_bounced(offset, to);
}

loop::Op<IoOutcome> FileMedium::write(std::uint64_t offset, Segments from, Durability durability) {
    const bool durable = durability == Durability::durable || file_.write_through;
    if (file_.facts.read_only) {
        co_return IoOutcome{0, EROFS};
    }
    if (!file_.direct) {
        co_return co_await write_pieces(offset, from, durable);
    }
    if (fits(offset, from)) {
        const auto held = co_await order_.lock_shared();
        co_return co_await write_pieces(offset, from, durable);
    }
    const auto held = co_await order_.lock();
    co_return co_await write_bounced(offset, from, durable);
}

loop::Op<IoOutcome> FileMedium::read_pieces(std::uint64_t offset, Segments to) {
    loop::Ring &ring = loop::Shard::current().ring();
    std::array<iovec, max_pieces> pieces;
    std::size_t done = 0;
    while (done < to.length_bytes()) {
        const std::size_t count = to.slice(done, to.length_bytes() - done, pieces);
        const std::int32_t result = co_await ring.readv(file_.fd, {pieces.data(), count}, offset + done);
        if (interrupted(result)) {
            continue;
        }
        if (result <= 0) {
            co_return IoOutcome{done, result < 0 ? -result : ENODATA};
        }
        done += static_cast<std::size_t>(result);
        if (done < to.length_bytes() && done % file_.offset_align_bytes != 0) {
            co_return IoOutcome{done, ENODATA}; // only the end of a file cuts a transfer inside a block
        }
    }
    co_return IoOutcome{done, 0};
}

loop::Op<IoOutcome> FileMedium::write_pieces(std::uint64_t offset, Segments from, bool durable) {
    loop::Ring &ring = loop::Shard::current().ring();
    std::array<iovec, max_pieces> pieces;
    std::size_t done = 0;
    // In one go the write itself is durable; several goes are synchronised once at the end.
    int flags = durable && dsync_works_ && from.pieces().size() <= max_pieces ? RWF_DSYNC : 0;
    while (done < from.length_bytes()) {
        const std::size_t count = from.slice(done, from.length_bytes() - done, pieces);
        const std::int32_t result = co_await ring.writev(file_.fd, {pieces.data(), count}, offset + done, flags);
        if (interrupted(result)) {
            continue;
        }
        if (result == -EOPNOTSUPP && flags != 0) {
            dsync_works_ = false;
            flags = 0;
            continue;
        }
        if (result <= 0) {
            co_return IoOutcome{done, result < 0 ? -result : EIO};
        }
        done += static_cast<std::size_t>(result);
    }
    if (durable && flags == 0) {
        const int error = co_await flush();
        if (error != 0) {
            co_return IoOutcome{0, error};
        }
    }
    co_return IoOutcome{done, 0};
}

loop::Op<int> FileMedium::flush() {
    if (file_.facts.read_only) {
        co_return 0;
    }
    std::int32_t result = 0;
    do {
        result = co_await loop::Shard::current().ring().fsync(file_.fd, true);
    } while (interrupted(result));
    co_return -result;
}

loop::Op<int> FileMedium::punch(std::uint64_t offset, std::uint64_t length_bytes) {
    co_return co_await deallocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, punch_works_, offset, length_bytes);
}

loop::Op<int> FileMedium::zero(std::uint64_t offset, std::uint64_t length_bytes) {
    co_return co_await deallocate(FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, zero_works_, offset, length_bytes);
}

// fallocate where the file system or device can, else zeros are written. EINVAL: a device cannot at this alignment.
loop::Op<int> FileMedium::deallocate(int mode, bool &works, std::uint64_t offset, std::uint64_t length_bytes) {
    if (file_.facts.read_only) {
        co_return EROFS;
    }
    if (length_bytes == 0) {
        co_return 0;
    }
    if (works) {
        const auto held = co_await order_.lock_shared();
        std::int32_t result = 0;
        do {
            result = co_await loop::Shard::current().ring().fallocate(file_.fd, mode, offset, length_bytes);
        } while (interrupted(result));
        if (result == 0) {
            if (file_.write_through) {
                co_return co_await flush();
            }
            co_return 0;
        }
        if (result == -EOPNOTSUPP || result == -ENOSYS || result == -ENODEV) {
            works = false;
        } else if (result != -EINVAL) {
            co_return -result;
        }
    }
    co_return co_await write_zeros(offset, length_bytes);
}

loop::Op<int> FileMedium::write_zeros(std::uint64_t offset, std::uint64_t length_bytes) {
    alignas(4096) static std::uint8_t zeros[65536]; // never written
    std::array<iovec, 16> pieces;
    while (length_bytes > 0) {
        std::uint64_t chunk = 0;
        std::size_t count = 0;
        while (count < pieces.size() && chunk < length_bytes) {
            const std::size_t part = std::min<std::uint64_t>(sizeof zeros, length_bytes - chunk);
            pieces[count++] = iovec{zeros, part};
            chunk += part;
        }
        const IoOutcome outcome = co_await write(offset, Segments({pieces.data(), count}), Durability::cached);
        if (outcome.error != 0) {
            co_return outcome.error;
        }
        offset += chunk;
        length_bytes -= chunk;
    }
    co_return 0;
}

loop::Op<BlockMedium::Extent> FileMedium::extent_at(std::uint64_t offset) {
    const std::uint64_t size = file_.facts.size_bytes;
    const off_t data = lseek(file_.fd, static_cast<off_t>(offset), SEEK_DATA);
    if (data < 0) {
        co_return Extent{errno != ENXIO,
                         size}; // ENXIO: no data up to the end; else it cannot tell: everything is stored
    }
    if (static_cast<std::uint64_t>(data) > offset) {
        co_return Extent{false, std::min(static_cast<std::uint64_t>(data), size)};
    }
    const off_t hole = lseek(file_.fd, static_cast<off_t>(offset), SEEK_HOLE);
    co_return Extent{true, hole < 0 ? size : std::min(static_cast<std::uint64_t>(hole), size)};
}

loop::Op<int> FileMedium::refresh() {
    const Result<std::uint64_t, int> size = detail::size_of(file_);
    if (!size) {
        co_return size.error();
    }
    if (*size == 0) {
        co_return ENODATA;
    }
    file_.facts.size_bytes = *size;
    co_return 0;
}

} // namespace scsilo::media
