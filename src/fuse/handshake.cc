// SPDX-License-Identifier: Apache-2.0
// FUSE_INIT: version, features and the longest request.
#include "fuse/mount.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

namespace scsilo::fuse {
namespace {

constexpr const char *limit_file = "/proc/sys/fs/fuse/max_pages_limit";
constexpr std::uint32_t default_limit_pages = 256; // of kernels without that file
constexpr std::uint32_t min_minor = 31;            // Linux 5.4
constexpr int init_wait_ms = 10'000;

std::uint32_t limit_pages() {
    std::ifstream file(limit_file);
    std::uint32_t limit = default_limit_pages;
    file >> limit;
    return file ? limit : default_limit_pages;
}

Failure<SessionError> failed(int error, const std::string &what) {
    return fail(SessionError{error, "The FUSE handshake failed: " + what});
}

// Reads one FUSE_INIT.
int read_init(int fd, fuse_in_header &header, fuse_init_in &init) {
    std::array<std::uint8_t, FUSE_MIN_READ_BUFFER> buffer{};
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, init_wait_ms) <= 0) {
        return ETIMEDOUT;
    }
    const ssize_t length = ::read(fd, buffer.data(), buffer.size());
    if (length < 0) {
        return errno;
    }
    const auto size = static_cast<std::size_t>(length);
    if (size < sizeof header + 4 * sizeof(std::uint32_t)) {
        return EIO;
    }
    std::memcpy(&header, buffer.data(), sizeof header);
    std::memcpy(&init, buffer.data() + sizeof header, std::min(size - sizeof header, sizeof init));
    return header.opcode == FUSE_INIT ? 0 : EIO;
}

int answer(int fd, const fuse_in_header &to, int error, const fuse_init_out &out) {
    fuse_out_header header{sizeof header, -error, to.unique};
    fuse_init_out body = out;
    const iovec message[] = {{&header, sizeof header}, {&body, error == 0 ? sizeof body : 0}};
    header.len += static_cast<std::uint32_t>(message[1].iov_len);
    return ::writev(fd, message, 2) < 0 ? errno : 0;
}

fuse_init_out agreed(const fuse_init_in &init, std::uint32_t max_pages, std::uint32_t page_bytes) {
    constexpr std::uint32_t wanted = FUSE_ASYNC_READ | FUSE_ATOMIC_O_TRUNC | FUSE_BIG_WRITES | FUSE_PARALLEL_DIROPS |
                                     FUSE_ASYNC_DIO | FUSE_MAX_PAGES;
    constexpr std::uint16_t max_background = 256; // asynchronous direct I/O in flight
    fuse_init_out out{};
    out.major = FUSE_KERNEL_VERSION;
    out.minor = std::min<std::uint32_t>(init.minor, FUSE_KERNEL_MINOR_VERSION);
    out.max_readahead = init.max_readahead;
    out.flags = init.flags & wanted;
    out.max_background = max_background;
    out.congestion_threshold = max_background / 4 * 3;
    out.time_gran = 1;
    out.max_pages = static_cast<std::uint16_t>(max_pages);
    out.max_write = max_pages * page_bytes;
    return out;
}

} // namespace

void raise_max_pages_limit(std::uint32_t max_pages) noexcept {
    if (limit_pages() < max_pages) {
        std::ofstream(limit_file) << max_pages; // without the right to do so, requests are shorter
    }
}

Result<std::uint32_t, SessionError> shake_hands(int fd, const SessionOptions &options) {
    fuse_in_header header{};
    fuse_init_in init{};
    constexpr int max_rounds = 2; // a kernel of a newer major version asks again
    for (int round = 0; round < max_rounds; ++round) {
        if (const int error = read_init(fd, header, init); error != 0) {
            return failed(error, "no valid FUSE_INIT came from the kernel.");
        }
        if (init.major < FUSE_KERNEL_VERSION || (init.major == FUSE_KERNEL_VERSION && init.minor < min_minor)) {
            answer(fd, header, EPROTO, {});
            return failed(EPROTO, "the kernel speaks a protocol older than 7.31; Linux 5.4 or later is needed.");
        }
        constexpr std::uint32_t min_pages = 32;
        const std::uint32_t limit = std::min<std::uint32_t>(limit_pages(), UINT16_MAX);
        const auto page_bytes = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
        const std::uint32_t pages = std::max(std::min(options.max_pages, limit), std::min(min_pages, limit));
        const fuse_init_out out = agreed(init, pages, page_bytes);
        if (const int error = answer(fd, header, 0, out); error != 0) {
            return failed(error, "the kernel did not take our answer to FUSE_INIT.");
        }
        if (init.major == FUSE_KERNEL_VERSION) {
            return out.max_write;
        }
    }
    return failed(EPROTO, "the kernel does not speak major version 7 of the protocol.");
}

} // namespace scsilo::fuse
