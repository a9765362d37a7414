// SPDX-License-Identifier: Apache-2.0
// PREEMPT AND ABORT waits for a command that cannot leave yet, and a reservation in force costs the other commands
// their status.
#include "engine/reservations.h"
#include "unit/engine/fake_device.h"

namespace scsilo::engine::test {
namespace {

// 0Ah waits under a Shield; 17h is PREEMPT AND ABORT of key 2 by key 1.
class Device final : public DeviceServer {
  public:
    [[nodiscard]] const CommandTable &commands() const noexcept override;
    [[nodiscard]] InquiryIdentity identity() const override { return {}; }
    [[nodiscard]] bool has_feature(Feature) const noexcept override { return true; }
    [[nodiscard]] std::optional<scsi::Sense> obstacle(const CommandRow &, const Command &) const noexcept override {
        return std::nullopt;
    }
    loop::WaitQueue gate;
};

loop::Op<void> shielded(Device &device, Command &command) {
    const loop::Shield shield(command);
    co_await device.gate.wait();
}

loop::Op<void> preempt(Device &device, Command &command) {
    ReserveOutRequest request;
    request.action = ReserveOutAction::preempt_and_abort;
    request.type = 1;
    request.key = 1;
    request.service_action_key = 2;
    co_await device.unit().reservations().reserve_out(command, request);
}

constexpr auto rows = join(std::array<CommandRow, 2>{{
    {.usage = "0a 00 000000 00",
     .service_action = {},
     .name = "SHIELDED",
     .clause = "test",
     .data = no_data,
     .handler = handler<shielded>},
    {.usage = "17 00 000000 00",
     .service_action = {},
     .name = "PREEMPT",
     .clause = "test",
     .data = no_data,
     .reservation = Reservation::decided_by_handler,
     .handler = handler<preempt>},
}});
constexpr CommandTable table(rows);

const CommandTable &Device::commands() const noexcept { return table; }

const std::vector<std::uint8_t> preempts{0x17, 0, 0, 0, 0, 0};

class PreemptionTest : public testing::Test {
  protected:
    PreemptionTest() {
        shard.attach_here();
        first = std::make_shared<ItNexus>(port, "first");
        second = std::make_shared<ItNexus>(port, "second");
        KeptReservation kept;
        kept.state.registrants = {{first->identity(), 1, false}, {second->identity(), 2, false}};
        auto made = std::make_unique<Device>();
        device = made.get();
        unit = LogicalUnit::create("device", shard, std::move(made), std::move(kept));
        EXPECT_TRUE(first->map(0, unit, false));
        EXPECT_TRUE(second->map(0, unit, false));
        turn();
        for (const auto &itl : unit->nexuses()) {
            itl->unit_attentions.clear_all();
        }
    }
    ~PreemptionTest() override { lose_all(shard, device->gate, {first, second}); }
    void turn() {
        for (int i = 0; i < 4; ++i) {
            shard.turn(false);
        }
    }

    loop::Shard shard{0, {}};
    FakePort port;
    Device *device = nullptr;
    std::shared_ptr<LogicalUnit> unit;
    std::shared_ptr<ItNexus> first;
    std::shared_ptr<ItNexus> second;
    Sender sender;
};

TEST_F(PreemptionTest, AnswersWhenTheLastCommandHasEnded) {
    sender.send(*second->find(0), 1, waits_shielded);
    sender.send(*first->find(0), 2, preempts);
    turn();
    EXPECT_EQ(sender.find(1), nullptr);
    EXPECT_EQ(sender.find(2), nullptr) << "the aborted command still runs";
    EXPECT_EQ(unit->reservations().persistent().find(second->identity()), nullptr) << "but it takes effect";
    device->gate.wake_one();
    turn();
    ASSERT_NE(sender.find(2), nullptr);
    EXPECT_EQ(sender.find(2)->status, scsi::Status::good);
    EXPECT_EQ(sender.ended[0].tag, 1U);
    EXPECT_EQ(sender.ended[0].outcome, Outcome::aborted);
}

class Reset final : public TaskManagementRequest {
  public:
    using TaskManagementRequest::TaskManagementRequest;
    void done(scsi::ServiceResponse) noexcept override { finished = true; }
    bool finished = false;
};

TEST_F(PreemptionTest, AResetMeanwhileEndsBothWithoutADeadlock) {
    sender.send(*second->find(0), 1, waits_shielded);
    sender.send(*first->find(0), 2, preempts);
    turn();
    Reset reset(scsi::TaskManagementFunction::logical_unit_reset, second->find(0));
    reset.send();
    turn();
    EXPECT_FALSE(reset.finished);
    device->gate.wake_one();
    turn();
    EXPECT_TRUE(reset.finished);
    ASSERT_EQ(sender.ended.size(), 2U);
    EXPECT_EQ(sender.find(2)->outcome, Outcome::aborted);
}

TEST_F(PreemptionTest, TheIdentityOfANexusIsMadeFromItsPortName) {
    const ItNexus again(port, "first");
    EXPECT_EQ(again.identity(), first->identity());
    EXPECT_NE(first->identity(), second->identity());
    const Bytes id = first->identity().initiator_port.bytes();
    ASSERT_EQ(id.size(), 24U);
    EXPECT_EQ(id[0], 6);      // SAS
    EXPECT_EQ(id[4] >> 4, 3); // NAA locally assigned
    EXPECT_EQ(TransportIdBytes::parse(id), first->identity().initiator_port);
}

} // namespace
} // namespace scsilo::engine::test
