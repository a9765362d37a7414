// SPDX-License-Identifier: Apache-2.0
// The ioctls of sg nodes that need no command: version, settings of the open file, what it waits for.
#pragma once

#include "port/local/scsi_ioctl.h"

namespace scsilo::local {

class SgFile;

// Replies; ENOTTY to what it does not know.
void serve_sg_ioctl(fuse::Request &request, SgFile &file, const fuse::IoctlRequest &ioctl) noexcept;

// What SG_GET_VERSION_NUM answers: 3.5.36, the sg driver of Linux 5.x and 6.x.
inline constexpr int sg_version_number = 30536;

} // namespace scsilo::local
