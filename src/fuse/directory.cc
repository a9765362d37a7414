// SPDX-License-Identifier: Apache-2.0
// The children of a directory, and who is told when one goes.
#include "fuse/directory.h"

#include "fuse/notifier.h"
#include "fuse/request.h"

#include <algorithm>
#include <cerrno>

namespace scsilo::fuse {

constexpr std::size_t max_name_bytes = 255; // NAME_MAX

Directory::Directory(std::uint32_t permissions, Order order)
    : Directory(Attributes{.mode = S_IFDIR | permissions, .nlink = 2}, Policy{}, order) {}

Directory::Directory(const Attributes &attributes, const Policy &policy, Order order)
    : Node(attributes, policy), order_(order) {}

Directory::~Directory() = default;

bool Directory::is_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= max_name_bytes && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

bool Directory::add(std::string_view name, std::shared_ptr<Node> node) {
    if (!is_name(name)) {
        return false;
    }
    {
        const std::lock_guard lock(mutex_);
        const bool directory = node->type() == S_IFDIR;
        if (!children_.try_emplace(std::string(name), Child{std::move(node), next_sequence_}).second) {
            return false;
        }
        ++next_sequence_;
        count_directories_ += directory ? 1U : 0U;
    }
    touch();
    return true;
}

bool Directory::remove(std::string_view name) {
    std::shared_ptr<Node> node; // destroyed after the lock is given up
    std::string removed_name;
    {
        const std::lock_guard lock(mutex_);
        const auto at = children_.find(name);
        if (at == children_.end()) {
            return false;
        }
        node = std::move(at->second.node);
        removed_name = at->first;
        children_.erase(at);
        count_directories_ -= node->type() == S_IFDIR ? 1U : 0U;
    }
    touch();
    tell_removed(removed_name, node->number());
    return true;
}

std::size_t Directory::count_children() const {
    const std::lock_guard lock(mutex_);
    return children_.size();
}

std::shared_ptr<Node> Directory::find(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto at = children_.find(name);
    return at == children_.end() ? nullptr : at->second.node;
}

std::vector<DirectoryEntry> Directory::list() {
    std::vector<std::pair<std::uint64_t, DirectoryEntry>> found;
    {
        const std::lock_guard lock(mutex_);
        found.reserve(children_.size());
        for (const auto &[name, child] : children_) {
            found.emplace_back(child.sequence, DirectoryEntry{name, child.node});
        }
    }
    if (order_ == Order::as_added) {
        std::sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    }
    std::vector<DirectoryEntry> entries;
    entries.reserve(found.size());
    for (auto &[sequence, entry] : found) {
        entries.push_back(std::move(entry));
    }
    return entries;
}

Attributes Directory::attributes() const {
    Attributes attributes = Node::attributes();
    const std::lock_guard lock(mutex_);
    attributes.nlink += count_directories_;
    return attributes;
}

void Directory::make_directory(Request &request, std::string_view, std::uint32_t) { request.reply_error(EPERM); }
void Directory::remove_directory(Request &request, std::string_view) { request.reply_error(EPERM); }
void Directory::unlink(Request &request, std::string_view) { request.reply_error(EPERM); }
void Directory::rename(Request &request, std::string_view, const std::shared_ptr<Directory> &, std::string_view,
                       std::uint32_t) {
    request.reply_error(EPERM);
}
void Directory::make_symlink(Request &request, std::string_view, std::string_view) { request.reply_error(EPERM); }
void Directory::create(Request &request, std::string_view, std::uint32_t, const OpenRequest &) {
    request.reply_error(EPERM);
}

void Directory::watch(const std::shared_ptr<Notifier> &notifier) {
    const std::lock_guard lock(mutex_);
    std::erase_if(watchers_, [](const auto &watcher) { return watcher.expired(); });
    const bool known = std::any_of(watchers_.begin(), watchers_.end(),
                                   [&](const auto &watcher) { return watcher.lock() == notifier; });
    if (!known) {
        watchers_.push_back(notifier);
    }
}

void Directory::tell_removed(const std::string &name, std::uint64_t child_number) {
    std::vector<std::weak_ptr<Notifier>> watchers;
    {
        const std::lock_guard lock(mutex_);
        watchers = watchers_;
    }
    for (const auto &watcher : watchers) {
        if (auto notifier = watcher.lock()) {
            notifier->removed(number(), child_number, name);
        }
    }
}

} // namespace scsilo::fuse
