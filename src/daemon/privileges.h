// SPDX-License-Identifier: Apache-2.0
// What the daemon may do: resource limits up, capabilities down.
#pragma once

namespace scsilo::daemon {

// Descriptors (each device has one or two) and locked memory up to what the administrator permits; core dumps allowed.
void raise_limits() noexcept;

// Keeps the capabilities the daemon needs and gives up the others for good. Before any thread is started. Without root
// there is nothing to give up, and fusermount3 must stay able to gain its own.
void reduce_capabilities() noexcept;

} // namespace scsilo::daemon
