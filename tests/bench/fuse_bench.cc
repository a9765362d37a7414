// SPDX-License-Identifier: Apache-2.0
// A session on a shard beside the empty server: rates of the same system calls, turn by turn, medians and their ratio.
#include "bench/empty_fuse_server.h"
#include "fuse/request.h"
#include "fuse/session.h"
#include "loop/shard.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <sys/ioctl.h>
#include <unistd.h>

namespace scsilo {
namespace {

constexpr std::size_t large_bytes = 1U << 20;

// The same answers as the empty server's.
class EmptyNode final : public fuse::Node {
  public:
    EmptyNode() : Node(fuse::Attributes{.mode = S_IFREG | 0600, .size_bytes = 1ULL << 30}), zeroes_(large_bytes) {}
    void open(fuse::Request &request, const fuse::OpenRequest &) override {
        request.reply_open(0, {.parallel_writes = true});
    }
    void read(fuse::Request &request, fuse::Handle, std::uint64_t, std::uint32_t size_bytes) override {
        request.reply_data(Bytes(zeroes_).first(std::min<std::size_t>(size_bytes, zeroes_.size())));
    }
    void write(fuse::Request &request, fuse::Handle, std::uint64_t, MutableBytes payload) override {
        request.reply_written(static_cast<std::uint32_t>(payload.size()));
    }
    void ioctl(fuse::Request &request, fuse::Handle, const fuse::IoctlRequest &) override { request.reply_ioctl(0); }

  private:
    std::vector<std::uint8_t> zeroes_;
};

struct Case {
    const char *name;
    int count;
    std::function<bool(int fd, void *memory)> call;
};

double rate(const Case &measured, int fd, void *memory) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < measured.count; ++i) {
        if (!measured.call(fd, memory)) {
            std::perror(measured.name);
            std::exit(1);
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return measured.count / took.count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void compare(const Case &measured, int empty_fd, int session_fd, void *memory) {
    constexpr int count_rounds = 15;
    std::vector<double> empty;
    std::vector<double> session;
    std::vector<double> ratios;
    for (int i = 0; i < count_rounds; ++i) {
        empty.push_back(rate(measured, empty_fd, memory));
        session.push_back(rate(measured, session_fd, memory));
        ratios.push_back(session.back() / empty.back());
    }
    std::printf("%-14s %12.0f %12.0f %8.2f\n", measured.name, median(empty), median(session), median(ratios));
}

std::filesystem::path temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "scsilo-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
        std::perror("mkdtemp");
        std::exit(1);
    }
    return name;
}

void run(int count_shards) {
    const auto empty_path = temporary_directory();
    const auto session_path = temporary_directory();
    {
        const bench::EmptyFuseServer empty(empty_path);
        std::vector<std::unique_ptr<loop::Shard>> shards;
        auto root = std::make_shared<fuse::Directory>();
        root->add("f", std::make_shared<EmptyNode>());
        fuse::SessionOptions options;
        options.mount_point = session_path;
        fuse::Session session(options, root);
        if (const auto mounted = session.mount(); !mounted) {
            std::fprintf(stderr, "%s\n", mounted.error().text.c_str());
            std::exit(1);
        }
        for (int i = 0; i < count_shards; ++i) {
            shards.push_back(std::make_unique<loop::Shard>(static_cast<unsigned>(i), loop::Shard::Limits{}));
            shards.back()->start();
            if (!session.attach(*shards.back())) {
                std::exit(1);
            }
        }
        const int empty_fd = open(empty.file().c_str(), O_RDWR | O_CLOEXEC);
        const int session_fd = open((session_path / "f").c_str(), O_RDWR | O_CLOEXEC);
        void *memory = std::aligned_alloc(4096, large_bytes);
        std::fill_n(static_cast<char *>(memory), large_bytes, 'x');
        const Case cases[] = {
            {"ioctl", 4000, [](int fd, void *) { return ioctl(fd, 0x2285, 0) == 0; }},
            {"pread 4 KiB", 4000, [](int fd, void *to) { return pread(fd, to, 4096, 4096) == 4096; }},
            {"pread 1 MiB", 200,
             [](int fd, void *to) { return pread(fd, to, large_bytes, 0) == static_cast<ssize_t>(large_bytes); }},
            {"pwrite 1 MiB", 200,
             [](int fd, void *from) { return pwrite(fd, from, large_bytes, 0) == static_cast<ssize_t>(large_bytes); }},
        };
        std::printf("%d shard(s)     %12s %12s %8s\n", count_shards, "empty /s", "session /s", "ratio");
        for (const Case &measured : cases) {
            compare(measured, empty_fd, session_fd, memory);
        }
        std::free(memory);
        close(empty_fd);
        close(session_fd);
        session.unmount();
    }
    std::filesystem::remove(empty_path);
    std::filesystem::remove(session_path);
}

} // namespace
} // namespace scsilo

int main() {
    scsilo::run(1);
    scsilo::run(2);
    return 0;
}
