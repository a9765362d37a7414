// SPDX-License-Identifier: Apache-2.0
// BackgroundFlush: empties the medium's cache after the command that asked for it has ended (SBC-4 5.32, IMMED).
#pragma once

#include "loop/activity.h"
#include "loop/op.h"

#include <memory>

namespace scsilo::engine {
class LogicalUnit;
}

namespace scsilo::sbc {

class Disk;

// A member of its disk, so that starting it takes no memory. One flush at a time: a request that comes while one runs
// is served by another one after it, since the running one may have passed the data already. Invariant: while it runs
// it keeps the logical unit, and so the disk, alive.
class BackgroundFlush final : public loop::Activity {
  public:
    explicit BackgroundFlush(Disk &disk) noexcept : disk_(disk) {}

    void start() noexcept;

  private:
    [[nodiscard]] loop::Op<void> run();
    void on_end(loop::End how) noexcept override;

    Disk &disk_;
    bool again_ = false;
    std::shared_ptr<engine::LogicalUnit> keep_alive_;
};

} // namespace scsilo::sbc
