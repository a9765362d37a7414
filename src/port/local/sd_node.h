// SPDX-License-Identifier: Apache-2.0
// SdNode: dev/sdX, the blocks of a disk as a file of its capacity.
#pragma once

#include "fuse/node.h"
#include "port/local/station.h"

#include <memory>

namespace scsilo::local {

class ScsiDevice;

class SdNode final : public fuse::Node {
  public:
    SdNode(const fuse::Attributes &attributes, std::shared_ptr<ScsiDevice> device, std::shared_ptr<Stations> stations);
    ~SdNode() override;

    [[nodiscard]] fuse::Attributes attributes() const override;
    void open(fuse::Request &request, const fuse::OpenRequest &open) override;
    void read(fuse::Request &request, fuse::Handle handle, std::uint64_t offset, std::uint32_t size_bytes) override;
    void write(fuse::Request &request, fuse::Handle handle, std::uint64_t offset, MutableBytes payload) override;
    void ioctl(fuse::Request &request, fuse::Handle handle, const fuse::IoctlRequest &ioctl) override;
    void poll(fuse::Request &request, fuse::Handle handle, const fuse::PollRequest &poll) override;
    void fsync(fuse::Request &request, fuse::Handle handle, bool data_only) override;
    void fallocate(fuse::Request &request, fuse::Handle handle, const fuse::FallocateRequest &fallocate) override;

  private:
    const std::shared_ptr<ScsiDevice> device_;
    const std::shared_ptr<Stations> stations_;
};

// What the Handle of an open sd file says.
inline constexpr fuse::Handle sd_writable = 1;
inline constexpr fuse::Handle sd_synchronous = 2; // O_SYNC or O_DSYNC

} // namespace scsilo::local
