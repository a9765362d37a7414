// SPDX-License-Identifier: Apache-2.0
// SgNode: dev/sgN, the SCSI generic node of a logical unit of any type.
#pragma once

#include "fuse/node.h"
#include "port/local/station.h"

#include <memory>

namespace scsilo::local {

class ScsiDevice;
class SgFile;

class SgNode final : public fuse::Node {
  public:
    SgNode(const fuse::Attributes &attributes, std::shared_ptr<ScsiDevice> device, std::shared_ptr<Stations> stations);
    ~SgNode() override;

    void open(fuse::Request &request, const fuse::OpenRequest &open) override;
    void release(fuse::Handle handle) noexcept override;
    void read(fuse::Request &request, fuse::Handle handle, std::uint64_t offset, std::uint32_t size_bytes) override;
    void write(fuse::Request &request, fuse::Handle handle, std::uint64_t offset, MutableBytes payload) override;
    void ioctl(fuse::Request &request, fuse::Handle handle, const fuse::IoctlRequest &ioctl) override;
    void poll(fuse::Request &request, fuse::Handle handle, const fuse::PollRequest &poll) override;

  private:
    const std::shared_ptr<ScsiDevice> device_;
    const std::shared_ptr<Stations> stations_;
};

} // namespace scsilo::local
