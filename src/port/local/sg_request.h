// SPDX-License-Identifier: Apache-2.0
// SgRequest: a decoded header with its CDB; SgData: where in the caller's memory the data of a request are, iovec or
// not.
#pragma once

#include "base/segments.h"
#include "port/local/caller.h"
#include "port/local/sg_header.h"
#include "scsi/cdb.h"

namespace scsilo::local {

struct SgRequest {
    SgHeader header;
    RawHeader raw{}; // as it came; goes back with the answer in it
    scsi::Cdb cdb;
};

// SG_IO's argument: header and CDB.
[[nodiscard]] Result<void, Errno> read_sg_request(CallerMemory &memory, std::uint64_t address, bool compat_32bit,
                                                  SgRequest &into) noexcept;
// A header that write() brought.
[[nodiscard]] Result<void, Errno> read_sg_request(CallerMemory &memory, Bytes header, SgRequest &into) noexcept;

// Use: locate(), then take a buffer of length_bytes() + table_bytes(), then keep(), then fetch() or deliver().
class SgData {
  public:
    // Where the data are and how many: the shorter of what the header says and what the iovecs hold.
    [[nodiscard]] Result<void, Errno> locate(CallerMemory &memory, const SgHeader &header) noexcept;
    // Data that travel in write() and read() themselves.
    [[nodiscard]] Result<void, Errno> locate_inline(std::size_t length_bytes) noexcept {
        count_ = 0;
        length_bytes_ = length_bytes;
        return {};
    }
    [[nodiscard]] std::size_t length_bytes() const noexcept { return length_bytes_; }
    // A long iovec is kept in the buffer, behind the data.
    [[nodiscard]] std::size_t table_bytes() const noexcept;
    [[nodiscard]] Result<void, Errno> keep(CallerMemory &memory, const Segments &buffer) noexcept;

    // Data between the caller and the start of the buffer; 0 or an errno. deliver(): the first `count_bytes`.
    [[nodiscard]] int fetch(CallerMemory &memory, const Segments &buffer) const noexcept;
    [[nodiscard]] int deliver(CallerMemory &memory, const Segments &buffer, std::size_t count_bytes) const noexcept;
    // The only piece, if there is just one.
    [[nodiscard]] bool simple() const noexcept { return count_ <= 1; }
    [[nodiscard]] std::uint64_t address() const noexcept { return few_[0].address; }

  private:
    static constexpr std::size_t max_few = 16;
    static constexpr std::size_t pieces_per_turn = 64;
    using Turn = std::array<fuse::CallerPiece, pieces_per_turn>;

    [[nodiscard]] int read_iovecs(CallerMemory &memory, std::size_t first,
                                  std::span<fuse::CallerPiece> into) const noexcept;
    void pieces(const Segments &buffer, std::size_t first, std::span<fuse::CallerPiece> into) const noexcept;
    template <class Copy> int walk(const Segments &buffer, std::size_t count_bytes, Copy copy) const noexcept;

    std::uint64_t table_address_ = 0;
    bool wide_ = true;
    std::size_t count_ = 0;
    std::size_t length_bytes_ = 0;
    std::array<fuse::CallerPiece, max_few> few_{};
};

} // namespace scsilo::local
