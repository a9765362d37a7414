// SPDX-License-Identifier: Apache-2.0
// ReservationFile: the persistent reservation of one device as a state file; its format is
// docs/formats/reservations.md.
#pragma once

#include "engine/reservations.h"
#include "media/file_operations.h"

#include <string>
#include <string_view>
#include <vector>

namespace scsilo::spc {

// The image of what outlives a power loss; never fails.
[[nodiscard]] std::vector<std::uint8_t> encode_reservation(const engine::PersistentReservation &state);
// Nothing: damaged, of another format, or a state that cannot be.
[[nodiscard]] std::optional<engine::PersistentReservation> decode_reservation(Bytes image);

class ReservationFile final : public engine::ReservationStore {
  public:
    // The directory exists; the file appears with the first save().
    explicit ReservationFile(std::string path, media::FileOperations &files = media::ring_file_operations())
        : path_(std::move(path)), files_(files) {}

    [[nodiscard]] loop::Op<int> save(const engine::PersistentReservation &state) override;

  private:
    const std::string path_;
    media::FileOperations &files_;
};

// What the unit begins with; blocks, for the control thread. No file: no reservation. The error is an errno: EBADMSG
// for a damaged file. Then nobody can tell who was fenced off, and the device should stay closed until an administrator
// has removed the file.
[[nodiscard]] Result<engine::PersistentReservation, int> load_reservation(const std::string &path);

} // namespace scsilo::spc
