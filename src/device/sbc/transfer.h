// SPDX-License-Identifier: Apache-2.0
// Transfer: what READ, WRITE and VERIFY have in common once their CDB has been read, whatever its length.
#pragma once

#include "device/sbc/disk.h"
#include "scsi/cdb_sbc.h"

namespace scsilo::sbc {

struct Transfer {
    scsi::Lba lba;
    scsi::BlockCount count;
    std::uint16_t length_field = 0; // its byte in the CDB: where the field pointer of a bad length points
    bool fua = false;
};

namespace detail {
template <class Layout> struct LengthFieldOf {
    using type = typename Layout::transfer_length;
};
template <class Layout>
    requires requires { typename Layout::verification_length; }
struct LengthFieldOf<Layout> {
    using type = typename Layout::verification_length;
};
template <class Layout>
    requires requires { typename Layout::number_of_logical_blocks; }
struct LengthFieldOf<Layout> {
    using type = typename Layout::number_of_logical_blocks;
};
} // namespace detail

// `Layout` is one of cdb_sbc.h. A one-byte TRANSFER LENGTH of zero means 256 blocks (SBC-3 5.7: READ(6), WRITE(6)).
template <class Layout> [[nodiscard]] Transfer transfer_of(const scsi::Cdb &cdb) noexcept {
    using Length = typename detail::LengthFieldOf<Layout>::type;
    Transfer transfer;
    transfer.lba = scsi::Lba(cdb.get<typename Layout::lba>());
    transfer.count = scsi::BlockCount(cdb.get<Length>());
    transfer.length_field = Length::offset;
    if constexpr (Length::width_bytes == 1) {
        if (transfer.count.value == 0) {
            transfer.count = scsi::BlockCount(256);
        }
    }
    if constexpr (requires { typename Layout::fua; }) {
        transfer.fua = cdb.get<typename Layout::fua>();
    }
    return transfer;
}

// Range first, then MAXIMUM TRANSFER LENGTH (SBC-4 6.6.4).
[[nodiscard]] inline Result<void, scsi::Sense> check_transfer(const Disk &disk, const Transfer &transfer) noexcept {
    if (transfer.count > disk.blocks_in(maximum_transfer_bytes)) [[unlikely]] {
        if (auto range = disk.check_range(transfer.lba, transfer.count); !range) {
            return range;
        }
        return fail(scsi::Sense::invalid_field_in_cdb(transfer.length_field));
    }
    return disk.check_range(transfer.lba, transfer.count);
}

} // namespace scsilo::sbc
