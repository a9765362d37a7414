// SPDX-License-Identifier: Apache-2.0
// TestUnit: one device server behind a whole logical unit in this thread; commands go in as bytes and come back as
// values.
#pragma once

#include "engine/logical_unit.h"

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace scsilo::test {

using ByteVector = std::vector<std::uint8_t>;

class FakePort final : public engine::TargetPort {
  public:
    explicit FakePort(engine::PortIdentity identity) : identity_(std::move(identity)) {}
    ~FakePort() = default;
    [[nodiscard]] const engine::PortIdentity &identity() const noexcept override { return identity_; }
    void logical_unit_mapped(engine::ItNexus &, const std::shared_ptr<engine::ItlNexus> &) override {}
    void logical_unit_unmapped(engine::ItNexus &, const std::shared_ptr<engine::ItlNexus> &) override {}
    void attention(engine::ItlNexus &, scsi::AdditionalSense) noexcept override { ++count_attentions; }

    unsigned count_attentions = 0;

  private:
    engine::PortIdentity identity_;
};

// How a command came back.
struct Ran {
    engine::Outcome outcome = engine::Outcome::pending;
    scsi::Status status = scsi::Status::good;
    scsi::Sense sense;            // meaningful with CHECK CONDITION
    ByteVector data;              // what arrived
    std::size_t wanted_bytes = 0; // what would have arrived in a buffer that is large enough
    std::size_t data_out_wanted_bytes = 0;

    [[nodiscard]] bool good() const { return outcome == engine::Outcome::status && status == scsi::Status::good; }
    [[nodiscard]] bool check(const scsi::Sense &expected) const {
        return outcome == engine::Outcome::status && status == scsi::Status::check_condition && sense == expected;
    }
};

struct CommandOptions {
    std::size_t data_in_bytes = 65536;
    std::size_t nexus = 0; // index, see TestUnit::add_nexus()
    scsi::TaskAttribute attribute = scsi::TaskAttribute::simple;
    std::size_t piece_bytes = 0; // data in pieces of this size; 0: in one
};

// A command on its way. Stays where it is until it has ended.
class Running final : private engine::CommandDelivery {
  public:
    Running(Bytes cdb, Bytes data_out, const CommandOptions &options, std::uint64_t tag)
        : out_(data_out.begin(), data_out.end()), in_(options.data_in_bytes), command_(*this) {
        command_.request.cdb = scsi::Cdb(cdb);
        command_.request.attribute = options.attribute;
        command_.request.tag = tag;
        command_.request.data_out = split(out_, options.piece_bytes, out_pieces_);
        command_.request.data_in = split(in_, options.piece_bytes, in_pieces_);
    }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;
    ~Running() {
        if (started_ && !ended_) {
            std::abort(); // the test lost a command
        }
    }

    void start(engine::ItlNexus &itl) {
        started_ = true;
        itl.submit(command_);
    }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] engine::Command &command() { return command_; }
    [[nodiscard]] Ran take() const {
        Ran ran{command_.outcome,
                command_.status,
                command_.sense,
                in_,
                command_.data_in_wanted_bytes,
                command_.data_out_wanted_bytes};
        ran.data.resize(command_.data_in_bytes);
        return ran;
    }

  private:
    static Segments split(ByteVector &whole, std::size_t piece_bytes, std::vector<iovec> &pieces) {
        const std::size_t step = piece_bytes == 0 ? whole.size() : piece_bytes;
        for (std::size_t at = 0; at < whole.size(); at += step) {
            pieces.push_back({whole.data() + at, std::min(step, whole.size() - at)});
        }
        return Segments(pieces);
    }
    void command_ended(engine::Command &) noexcept override { ended_ = true; }

    ByteVector out_;
    ByteVector in_;
    std::vector<iovec> out_pieces_;
    std::vector<iovec> in_pieces_;
    engine::Command command_;
    bool started_ = false;
    bool ended_ = false;
};

class TestUnit {
  public:
    enum class PowerOn : std::uint8_t { cleared, pending }; // the unit attention of a fresh nexus

