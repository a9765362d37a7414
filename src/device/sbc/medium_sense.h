// SPDX-License-Identifier: Apache-2.0
// What a medium reported, as sense data: the only place where an errno of a disk's medium gets a meaning (SBC-4 4.18).
#pragma once

#include "media/medium.h"
#include "scsi/sense.h"
#include "scsi/types.h"

namespace scsilo::sbc {

class Disk;

enum class Access : std::uint8_t { read, write };

// Of a transfer that began at `from` and did not come to its end: the block in error is the one that it did not
// complete.
[[nodiscard]] scsi::Sense transfer_sense(const Disk &disk, Access access, scsi::Lba from,
                                         const media::IoOutcome &outcome) noexcept;
// Of an operation without a place (flush).
[[nodiscard]] scsi::Sense medium_sense(Access access, int error) noexcept;
// Of an operation on a range as a whole, whose first block stands for it.
[[nodiscard]] scsi::Sense medium_sense(Access access, int error, scsi::Lba lba) noexcept;

} // namespace scsilo::sbc
