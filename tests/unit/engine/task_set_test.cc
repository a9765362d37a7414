// SPDX-License-Identifier: Apache-2.0
// Task attributes decide the order in which commands run (SAM-6 8.6).
#include "unit/engine/fake_device.h"

namespace scsilo::engine::test {
namespace {

using scsi::TaskAttribute;
using Tags = std::vector<std::uint64_t>;

class TaskSetTest : public EngineTest {};

TEST_F(TaskSetTest, SimpleCommandsRunTogether) {
    sender.send(*itl, 1, waits);
    sender.send(*itl, 2, waits);
    sender.send(*other, 3, waits);
    EXPECT_EQ(device->started, (Tags{1, 2, 3}));
}

TEST_F(TaskSetTest, OrderedWaitsForEverythingOlderAndHoldsUpWhatIsYounger) {
    sender.send(*itl, 1, waits);
    sender.send(*itl, 2, waits, TaskAttribute::ordered);
    sender.send(*itl, 3, waits);
    EXPECT_EQ(device->started, (Tags{1}));
    device->gate.wake_one(); // ends 1
    turn();
    EXPECT_EQ(device->started, (Tags{1, 2}));
    device->gate.wake_one(); // ends 2
    turn();
    EXPECT_EQ(device->started, (Tags{1, 2, 3}));
}

TEST_F(TaskSetTest, TwoOrderedCommandsRunOneAfterTheOther) {
    sender.send(*itl, 1, waits, TaskAttribute::ordered);
    sender.send(*other, 2, waits, TaskAttribute::ordered);
    EXPECT_EQ(device->started, (Tags{1}));
    device->gate.wake_one();
    turn();
    EXPECT_EQ(device->started, (Tags{1, 2}));
}

TEST_F(TaskSetTest, HeadOfQueueRunsAtOnceAndHoldsUpSimpleOnes) {
    sender.send(*itl, 1, waits, TaskAttribute::ordered);
    sender.send(*itl, 2, waits);
    sender.send(*itl, 3, waits, TaskAttribute::head_of_queue);
    EXPECT_EQ(device->started, (Tags{1, 3}));
    device->gate.wake_one(); // ends 1; 3 is still there
    turn();
    EXPECT_EQ(device->started, (Tags{1, 3}));
    device->gate.wake_one();
    turn();
    EXPECT_EQ(device->started, (Tags{1, 3, 2}));
}

TEST_F(TaskSetTest, ACommandWhoseRowSaysHeadOfQueueJumpsAnOrderedOne) {
    sender.send(*itl, 1, waits, TaskAttribute::ordered);
    sender.send(*itl, 2, jumps_queue);
    EXPECT_EQ(device->started, (Tags{1, 2}));
    EXPECT_NE(sender.find(2), nullptr);
}

TEST_F(TaskSetTest, ALongQueueOfCommandsThatEndAtOnceDoesNotGrowTheStack) {
    sender.send(*itl, 1, waits, TaskAttribute::ordered);
    for (std::uint64_t tag = 2; tag <= max_commands_per_logical_unit; ++tag) {
        sender.send(*itl, tag, at_once);
    }
    EXPECT_EQ(sender.ended.size(), 0U);
    device->gate.wake_one();
    turn();
    ASSERT_EQ(sender.ended.size(), max_commands_per_logical_unit);
    for (std::uint64_t tag = 1; tag <= max_commands_per_logical_unit; ++tag) {
        EXPECT_EQ(sender.ended[tag - 1].tag, tag);
    }
}

TEST_F(TaskSetTest, AFullTaskSetAnswersTaskSetFull) {
    for (std::uint64_t tag = 1; tag <= max_commands_per_logical_unit; ++tag) {
        sender.send(*itl, tag, waits);
    }
    sender.send(*itl, 5000, at_once);
    ASSERT_NE(sender.find(5000), nullptr);
    EXPECT_EQ(sender.find(5000)->status, scsi::Status::task_set_full);
}

// Every mix of three attributes and every order of ending, against the rule written down a second time.
TEST_F(TaskSetTest, EveryMixOfFourCommandsFollowsTheRule) {
    constexpr std::array attributes{TaskAttribute::simple, TaskAttribute::ordered, TaskAttribute::head_of_queue};
    for (int mix = 0; mix < 81; ++mix) {
        std::array<TaskAttribute, 4> chosen{};
        for (int i = 0, rest = mix; i < 4; ++i, rest /= 3) {
            chosen[static_cast<std::size_t>(i)] = attributes[static_cast<std::size_t>(rest % 3)];
        }
        device->started.clear();
        std::array<bool, 4> ended{};
        std::array<bool, 4> expected{};
        const auto expect = [&](std::size_t present) {
            for (std::size_t i = 0; i < present; ++i) {
                bool may = true;
                for (std::size_t j = 0; j < present && chosen[i] != TaskAttribute::head_of_queue; ++j) {
                    const bool older = j < i;
                    if (j == i || ended[j]) {
                        continue;
                    }
                    may = may && !(chosen[i] == TaskAttribute::ordered && older);
                    may = may &&
                          !(chosen[i] == TaskAttribute::simple && (chosen[j] == TaskAttribute::head_of_queue ||
                                                                   (older && chosen[j] == TaskAttribute::ordered)));
                }
                expected[i] = expected[i] || may;
            }
        };
        const auto ran = [&](std::size_t i) { return std::ranges::count(device->started, i) == 1; };
        for (std::size_t i = 0; i < 4; ++i) {
            sender.send(*itl, i, waits, chosen[i]);
            expect(i + 1);
            for (std::size_t j = 0; j <= i; ++j) {
                EXPECT_EQ(ran(j), expected[j]) << "mix " << mix << " command " << j << " after sending " << i;
            }
        }
        for (int round = 0; round < 4; ++round) {
            const std::size_t before = sender.ended.size();
            device->gate.wake_one();
            turn();
            ASSERT_EQ(sender.ended.size(), before + 1) << "mix " << mix;
            ended[sender.ended.back().tag] = true;
            expect(4);
            for (std::size_t j = 0; j < 4; ++j) {
                EXPECT_EQ(ran(j), expected[j]) << "mix " << mix << " command " << j << " round " << round;
            }
        }
    }
}

} // namespace
} // namespace scsilo::engine::test
