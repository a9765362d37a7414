// SPDX-License-Identifier: Apache-2.0
// The fake device's commands.
#include "unit/engine/fake_device.h"

#include <atomic>
#include <thread>

namespace scsilo::engine::test {
namespace {

Result<void, scsi::Sense> answer(FakeDevice &device, Command &command) {
    device.started.push_back(command.request.tag);
    return {};
}

loop::Op<void> wait_for_gate(FakeDevice &device, Command &command) {
    device.started.push_back(command.request.tag);
    co_await device.gate.wait();
}

loop::Op<void> wait_shielded(FakeDevice &device, Command &command) {
    device.started.push_back(command.request.tag);
    {
        const loop::Shield shield(command);
        co_await device.gate.wait();
    }
    co_await device.gate.wait();
}

constexpr auto rows = join(std::array<CommandRow, 4>{{
    {.usage = "00 00 000000 00",
     .service_action = {},
     .name = "AT ONCE",
     .clause = "test",
     .data = no_data,
     .handler = handler<answer>},
    {.usage = "08 00 000000 00",
     .service_action = {},
     .name = "WAITS",
     .clause = "test",
     .data = no_data,
     .gates = gates_write,
     .handler = handler<wait_for_gate>},
    {.usage = "0a 00 000000 00",
     .service_action = {},
     .name = "SHIELDED",
     .clause = "test",
     .data = no_data,
     .handler = handler<wait_shielded>},
    {.usage = "12 00 000000 00",
     .service_action = {},
     .name = "JUMPS",
     .clause = "test",
     .data = no_data,
     .gates = no_gates,
     .ordering = Ordering::head_of_queue,
     .handler = handler<answer>},
}});
constexpr CommandTable table(rows);

} // namespace

const CommandTable &FakeDevice::commands() const noexcept { return table; }

Command &Sender::send(ItlNexus &itl, std::uint64_t tag, std::vector<std::uint8_t> cdb, scsi::TaskAttribute attribute) {
    Command &command = commands_.emplace_back(*this);
    command.request.cdb = scsi::Cdb(cdb);
    command.request.tag = tag;
    command.request.attribute = attribute;
    itl.submit(command);
    return command;
}

void Sender::command_ended(Command &command) noexcept {
    ended.push_back({command.request.tag, command.outcome, command.status, command.sense});
}

const Sender::Ended *Sender::find(std::uint64_t tag) const {
    for (const Ended &one : ended) {
        if (one.tag == tag) {
            return &one;
        }
    }
    return nullptr;
}

EngineTest::EngineTest() {
    shard.attach_here();
    auto made = std::make_unique<FakeDevice>();
    device = made.get();
    unit = LogicalUnit::create("fake", shard, std::move(made));
    nexus = std::make_shared<ItNexus>(port, "initiator0");
    other_nexus = std::make_shared<ItNexus>(port, "initiator1");
    itl = map(nexus);
    other = map(other_nexus);
    itl->unit_attentions.clear_all();
    other->unit_attentions.clear_all();
}

void lose_all(loop::Shard &shard, loop::WaitQueue &gate, const std::vector<std::shared_ptr<ItNexus>> &nexuses) {
    std::atomic<bool> lost{false};
    std::thread control([&] {
        for (const auto &one : nexuses) {
            one->lose();
        }
        lost.store(true);
    });
    while (!lost.load()) {
        gate.wake_all();
        shard.turn(false);
    }
    control.join();
}

EngineTest::~EngineTest() { lose_all(shard, device->gate, all_nexuses_); }

std::shared_ptr<ItlNexus> EngineTest::map(const std::shared_ptr<ItNexus> &to, std::uint32_t lun, bool read_only) {
    EXPECT_TRUE(to->map(lun, unit, read_only));
    all_nexuses_.push_back(to);
    turn(1);
    return to->find(lun);
}

} // namespace scsilo::engine::test
