// SPDX-License-Identifier: Apache-2.0
// The image of a persistent reservation (docs/formats/reservations.md), and the file that holds it.
#include "device/spc/reservation_file.h"

#include "base/log.h"
#include "device/spc/checksum.h"
#include "engine/limits.h"
#include "media/state_file.h"
#include "scsi/field.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scsilo::spc {
namespace {

using engine::PersistentReservation;
using engine::Registrant;
using scsi::Be;

constexpr std::string_view magic = "SCSIRSRV";
constexpr std::uint16_t format = 1;
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t registrant_bytes = 14; // and the TransportID
constexpr std::uint8_t flag_aptpl = 1;
constexpr std::uint8_t flag_holds = 1;
constexpr std::size_t max_image_bytes =
    16 + checksum_bytes + engine::max_registrants * (registrant_bytes + engine::max_transport_id_bytes);

// 16 bytes before the registrants.
struct Header {
    static constexpr std::size_t length_bytes = 16;
    using version = Be<8, 2>;
    using flags = Be<10, 1>;
    using type = Be<11, 1>;
    using count_registrants = Be<12, 4>;
};

struct Entry {
    using key = Be<0, 8>;
    using target_port = Be<8, 2>;
    using flags = Be<10, 1>;
    using transport_id_length = Be<12, 2>;
};

Bytes bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()}; }

// One registrant from the front of `rest`, which shrinks.
std::optional<Registrant> take_registrant(Bytes &rest) {
    if (rest.size() < registrant_bytes) {
        return std::nullopt;
    }
    const std::size_t length = Entry::transport_id_length::get(rest);
    if (rest.size() - registrant_bytes < length) {
        return std::nullopt;
    }
    const Bytes written = rest.subspan(registrant_bytes, length);
    const auto id = engine::TransportIdBytes::parse(written);
    if (!id || !std::ranges::equal(id->bytes(), written)) {
        return std::nullopt;
    }
    Registrant one{{*id, Entry::target_port::get(rest)}, Entry::key::get(rest), Entry::flags::get(rest) == flag_holds};
    rest = rest.subspan(registrant_bytes + length);
    return one;
}

bool is_whole(Bytes image) {
    if (image.size() < Header::length_bytes + checksum_bytes ||
        !std::ranges::equal(image.first(magic.size()), bytes_of(magic))) {
        return false;
    }
    const Bytes content = image.first(image.size() - checksum_bytes);
    return Header::version::get(image) == format && Be<0, 4>::get(image.last(checksum_bytes)) == crc_32c(content);
}

} // namespace

std::vector<std::uint8_t> encode_reservation(const PersistentReservation &state) {
    const PersistentReservation kept = state.after_power_loss();
    std::vector<std::uint8_t> image(Header::length_bytes);
    std::ranges::copy(bytes_of(magic), image.begin());
    Header::version::set(MutableBytes(image), format);
    Header::flags::set(MutableBytes(image), kept.aptpl ? flag_aptpl : 0);
    Header::type::set(MutableBytes(image), kept.type ? static_cast<std::uint8_t>(*kept.type) : 0);
    Header::count_registrants::set(MutableBytes(image), static_cast<std::uint32_t>(kept.registrants.size()));
    for (const Registrant &one : kept.registrants) {
        const Bytes id = one.nexus.initiator_port.bytes();
        std::array<std::uint8_t, registrant_bytes> entry{};
        Entry::key::set(entry, one.key);
        Entry::target_port::set(entry, one.nexus.target_port);
        Entry::flags::set(entry, one.holds ? flag_holds : 0);
        Entry::transport_id_length::set(entry, static_cast<std::uint16_t>(id.size()));
        image.insert(image.end(), entry.begin(), entry.end());
        image.insert(image.end(), id.begin(), id.end());
    }
    std::array<std::uint8_t, checksum_bytes> checksum{};
    Be<0, 4>::set(checksum, crc_32c(image));
    image.insert(image.end(), checksum.begin(), checksum.end());
    return image;
}

std::optional<PersistentReservation> decode_reservation(Bytes image) {
    if (!is_whole(image)) {
        return std::nullopt;
    }
    PersistentReservation state;
    state.aptpl = Header::flags::get(image) == flag_aptpl;
    if (const std::uint8_t type = Header::type::get(image); type != 0) {
        state.type = engine::reservation_type(type);
        if (!state.type) {
            return std::nullopt;
        }
    }
    const std::uint32_t count = Header::count_registrants::get(image);
    Bytes rest = image.subspan(Header::length_bytes, image.size() - Header::length_bytes - checksum_bytes);
    for (std::uint32_t i = 0; i < count && count <= engine::max_registrants; ++i) {
        const auto one = take_registrant(rest);
        if (!one) {
            return std::nullopt;
        }
        state.registrants.push_back(*one);
    }
    const bool complete = state.registrants.size() == count && rest.empty();
    return complete && state.valid() && state == state.after_power_loss() ? std::optional(std::move(state))
                                                                          : std::nullopt;
}

loop::Op<int> ReservationFile::save(const PersistentReservation &state) {
    const std::vector<std::uint8_t> image = encode_reservation(state);
    const int error = co_await media::store_state_through(files_, path_, image);
    if (error != 0) {
        log_error(trace_core, "The persistent reservation cannot be saved in {}: {}.", path_, std::strerror(error));
    }
    co_return error;
}

Result<PersistentReservation, int> load_reservation(const std::string &path) {
    const auto text = media::load_state_file(path, max_image_bytes);
    if (!text && text.error() == ENOENT) {
        return PersistentReservation{};
    }
    if (!text) {
        return fail(int{text.error()});
    }
    auto state = decode_reservation(bytes_of(text.value()));
    if (!state) {
        return fail(EBADMSG);
    }
    return std::move(*state);
}

} // namespace scsilo::spc
