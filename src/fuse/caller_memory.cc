// SPDX-License-Identifier: Apache-2.0
// process_vm_readv(2) and process_vm_writev(2), piecewise.
#include "fuse/caller_memory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace scsilo::fuse {
namespace {

using Transfer = ssize_t (*)(pid_t, const iovec *, unsigned long, const iovec *, unsigned long, unsigned long);

// The kernel does not follow these addresses before it has checked them against the caller's memory.
void *remote(std::uint64_t address) noexcept { return reinterpret_cast<void *>(static_cast<std::uintptr_t>(address)); }

int move(Transfer transfer, pid_t pid, const iovec &local, const iovec &far) noexcept {
    const ssize_t moved = transfer(pid, &local, 1, &far, 1, 0);
    if (moved < 0) {
        return errno;
    }
    return static_cast<std::size_t>(moved) == far.iov_len ? 0 : EFAULT;
}

// Cuts both sides into equally long batches of at most batch_pieces each.
class Batches {
  public:
    Batches(std::span<const CallerPiece> far, std::span<const iovec> local) noexcept : far_(far), local_(local) {}

    [[nodiscard]] int run(Transfer transfer, pid_t pid) noexcept {
        for (;;) {
            skip_empty();
            if (far_at_ == far_.size() || local_at_ == local_.size()) {
                return far_at_ == far_.size() && local_at_ == local_.size() ? 0 : EINVAL;
            }
            const std::size_t length = fill();
            const ssize_t moved = transfer(pid, local_batch_.data(), count_local_, far_batch_.data(), count_far_, 0);
            if (moved < 0) {
                return errno;
            }
            if (static_cast<std::size_t>(moved) != length) {
                return EFAULT;
            }
        }
    }

  private:
    static constexpr std::size_t batch_pieces = 256;
    static_assert(batch_pieces <= IOV_MAX);

    void skip_empty() noexcept {
        while (far_at_ < far_.size() && far_[far_at_].length_bytes == far_done_) {
            ++far_at_;
            far_done_ = 0;
        }
        while (local_at_ < local_.size() && local_[local_at_].iov_len == local_done_) {
            ++local_at_;
            local_done_ = 0;
        }
    }

    // Takes the overlaps one by one; neighbours on one side are not joined, so both batches have as many entries.
    [[nodiscard]] std::size_t fill() noexcept {
        std::size_t length = 0;
        count_local_ = count_far_ = 0;
        while (count_far_ < batch_pieces && far_at_ < far_.size() && local_at_ < local_.size()) {
            const CallerPiece &far = far_[far_at_];
            const iovec &local = local_[local_at_];
            const std::size_t part = std::min<std::uint64_t>(far.length_bytes - far_done_, local.iov_len - local_done_);
            far_batch_[count_far_++] = {remote(far.address + far_done_), part};
            local_batch_[count_local_++] = {static_cast<std::uint8_t *>(local.iov_base) + local_done_, part};
            far_done_ += part;
            local_done_ += part;
            length += part;
            skip_empty();
        }
        return length;
    }

    std::span<const CallerPiece> far_;
    std::span<const iovec> local_;
    std::size_t far_at_ = 0;
    std::size_t local_at_ = 0;
    std::uint64_t far_done_ = 0;
    std::size_t local_done_ = 0;
    std::size_t count_far_ = 0;
    std::size_t count_local_ = 0;
    std::array<iovec, batch_pieces> far_batch_;
    std::array<iovec, batch_pieces> local_batch_;
};

} // namespace

int read_caller(pid_t pid, std::uint64_t address, MutableBytes into) noexcept {
    return move(process_vm_readv, pid, {into.data(), into.size()}, {remote(address), into.size()});
}

int write_caller(pid_t pid, std::uint64_t address, Bytes from) noexcept {
    // The local side is only read.
    return move(process_vm_writev, pid, {const_cast<std::uint8_t *>(from.data()), from.size()},
                {remote(address), from.size()});
}

int read_caller(pid_t pid, std::span<const CallerPiece> from, std::span<const iovec> into) noexcept {
    return Batches(from, into).run(process_vm_readv, pid);
}

int write_caller(pid_t pid, std::span<const CallerPiece> to, std::span<const iovec> from) noexcept {
    return Batches(to, from).run(process_vm_writev, pid);
}

} // namespace scsilo::fuse
