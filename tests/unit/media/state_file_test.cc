// SPDX-License-Identifier: Apache-2.0
// State files: whole or not at all, private, and without litter.
#include "media/state_file.h"

#include "media_fixture.h"

namespace scsilo::media::test {
namespace {

Bytes bytes(const std::string &text) { return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()}; }

class StateFileTest : public MediaTest {
  protected:
    int store(bool on_ring, const std::string &path, const std::string &content) {
        return on_ring ? wait(store_state_on_ring(path, bytes(content))) : store_state_file(path, bytes(content));
    }
    static std::size_t count_files(const std::string &where) {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(where), std::filesystem::directory_iterator()));
    }
};

TEST_F(StateFileTest, storesReplacesAndLoads) {
    for (const bool on_ring : {false, true}) {
        const std::string path = directory + (on_ring ? "/ring" : "/plain");
        EXPECT_EQ(load_state_file(path, 100).error(), ENOENT);
        EXPECT_EQ(store(on_ring, path, "first"), 0);
        const std::string large(300'000, 'x');
        EXPECT_EQ(store(on_ring, path, large), 0);
        EXPECT_EQ(load_state_file(path, 300'000).value(), large);
        EXPECT_EQ(load_state_file(path, 299'999).error(), EFBIG);
        EXPECT_EQ(store(on_ring, path, ""), 0);
        EXPECT_EQ(load_state_file(path, 0).value(), "");
        struct stat facts{};
        ASSERT_EQ(stat(path.c_str(), &facts), 0);
        EXPECT_EQ(facts.st_mode & 07777U, 0600U);
    }
    EXPECT_EQ(count_files(directory), 2U);
}

TEST_F(StateFileTest, errorsAreTold) {
    for (const bool on_ring : {false, true}) {
        EXPECT_EQ(store(on_ring, directory + "/none/file", "x"), ENOENT);
        std::filesystem::create_directories(directory + "/taken/full");
        EXPECT_EQ(store(on_ring, directory + "/taken", "x"), EISDIR);
    }
    EXPECT_EQ(count_files(directory), 1U) << "no temporary file stays";
    EXPECT_EQ(load_state_file(directory, 10).error(), EISDIR);
}

TEST_F(StateFileTest, aFullFileSystemKeepsTheOldContentAndNoLitter) {
    const std::string where = small_tmpfs("64k");
    if (where.empty()) {
        GTEST_SKIP() << "needs root";
    }
    const std::string path = where + "/state";
    for (const bool on_ring : {false, true}) {
        EXPECT_EQ(store(on_ring, path, "old"), 0);
        EXPECT_EQ(store(on_ring, path, std::string(200'000, 'y')), ENOSPC);
        EXPECT_EQ(load_state_file(path, 100).value(), "old");
        EXPECT_EQ(count_files(where), 1U);
    }
}

TEST_F(StateFileTest, aStopDoesNotTearIt) {
    struct Task final : loop::Activity {
        void start(loop::Op<void> operation) noexcept { run_root(operation.release_to(*this)); }
        void on_end(loop::End how) noexcept override { ended = how; }
        std::optional<loop::End> ended;
    };
    const std::string path = directory + "/state";
    for (int round = 0; round < 10; ++round) {
        Task task;
        int error = -1;
        const std::string content = std::to_string(round);
        auto body = [&]() -> loop::Op<void> { error = co_await store_state_on_ring(path, bytes(content)); };
        task.start(body());
        for (int i = 0; i < round; ++i) {
            shard.turn(false);
        }
        task.request_stop();
        while (!task.ended) {
            shard.turn(true);
        }
        EXPECT_EQ(error, 0);
        EXPECT_EQ(load_state_file(path, 100).value(), content);
    }
    EXPECT_EQ(count_files(directory), 1U);
}

TEST_F(StateFileTest, whatACrashHasLeftIsRemovedAtTheStart) {
    make_file("state", 5);
    make_file("state.1.2.tmp", 5);
    make_file("other.77.1.tmp", 0);
    EXPECT_EQ(remove_stale_state_files(directory), 2U);
    EXPECT_EQ(count_files(directory), 1U);
    EXPECT_EQ(remove_stale_state_files(directory + "/none"), 0U);
}

} // namespace
} // namespace scsilo::media::test
