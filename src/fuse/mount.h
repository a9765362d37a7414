// SPDX-License-Identifier: Apache-2.0
// Mounting, the handshake of the protocol, and unmounting: what happens around the channels.
#pragma once

#include "fuse/session.h"

namespace scsilo::fuse {

// Removes what a killed daemon left there. An error if the directory is missing or is a living mount of ours.
[[nodiscard]] Result<void, SessionError> clean_mount_point(const std::filesystem::path &mount_point);

struct MountedDevice {
    int fd = -1;
    bool through_helper = false; // fusermount3 did it and has to undo it
};
[[nodiscard]] Result<MountedDevice, SessionError> mount_device(const SessionOptions &options, std::uint32_t root_mode);

// Detaches the mount at once; open files keep it alive in the kernel. True if there was one.
bool detach_mount(const std::filesystem::path &mount_point, bool through_helper) noexcept;

// Answers FUSE_INIT; the longest payload agreed on in bytes.
[[nodiscard]] Result<std::uint32_t, SessionError> shake_hands(int fd, const SessionOptions &options);
// Has to precede the mount: the kernel looks at the limit then.
void raise_max_pages_limit(std::uint32_t max_pages) noexcept;

} // namespace scsilo::fuse
