// SPDX-License-Identifier: Apache-2.0
// IntrusiveList: a doubly linked list through a hook inside the element; no allocation, O(1) removal. Not thread safe.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace scsilo {

struct ListHook {
    ListHook *next = nullptr;
    ListHook *previous = nullptr;

    ListHook() = default;
    ListHook(const ListHook &) = delete;
    ListHook &operator=(const ListHook &) = delete;
    ~ListHook() { unlink(); }

    [[nodiscard]] bool linked() const noexcept { return next != nullptr; }

    void unlink() noexcept {
        if (next == nullptr) {
            return;
        }
        previous->next = next;
        next->previous = previous;
        next = nullptr;
        previous = nullptr;
    }
};

// `Tag` lets one element sit in several lists: derive it from Hook<TagA> and Hook<TagB>.
template <class Tag> struct Hook : ListHook {};

// The element type derives from Hook<Tag>. The list owns nothing; an element leaves by unlink().
template <class T, class Tag> class IntrusiveList {
  public:
    IntrusiveList() noexcept {
        head_.next = &head_;
        head_.previous = &head_;
    }
    IntrusiveList(const IntrusiveList &) = delete;
    IntrusiveList &operator=(const IntrusiveList &) = delete;
    ~IntrusiveList() {
        while (!empty()) {
            head_.next->unlink();
        }
        head_.next = nullptr;
        head_.previous = nullptr;
    }

    [[nodiscard]] bool empty() const noexcept { return head_.next == &head_; }
    void push_back(T &element) noexcept { insert(head_.previous, hook(element)); }
    void push_front(T &element) noexcept { insert(&head_, hook(element)); }
    [[nodiscard]] T &front() noexcept { return element(*head_.next); }

    [[nodiscard]] T *pop_front() noexcept {
        if (empty()) {
            return nullptr;
        }
        T &first = front();
        head_.next->unlink();
        return &first;
    }

    class Iterator {
      public:
        explicit Iterator(ListHook *at) noexcept : at_(at) {}
        T &operator*() const noexcept { return element(*at_); }
        T *operator->() const noexcept { return &element(*at_); }
        Iterator &operator++() noexcept {
            at_ = at_->next;
            return *this;
        }
        bool operator==(const Iterator &) const = default;

      private:
        ListHook *at_;
    };
    Iterator begin() noexcept { return Iterator(head_.next); }
    Iterator end() noexcept { return Iterator(&head_); }

  private:
    static ListHook &hook(T &element) noexcept { return static_cast<Hook<Tag> &>(element); }
    static T &element(ListHook &at) noexcept { return static_cast<T &>(static_cast<Hook<Tag> &>(at)); }
    static void insert(ListHook *after, ListHook &fresh) noexcept {
        if (fresh.linked()) {
            std::abort();
        }
        fresh.previous = after;
        fresh.next = after->next;
        after->next->previous = &fresh;
        after->next = &fresh;
    }

    ListHook head_;
};

} // namespace scsilo
