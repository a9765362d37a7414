// SPDX-License-Identifier: Apache-2.0
// Messages arrive once each, in the order in which each thread posted them.
#include "loop/mailbox.h"

#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace scsilo::loop::test {
namespace {

struct Numbered final : Message {
    void deliver() noexcept override { seen->push_back(number); }
    std::vector<int> *seen = nullptr;
    int number = 0;
};

TEST(Mailbox, anEmptyBoxDeliversNothing) {
    Mailbox box;
    EXPECT_TRUE(box.empty());
    EXPECT_FALSE(box.deliver_all());
}

TEST(Mailbox, keepsTheOrderOfEveryPoster) {
    constexpr int count_threads = 4;
    constexpr int count_each = 20000;
    Mailbox box;
    std::array<std::vector<int>, count_threads> seen;
    std::array<std::unique_ptr<Numbered[]>, count_threads> messages;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < count_threads; ++t) {
        messages[t] = std::make_unique<Numbered[]>(count_each);
        threads.emplace_back([&, t] {
            for (int i = 0; i < count_each; ++i) {
                Numbered &message = messages[t][static_cast<std::size_t>(i)];
                message.seen = &seen[t];
                message.number = i;
                box.post(message);
            }
        });
    }
    const auto count = [&] {
        std::size_t sum = 0;
        for (const auto &list : seen) {
            sum += list.size();
        }
        return sum;
    };
    while (count() < std::size_t{count_threads} * count_each) {
        if (!box.deliver_all()) {
            std::this_thread::yield();
        }
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    EXPECT_TRUE(box.empty());
    for (const auto &list : seen) {
        for (int i = 0; i < count_each; ++i) {
            ASSERT_EQ(list[static_cast<std::size_t>(i)], i);
        }
    }
}

} // namespace
} // namespace scsilo::loop::test
