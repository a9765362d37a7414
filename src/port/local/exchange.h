// SPDX-License-Identifier: Apache-2.0
// Exchange: one SCSI command between a node's shard (home) and the logical unit's shard, with time-out and abort.
//
// Invariants
//  1. Only the home shard touches it, except from submission until the command ended, when the engine has the command
//  part.
//  2. It has ended when the command has ended and the ABORT TASK, if one was sent, has been answered. Its owner is told
//  once.
//  3. While it runs, the ScsiDevice counts it as a user, so the nexus and the logical unit stay.
#pragma once

#include "engine/command.h"
#include "engine/task_management.h"
#include "loop/timer.h"

#include <array>
#include <memory>
#include <optional>

namespace scsilo::loop {
class Shard;
}

namespace scsilo::local {

class ScsiDevice;
struct FreeExchanges;

// What became of the command, as an initiator sees it.
enum class Ending : std::uint8_t {
    status,      // status and sense of the command are valid
    timed_out,   // ours: aborted after its time-out
    interrupted, // ours: aborted because the caller got a signal
    aborted,     // by somebody's task management
    reset,       // by somebody's reset
    gone,        // the logical unit is not there any more
};

class Exchange final : private engine::CommandDelivery, private loop::Timer, public Hook<FreeExchanges> {
  public:
    class Owner {
      public:
        virtual void exchange_ended(Exchange &exchange) noexcept = 0;

      protected:
        ~Owner() = default;
    };

    Exchange() = default;
    Exchange(const Exchange &) = delete;
    Exchange &operator=(const Exchange &) = delete;
    ~Exchange() = default;

    // The request part is to be filled before start(); its memory must live until the end.
    engine::Command command{*this};
    // For segments that have to be cut out of a larger buffer.
    std::array<iovec, 36> pieces;

    // On the shard that is home from now on. The owner may be told before this returns. timeout_ns 0: none.
    void start(ScsiDevice &device, Owner &owner, std::uint64_t timeout_ns) noexcept;
    // Sends ABORT TASK, once. The end comes later.
    void abort(Ending why) noexcept;

    // --- after the end ---
    [[nodiscard]] Ending ending() const noexcept { return ending_; }
    [[nodiscard]] bool good() const noexcept;
    [[nodiscard]] bool descriptor_sense() const noexcept { return descriptor_sense_; }
    [[nodiscard]] std::uint32_t duration_ms() const noexcept;

  private:
    struct AbortTask final : engine::TaskManagementRequest {
        AbortTask(Exchange &owner, std::shared_ptr<engine::ItlNexus> itl, std::uint64_t tag) noexcept
            : TaskManagementRequest(scsi::TaskManagementFunction::abort_task, std::move(itl), tag), exchange(owner) {}
        void done(scsi::ServiceResponse response) noexcept override;
        Exchange &exchange;
    };
    // Carries the news home; two, since both may be on their way at the same time.
    template <void (Exchange::*Arrived)() noexcept> struct News final : loop::Message {
        explicit News(Exchange &owner) noexcept : exchange(owner) {}
        void deliver() noexcept override { (exchange.*Arrived)(); }
        Exchange &exchange;
    };

    void command_ended(engine::Command &ended) noexcept override;
    void expired() noexcept override { abort(Ending::timed_out); }
    void command_is_home() noexcept;
    void abort_is_home() noexcept;
    void settle() noexcept;
    [[nodiscard]] Ending judge() const noexcept;

    loop::Shard *home_ = nullptr;
    ScsiDevice *device_ = nullptr;
    Owner *owner_ = nullptr;
    News<&Exchange::command_is_home> command_news_{*this};
    News<&Exchange::abort_is_home> abort_news_{*this};
    std::optional<AbortTask> abort_task_;
    std::uint64_t started_ns_ = 0;
    std::uint64_t ended_ns_ = 0;
    std::uint32_t resets_before_ = 0;
    bool command_pending_ = false;
    bool abort_pending_ = false;
    bool reset_seen_ = false;
    bool detached_ = false;
    bool descriptor_sense_ = false;
    std::optional<Ending> abort_why_;
    Ending ending_ = Ending::status;
};

} // namespace scsilo::local
