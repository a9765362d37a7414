// SPDX-License-Identifier: Apache-2.0
// The control tree: directories and files as the socket, the FUSE mount and the tests see them.
//
// Thread rule: everything here is used on the control thread only (ControlThread::execute), except the constants of a
// node. A path is relative to the root, with or without leading slash: "scsi_tgt/groups/Default/devices".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace scsilo::control {

class Directory;

class Node {
  public:
    Node() = default;
    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;
    virtual ~Node() = default;
    [[nodiscard]] virtual bool is_directory() const noexcept = 0;
    [[nodiscard]] virtual std::uint32_t mode() const noexcept = 0; // permission bits, never changes
};

// One attribute or command file. A read makes the whole text; a write is one command.
class File final : public Node {
  public:
    using Read = std::function<std::string()>;
    // Gets the command without its newline; throws ConfigError (errno and one sentence).
    using Write = std::function<void(std::string_view command)>;

    // Mode: 0444 without write, 0200 without read, else 0644.
    explicit File(Read read, Write write = nullptr) : read_(std::move(read)), write_(std::move(write)) {}

    [[nodiscard]] bool is_directory() const noexcept override { return false; }
    [[nodiscard]] std::uint32_t mode() const noexcept override;
    [[nodiscard]] bool readable() const noexcept { return read_ != nullptr; }
    [[nodiscard]] bool writable() const noexcept { return write_ != nullptr; }
    [[nodiscard]] std::string read() const;     // ConfigError EACCES when it is not readable
    void write(std::string_view command) const; // ConfigError EACCES when it is not writable

  private:
    const Read read_;
    const Write write_;
};

// Sees entries come and go, on the control thread, after the change. Watching a directory concerns its own entries
// only.
class TreeObserver {
  public:
    virtual void entry_added(Directory &parent, const std::string &name, const std::shared_ptr<Node> &node) = 0;
    virtual void entry_removed(Directory &parent, const std::string &name, const std::shared_ptr<Node> &node) = 0;

  protected:
    ~TreeObserver() = default;
};

class Directory final : public Node {
  public:
    using Entries = std::map<std::string, std::shared_ptr<Node>, std::less<>>;

    [[nodiscard]] bool is_directory() const noexcept override { return true; }
    [[nodiscard]] std::uint32_t mode() const noexcept override { return 0555; }

    // The name is not taken (a broken invariant aborts). Returns the directory, for chains.
    Directory &add(const std::string &name, std::shared_ptr<Node> node);
    Directory &add_file(const std::string &name, File::Read read, File::Write write = nullptr);
    [[nodiscard]] std::shared_ptr<Directory> add_directory(const std::string &name);
    void remove(std::string_view name);

    [[nodiscard]] const Entries &entries() const noexcept { return entries_; }
    [[nodiscard]] std::shared_ptr<Node> find(std::string_view name) const;
    void watch(TreeObserver *observer) noexcept { observer_ = observer; } // nullptr: no longer; one observer at a time

  private:
    Entries entries_;
    TreeObserver *observer_ = nullptr;
};

// Commands longer than this are refused with EOVERFLOW: one page less 512 bytes, as 2008 (procfs layout, E1).
inline constexpr std::size_t max_command_bytes = 4096 - 512;

struct Outcome {
    int error_number = 0; // errno, 0 = done
    std::string text;     // the file's text, or the sentence of the error

    [[nodiscard]] bool ok() const noexcept { return error_number == 0; }
};

// The root and the rules that hold for every file. Failures are logged and remembered for the file `last_error`.
class Tree {
  public:
    Tree();

    [[nodiscard]] Directory &root() noexcept { return *root_; }
    [[nodiscard]] const std::shared_ptr<Directory> &root_owner() const noexcept { return root_; }
    // The node at the path: ConfigError ENOENT or ENOTDIR when there is none.
    [[nodiscard]] std::shared_ptr<Node> find(std::string_view path) const;

    [[nodiscard]] Outcome read(const File &file) noexcept;
    // `raw` as it came from write(2): length limit, an embedded NUL ends it, one newline is removed.
    [[nodiscard]] Outcome write(const File &file, std::string_view raw) noexcept;
    [[nodiscard]] Outcome read(std::string_view path) noexcept;
    [[nodiscard]] Outcome write(std::string_view path, std::string_view raw) noexcept;

    struct Entry {
        std::string name;
        bool directory = false;
        std::uint32_t mode = 0;
    };
    [[nodiscard]] std::vector<Entry> list(std::string_view path) const; // ConfigError like find()

    [[nodiscard]] const std::string &last_error() const noexcept { return last_error_; }

  private:
    [[nodiscard]] Outcome failed(int error_number, std::string sentence) noexcept;
    [[nodiscard]] std::shared_ptr<File> find_file(std::string_view path) const;

    std::shared_ptr<Directory> root_;
    std::string last_error_; // of the last write that failed
};

} // namespace scsilo::control
