// SPDX-License-Identifier: Apache-2.0
// Directory: named children. Entries appear at once, and vanish at once, for every session in which the directory is
// mounted.
#pragma once

#include "fuse/node.h"

#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace scsilo::fuse {

struct DirectoryEntry {
    std::string name;
    std::shared_ptr<Node> node;
};

// Thread safe. A node of type directory may have one parent only; other nodes may have several names (hard links).
class Directory : public Node {
  public:
    enum class Order : std::uint8_t { as_added, by_name };

    explicit Directory(std::uint32_t permissions = 0755, Order order = Order::by_name);
    Directory(const Attributes &attributes, const Policy &policy, Order order);
    ~Directory() override;

    // False: the name is taken, or it cannot be a name (empty, longer than 255 bytes, ".", "..", with a slash or a
    // NUL).
    bool add(std::string_view name, std::shared_ptr<Node> node);
    // False: there is no such name. The kernel is told by the session's notifier thread, so any lock may be held here.
    bool remove(std::string_view name);
    [[nodiscard]] static bool is_name(std::string_view name) noexcept;
    [[nodiscard]] std::size_t count_children() const;

    // Called on a shard's thread for every lookup and opendir: must be cheap and must not block. A dynamic directory
    // overrides both; it must give the same node for the same name as long as that is the same file.
    [[nodiscard]] virtual std::shared_ptr<Node> find(std::string_view name);
    [[nodiscard]] virtual std::vector<DirectoryEntry> list();

    // Hooks, called like those of Node: each leads to exactly one reply. The default is EPERM. An existing name of the
    // wrong kind has been dealt with by the kernel. The name is valid until the reply.
    virtual void make_directory(Request &request, std::string_view name, std::uint32_t mode); // reply_entry
    virtual void remove_directory(Request &request, std::string_view name);                   // reply_ok
    virtual void unlink(Request &request, std::string_view name);                             // reply_ok
    virtual void rename(Request &request, std::string_view name, const std::shared_ptr<Directory> &new_parent,
                        std::string_view new_name, std::uint32_t flags);                         // reply_ok
    virtual void make_symlink(Request &request, std::string_view name, std::string_view target); // reply_entry
    // open(O_CREAT) of a name that find() does not know: add the node, then request.reply_entry_and_open(), or
    // `request.will_create(node); node->open(request, open);`. Default: EPERM.
    virtual void create(Request &request, std::string_view name, std::uint32_t mode, const OpenRequest &open);

    [[nodiscard]] Attributes attributes() const override;

    // For sessions: who is to tell the kernel of removals.
    void watch(const std::shared_ptr<Notifier> &notifier);

  private:
    void tell_removed(const std::string &name, std::uint64_t child_number);

    struct Child {
        std::shared_ptr<Node> node;
        std::uint64_t sequence = 0;
    };
    const Order order_;
    mutable std::mutex mutex_; // guards what follows
    std::uint64_t next_sequence_ = 0;
    std::uint32_t count_directories_ = 0;
    std::map<std::string, Child, std::less<>> children_;
    std::vector<std::weak_ptr<Notifier>> watchers_;
};

} // namespace scsilo::fuse
