// SPDX-License-Identifier: Apache-2.0
// Files of the control tree as FUSE nodes; directories are copied, and kept equal.
#include "control/fuse_tree.h"

#include "control/control_thread.h"
#include "fuse/request.h"

#include <algorithm>
#include <cerrno>
#include <mutex>

namespace scsilo::control {
namespace {

// What one open file reads: made as a whole at offset 0, so that a reader of many pieces sees one moment.
struct OpenText {
    std::mutex mutex; // guards the rest; never held while replying
    bool made = false;
    std::string text;
};

class FuseFile final : public fuse::Node {
  public:
    FuseFile(ControlThread &control, Tree &tree, std::shared_ptr<File> file)
        : Node(attributes_of(*file)), control_(control), tree_(tree), file_(std::move(file)) {}

    void open(fuse::Request &request, const fuse::OpenRequest &) override {
        request.reply_open(reinterpret_cast<fuse::Handle>(new Shared(std::make_shared<OpenText>())), fuse::OpenFlags{});
    }

    void release(fuse::Handle handle) noexcept override { delete shared(handle); }

    void read(fuse::Request &request, fuse::Handle handle, std::uint64_t offset, std::uint32_t size_bytes) override {
        const Shared text = *shared(handle);
        if (offset != 0 && reply_piece(request, *text, offset, size_bytes)) {
            return;
        }
        const bool queued = control_.post([this, &request, text, offset, size_bytes] {
            Outcome outcome = tree_.read(*file_);
            if (!outcome.ok()) {
                request.reply_error(outcome.error_number);
                return;
            }
            {
                const std::lock_guard lock(text->mutex);
                text->text = std::move(outcome.text);
                text->made = true;
            }
            (void)reply_piece(request, *text, offset, size_bytes);
        });
        if (!queued) {
            request.reply_error(ENODEV);
        }
    }

    // One write is one command, wherever it says it goes.
    void write(fuse::Request &request, fuse::Handle, std::uint64_t, MutableBytes payload) override {
        const bool queued = control_.post([this, &request, payload] {
            const std::string_view raw(reinterpret_cast<const char *>(payload.data()), payload.size());
            const auto length = static_cast<std::uint32_t>(payload.size());
            if (const Outcome outcome = tree_.write(*file_, raw); outcome.ok()) {
                request.reply_written(length);
            } else {
                request.reply_error(outcome.error_number);
            }
        });
        if (!queued) {
            request.reply_error(ENODEV);
        }
    }

  private:
    using Shared = std::shared_ptr<OpenText>;

    static fuse::Attributes attributes_of(const File &file) {
        fuse::Attributes attributes;
        attributes.mode = S_IFREG | file.mode();
        return attributes;
    }

    static Shared *shared(fuse::Handle handle) noexcept { return reinterpret_cast<Shared *>(handle); }

    // False: nothing has been read at offset 0 yet.
    static bool reply_piece(fuse::Request &request, OpenText &text, std::uint64_t offset, std::uint32_t size_bytes) {
        std::string piece;
        {
            const std::lock_guard lock(text.mutex);
            if (!text.made) {
                return false;
            }
            piece = text.text.substr(std::min<std::uint64_t>(offset, text.text.size()), size_bytes);
        }
        request.reply_data(Bytes(reinterpret_cast<const std::uint8_t *>(piece.data()), piece.size()));
        return true;
    }

    ControlThread &control_;
    Tree &tree_;
    const std::shared_ptr<File> file_;
};

} // namespace

FuseTree::FuseTree(ControlThread &control, Tree &tree, std::shared_ptr<fuse::Directory> into)
    : control_(control), tree_(tree) {
    control_.execute([&] { mirror(tree_.root(), into); });
}

FuseTree::~FuseTree() {
    control_.execute([this] {
        for (const auto &[directory, mirrored] : mirrors_) {
            directory->watch(nullptr);
        }
        for (const auto &[name, node] : tree_.root().entries()) {
            mirrors_.at(&tree_.root())->remove(name);
        }
        mirrors_.clear();
    });
}

void FuseTree::mirror(Directory &from, const std::shared_ptr<fuse::Directory> &to) {
    mirrors_.emplace(&from, to);
    for (const auto &[name, node] : from.entries()) {
        entry_added(from, name, node);
    }
    from.watch(this);
}

void FuseTree::entry_added(Directory &parent, const std::string &name, const std::shared_ptr<Node> &node) {
    std::shared_ptr<fuse::Node> shown;
    if (node->is_directory()) {
        auto directory = std::make_shared<fuse::Directory>(node->mode());
        mirror(static_cast<Directory &>(*node), directory);
        shown = std::move(directory);
    } else {
        shown = std::make_shared<FuseFile>(control_, tree_, std::static_pointer_cast<File>(node));
    }
    (void)mirrors_.at(&parent)->add(name, std::move(shown)); // a name that `into` has already stays what it is
}

void FuseTree::forget(Directory &from) {
    from.watch(nullptr);
    mirrors_.erase(&from);
    for (const auto &[name, node] : from.entries()) {
        if (node->is_directory()) {
            forget(static_cast<Directory &>(*node));
        }
    }
}

void FuseTree::entry_removed(Directory &parent, const std::string &name, const std::shared_ptr<Node> &node) {
    if (node->is_directory()) {
        forget(static_cast<Directory &>(*node));
    }
    (void)mirrors_.at(&parent)->remove(name);
}

} // namespace scsilo::control
