// SPDX-License-Identifier: Apache-2.0
// SessionState: what the channels of one session share: the nodes the kernel knows, its open files and open
// directories.
#pragma once

#include "fuse/directory.h"
#include "fuse/notifier.h"

#include <linux/fuse.h>
#include <set>

namespace scsilo::fuse {

class Channel;

// Thread safe.
class SessionState {
  public:
    explicit SessionState(std::shared_ptr<Directory> root);

    // --- nodes ---
    // nodeid of the protocol: Node::number(), except for the root.
    [[nodiscard]] std::shared_ptr<Node> find(std::uint64_t node_id) const noexcept;
    [[nodiscard]] std::uint64_t node_id(const Node &node) const noexcept;
    // One more reference of the kernel's.
    void enter(const std::shared_ptr<Node> &node, fuse_entry_out &entry);
    void forget(std::uint64_t node_id, std::uint64_t count) noexcept;

    [[nodiscard]] std::uint32_t root_mode() const { return root_->attributes().mode; }

    // --- open files: whatever is still open at the end is released ---
    void opened(const std::shared_ptr<Node> &node, Handle handle);
    void release(Node &node, Handle handle) noexcept;
    void release_all() noexcept;

    // --- open directories: a reader sees the entries of the moment it began ---
    using Listing = std::shared_ptr<const std::vector<DirectoryEntry>>;
    [[nodiscard]] Handle open_listing(Listing listing);
    [[nodiscard]] Listing listing(Handle handle) const noexcept;
    void replace_listing(Handle handle, Listing listing);
    void close_listing(Handle handle) noexcept;

    // --- channels ---
    void add_channel(const std::shared_ptr<Channel> &channel);
    void clear_channels() noexcept;
    // The kernel may hand an interrupt to another channel than the one that has the request.
    void interrupt_elsewhere(const Channel &except, std::uint64_t unique);

    [[nodiscard]] const std::shared_ptr<Notifier> &notifier() const noexcept { return notifier_; }
    std::uint32_t max_write_bytes = 0; // set by the handshake, before the first channel

  private:
    struct Known {
        std::shared_ptr<Node> node;
        std::uint64_t count_lookups = 0;
    };
    const std::shared_ptr<Directory> root_;
    const std::shared_ptr<Notifier> notifier_;
    mutable std::mutex nodes_mutex_; // guards known_
    std::unordered_map<std::uint64_t, Known> known_;
    mutable std::mutex files_mutex_; // guards what follows
    std::multiset<std::pair<std::shared_ptr<Node>, Handle>> open_files_;
    std::unordered_map<Handle, Listing> listings_;
    Handle next_listing_ = 1;
    std::vector<std::shared_ptr<Channel>> channels_;
};

} // namespace scsilo::fuse