    explicit TestUnit(std::unique_ptr<engine::DeviceServer> device, PowerOn power_on = PowerOn::cleared,
                      engine::PortIdentity port = {"scstlcltgt0"}, engine::KeptReservation kept = {})
        : port_(std::move(port)), shard_(0, {}), power_on_(power_on) {
        shard_.attach_here();
        unit_ = engine::LogicalUnit::create("disk1", shard_, std::move(device), std::move(kept));
        add_nexus();
    }
    TestUnit(const TestUnit &) = delete;
    TestUnit &operator=(const TestUnit &) = delete;
    ~TestUnit() {
        from_outside([this] {
            for (const auto &nexus : nexuses_) {
                nexus->lose();
            }
        });
        itls_.clear();
        nexuses_.clear();
        unit_.reset();
    }

    // One more initiator that sees the logical unit; its index.
    std::size_t add_nexus(bool read_only = false, std::uint32_t lun_number = 0) {
        auto nexus = std::make_shared<engine::ItNexus>(port_, "initiator" + std::to_string(nexuses_.size()));
        if (!nexus->map(lun_number, unit_, read_only)) {
            std::abort();
        }
        nexuses_.push_back(nexus);
        itls_.push_back(nexus->find(lun_number));
        if (power_on_ == PowerOn::cleared) {
            itls_.back()->unit_attentions.clear_all();
        }
        return itls_.size() - 1;
    }
    // The same logical unit under another LUN of the nexus.
    void map_again(std::size_t nexus, std::uint32_t lun_number) {
        if (!nexuses_[nexus]->map(lun_number, unit_, false)) {
            std::abort();
        }
        settle();
    }

    [[nodiscard]] Ran run(Bytes cdb, Bytes data_out = {}, const CommandOptions &options = {}) {
        Running running(cdb, data_out, options, ++last_tag_);
        running.start(itl(options.nexus));
        return finish(running);
    }
    [[nodiscard]] Ran run(Bytes cdb, const CommandOptions &options) { return run(cdb, {}, options); }
    // Without waiting for its end: for ordering and task management.
    [[nodiscard]] std::unique_ptr<Running> start(Bytes cdb, Bytes data_out = {}, const CommandOptions &options = {}) {
        auto running = std::make_unique<Running>(cdb, data_out, options, ++last_tag_);
        running->start(itl(options.nexus));
        return running;
    }
    [[nodiscard]] Ran finish(Running &running) {
        while (!running.ended()) {
            shard_.turn(true);
        }
        return running.take();
    }
    // Lets everything happen that needs no outside event.
    void settle(unsigned count_turns = 8) {
        while (count_turns-- > 0) {
            shard_.turn(false);
        }
    }
    // Runs `function` as the control thread would, while the shard turns.
    void from_outside(const std::function<void()> &function) {
        std::atomic<bool> done{false};
        std::thread outside([&] {
            function();
            done.store(true);
            shard_.post_call([] {}); // wakes the turn below
        });
        while (!done.load()) {
            shard_.turn(true);
        }
        outside.join();
        settle(2);
    }
    // One task management function, until its answer.
    scsi::ServiceResponse manage(scsi::TaskManagementFunction function, std::size_t nexus = 0, std::uint64_t tag = 0) {
        ManagementRequest request(function, itls_[nexus], tag);
        request.send();
        while (!request.response) {
            shard_.turn(true);
        }
        return *request.response;
    }

    [[nodiscard]] engine::LogicalUnit &unit() { return *unit_; }
    [[nodiscard]] engine::ItlNexus &itl(std::size_t nexus = 0) { return *itls_[nexus]; }
    [[nodiscard]] engine::ItNexus &nexus(std::size_t index = 0) { return *nexuses_[index]; }
    [[nodiscard]] loop::Shard &shard() { return shard_; }
    [[nodiscard]] FakePort &port() { return port_; }
    template <class D> [[nodiscard]] D &device() { return static_cast<D &>(unit_->device()); }

  private:
    struct ManagementRequest final : engine::TaskManagementRequest {
        using TaskManagementRequest::TaskManagementRequest;
        void done(scsi::ServiceResponse how) noexcept override { response = how; }
        std::optional<scsi::ServiceResponse> response;
    };

    FakePort port_;
    loop::Shard shard_;
    PowerOn power_on_;
    std::shared_ptr<engine::LogicalUnit> unit_;
    std::vector<std::shared_ptr<engine::ItNexus>> nexuses_;
    std::vector<std::shared_ptr<engine::ItlNexus>> itls_;
    std::uint64_t last_tag_ = 0;
};

} // namespace scsilo::test
