// SPDX-License-Identifier: Apache-2.0
// Flushing, discarding and zeroing on an sd node, by the commands that Linux sd uses.
#pragma once

#include "port/local/disk_io.h"

namespace scsilo::local {

// SYNCHRONIZE CACHE(16) of everything; (10) where that is unknown; nothing where both are.
[[nodiscard]] loop::Op<void> synchronize_cache(Job &job);

// UNMAP, or WRITE SAME(16) with UNMAP: the contents are gone, whatever is read then. EOPNOTSUPP where there is neither.
[[nodiscard]] loop::Op<void> discard(Job &job, BlockRange range);
// Zeroes without taking space where the device can tell that it does so: EOPNOTSUPP elsewhere.
[[nodiscard]] loop::Op<void> punch(Job &job, BlockRange range);
// Zeroes, by WRITE SAME(16) or, where that is unknown, by writing them.
[[nodiscard]] loop::Op<void> write_zeroes(Job &job, BlockRange range);

} // namespace scsilo::local
