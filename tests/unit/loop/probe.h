// SPDX-License-Identifier: Apache-2.0
// What the tests of the loop share: an activity that remembers its end, and a loop without a thread.
#pragma once

#include "loop/shard.h"

#include <gtest/gtest.h>
#include <optional>
#include <string>

namespace scsilo::loop::test {

// An activity that the test embeds and looks at.
class Probe final : public Activity {
  public:
    void start(Op<void> operation) noexcept {
        ended.reset();
        renew();
        run_root(operation.release_to(*this));
    }
    std::optional<End> ended;
    int count_ends = 0;

  private:
    void on_end(End how) noexcept override {
        ended = how;
        ++count_ends;
    }
};

class LoopTest : public ::testing::Test {
  protected:
    explicit LoopTest(const Shard::Limits &limits = {}) : shard(0, limits) { shard.attach_here(); }

    // Turns without waiting until nothing can be ready any more (a chain of wake-ups needs a turn each).
    void settle(int count_turns = 16) {
        for (int i = 0; i < count_turns; ++i) {
            shard.turn(false);
        }
    }
    // Turns until the activity has ended.
    void finish(const Probe &probe) {
        while (!probe.ended) {
            shard.turn(true);
        }
    }

    Shard shard;
};

// Writes its letter into the log when it is destroyed.
struct Trace {
    Trace(std::string &to, char what) : log(to), letter(what) {}
    Trace(const Trace &) = delete;
    Trace &operator=(const Trace &) = delete;
    ~Trace() { log += letter; }
    std::string &log;
    char letter;
};

} // namespace scsilo::loop::test
