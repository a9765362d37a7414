// SPDX-License-Identifier: Apache-2.0
// Session: one FUSE mount of a tree of nodes, served by channels on shards.
//
// Order of use: construct, mount(), attach() once per shard, ..., unmount() (or the destructor), and only then stop the
// shards. All functions are for one controlling thread, which is not a shard's.
#pragma once

#include "base/result.h"
#include "fuse/directory.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace scsilo::loop {
class Shard;
}

namespace scsilo::fuse {

class Channel;
class SessionState;

struct SessionOptions {
    std::filesystem::path mount_point{};
    std::string fsname = "scsilo";   // the source shown in /proc/mounts; no comma
    bool allow_other = true;         // other users may enter (without root: needs user_allow_other in /etc/fuse.conf)
    bool default_permissions = true; // the kernel checks mode, uid and gid
    // The longest read or write in pages of 4 KiB, as far as /proc/sys/fs/fuse/max_pages_limit permits. 1025: 4 MiB at
    // any alignment.
    std::uint32_t max_pages = 1025;
    bool raise_max_pages_limit = false;    // root: raise that limit for the whole machine if it is lower
    std::uint32_t count_slots = 64;        // requests pending per channel; further ones wait in the kernel
    std::uint32_t unmount_grace_ms = 1000; // how long unmount() waits for pending requests, once they are interrupted
};

// error_number is an errno; text is one sentence: what failed, why, and the remedy.
struct SessionError {
    int error_number = 0;
    std::string text;
};

class Session {
  public:
    Session(SessionOptions options, std::shared_ptr<Directory> root);
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;
    ~Session(); // unmounts

    // Cleans away what a killed daemon left at the mount point, mounts, and agrees on the protocol with the kernel. As
    // root by mount(2), else by fusermount3. Nobody is served before the first attach().
    [[nodiscard]] Result<void, SessionError> mount();
    // Serves requests on this (started) shard, too.
    [[nodiscard]] Result<void, SessionError> attach(loop::Shard &shard);
    // Pending requests are interrupted, then, after the grace time, answered with ENODEV; the mount vanishes, lazily if
    // busy. Files still open give ENOTCONN from now on. Idempotent.
    void unmount() noexcept;

    [[nodiscard]] bool mounted() const noexcept { return device_fd_ >= 0; }
    // The longest read or write that arrives as one request; known once mounted.
    [[nodiscard]] std::uint32_t max_write_bytes() const noexcept;
    [[nodiscard]] const SessionOptions &options() const noexcept { return options_; }

  private:
    struct Attached {
        loop::Shard *shard = nullptr;
        std::shared_ptr<Channel> channel;
    };
    [[nodiscard]] int open_channel_fd() const noexcept;
    template <class F> void on_each_channel(F function);
    [[nodiscard]] bool wait_for_replies(std::uint32_t timeout_ms);

    const SessionOptions options_;
    const std::shared_ptr<SessionState> state_;
    int device_fd_ = -1;
    bool through_helper_ = false;
    std::vector<Attached> channels_;
};

} // namespace scsilo::fuse
