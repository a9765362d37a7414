// SPDX-License-Identifier: Apache-2.0
// Reading a request out of the caller's memory.
#include "port/local/sg_request.h"

#include "loop/buffer_pool.h"

#include <algorithm>
#include <cerrno>
#include <limits>

namespace scsilo::local {
namespace {

constexpr std::uint64_t page_bytes = 4096;

// The rest of the header's page up to its end, and of what lies before it: most programs have header and CDB close
// together on their stack, and one look costs less than two. Bytes of the page that holds a readable byte are readable.
struct Window {
    std::uint64_t begin = 0;
    std::size_t length_bytes = 0;
    std::array<std::uint8_t, page_bytes> bytes;

    [[nodiscard]] bool has(std::uint64_t address, std::size_t length) const noexcept {
        return address >= begin && address - begin <= length_bytes && length <= length_bytes - (address - begin);
    }
    [[nodiscard]] Bytes at(std::uint64_t address, std::size_t length) const noexcept {
        return Bytes(bytes).subspan(static_cast<std::size_t>(address - begin), length);
    }
    void open(CallerMemory &memory, std::uint64_t around) noexcept {
        constexpr std::uint64_t reach = 1024;
        const std::uint64_t page = around & ~(page_bytes - 1);
        begin = std::max(page, around < reach ? 0 : around - reach);
        const auto wanted = static_cast<std::size_t>(std::min(page_bytes - (begin - page), 2 * reach));
        length_bytes = memory.read(begin, MutableBytes(bytes).first(wanted)) == 0 ? wanted : 0;
    }
};

int read_through(CallerMemory &memory, const Window &window, std::uint64_t address, MutableBytes into) noexcept {
    if (window.has(address, into.size())) {
        const Bytes from = window.at(address, into.size());
        std::copy(from.begin(), from.end(), into.begin());
        return 0;
    }
    return memory.read(address, into);
}

Result<void, Errno> read_cdb(CallerMemory &memory, const Window &window, SgRequest &into) noexcept {
    std::array<std::uint8_t, scsi::maximum_cdb_length_bytes> bytes;
    const MutableBytes cdb = MutableBytes(bytes).first(into.header.cdb_bytes);
    if (const int error = read_through(memory, window, into.header.cdb_address, cdb); error != 0) {
        return fail(Errno{error});
    }
    into.cdb = scsi::Cdb(cdb);
    return {};
}

} // namespace

Result<void, Errno> read_sg_request(CallerMemory &memory, std::uint64_t address, bool compat_32bit,
                                    SgRequest &into) noexcept {
    Window window;
    window.open(memory, address);
    std::int32_t interface_id = 0;
    MutableBytes raw(into.raw);
    if (const int error = read_through(memory, window, address, raw.first(sizeof interface_id)); error != 0) {
        return fail(Errno{error});
    }
    std::memcpy(&interface_id, raw.data(), sizeof interface_id);
    const auto form = sg_form(interface_id, compat_32bit);
    if (!form) {
        return fail(form.error());
    }
    raw = raw.first(sg_form_bytes(*form));
    if (const int error = read_through(memory, window, address, raw); error != 0) {
        return fail(Errno{error});
    }
    // The caller may have changed it between two looks: what counts is what has been read last.
    std::memcpy(raw.data(), &interface_id, sizeof interface_id);
    auto header = decode_sg_header(*form, raw);
    if (!header) {
        return fail(header.error());
    }
    into.header = *header;
    return read_cdb(memory, window, into);
}

Result<void, Errno> read_sg_request(CallerMemory &memory, Bytes header, SgRequest &into) noexcept {
    // write(2) does not tell the caller's word size, but only a 32-bit header is that short.
    const bool compat_32bit = header.size() < sg_v3_bytes;
    if (header.size() < sg_v3_32bit_bytes) {
        return fail(Errno{EINVAL});
    }
    std::int32_t interface_id = 0;
    std::memcpy(&interface_id, header.data(), sizeof interface_id);
    if (interface_id != 'S') {
        return fail(Errno{ENOSYS});
    }
    const SgForm form = compat_32bit ? SgForm::v3_32bit : SgForm::v3;
    std::copy_n(header.begin(), sg_form_bytes(form), into.raw.begin());
    auto decoded = decode_sg_header(form, Bytes(into.raw).first(sg_form_bytes(form)));
    if (!decoded) {
        return fail(decoded.error());
    }
    into.header = *decoded;
    return read_cdb(memory, Window{}, into);
}

std::size_t SgData::table_bytes() const noexcept { return count_ > max_few ? count_ * sizeof(fuse::CallerPiece) : 0; }

int SgData::read_iovecs(CallerMemory &memory, std::size_t first, std::span<fuse::CallerPiece> into) const noexcept {
    const std::size_t each = wide_ ? 16 : 8;
    std::array<std::uint8_t, pieces_per_turn * 16> bytes;
    const MutableBytes raw = MutableBytes(bytes).first(into.size() * each);
    if (const int error = memory.read(table_address_ + first * each, raw); error != 0) {
        return error;
    }
    for (std::size_t i = 0; i < into.size(); ++i) {
        if (wide_) {
            std::memcpy(&into[i].address, &raw[i * each], 8);
            std::memcpy(&into[i].length_bytes, &raw[i * each + 8], 8);
        } else {
            std::uint32_t pair[2];
            std::memcpy(pair, &raw[i * each], sizeof pair);
            into[i] = {pair[0], pair[1]};
        }
        if (into[i].length_bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return EINVAL; // negative, as Linux sees it
        }
    }
    return 0;
}

Result<void, Errno> SgData::locate(CallerMemory &memory, const SgHeader &header) noexcept {
    count_ = header.iovec_count;
    wide_ = header.wide_iovec;
    table_address_ = header.data_address;
    length_bytes_ = header.data_bytes;
    if (count_ == 0) {
        few_[0] = {header.data_address, header.data_bytes};
        return {};
    }
    std::uint64_t sum = 0;
    Turn turn;
    for (std::size_t first = 0; first < count_; first += pieces_per_turn) {
        const auto some = std::span(turn).first(std::min(pieces_per_turn, count_ - first));
        if (const int error = read_iovecs(memory, first, some); error != 0) {
            return fail(Errno{error});
        }
        for (const fuse::CallerPiece &piece : some) {
            sum = std::min<std::uint64_t>(sum + std::min<std::uint64_t>(piece.length_bytes, header.data_bytes),
                                          header.data_bytes);
        }
        if (count_ <= max_few) {
            std::copy(some.begin(), some.end(), few_.begin());
        }
    }
    length_bytes_ = static_cast<std::size_t>(sum);
    return sum == 0 ? Result<void, Errno>(fail(Errno{EINVAL})) : Result<void, Errno>();
}

Result<void, Errno> SgData::keep(CallerMemory &memory, const Segments &buffer) noexcept {
    if (table_bytes() == 0) {
        return {};
    }
    Turn turn;
    std::uint64_t sum = 0;
    for (std::size_t first = 0; first < count_; first += pieces_per_turn) {
        const auto some = std::span(turn).first(std::min(pieces_per_turn, count_ - first));
        if (const int error = read_iovecs(memory, first, some); error != 0) {
            return fail(Errno{error});
        }
        for (const fuse::CallerPiece &piece : some) {
            sum += std::min<std::uint64_t>(piece.length_bytes, length_bytes_);
        }
        buffer.copy_from(length_bytes_ + first * sizeof(fuse::CallerPiece),
                         Bytes(reinterpret_cast<const std::uint8_t *>(some.data()), some.size_bytes()));
    }
    // Somebody shortened the table meanwhile: his loss, not ours.
    return sum < length_bytes_ ? Result<void, Errno>(fail(Errno{EFAULT})) : Result<void, Errno>();
}

void SgData::pieces(const Segments &buffer, std::size_t first, std::span<fuse::CallerPiece> into) const noexcept {
    if (table_bytes() == 0) {
        std::copy_n(few_.begin() + static_cast<std::ptrdiff_t>(first), into.size(), into.begin());
        return;
    }
    buffer.copy_to(length_bytes_ + first * sizeof(fuse::CallerPiece),
                   MutableBytes(reinterpret_cast<std::uint8_t *>(into.data()), into.size_bytes()));
}

// Calls copy(pieces of the caller, pieces of ours) for parts of equal length until `count_bytes` are done.
template <class Copy> int SgData::walk(const Segments &buffer, std::size_t count_bytes, Copy copy) const noexcept {
    std::array<iovec, loop::Buffer::max_pieces> ours;
    Turn turn;
    std::size_t done = 0;
    const std::size_t count = std::max<std::size_t>(count_, 1);
    for (std::size_t first = 0; first < count && done < count_bytes; first += pieces_per_turn) {
        const auto some = std::span(turn).first(std::min(pieces_per_turn, count - first));
        pieces(buffer, first, some);
        std::size_t length = 0;
        for (fuse::CallerPiece &piece : some) {
            piece.length_bytes = std::min<std::uint64_t>(piece.length_bytes, count_bytes - done - length);
            length += static_cast<std::size_t>(piece.length_bytes);
        }
        if (length == 0) {
            continue;
        }
        const std::size_t used = buffer.slice(done, length, ours);
        if (const int error = copy(std::span<const fuse::CallerPiece>(some), std::span<const iovec>(ours.data(), used));
            error != 0) {
            return error;
        }
        done += length;
    }
    return 0;
}

int SgData::fetch(CallerMemory &memory, const Segments &buffer) const noexcept {
    return walk(buffer, length_bytes_, [&](auto theirs, auto ours) { return memory.read(theirs, ours); });
}

int SgData::deliver(CallerMemory &memory, const Segments &buffer, std::size_t count_bytes) const noexcept {
    return walk(buffer, std::min(count_bytes, length_bytes_),
                [&](auto theirs, auto ours) { return memory.write(theirs, ours); });
}

} // namespace scsilo::local
