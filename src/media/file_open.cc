// SPDX-License-Identifier: Apache-2.0
// Opening a file medium: what it is, whether it can be used, and who else uses it.
#include "media/file.h"

#include "base/config_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace scsilo::media {
namespace {

constexpr std::uint64_t smallest_block_bytes = 512;
constexpr std::uint32_t careful_align_bytes = 4096; // where nobody tells

// The sentence of an errno of stat() or open(): what, why, remedy.
[[noreturn]] void refuse(const FileOptions &options, int error) {
    const std::string &path = options.path;
    switch (error) {
    case ENOENT:
        throw ConfigError(
            error, fmt::format("{} does not exist: create it first, for example with truncate -s 1G {}.", path, path));
    case EISDIR:
        throw ConfigError(error, fmt::format("{} is a directory: name a regular file or a block device.", path));
    case EACCES:
    case EPERM:
        throw ConfigError(
            error,
            fmt::format("{} may not be opened for {} ({}): change its owner or mode, or that of a directory above it.",
                        path, options.read_only ? "reading" : "writing", std::strerror(error)));
    case EROFS:
        throw ConfigError(error, fmt::format("{} is on a read-only file system or device: open it read-only.", path));
    case EBUSY:
        throw ConfigError(
            error,
            fmt::format(
                "{} is in use by the system (mounted, or part of another device): release it, or open it read-only.",
                path));
    default:
        throw ConfigError(error, fmt::format("{} cannot be opened ({}): check the path and the device behind it.", path,
                                             std::strerror(error)));
    }
}

void check_type(const FileOptions &options, mode_t mode) {
    if (S_ISDIR(mode)) {
        refuse(options, EISDIR);
    }
    if (!S_ISREG(mode) && !S_ISBLK(mode)) {
        throw ConfigError(
            EINVAL, fmt::format("{} is neither a regular file nor a block device: name one of these.", options.path));
    }
}

void open_descriptor(const FileOptions &options, OpenedFile &file) {
    struct stat facts{};
    if (stat(options.path.c_str(), &facts) != 0) {
        refuse(options, errno);
    }
    check_type(options, facts.st_mode); // before open(): a FIFO would make it wait
    int flags = O_CLOEXEC | O_NOCTTY | (options.read_only ? O_RDONLY : O_RDWR) | (options.o_direct ? O_DIRECT : 0);
    if (S_ISBLK(facts.st_mode) && !options.read_only) {
        flags |= O_EXCL; // refused while it is mounted or otherwise claimed
    }
    file.fd = open(options.path.c_str(), flags);
    if (file.fd < 0 && errno == EINVAL && options.o_direct) {
        throw ConfigError(EINVAL,
                          fmt::format("{} cannot be opened with O_DIRECT, because its file system does not support it: "
                                      "open it without o_direct.",
                                      options.path));
    }
    if (file.fd < 0 || fstat(file.fd, &facts) != 0) {
        refuse(options, errno);
    }
    check_type(options, facts.st_mode);
    file.block_device = S_ISBLK(facts.st_mode);
    file.direct = options.o_direct;
    file.write_through = options.write_through;
    file.facts.read_only = options.read_only;
    file.facts.volatile_cache = !options.write_through && !options.read_only;
}

// One writer or many readers. File systems without locks are taken as they are.
void take_lock(const FileOptions &options, const OpenedFile &file) {
    struct flock lock{};
    lock.l_type = options.read_only ? F_RDLCK : F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(file.fd, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES)) {
        return;
    }
    throw ConfigError(EBUSY, fmt::format("{} is in use by another device or program that {}: close it there{}.",
                                         options.path, options.read_only ? "writes to it" : "has it open under a lock",
                                         options.read_only ? "" : ", or open it read-only in both places"));
}

std::uint64_t sysfs_number(dev_t device, const char *attribute, std::uint64_t otherwise) {
    for (const char *up : {"", "../"}) { // a partition has its queue one level up
        std::ifstream in(fmt::format("/sys/dev/block/{}:{}/{}queue/{}", major(device), minor(device), up, attribute));
        std::uint64_t value = 0;
        if (in >> value) {
            return value;
        }
    }
    return otherwise;
}

