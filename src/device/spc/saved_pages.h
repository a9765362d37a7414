// SPDX-License-Identifier: Apache-2.0
// SavedPages: where the saved values of the mode pages last, and the format of what lies there.
//
// The image, all numbers big-endian:
//     8 bytes  "SCSIMODE"
//     2 bytes  format, 1
//     2 bytes  number of pages
//     for each page, in order of page and subpage code:
//         1 byte   page code
//         1 byte   subpage code
//         2 bytes  number of bytes that follow
//         n bytes  the page as MODE SENSE with PC = 11b returns it, PS bit zero
//     4 bytes  CRC-32C of everything before
// A reader passes over pages that it does not have or has with another length.
#pragma once

#include "base/bytes.h"
#include "loop/op.h"

#include <optional>
#include <vector>

namespace scsilo::spc {

// Given to a device when it is made; a device without one has no saved pages (PS 0, SP refused).
class SavedPages {
  public:
    SavedPages() = default;
    SavedPages(const SavedPages &) = delete;
    SavedPages &operator=(const SavedPages &) = delete;
    virtual ~SavedPages() = default;

    // Replaces what is stored, atomically and durably. The bytes stay until it has ended; one call at a time. The value
    // is an errno, 0 = done. On the device's shard.
    [[nodiscard]] virtual loop::Op<int> save(Bytes image) = 0;
    // Once, before the first command; may block. Nothing: never saved, or unreadable.
    [[nodiscard]] virtual std::optional<std::vector<std::uint8_t>> load() = 0;
};

} // namespace scsilo::spc
