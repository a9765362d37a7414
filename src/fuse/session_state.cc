// SPDX-License-Identifier: Apache-2.0
// The tables of a session.
#include "fuse/session_state.h"

#include "fuse/channel.h"
#include "fuse/wire.h"

namespace scsilo::fuse {

SessionState::SessionState(std::shared_ptr<Directory> root)
    : root_(std::move(root)), notifier_(std::make_shared<Notifier>(root_->number())) {
    root_->watch(notifier_);
}

std::uint64_t SessionState::node_id(const Node &node) const noexcept {
    return &node == root_.get() ? std::uint64_t{FUSE_ROOT_ID} : node.number();
}

std::shared_ptr<Node> SessionState::find(std::uint64_t node_id) const noexcept {
    if (node_id == FUSE_ROOT_ID) {
        return root_;
    }
    const std::lock_guard lock(nodes_mutex_);
    const auto at = known_.find(node_id);
    return at == known_.end() ? nullptr : at->second.node;
}

void SessionState::enter(const std::shared_ptr<Node> &node, fuse_entry_out &entry) {
    const std::uint64_t id = node_id(*node);
    entry.nodeid = id; // both validities stay 0: the kernel asks afresh each time
    fill_attributes(node->attributes(), id, entry.attr);
    bool first = false;
    if (id != FUSE_ROOT_ID) {
        const std::lock_guard lock(nodes_mutex_);
        Known &known = known_[id];
        first = known.count_lookups++ == 0;
        known.node = node;
    }
    if (first && node->type() == S_IFDIR) {
        static_cast<Directory &>(*node).watch(notifier_);
    }
}

void SessionState::forget(std::uint64_t node_id, std::uint64_t count) noexcept {
    std::shared_ptr<Node> last; // destroyed after the lock is given up
    const std::lock_guard lock(nodes_mutex_);
    const auto at = known_.find(node_id);
    if (at == known_.end()) {
        return;
    }
    if (at->second.count_lookups > count) {
        at->second.count_lookups -= count;
        return;
    }
    last = std::move(at->second.node);
    known_.erase(at);
}

void SessionState::opened(const std::shared_ptr<Node> &node, Handle handle) {
    const std::lock_guard lock(files_mutex_);
    open_files_.emplace(node, handle);
}

void SessionState::release(Node &node, Handle handle) noexcept {
    {
        const std::lock_guard lock(files_mutex_);
        const auto at = open_files_.find({node.shared_from_this(), handle});
        if (at == open_files_.end()) {
            return;
        }
        open_files_.erase(at);
    }
    node.release(handle);
}

void SessionState::release_all() noexcept {
    std::multiset<std::pair<std::shared_ptr<Node>, Handle>> left;
    {
        const std::lock_guard lock(files_mutex_);
        left.swap(open_files_);
        listings_.clear();
    }
    for (const auto &[node, handle] : left) {
        node->release(handle);
    }
    const std::lock_guard lock(nodes_mutex_);
    known_.clear();
}

Handle SessionState::open_listing(Listing listing) {
    const std::lock_guard lock(files_mutex_);
    listings_.emplace(next_listing_, std::move(listing));
    return next_listing_++;
}

SessionState::Listing SessionState::listing(Handle handle) const noexcept {
    const std::lock_guard lock(files_mutex_);
    const auto at = listings_.find(handle);
    return at == listings_.end() ? nullptr : at->second;
}

void SessionState::replace_listing(Handle handle, Listing listing) {
    const std::lock_guard lock(files_mutex_);
    if (const auto at = listings_.find(handle); at != listings_.end()) {
        at->second = std::move(listing);
    }
}

void SessionState::close_listing(Handle handle) noexcept {
    const std::lock_guard lock(files_mutex_);
    listings_.erase(handle);
}

void SessionState::add_channel(const std::shared_ptr<Channel> &channel) {
    const std::lock_guard lock(files_mutex_);
    channels_.push_back(channel);
}

void SessionState::clear_channels() noexcept {
    const std::lock_guard lock(files_mutex_);
    channels_.clear();
}

void SessionState::interrupt_elsewhere(const Channel &except, std::uint64_t unique) {
    const std::lock_guard lock(files_mutex_);
    for (const auto &channel : channels_) {
        if (channel.get() != &except) {
            channel->post_interrupt(unique);
        }
    }
}

} // namespace scsilo::fuse
