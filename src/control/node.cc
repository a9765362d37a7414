// SPDX-License-Identifier: Apache-2.0
// The control tree: look-up and the rules of reading and writing that hold for every file (procfs layout, E1).
#include "control/node.h"

#include "base/config_error.h"
#include "base/log.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace scsilo::control {

std::uint32_t File::mode() const noexcept {
    if (!writable()) {
        return 0444;
    }
    return readable() ? 0644 : 0200;
}

std::string File::read() const {
    if (!readable()) {
        throw ConfigError(EACCES, "This file cannot be read: it only takes commands.");
    }
    return read_();
}

void File::write(std::string_view command) const {
    if (!writable()) {
        throw ConfigError(EACCES, "This file cannot be written: it only shows something.");
    }
    write_(command);
}

Directory &Directory::add(const std::string &name, std::shared_ptr<Node> node) {
    if (!entries_.emplace(name, node).second) {
        std::abort(); // verbs check names before they add
    }
    if (observer_ != nullptr) {
        observer_->entry_added(*this, name, node);
    }
    return *this;
}

Directory &Directory::add_file(const std::string &name, File::Read read, File::Write write) {
    return add(name, std::make_shared<File>(std::move(read), std::move(write)));
}

std::shared_ptr<Directory> Directory::add_directory(const std::string &name) {
    auto directory = std::make_shared<Directory>();
    add(name, directory);
    return directory;
}

void Directory::remove(std::string_view name) {
    const auto at = entries_.find(name);
    if (at == entries_.end()) {
        return;
    }
    const auto [key, node] = *at; // both outlive the observer's look
    entries_.erase(at);
    if (observer_ != nullptr) {
        observer_->entry_removed(*this, key, node);
    }
}

std::shared_ptr<Node> Directory::find(std::string_view name) const {
    const auto at = entries_.find(name);
    return at == entries_.end() ? nullptr : at->second;
}

Tree::Tree() : root_(std::make_shared<Directory>()) {
    root_->add_file("last_error", [this] { return last_error_.empty() ? std::string() : last_error_ + "\n"; });
}

std::shared_ptr<Node> Tree::find(std::string_view path) const {
    std::shared_ptr<Node> node = root_;
    const std::string_view whole = path;
    while (true) {
        while (path.starts_with('/')) {
            path.remove_prefix(1);
        }
        if (path.empty()) {
            return node;
        }
        const std::string_view name = path.substr(0, path.find('/'));
        path.remove_prefix(name.size());
        if (!node->is_directory()) {
            throw ConfigError(ENOTDIR, fmt::format("A part of the path \"{}\" is a file, not a directory.", whole));
        }
        node = static_cast<const Directory &>(*node).find(name);
        if (node == nullptr) {
            throw ConfigError(
                ENOENT, fmt::format("There is no \"{}\" in the path \"{}\": list its directory to see what there is.",
                                    name, whole));
        }
    }
}

std::shared_ptr<File> Tree::find_file(std::string_view path) const {
    auto node = find(path);
    if (node->is_directory()) {
        throw ConfigError(EISDIR, fmt::format("\"{}\" is a directory: name a file in it.", path));
    }
    return std::static_pointer_cast<File>(node);
}

std::vector<Tree::Entry> Tree::list(std::string_view path) const {
    const auto node = find(path);
    if (!node->is_directory()) {
        throw ConfigError(ENOTDIR, fmt::format("\"{}\" is a file: only directories can be listed.", path));
    }
    std::vector<Entry> list;
    for (const auto &[name, child] : static_cast<const Directory &>(*node).entries()) {
        list.push_back({name, child->is_directory(), child->mode()});
    }
    return list;
}

namespace {

// What `function` throws, as an outcome.
template <class F> Outcome guarded(F function) noexcept {
    try {
        return function();
    } catch (const ConfigError &error) {
        return {error.error_number(), error.what()};
    } catch (const std::bad_alloc &) {
        return {ENOMEM, "There is not enough memory."};
    } catch (const std::exception &error) {
        return {EIO, error.what()};
    }
}

} // namespace

Outcome Tree::read(const File &file) noexcept {
    return guarded([&] { return Outcome{0, file.read()}; });
}

Outcome Tree::read(std::string_view path) noexcept {
    return guarded([&] { return Outcome{0, find_file(path)->read()}; });
}

Outcome Tree::failed(int error_number, std::string sentence) noexcept {
    log_error(trace_core, "{}", sentence);
    last_error_ = sentence;
    return {error_number, std::move(sentence)};
}

Outcome Tree::write(const File &file, std::string_view raw) noexcept {
    if (raw.size() > max_command_bytes) {
        return failed(EOVERFLOW, fmt::format("The command is {} bytes long: at most {} are taken.", raw.size(),
                                             max_command_bytes));
    }
    std::string_view command = raw.substr(0, raw.find('\0'));
    if (command.ends_with('\n')) {
        command.remove_suffix(1);
    }
    const Outcome outcome = guarded([&] {
        file.write(command);
        return Outcome{};
    });
    return outcome.ok() ? outcome : failed(outcome.error_number, outcome.text);
}

Outcome Tree::write(std::string_view path, std::string_view raw) noexcept {
    std::shared_ptr<File> file;
    const Outcome found = guarded([&] {
        file = find_file(path);
        return Outcome{};
    });
    return found.ok() ? write(*file, raw) : failed(found.error_number, found.text);
}

} // namespace scsilo::control
