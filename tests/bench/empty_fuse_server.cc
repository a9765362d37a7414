// SPDX-License-Identifier: Apache-2.0
// The loop of the empty server.
#include "bench/empty_fuse_server.h"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace scsilo::bench {
namespace {

constexpr std::uint32_t max_write_bytes = 1U << 20;
constexpr std::uint64_t file_bytes = 1ULL << 30;
constexpr std::uint64_t file_id = 2;

class Server {
  public:
    explicit Server(int fd) : fd_(fd), in_(max_write_bytes + 8192), zeroes_(max_write_bytes) {}

    void serve() {
        for (;;) {
            const ssize_t length = read(fd_, in_.data(), in_.size());
            if (length < 0 && errno != EINTR && errno != ENOENT) {
                return;
            }
            if (length >= static_cast<ssize_t>(sizeof header_)) {
                std::memcpy(&header_, in_.data(), sizeof header_);
                answer();
            }
        }
    }

  private:
    void answer() {
        switch (header_.opcode) {
        case FUSE_INIT:
            init();
            break;
        case FUSE_LOOKUP:
            lookup();
            break;
        case FUSE_GETATTR:
            reply_with(attributes(header_.nodeid));
            break;
        case FUSE_OPEN:
            reply_with(fuse_open_out{0, FOPEN_DIRECT_IO | FOPEN_PARALLEL_DIRECT_WRITES, 0});
            break;
        case FUSE_OPENDIR:
            reply_with(fuse_open_out{});
            break;
        case FUSE_READ:
            reply(0, zeroes_.data(), body<fuse_read_in>().size);
            break;
        case FUSE_WRITE:
            reply_with(fuse_write_out{body<fuse_write_in>().size, 0});
            break;
        case FUSE_IOCTL:
            reply_with(fuse_ioctl_out{});
            break;
        case FUSE_RELEASE:
        case FUSE_RELEASEDIR:
        case FUSE_FLUSH:
            reply(0, nullptr, 0);
            break;
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
        case FUSE_INTERRUPT:
            break;
        default:
            reply(ENOSYS, nullptr, 0);
        }
    }

    template <class T> T body() const {
        T value{};
        std::memcpy(&value, in_.data() + sizeof header_, sizeof value);
        return value;
    }

    void init() {
        const auto init = body<fuse_init_in>();
        fuse_init_out out{};
        out.major = FUSE_KERNEL_VERSION;
        out.minor = FUSE_KERNEL_MINOR_VERSION;
        out.max_readahead = init.max_readahead;
        out.flags = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_PARALLEL_DIROPS | FUSE_ASYNC_DIO | FUSE_MAX_PAGES;
        out.max_pages = max_write_bytes / 4096;
        out.max_write = max_write_bytes;
        reply_with(out);
    }

    static fuse_attr_out attributes(std::uint64_t node_id) {
        fuse_attr_out out{};
        out.attr.ino = node_id;
        out.attr.mode = node_id == file_id ? S_IFREG | 0600 : S_IFDIR | 0755;
        out.attr.size = node_id == file_id ? file_bytes : 0;
        out.attr.nlink = 1;
        out.attr.blksize = 4096;
        return out;
    }

    void lookup() {
        if (std::string(reinterpret_cast<const char *>(in_.data() + sizeof header_)) != "f") {
            reply(ENOENT, nullptr, 0);
            return;
        }
        fuse_entry_out out{};
        out.nodeid = file_id;
        out.attr = attributes(file_id).attr;
        reply_with(out);
    }

    template <class T> void reply_with(const T &out) { reply(0, &out, sizeof out); }

    void reply(int error, const void *data, std::size_t length) {
        fuse_out_header out{static_cast<std::uint32_t>(sizeof out + length), -error, header_.unique};
        const iovec pieces[] = {{&out, sizeof out}, {const_cast<void *>(data), length}};
        [[maybe_unused]] const ssize_t sent = writev(fd_, pieces, length == 0 ? 1 : 2);
    }

    int fd_;
    std::vector<std::uint8_t> in_;
    std::vector<std::uint8_t> zeroes_;
    fuse_in_header header_{};
};

} // namespace

EmptyFuseServer::EmptyFuseServer(std::filesystem::path mount_point) : mount_point_(std::move(mount_point)) {
    const int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string data =
        "fd=" + std::to_string(fd) + ",rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other";
    if (fd < 0 || mount("empty", mount_point_.c_str(), "fuse.empty", MS_NOSUID | MS_NODEV, data.c_str()) != 0) {
        throw std::runtime_error("the empty server cannot be mounted: needs root and /dev/fuse");
    }
    child_ = fork();
    if (child_ == 0) {
        Server(fd).serve();
        _exit(0);
    }
    close(fd);
}

EmptyFuseServer::~EmptyFuseServer() {
    umount2(mount_point_.c_str(), MNT_DETACH);
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
}

} // namespace scsilo::bench
