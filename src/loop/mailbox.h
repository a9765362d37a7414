// SPDX-License-Identifier: Apache-2.0
// Mailbox: many threads post, one takes; order of posting is kept per poster. No lock, no allocation.
#pragma once

#include <atomic>
#include <utility>

namespace scsilo::loop {

class Message {
  public:
    // Called on the receiving shard's thread; the message may destroy itself.
    virtual void deliver() noexcept = 0;

  protected:
    ~Message() = default;

  private:
    friend class Mailbox;
    Message *next_ = nullptr;
};

class Mailbox {
  public:
    void post(Message &message) noexcept {
        Message *head = head_.load(std::memory_order_relaxed);
        do {
            message.next_ = head;
        } while (!head_.compare_exchange_weak(head, &message, std::memory_order_seq_cst, std::memory_order_relaxed));
    }

    [[nodiscard]] bool empty() const noexcept { return head_.load(std::memory_order_seq_cst) == nullptr; }

    // Delivers what was there at the moment of the call, oldest first. True if there was anything.
    bool deliver_all() noexcept {
        if (head_.load(std::memory_order_relaxed) == nullptr) {
            return false;
        }
        Message *newest = head_.exchange(nullptr, std::memory_order_acquire);
        Message *oldest = nullptr;
        while (newest != nullptr) {
            Message *next = std::exchange(newest->next_, oldest);
            oldest = std::exchange(newest, next);
        }
        while (oldest != nullptr) {
            Message *next = oldest->next_;
            oldest->deliver();
            oldest = next;
        }
        return true;
    }

  private:
    std::atomic<Message *> head_{nullptr};
};

} // namespace scsilo::loop
