// SPDX-License-Identifier: Apache-2.0
// A device server with three commands whose end the test decides, and a nexus to reach it, all on the test's thread.
#pragma once

#include "engine/logical_unit.h"
#include "loop/wait_queue.h"

#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace scsilo::engine::test {

// 00h answers at once; 08h waits until the test lets it go; 0Ah waits under a Shield; 12h is head of queue and reports
// no unit attention.
class FakeDevice final : public DeviceServer {
  public:
    [[nodiscard]] const CommandTable &commands() const noexcept override;
    [[nodiscard]] InquiryIdentity identity() const override { return {}; }
    [[nodiscard]] bool has_feature(Feature feature) const noexcept override { return feature == Feature::always; }
    [[nodiscard]] std::optional<scsi::Sense> obstacle(const CommandRow &, const Command &) const noexcept override {
        return obstacle_sense;
    }
    [[nodiscard]] bool task_aborted_status() const noexcept override { return tas; }
    void reset() noexcept override { ++count_resets; }
    void nexus_lost(const ItNexus &) noexcept override { ++count_lost; }

    loop::WaitQueue gate;
    std::optional<scsi::Sense> obstacle_sense;
    bool tas = false;
    int count_resets = 0;
    int count_lost = 0;
    std::vector<std::uint64_t> started; // tags in the order in which handlers ran
};

class FakePort final : public TargetPort {
  public:
    [[nodiscard]] const PortIdentity &identity() const noexcept override { return identity_; }
    void logical_unit_mapped(ItNexus &, const std::shared_ptr<ItlNexus> &) override { ++count_mapped; }
    void logical_unit_unmapped(ItNexus &, const std::shared_ptr<ItlNexus> &) override { ++count_unmapped; }
    void attention(ItlNexus &, scsi::AdditionalSense condition) noexcept override { attentions.push_back(condition); }

    int count_mapped = 0;
    int count_unmapped = 0;
    std::vector<scsi::AdditionalSense> attentions;

  private:
    PortIdentity identity_;
};

// Commands and how they ended, by tag.
class Sender final : public CommandDelivery {
  public:
    struct Ended {
        std::uint64_t tag;
        Outcome outcome;
        scsi::Status status;
        scsi::Sense sense;
    };

    Command &send(ItlNexus &itl, std::uint64_t tag, std::vector<std::uint8_t> cdb,
                  scsi::TaskAttribute attribute = scsi::TaskAttribute::simple);
    void command_ended(Command &command) noexcept override;
    [[nodiscard]] const Ended *find(std::uint64_t tag) const;

    std::vector<Ended> ended;

  private:
    std::deque<Command> commands_;
};

inline const std::vector<std::uint8_t> at_once{0x00, 0, 0, 0, 0, 0};
inline const std::vector<std::uint8_t> waits{0x08, 0, 0, 0, 0, 0};
inline const std::vector<std::uint8_t> waits_shielded{0x0A, 0, 0, 0, 0, 0};
inline const std::vector<std::uint8_t> jumps_queue{0x12, 0, 0, 0, 0, 0};

// Loses the nexuses of a shard that is attached to this thread. Losing waits for the shard, so another thread asks
// while this one turns it and lets every command through the gate.
void lose_all(loop::Shard &shard, loop::WaitQueue &gate, const std::vector<std::shared_ptr<ItNexus>> &nexuses);

class EngineTest : public testing::Test {
  protected:
    EngineTest();
    ~EngineTest() override;
    void turn(int count = 4) {
        for (int i = 0; i < count; ++i) {
            shard.turn(false);
        }
    }
    std::shared_ptr<ItlNexus> map(const std::shared_ptr<ItNexus> &to, std::uint32_t lun = 0, bool read_only = false);

    loop::Shard shard{0, {}};
    FakePort port;
    FakeDevice *device = nullptr;
    std::shared_ptr<LogicalUnit> unit;
    std::shared_ptr<ItNexus> nexus;
    std::shared_ptr<ItNexus> other_nexus;
    std::shared_ptr<ItlNexus> itl;
    std::shared_ptr<ItlNexus> other;
    Sender sender;

  private:
    std::vector<std::shared_ptr<ItNexus>> all_nexuses_;
};

} // namespace scsilo::engine::test
