// SPDX-License-Identifier: Apache-2.0
// mount(2) as root, else the set-uid program fusermount3, which sends the opened device over a socket.
#include "fuse/mount.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scsilo::fuse {
namespace {

constexpr const char *helper = "fusermount3";
constexpr const char *type_name = "fuse.scsilo";
constexpr int helper_fd = 3;

std::string reason(int error) { return std::generic_category().message(error); }

bool is_dead(const std::filesystem::path &path, int &error) noexcept {
    struct stat status{};
    error = ::stat(path.c_str(), &status) == 0 ? 0 : errno;
    return error == ENOTCONN || error == ECONNABORTED;
}

// A blank in /proc/self/mountinfo is \040, and so on.
std::string unescaped(const std::string &field) {
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + 3 < field.size()) {
            text.push_back(static_cast<char>(std::stoi(field.substr(i + 1, 3), nullptr, 8)));
            i += 3;
        } else {
            text.push_back(field[i]);
        }
    }
    return text;
}

bool is_our_mount(const std::filesystem::path &path) {
    std::ifstream mounts("/proc/self/mountinfo");
    std::string line;
    while (std::getline(mounts, line)) {
        std::istringstream fields(line);
        std::string skipped;
        std::string point;
        fields >> skipped >> skipped >> skipped >> skipped >> point;
        if (unescaped(point) == path && line.find(std::string(" - ") + type_name + " ") != std::string::npos) {
            return true;
        }
    }
    return false;
}

// Starts fusermount3; comm_fd (or -1) becomes its _FUSE_COMMFD. Returns its pid, or -1 with errno.
pid_t spawn_helper(std::vector<std::string> arguments, int comm_fd) {
    std::vector<char *> argv;
    for (std::string &argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    std::string comm = "_FUSE_COMMFD=" + std::to_string(helper_fd);
    std::vector<char *> environment;
    for (char **variable = environ; *variable != nullptr; ++variable) {
        environment.push_back(*variable);
    }
    environment.push_back(comm.data());
    environment.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (comm_fd >= 0) {
        posix_spawn_file_actions_adddup2(&actions, comm_fd, helper_fd);
    }
    pid_t pid = -1;
    errno = posix_spawnp(&pid, helper, &actions, nullptr, argv.data(), environment.data());
    const int error = errno;
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error == 0 ? pid : -1;
}

bool helper_succeeded(pid_t pid) noexcept {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int receive_descriptor(int socket) noexcept {
    char byte = 0;
    iovec piece{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0) {
        return -1;
    }
    const cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS) {
        return -1;
    }
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

std::string common_options(const SessionOptions &options) {
    return std::string(options.default_permissions ? ",default_permissions" : "") +
           (options.allow_other ? ",allow_other" : "");
}

Result<MountedDevice, SessionError> mount_directly(const SessionOptions &options, std::uint32_t root_mode) {
    const int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        const int error = errno;
        return fail(SessionError{error, "/dev/fuse cannot be opened: " + reason(error) +
                                            ". Is the kernel's fuse module loaded (modprobe fuse)?"});
    }
    std::ostringstream data;
    data << "fd=" << fd << ",rootmode=" << std::oct << (root_mode & S_IFMT) << std::dec << ",user_id=" << geteuid()
         << ",group_id=" << getegid() << common_options(options);
    if (::mount(options.fsname.c_str(), options.mount_point.c_str(), type_name, MS_NOSUID | MS_NODEV,
                data.str().c_str()) != 0) {
        const int error = errno;
        close(fd);
        return fail(SessionError{error, options.mount_point.string() + " cannot be mounted: " + reason(error) + "."});
    }
    return MountedDevice{fd, false};
}

Result<MountedDevice, SessionError> mount_by_helper(const SessionOptions &options) {
    std::array<int, 2> sockets{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
        return fail(SessionError{errno, "No socket for fusermount3 can be made: " + reason(errno) + "."});
    }
    const std::string list = "rw,nosuid,nodev,subtype=scsilo,fsname=" + options.fsname + common_options(options);
    const pid_t pid = spawn_helper({helper, "-o", list, "--", options.mount_point.string()}, sockets[0]);
    const int spawn_error = errno;
    close(sockets[0]);
    if (pid < 0) {
        close(sockets[1]);
        return fail(SessionError{spawn_error, "fusermount3 cannot be started: " + reason(spawn_error) +
                                                  ". Install the package fuse3, or run as root."});
    }
    const int fd = receive_descriptor(sockets[1]);
    close(sockets[1]);
    if (!helper_succeeded(pid) || fd < 0) {
        if (fd >= 0) {
            close(fd);
        }
        return fail(SessionError{EPERM, "fusermount3 refused to mount " + options.mount_point.string() +
                                            "; allow_other needs user_allow_other in /etc/fuse.conf."});
    }
    return MountedDevice{fd, true};
}

} // namespace

Result<void, SessionError> clean_mount_point(const std::filesystem::path &mount_point) {
    int error = 0;
    constexpr int max_layers = 16; // dead mounts on top of each other
    for (int layer = 0; layer < max_layers && is_dead(mount_point, error); ++layer) {
        if (!detach_mount(mount_point, false) && !detach_mount(mount_point, true)) {
            break;
        }
    }
    if (error != 0) {
        return fail(
            SessionError{error, "The mount point " + mount_point.string() + " cannot be used: " + reason(error) + "."});
    }
    std::error_code unresolved;
    const std::filesystem::path resolved = std::filesystem::canonical(mount_point, unresolved);
    if (!unresolved && is_our_mount(resolved)) {
        return fail(SessionError{EBUSY, mount_point.string() +
                                            " is mounted by a daemon that is alive: stop it, or choose "
                                            "another directory."});
    }
    return {};
}

Result<MountedDevice, SessionError> mount_device(const SessionOptions &options, std::uint32_t root_mode) {
    if (geteuid() == 0) {
        auto mounted = mount_directly(options, root_mode);
        if (mounted || mounted.error().error_number != EPERM) {
            return mounted;
        }
    }
    return mount_by_helper(options);
}

bool detach_mount(const std::filesystem::path &mount_point, bool through_helper) noexcept {
    if (!through_helper) {
        return umount2(mount_point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0;
    }
    const pid_t pid = spawn_helper({helper, "-u", "-z", "-q", "--", mount_point.string()}, -1);
    return pid >= 0 && helper_succeeded(pid);
}

} // namespace scsilo::fuse