void find_alignment(const FileOptions &options, OpenedFile &file) {
    if (!file.direct) {
        return;
    }
    std::uint32_t memory = careful_align_bytes;
    std::uint32_t offset = careful_align_bytes;
    int logical_block_bytes = 0;
    if (file.block_device && ioctl(file.fd, BLKSSZGET, &logical_block_bytes) == 0) {
        memory = offset = static_cast<std::uint32_t>(logical_block_bytes);
    }
#ifdef STATX_DIOALIGN
    struct statx more{};
    if (statx(file.fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &more) == 0 && (more.stx_mask & STATX_DIOALIGN) != 0) {
        if (more.stx_dio_offset_align == 0) {
            throw ConfigError(
                EINVAL, fmt::format("{} cannot be used with O_DIRECT, because its file system does not support it for "
                                    "this file: open it without o_direct.",
                                    options.path));
        }
        memory = more.stx_dio_mem_align;
        offset = more.stx_dio_offset_align;
    }
#endif
    if (offset > FileMedium::bounce_bytes || FileMedium::bounce_bytes % offset != 0) {
        throw ConfigError(
            EINVAL, fmt::format("{} needs transfers in multiples of {} bytes with O_DIRECT, which is not supported: "
                                "open it without o_direct.",
                                options.path, offset));
    }
    file.memory_align_bytes = std::max(memory, 1U);
    file.offset_align_bytes = offset;
    file.facts.alignment_bytes = std::max(memory, offset);
}

void find_size(const FileOptions &options, OpenedFile &file) {
    const std::uint64_t align = file.offset_align_bytes;
    const std::uint64_t least = std::max(smallest_block_bytes, align);
    file.offset_align_bytes = 1; // the size as it is, not rounded
    const Result<std::uint64_t, int> size = detail::size_of(file);
    file.offset_align_bytes = static_cast<std::uint32_t>(align);
    if (!size) {
        refuse(options, size.error());
    }
    if (*size == 0) {
        throw ConfigError(EINVAL,
                          fmt::format("{} has a size of 0 bytes: enlarge it, for example with truncate -s 1G {}.",
                                      options.path, options.path));
    }
    if (*size < least || *size % align != 0) {
        throw ConfigError(EINVAL, fmt::format("{} has a size of {} bytes, which is not usable: make it {} {} bytes{}.",
                                              options.path, *size, align > 1 ? "a multiple of" : "at least", least,
                                              align > 1 ? ", or open it without o_direct" : ""));
    }
    file.facts.size_bytes = *size;
}

void find_facts(OpenedFile &file) {
    struct stat facts{};
    if (fstat(file.fd, &facts) != 0) {
        return;
    }
    const dev_t device = file.block_device ? facts.st_rdev : facts.st_dev;
    file.facts.rotational = sysfs_number(device, "rotational", 0) != 0;
    if (file.block_device) {
        unsigned optimal = 0;
        file.facts.optimal_transfer_bytes = ioctl(file.fd, BLKIOOPT, &optimal) == 0 ? optimal : 0;
        file.facts.punch_granularity_bytes = static_cast<std::uint32_t>(sysfs_number(device, "discard_granularity", 0));
    } else {
        file.facts.punch_granularity_bytes = static_cast<std::uint32_t>(facts.st_blksize);
    }
}

void map_bounce(const FileOptions &options, OpenedFile &file) {
    if (!file.direct) {
        return;
    }
    void *memory = mmap(nullptr, FileMedium::bounce_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        refuse(options, ENOMEM);
    }
    file.bounce = static_cast<std::uint8_t *>(memory);
}

} // namespace

Result<std::uint64_t, int> detail::size_of(const OpenedFile &file) noexcept {
    std::uint64_t size = 0;
    if (file.block_device) {
        if (ioctl(file.fd, BLKGETSIZE64, &size) != 0) {
            return fail(int{errno});
        }
    } else {
        struct stat facts{};
        if (fstat(file.fd, &facts) != 0) {
            return fail(int{errno});
        }
        size = static_cast<std::uint64_t>(facts.st_size);
    }
    return size - size % file.offset_align_bytes;
}

std::unique_ptr<BlockMedium> open_file(const FileOptions &options) {
    OpenedFile file;
    try {
        open_descriptor(options, file);
        take_lock(options, file);
        find_alignment(options, file);
        find_size(options, file);
        find_facts(file);
        map_bounce(options, file);
        return std::make_unique<FileMedium>(file);
    } catch (...) {
        if (file.bounce != nullptr) {
            munmap(file.bounce, FileMedium::bounce_bytes);
        }
        if (file.fd >= 0) {
            close(file.fd);
        }
        throw;
    }
}

} // namespace scsilo::media
