// SPDX-License-Identifier: Apache-2.0
// Errno: the reason why a system call on a node fails, as the error type of this floor's results.
#pragma once

namespace scsilo::local {

struct Errno {
    int value = 0;
};

} // namespace scsilo::local
