// SPDX-License-Identifier: Apache-2.0
// FileMedium: a regular file or a block device as a medium, through the shard's ring, buffered or with O_DIRECT.
#pragma once

#include "loop/ring.h"
#include "loop/shared_mutex.h"
#include "media/medium.h"

#include <memory>
#include <string>

namespace scsilo::media {

struct FileOptions {
    std::string path; // symbolic links are followed: images are often reached through them
    bool read_only = false;
    bool o_direct = false;
    bool write_through = false; // every write is durable before its outcome
};

// Any thread. Throws ConfigError{errno, sentence}. While it is open the file carries a lock (F_OFD_SETLK; a block
// device opened for writing O_EXCL as well): one writer, or many readers, in all processes.
[[nodiscard]] std::unique_ptr<BlockMedium> open_file(const FileOptions &options);

// What open_file() has found out.
struct OpenedFile {
    int fd = -1; // owned
    bool block_device = false;
    bool direct = false;
    bool write_through = false;
    std::uint32_t memory_align_bytes = 1; // for transfers with O_DIRECT
    std::uint32_t offset_align_bytes = 1;
    std::uint8_t *bounce = nullptr; // bounce_bytes mapped where direct; owned
    MediumFacts facts;
};

// Transfers that O_DIRECT cannot take go through the bounce buffer, unaligned writes by reading, changing and writing
// whole blocks. Invariant: who uses the bounce buffer holds order_ alone, so that no other write comes between that
// reading and writing; every other write with O_DIRECT shares order_.
class FileMedium final : public BlockMedium {
  public:
    static constexpr std::size_t bounce_bytes = 256 * 1024;

    explicit FileMedium(const OpenedFile &opened) noexcept : file_(opened) {}
    ~FileMedium() override;

    [[nodiscard]] std::string_view kind() const noexcept override { return "file"; }
    [[nodiscard]] const MediumFacts &facts() const noexcept override { return file_.facts; }

    [[nodiscard]] loop::Op<IoOutcome> read(std::uint64_t offset, Segments to) override;
    [[nodiscard]] loop::Op<IoOutcome> write(std::uint64_t offset, Segments from, Durability durability) override;
    [[nodiscard]] loop::Op<int> flush() override;
    [[nodiscard]] loop::Op<int> punch(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<int> zero(std::uint64_t offset, std::uint64_t length_bytes) override;
    [[nodiscard]] loop::Op<Extent> extent_at(std::uint64_t offset) override;
    [[nodiscard]] loop::Op<int> refresh() override;

  private:
    [[nodiscard]] bool fits(std::uint64_t offset, const Segments &segments) const noexcept;
    [[nodiscard]] loop::Op<IoOutcome> read_pieces(std::uint64_t offset, Segments to);
    [[nodiscard]] loop::Op<IoOutcome> write_pieces(std::uint64_t offset, Segments from, bool durable);
    [[nodiscard]] loop::Op<IoOutcome> read_bounced(std::uint64_t offset, Segments to);
    [[nodiscard]] loop::Op<IoOutcome> write_bounced(std::uint64_t offset, Segments from, bool durable);
    [[nodiscard]] loop::Op<int> fill_bounce_edges(std::uint64_t begin, std::uint64_t end);
    [[nodiscard]] loop::Op<IoOutcome> transfer_bounce(bool writing, std::uint64_t offset, std::size_t at,
                                                      std::size_t length_bytes, bool durable);
    [[nodiscard]] loop::Op<int> deallocate(int mode, bool &works, std::uint64_t offset, std::uint64_t length_bytes);
    [[nodiscard]] loop::Op<int> write_zeros(std::uint64_t offset, std::uint64_t length_bytes);

    OpenedFile file_;
    loop::SharedMutex order_;
    bool dsync_works_ = true; // what the file system has not refused yet
    bool punch_works_ = true;
    bool zero_works_ = true;
};

namespace detail {
// The size now, rounded down to what O_DIRECT can reach. An errno as error.
[[nodiscard]] Result<std::uint64_t, int> size_of(const OpenedFile &file) noexcept;
} // namespace detail

} // namespace scsilo::media
