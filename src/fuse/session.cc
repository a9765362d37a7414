// SPDX-License-Identifier: Apache-2.0
// The beginning and the end of a session.
#include "fuse/session.h"

#include "fuse/channel.h"
#include "fuse/mount.h"
#include "fuse/session_state.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace scsilo::fuse {
namespace {

constexpr std::chrono::milliseconds look_again{1};

void set_nonblocking(int fd) noexcept { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

} // namespace

Session::Session(SessionOptions options, std::shared_ptr<Directory> root)
    : options_(std::move(options)), state_(std::make_shared<SessionState>(std::move(root))) {}

Session::~Session() { unmount(); }

std::uint32_t Session::max_write_bytes() const noexcept { return state_->max_write_bytes; }

Result<void, SessionError> Session::mount() {
    if (mounted()) {
        return fail(SessionError{EBUSY, options_.mount_point.string() + " is already mounted by this session."});
    }
    if (auto clean = clean_mount_point(options_.mount_point); !clean) {
        return clean;
    }
    if (options_.raise_max_pages_limit) {
        raise_max_pages_limit(options_.max_pages);
    }
    const auto device = mount_device(options_, state_->root_mode());
    if (!device) {
        return fail(device.error());
    }
    device_fd_ = device->fd;
    through_helper_ = device->through_helper;
    const auto agreed = shake_hands(device_fd_, options_);
    if (!agreed) {
        unmount();
        return fail(agreed.error());
    }
    state_->max_write_bytes = *agreed;
    set_nonblocking(device_fd_);
    state_->notifier()->start(device_fd_);
    return {};
}

int Session::open_channel_fd() const noexcept {
    const int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
        auto of = static_cast<std::uint32_t>(device_fd_);
        if (ioctl(fd, FUSE_DEV_IOC_CLONE, &of) == 0) {
            return fd;
        }
        close(fd);
    }
    return fcntl(device_fd_, F_DUPFD_CLOEXEC, 0); // no right to open the device: share its queue of pending replies
}

Result<void, SessionError> Session::attach(loop::Shard &shard) {
    const int fd = mounted() ? open_channel_fd() : -1;
    if (fd < 0) {
        return fail(SessionError{mounted() ? errno : ENOTCONN, "No further channel to the kernel can be opened."});
    }
    auto channel = std::make_shared<Channel>(state_, shard, fd, options_.count_slots);
    channels_.push_back({&shard, channel});
    state_->add_channel(channel);
    shard.call([&channel] { channel->start(); });
    return {};
}

template <class F> void Session::on_each_channel(F function) {
    for (const Attached &attached : channels_) {
        attached.shard->call([&] { function(*attached.channel); });
    }
}

// Until nothing is pending, or the time is over; requests that end meanwhile end properly.
bool Session::wait_for_replies(std::uint32_t timeout_ms) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    for (;;) {
        std::size_t count = 0;
        on_each_channel([&count](Channel &channel) { count += channel.count_outstanding(); });
        if (count == 0 || std::chrono::steady_clock::now() >= deadline) {
            return count == 0;
        }
        std::this_thread::sleep_for(look_again);
    }
}

void Session::unmount() noexcept {
    if (!mounted()) {
        return;
    }
    detach_mount(options_.mount_point, through_helper_);
    on_each_channel([](Channel &channel) {
        channel.refuse_new_requests();
        channel.interrupt_all();
    });
    if (!wait_for_replies(options_.unmount_grace_ms)) {
        on_each_channel([](Channel &channel) { channel.disown_all(); });
        // What is left is in the middle of its reply.
        while (!wait_for_replies(options_.unmount_grace_ms)) {
        }
    }
    // The notifier may stand in a lock of the kernel's that a request holds: until it has ended, requests get their
    // ENODEV.
    state_->notifier()->stop();
    for (const Attached &attached : channels_) {
        std::promise<void> done;
        attached.shard->call([&] { attached.channel->stop(done); });
        done.get_future().wait();
        attached.shard->call([&] { attached.channel->close_device(); });
    }
    close(device_fd_); // the last descriptor: the kernel ends whatever is still asked with ENOTCONN
    device_fd_ = -1;
    if (!channels_.empty()) {
        channels_.front().shard->call([this] { state_->release_all(); });
    }
    state_->clear_channels();
    channels_.clear();
}

} // namespace scsilo::fuse
