// SPDX-License-Identifier: Apache-2.0
// The notices and the thread that sends removals.
#include "fuse/notifier.h"

#include <cerrno>
#include <linux/fuse.h>
#include <pthread.h>
#include <sys/uio.h>

namespace scsilo::fuse {

void Notifier::start(int device_fd) {
    {
        const std::unique_lock lock(device_mutex_);
        device_fd_ = device_fd;
    }
    stopping_ = false;
    thread_ = std::thread([this] { serve(); });
    pthread_setname_np(thread_.native_handle(), "fuse-notify");
}

void Notifier::stop() noexcept {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        queue_.clear();
    }
    changed_.notify_one();
    thread_.join();
    const std::unique_lock lock(device_mutex_);
    device_fd_ = -1;
}

std::uint64_t Notifier::node_id(std::uint64_t number) const noexcept {
    return number == root_number_ ? std::uint64_t{FUSE_ROOT_ID} : number;
}

void Notifier::removed(std::uint64_t parent_number, std::uint64_t child_number, const std::string &name) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= max_queued) {
            return;
        }
        queue_.push_back({node_id(parent_number), node_id(child_number), name});
    }
    changed_.notify_one();
}

void Notifier::wake_poll(std::uint64_t kernel_handle) noexcept {
    fuse_out_header header{};
    header.error = FUSE_NOTIFY_POLL;
    fuse_notify_poll_wakeup_out out{kernel_handle};
    header.len = sizeof header + sizeof out;
    const iovec message[] = {{&header, sizeof header}, {&out, sizeof out}};
    const std::shared_lock lock(device_mutex_);
    if (device_fd_ >= 0) {
        // An error says that nobody waits any more.
        [[maybe_unused]] const ssize_t sent = writev(device_fd_, message, 2);
    }
}

void Notifier::serve() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) {
            return;
        }
        const Removal removal = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        send(removal);
        lock.lock();
    }
}

void Notifier::send(const Removal &removal) const noexcept {
    const auto length = static_cast<std::uint32_t>(removal.name.size());
    fuse_out_header header{};
    header.error = FUSE_NOTIFY_DELETE;
    fuse_notify_delete_out out{};
    out.parent = removal.parent;
    out.child = removal.child;
    out.namelen = length;
    header.len = static_cast<std::uint32_t>(sizeof header + sizeof out) + length + 1; // with the NUL
    iovec message[] = {
        {&header, sizeof header}, {&out, sizeof out}, {const_cast<char *>(removal.name.c_str()), length + 1}};
    // ENOENT: the kernel does not know the name, and need not.
    if (writev(device_fd_, message, 3) >= 0 || errno != ENOTEMPTY) {
        return;
    }
    // A directory that is not empty is forgotten rather than deleted.
    fuse_notify_inval_entry_out entry{};
    entry.parent = removal.parent;
    entry.namelen = length;
    header.error = FUSE_NOTIFY_INVAL_ENTRY;
    header.len = static_cast<std::uint32_t>(sizeof header + sizeof entry) + length + 1;
    message[1] = {&entry, sizeof entry};
    [[maybe_unused]] const ssize_t sent = writev(device_fd_, message, 3);
}

} // namespace scsilo::fuse
