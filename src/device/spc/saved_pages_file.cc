// SPDX-License-Identifier: Apache-2.0
// The saved mode pages of one device as a state file.
#include "device/spc/saved_pages_file.h"

#include "base/log.h"
#include "media/state_file.h"

#include <cerrno>
#include <cstring>

namespace scsilo::spc {
namespace {

// No device has more mode pages than fill the parameter data of one MODE SENSE(10).
constexpr std::size_t max_image_bytes = 65536;

} // namespace

loop::Op<int> SavedPagesFile::save(Bytes image) { return media::store_state_on_ring(path_, image); }

std::optional<std::vector<std::uint8_t>> SavedPagesFile::load() {
    const auto content = media::load_state_file(path_, max_image_bytes);
    if (content) {
        return std::vector<std::uint8_t>(content->begin(), content->end());
    }
    if (content.error() != ENOENT) {
        log_warning(trace_core, "{}: {}; the mode pages have their default values", path_,
                    std::strerror(content.error()));
    }
    return std::nullopt;
}

} // namespace scsilo::spc
