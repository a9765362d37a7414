// SPDX-License-Identifier: Apache-2.0
// State files: small files that are replaced as a whole and durably, so that a crash leaves the old or the new content.
//
// The new content goes to PATH.<pid>.<number>.tmp (mode 0600) in the same directory, is synchronised, takes the name,
// and the directory is synchronised. An error removes the temporary file; only a crash can leave one:
// remove_stale_state_files().
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "loop/op.h"
#include "media/file_operations.h"

#include <string>

namespace scsilo::media {

// Any thread. The error is an errno: ENOENT when there is none, EFBIG beyond max_bytes.
[[nodiscard]] Result<std::string, int> load_state_file(const std::string &path, std::size_t max_bytes);

// Any thread. An errno, 0 = durable.
[[nodiscard]] int store_state_file(const std::string &path, Bytes content);

// The same on the shard's ring, without blocking it. path and content must live until the value comes. A stop waits for
// the end: the file is not torn and no temporary file stays.
[[nodiscard]] loop::Op<int> store_state_on_ring(const std::string &path, Bytes content);
// The same through other system calls than the ring's.
[[nodiscard]] loop::Op<int> store_state_through(FileOperations &files, const std::string &path, Bytes content);

// At start-up, while nobody stores in the directory: removes temporary files that a crash has left. Returns how many.
std::size_t remove_stale_state_files(const std::string &directory);

} // namespace scsilo::media
