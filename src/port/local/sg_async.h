// SPDX-License-Identifier: Apache-2.0
// Asynchronous commands of the sg interface: write() sends one, read() fetches its answer.
#pragma once

#include "port/local/sg_io.h"

#include <memory>
#include <optional>

namespace scsilo::local {

class SgFile;

// write(): replied to when the command has been accepted and its data fetched. `payload` lives until then.
[[nodiscard]] loop::Op<void> sg_write(Job &job, std::shared_ptr<SgFile> file, MutableBytes payload, SgAccess access);

// Replies to read(2) with the answer: header (and old-style data) to the reader, data to where the header says.
void reply_with_answer(Job &job, fuse::Request &reader, std::size_t room_bytes) noexcept;

// The pack_id in the buffer that a thread has passed to read(2) on our node; nothing when that cannot be found out
// (FUSE does not tell the address; /proc tells the arguments of the system call in which the thread waits).
[[nodiscard]] std::optional<std::int32_t> pack_id_of_reader(pid_t thread, std::size_t length_bytes) noexcept;

} // namespace scsilo::local
