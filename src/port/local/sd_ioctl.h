// SPDX-License-Identifier: Apache-2.0
// The block device ioctls of sd nodes.
#pragma once

#include "port/local/scsi_ioctl.h"

namespace scsilo::local {

// Replies; ENOTTY to what it does not know.
void serve_disk_ioctl(const Stations &stations, fuse::Request &request, const std::shared_ptr<ScsiDevice> &device,
                      const fuse::IoctlRequest &ioctl, bool writable) noexcept;

} // namespace scsilo::local
