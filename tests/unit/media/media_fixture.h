// SPDX-License-Identifier: Apache-2.0
// What the tests of the media share: a loop without a thread, a directory of their own, patterned bytes.
#pragma once

#include "loop/shard.h"
#include "media/medium.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <numeric>
#include <optional>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace scsilo::media::test {

using Data = std::vector<std::uint8_t>;

inline Data pattern(std::size_t length_bytes, unsigned seed) {
    Data data(length_bytes);
    for (std::size_t i = 0; i < length_bytes; ++i) {
        data[i] = static_cast<std::uint8_t>((i * 31 + i / 512 + seed) & 0xFF);
    }
    return data;
}

// Memory cut into pieces of a given length, with the bytes `skew` off a page boundary.
class Scattered {
  public:
    Scattered(std::size_t length_bytes, std::size_t piece_bytes, std::size_t skew = 0)
        : memory_(static_cast<std::uint8_t *>(std::aligned_alloc(4096, (length_bytes + skew + 8191) / 4096 * 4096))),
          at_(memory_ + skew), length_bytes_(length_bytes) {
        for (std::size_t i = 0; i < length_bytes; i += piece_bytes) {
            pieces_.push_back(iovec{at_ + i, std::min(piece_bytes, length_bytes - i)});
        }
    }
    explicit Scattered(const Data &data, std::size_t piece_bytes = 1 << 30, std::size_t skew = 0)
        : Scattered(data.size(), piece_bytes, skew) {
        std::copy(data.begin(), data.end(), at_);
    }
    Scattered(const Scattered &) = delete;
    Scattered &operator=(const Scattered &) = delete;
    ~Scattered() { std::free(memory_); }
    Segments segments() const { return Segments(pieces_); }
    Data data() const { return Data(at_, at_ + length_bytes_); }

  private:
    std::uint8_t *memory_;
    std::uint8_t *at_;
    std::size_t length_bytes_;
    std::vector<iovec> pieces_;
};

class MediaTest : public ::testing::Test {
  protected:
    MediaTest() : shard(0, {}) {
        shard.attach_here();
        char name[] = "/tmp/scsilo-media-XXXXXX";
        if (mkdtemp(name) == nullptr) {
            std::abort();
        }
        directory = name;
    }
    ~MediaTest() override {
        if (mounted_) {
            umount2((directory + "/small").c_str(), MNT_DETACH);
        }
        std::filesystem::remove_all(directory);
    }

    template <class T> T wait(loop::Op<T> op) {
        std::optional<T> got;
        auto root = [](loop::Op<T> inner, std::optional<T> &to) -> loop::Op<void> { to = co_await inner; };
        shard.spawn(root(std::move(op), got));
        while (!got) {
            shard.turn(true);
        }
        return *got;
    }

    std::string make_file(const std::string &name, std::uint64_t size_bytes, const std::string &in = "") {
        const std::string path = (in.empty() ? directory : in) + "/" + name;
        const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        EXPECT_GE(fd, 0);
        EXPECT_EQ(ftruncate(fd, static_cast<off_t>(size_bytes)), 0);
        close(fd);
        return path;
    }

    // A tmpfs of so many bytes; empty without root.
    std::string small_tmpfs(const std::string &size) {
        const std::string path = directory + "/small";
        std::filesystem::create_directory(path);
        mounted_ = mount("tmpfs", path.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
        return mounted_ ? path : "";
    }

    void write_at(BlockMedium &medium, std::uint64_t offset, const Data &data, std::size_t piece_bytes = 1 << 30,
                  std::size_t skew = 0, Durability durability = Durability::cached) {
        const Scattered memory(data, piece_bytes, skew);
        const IoOutcome outcome = wait(medium.write(offset, memory.segments(), durability));
        EXPECT_EQ(outcome.error, 0);
        EXPECT_EQ(outcome.done_bytes, data.size());
    }
    Data read_at(BlockMedium &medium, std::uint64_t offset, std::size_t length_bytes, std::size_t piece_bytes = 1 << 30,
                 std::size_t skew = 0) {
        const Scattered memory(length_bytes, piece_bytes, skew);
        const IoOutcome outcome = wait(medium.read(offset, memory.segments()));
        EXPECT_EQ(outcome.error, 0);
        EXPECT_EQ(outcome.done_bytes, length_bytes);
        return memory.data();
    }

    loop::Shard shard;
    std::string directory;

  private:
    bool mounted_ = false;
};

} // namespace scsilo::media::test
