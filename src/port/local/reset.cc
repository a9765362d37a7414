// SPDX-License-Identifier: Apache-2.0
// LOGICAL UNIT RESET and TARGET RESET, sent and awaited.
#include "port/local/reset.h"

#include "engine/it_nexus.h"
#include "loop/shard.h"
#include "port/local/host.h"
#include "port/local/scsi_device.h"

namespace scsilo::local {
namespace {

// Waits until as many parts as were begun have told, on whatever threads. It cannot be cancelled: commands end, so it
// ends.
class Parts final : private loop::Wait, private loop::Message {
  public:
    void begin() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    void ended() noexcept {
        if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            shard_->post(*this);
        }
    }
    static void part_ended(void *parts) noexcept { static_cast<Parts *>(parts)->ended(); }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        activity_ = at.promise().activity;
        activity_->suspend(at, *this);
        ended(); // our own part: from now on the last one may tell
    }
    void await_resume() const noexcept {}

  private:
    void cancel() noexcept override {}
    void deliver() noexcept override { activity_->resume_later(); }

    loop::Shard *shard_ = &loop::Shard::current();
    loop::Activity *activity_ = nullptr;
    std::atomic<std::uint32_t> count_{1};
};

struct DeviceReset final : engine::TaskManagementRequest {
    DeviceReset(Parts &waiting, std::shared_ptr<engine::ItlNexus> itl) noexcept
        : TaskManagementRequest(scsi::TaskManagementFunction::logical_unit_reset, std::move(itl)), parts(waiting) {}
    void done(scsi::ServiceResponse) noexcept override { parts.ended(); }
    Parts &parts;
};

void reset_target(const engine::ItNexus &nexus, Parts &parts) {
    parts.begin();
    engine::TaskManager::run(scsi::TaskManagementFunction::target_reset, nexus, &Parts::part_ended, &parts);
}

} // namespace

loop::Op<void> reset(ScsiDevice &device, ResetScope scope) {
    HostStatistics &statistics = device.statistics();
    const engine::ItNexus &nexus = device.itl()->nexus();
    Parts parts;
    if (scope == ResetScope::device) {
        statistics.count_device_resets.fetch_add(1, std::memory_order_relaxed);
        DeviceReset request(parts, device.itl());
        parts.begin();
        request.send();
        co_await parts;
        co_return;
    }
    statistics.count_target_resets.fetch_add(1, std::memory_order_relaxed);
    if (scope == ResetScope::target) {
        reset_target(nexus, parts);
    } else {
        for (const auto &target : static_cast<HostTarget &>(nexus.port()).host().targets()) {
            reset_target(*target->nexus(), parts);
        }
    }
    co_await parts;
}

} // namespace scsilo::local
