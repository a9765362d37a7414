// SPDX-License-Identifier: Apache-2.0
// Task management answers only when what it affects has ended (SAM-6 clause 7).
#include "unit/engine/fake_device.h"

#include <atomic>
#include <thread>

namespace scsilo::engine::test {
namespace {

using Function = scsi::TaskManagementFunction;
using scsi::ServiceResponse;

class Request final : public TaskManagementRequest {
  public:
    Request(Function function, std::shared_ptr<ItlNexus> to, std::uint64_t tag = 0)
        : TaskManagementRequest(function, std::move(to), tag) {}
    void done(ServiceResponse answer) noexcept override { response = answer; }
    std::optional<ServiceResponse> response;
};

class TaskManagementTest : public EngineTest {
  protected:
    void expect_aborted(std::uint64_t tag) {
        const auto *how = sender.find(tag);
        ASSERT_NE(how, nullptr) << tag;
        EXPECT_EQ(how->outcome, Outcome::aborted) << tag;
    }
};

TEST_F(TaskManagementTest, AbortTaskEndsTheOneCommand) {
    sender.send(*itl, 1, waits);
    sender.send(*itl, 2, waits);
    sender.send(*other, 1, waits);
    Request request(Function::abort_task, itl, 1);
    request.send();
    turn();
    EXPECT_EQ(request.response, ServiceResponse::function_complete);
    ASSERT_EQ(sender.ended.size(), 1U);
    expect_aborted(1);
}

TEST_F(TaskManagementTest, AbortOfAnUnknownTagIsComplete) {
    Request request(Function::abort_task, itl, 77);
    request.send();
    turn();
    EXPECT_EQ(request.response, ServiceResponse::function_complete);
}

TEST_F(TaskManagementTest, TheAnswerWaitsForAShield) {
    sender.send(*itl, 1, waits_shielded);
    Request request(Function::abort_task, itl, 1);
    request.send();
    turn();
    EXPECT_FALSE(request.response.has_value());
    EXPECT_EQ(sender.ended.size(), 0U);
    device->gate.wake_one(); // the shielded part is done; it leaves at the next await
    turn();
    EXPECT_EQ(request.response, ServiceResponse::function_complete);
    expect_aborted(1);
}

TEST_F(TaskManagementTest, ADormantCommandIsAbortedWithoutEverRunning) {
    sender.send(*itl, 1, waits, scsi::TaskAttribute::ordered);
    sender.send(*itl, 2, waits);
    Request request(Function::abort_task, itl, 2);
    request.send();
    turn();
    EXPECT_EQ(request.response, ServiceResponse::function_complete);
    expect_aborted(2);
    EXPECT_EQ(device->started, (std::vector<std::uint64_t>{1}));
}

TEST_F(TaskManagementTest, AbortTaskSetSparesTheOtherNexus) {
    sender.send(*itl, 1, waits);
    sender.send(*itl, 2, waits);
    sender.send(*other, 3, waits);
    Request request(Function::abort_task_set, itl);
    request.send();
    turn();
    EXPECT_EQ(sender.ended.size(), 2U);
    EXPECT_EQ(sender.find(3), nullptr);
    EXPECT_FALSE(other->unit_attentions.pending());
}

TEST_F(TaskManagementTest, ClearTaskSetTellsTheOtherNexus) {
    sender.send(*itl, 1, waits);
    sender.send(*other, 2, waits);
    Request request(Function::clear_task_set, itl);
    request.send();
    turn();
    expect_aborted(1);
    expect_aborted(2);
    EXPECT_FALSE(itl->unit_attentions.pending());
    EXPECT_EQ(other->unit_attentions.first(), scsi::asc::commands_cleared_by_another_initiator);
}

TEST_F(TaskManagementTest, WithTasTheOtherNexusGetsTaskAbortedAndNoUnitAttention) {
    device->tas = true;
    sender.send(*itl, 1, waits);
    sender.send(*other, 2, waits);
    Request request(Function::clear_task_set, itl);
    request.send();
    turn();
    expect_aborted(1);
    ASSERT_NE(sender.find(2), nullptr);
    EXPECT_EQ(sender.find(2)->outcome, Outcome::status);
    EXPECT_EQ(sender.find(2)->status, scsi::Status::task_aborted);
    EXPECT_FALSE(other->unit_attentions.pending());
}

TEST_F(TaskManagementTest, LogicalUnitResetAbortsAllResetsOnceAndTellsEverybody) {
    sender.send(*itl, 1, waits);
    sender.send(*other, 2, waits_shielded);
    Request request(Function::logical_unit_reset, itl);
    request.send();
    turn();
    EXPECT_FALSE(request.response.has_value());
    EXPECT_EQ(device->count_resets, 0);
    device->gate.wake_all();
    turn();
    EXPECT_EQ(request.response, ServiceResponse::function_complete);
    EXPECT_EQ(device->count_resets, 1);
    EXPECT_EQ(itl->unit_attentions.first(), scsi::asc::bus_device_reset_function_occurred);
    EXPECT_EQ(other->unit_attentions.first(), scsi::asc::bus_device_reset_function_occurred);
}

TEST_F(TaskManagementTest, QueriesTellWhatIsThere) {
    sender.send(*itl, 1, waits);
    Request task(Function::query_task, itl, 1);
    Request unknown(Function::query_task, itl, 2);
    Request set(Function::query_task_set, itl);
    Request other_set(Function::query_task_set, other);
    for (Request *request : {&task, &unknown, &set, &other_set}) {
        request->send();
    }
    turn();
    EXPECT_EQ(task.response, ServiceResponse::function_succeeded);
    EXPECT_EQ(unknown.response, ServiceResponse::function_complete);
    EXPECT_EQ(set.response, ServiceResponse::function_succeeded);
    EXPECT_EQ(other_set.response, ServiceResponse::function_complete);
    EXPECT_EQ(sender.ended.size(), 0U);
}

TEST_F(TaskManagementTest, AResetOnTopOfAnAbortEndsBoth) {
    sender.send(*itl, 1, waits_shielded);
    Request abort(Function::abort_task, itl, 1);
    Request reset(Function::logical_unit_reset, other);
    abort.send();
    reset.send();
    turn();
    EXPECT_FALSE(abort.response.has_value());
    EXPECT_FALSE(reset.response.has_value());
    device->gate.wake_all();
    turn();
    EXPECT_TRUE(abort.response.has_value());
    EXPECT_TRUE(reset.response.has_value());
}

TEST_F(TaskManagementTest, ACommandThatArrivesAfterTheRequestIsNotAffected) {
    sender.send(*itl, 1, waits_shielded);
    Request request(Function::abort_task_set, itl);
    request.send();
    turn();
    sender.send(*itl, 2, waits);
    device->gate.wake_one(); // lets 1 out of its shield
    turn();
    EXPECT_TRUE(request.response.has_value());
    EXPECT_EQ(sender.find(2), nullptr);
}

TEST_F(TaskManagementTest, ITNexusResetTellsThatNexusAlone) {
    sender.send(*itl, 1, waits);
    sender.send(*other, 2, waits);
    bool done = false;
    TaskManager::run(
        Function::i_t_nexus_reset, *nexus, [](void *flag) noexcept { *static_cast<bool *>(flag) = true; }, &done);
    turn();
    EXPECT_TRUE(done);
    expect_aborted(1);
    EXPECT_EQ(sender.find(2), nullptr);
    EXPECT_EQ(itl->unit_attentions.first(), scsi::asc::i_t_nexus_loss_occurred);
    EXPECT_FALSE(other->unit_attentions.pending());
    EXPECT_EQ(device->count_lost, 1);
}

TEST_F(TaskManagementTest, TargetResetOfANexusWithoutLogicalUnitsAnswersAtOnce) {
    auto empty = std::make_shared<ItNexus>(port, "nobody");
    bool done = false;
    TaskManager::run(
        Function::target_reset, *empty, [](void *flag) noexcept { *static_cast<bool *>(flag) = true; }, &done);
    EXPECT_TRUE(done);
}

// The shard on its own thread; another thread sends, resets and unmaps while commands are stuck.
TEST(Detachment, UnmapWaitsUntilEveryCommandHasEnded) {
    loop::Shard shard{0, {}};
    shard.start();
    FakePort port;
    auto made = std::make_unique<FakeDevice>();
    auto unit = LogicalUnit::create("fake", shard, std::move(made));
    auto nexus = std::make_shared<ItNexus>(port, "initiator");
    for (int round = 0; round < 200; ++round) {
        ASSERT_TRUE(nexus->map(0, unit, false));
        auto itl = nexus->find(0);
        auto sender = std::make_unique<Sender>();
        shard.call([&] { itl->unit_attentions.clear_all(); });
        for (std::uint64_t tag = 0; tag < 8; ++tag) {
            sender->send(*itl, tag, waits);
        }
        ASSERT_TRUE(nexus->unmap(0));
        EXPECT_EQ(shard.call([&] { return sender->ended.size(); }), 8U);
        EXPECT_EQ(itl->count_in_flight.load(), 0U);
        sender->send(*itl, 99, at_once);
        shard.call([&] {
            const auto *late = sender->find(99);
            ASSERT_NE(late, nullptr);
            EXPECT_EQ(late->outcome, Outcome::no_logical_unit);
        });
    }
    EXPECT_EQ(port.count_mapped, 200);
    EXPECT_EQ(port.count_unmapped, 200);
    EXPECT_FALSE(nexus->unmap(0));
}

} // namespace
} // namespace scsilo::engine::test
