// SPDX-License-Identifier: Apache-2.0
// FuseTree: the control tree in a FUSE directory. Reads and writes are done on the control thread; a shard never waits
// for them.
#pragma once

#include "control/node.h"
#include "fuse/directory.h"

#include <map>
#include <memory>

namespace scsilo::control {

class ControlThread;

// Keeps `into` equal to the tree's root, from construction to destruction; other entries of `into` (dev/) are left
// alone. Constructed and destroyed on any thread but a shard's; the control thread must be running both times.
class FuseTree final : private TreeObserver {
  public:
    FuseTree(ControlThread &control, Tree &tree, std::shared_ptr<fuse::Directory> into);
    FuseTree(const FuseTree &) = delete;
    FuseTree &operator=(const FuseTree &) = delete;
    ~FuseTree();

  private:
    void mirror(Directory &from, const std::shared_ptr<fuse::Directory> &to);
    void forget(Directory &from);
    void entry_added(Directory &parent, const std::string &name, const std::shared_ptr<Node> &node) override;
    void entry_removed(Directory &parent, const std::string &name, const std::shared_ptr<Node> &node) override;

    ControlThread &control_;
    Tree &tree_;
    // What mirrors what; the control thread only. A directory is here as long as it is in the tree.
    std::map<Directory *, std::shared_ptr<fuse::Directory>> mirrors_;
};

} // namespace scsilo::control
