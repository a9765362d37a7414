// SPDX-License-Identifier: Apache-2.0
// The first sg interface: write() of sg_header, CDB and data in one piece; read() of sg_header and data.
#pragma once

#include "port/local/job.h"

namespace scsilo::local {

// `payload`: all of a write(), at least an sg_header. cdb_bytes: set by SG_NEXT_CMD_LEN; 0: as the operation code says.
// Gives the data that follow the CDB.
[[nodiscard]] Result<Bytes, Errno> read_old_request(Bytes payload, std::uint8_t cdb_bytes, SgRequest &into) noexcept;
void reply_with_old_answer(Job &job, fuse::Request &reader, std::size_t room_bytes) noexcept;

} // namespace scsilo::local
