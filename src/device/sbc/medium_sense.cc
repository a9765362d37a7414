// SPDX-License-Identifier: Apache-2.0
// errno → sense key and additional sense code.
#include "device/sbc/medium_sense.h"

#include "device/sbc/disk.h"
#include "device/sbc/trace.h"

#include <cerrno>
#include <cstring>

namespace scsilo::sbc {

using scsi::Sense;

scsi::Sense medium_sense(Access access, int error) noexcept {
    switch (error) {
    case 0: // ended early without a reason: the bytes are not there
    case EIO:
    case ENODATA: // the block layer's critical medium error
    case EILSEQ:  // its protection error
    case EBADMSG:
    case EREMOTEIO: // its critical target error
        return Sense::medium_error(access == Access::read ? scsi::asc::unrecovered_read_error : scsi::asc::write_error);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return Sense::data_protect(scsi::asc::space_allocation_failed_write_protect);
    case EROFS:
    case EPERM:
    case EACCES:
    case ETXTBSY:
        return Sense::data_protect(scsi::asc::write_protected);
    case ENODEV:
    case ENXIO:
    case ENOLINK:
    case ESHUTDOWN:
    case ESTALE:
    case ENOMEDIUM:
        return Sense::not_ready(scsi::asc::logical_unit_not_ready_manual_intervention_required);
    case ENOMEM:
    case EAGAIN:
    case EBUSY:
    case EINTR:
    case ENOBUFS:
    case ETIMEDOUT:
        return Sense::aborted_command(scsi::asc::insufficient_resources); // trying again may help
    default:
        return Sense::hardware_error(scsi::asc::internal_target_failure);
    }
}

scsi::Sense medium_sense(Access access, int error, scsi::Lba lba) noexcept {
    const Sense sense = medium_sense(access, error);
    const bool of_a_block =
        sense.key == scsi::SenseKey::medium_error || sense.asc == scsi::asc::space_allocation_failed_write_protect;
    return of_a_block ? sense.with_information(lba.value) : sense;
}

scsi::Sense transfer_sense(const Disk &disk, Access access, scsi::Lba from, const media::IoOutcome &outcome) noexcept {
    const scsi::Lba at = from + disk.blocks_in(outcome.done_bytes);
    trace(trace_disk, Trace::minor, "{}: a {} failed at block {}: {}", disk.inquiry().product,
          access == Access::read ? "read" : "write", at.value, std::strerror(outcome.error));
    return medium_sense(access, outcome.error, at);
}

} // namespace scsilo::sbc
