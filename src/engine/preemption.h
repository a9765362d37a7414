// SPDX-License-Identifier: Apache-2.0
// PreemptedCommands: PREEMPT AND ABORT's wait until every command of the preempted nexuses has ended
// (SPC-6 5.14.11.2.4).
#pragma once

#include "engine/nexus_identity.h"
#include "engine/task_management.h"
#include "loop/activity.h"

#include <coroutine>
#include <memory>
#include <span>
#include <vector>

namespace scsilo::engine {

// `co_await preempted;` after collect(). Does not wait when nothing was collected. A stop of the waiting command waits
// as well: the requests are members.
class PreemptedCommands final : private loop::Wait {
  public:
    PreemptedCommands(LogicalUnit &unit, Command &by) noexcept;
    ~PreemptedCommands();
    PreemptedCommands(const PreemptedCommands &) = delete;
    PreemptedCommands &operator=(const PreemptedCommands &) = delete;

    void collect(std::span<const NexusIdentity> nexuses);

    [[nodiscard]] bool await_ready() const noexcept { return requests_.empty(); }
    template <class P> void await_suspend(std::coroutine_handle<P> at) noexcept {
        activity_ = at.promise().activity;
        activity_->suspend(at, *this);
        send();
    }
    void await_resume() const noexcept {}

  private:
    class Request;
    void send() noexcept;
    void cancel() noexcept override {}
    void one_done() noexcept;

    LogicalUnit &unit_;
    Command &by_;
    loop::Activity *activity_ = nullptr;
    std::vector<std::unique_ptr<Request>> requests_;
    std::size_t count_left_ = 0;
};

} // namespace scsilo::engine
