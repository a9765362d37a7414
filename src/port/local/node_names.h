// SPDX-License-Identifier: Apache-2.0
// NodeNames: which names the nodes in dev/ have: lowest free, as Linux gives them.
#pragma once

#include "fuse/directory.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace scsilo::local {

class ScsiDevice;
class Stations;
struct DriverOptions;

// 0: "sda", 25: "sdz", 26: "sdaa", ...
[[nodiscard]] std::string disk_name(std::size_t index);

// Control thread only.
class NodeNames {
  public:
    explicit NodeNames(std::shared_ptr<fuse::Directory> dev);

    // Makes the nodes of a scanned device, and sets its names.
    void add(const std::shared_ptr<ScsiDevice> &device, const DriverOptions &options,
             const std::shared_ptr<Stations> &stations);
    void remove(const ScsiDevice &device);

  private:
    using Used = std::vector<bool>;
    static std::size_t take_lowest(Used &used);
    void link(const ScsiDevice &device, std::string name, const std::string &target);

    std::shared_ptr<fuse::Directory> dev_;
    std::shared_ptr<fuse::Directory> by_name_;
    Used sg_;
    Used sd_;
    struct Link {
        const ScsiDevice *device;
        std::string name;
    };
    std::vector<Link> links_;
    struct Numbers {
        const ScsiDevice *device;
        std::size_t sg;
        std::size_t sd; // of disks
    };
    std::vector<Numbers> numbers_;
};

} // namespace scsilo::local
