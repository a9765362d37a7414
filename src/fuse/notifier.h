// SPDX-License-Identifier: Apache-2.0
// Notifier: what the kernel is told without having asked (FUSE_NOTIFY_...).
//
// A removal notice makes the kernel take the directory's lock, which it may hold while it waits for an answer of ours.
// So removals are sent by a thread that nobody waits for; a poll wake-up takes no such lock and is sent at once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

namespace scsilo::fuse {

class Notifier {
  public:
    // root_number: the number() of the node that the kernel calls FUSE_ROOT_ID.
    explicit Notifier(std::uint64_t root_number) noexcept : root_number_(root_number) {}
    Notifier(const Notifier &) = delete;
    Notifier &operator=(const Notifier &) = delete;
    ~Notifier() { stop(); }

    void start(int device_fd);
    // No notice is on its way afterwards. The kernel's requests must be answered meanwhile.
    void stop() noexcept;

    // Any thread, any locks held.
    void removed(std::uint64_t parent_number, std::uint64_t child_number, const std::string &name);
    void wake_poll(std::uint64_t kernel_handle) noexcept;

  private:
    // Names are looked up afresh by the kernel each time, so a notice dropped here costs a watcher's (inotify) event
    // only.
    static constexpr std::size_t max_queued = 4096;

    struct Removal {
        std::uint64_t parent = 0;
        std::uint64_t child = 0;
        std::string name;
    };
    void serve() noexcept;
    void send(const Removal &removal) const noexcept;
    [[nodiscard]] std::uint64_t node_id(std::uint64_t number) const noexcept;

    const std::uint64_t root_number_;
    std::shared_mutex device_mutex_; // shared while a poll wake-up is written; guards device_fd_ for them
    int device_fd_ = -1;
    std::mutex mutex_; // guards queue_ and stopping_
    std::condition_variable changed_;
    std::deque<Removal> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace scsilo::fuse
