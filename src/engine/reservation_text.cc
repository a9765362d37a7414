// SPDX-License-Identifier: Apache-2.0
// pr_state: text from a state and back.
#include "engine/reservation_text.h"

#include "engine/limits.h"

#include <charconv>
#include <fmt/format.h>

namespace scsilo::engine {
namespace {

using State = PersistentReservation;
using Words = std::vector<std::string_view>;

Words split(std::string_view line) {
    Words words;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        if (end > at) {
            words.push_back(line.substr(at, end - at));
        }
        at = end + 1;
    }
    return words;
}

template <class T> bool parse(std::string_view word, int base, T &value) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    return error == std::errc{} && end == word.data() + word.size();
}

bool parse_type(const Words &words, State &state) {
    std::uint8_t type = 0;
    std::uint8_t scope = 0;
    if (words.size() != 3 || state.type || !parse(words[1], 16, type) || !parse(words[2], 16, scope) || scope != 0) {
        return false;
    }
    state.type = reservation_type(type);
    return state.type.has_value();
}

std::optional<TransportIdBytes> parse_transport_id(std::string_view digits, std::size_t length) {
    std::array<std::uint8_t, max_transport_id_bytes> bytes{};
    if (length > bytes.size() || digits.size() != 2 * length) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < length; ++i) {
        if (!parse(digits.substr(2 * i, 2), 16, bytes[i])) {
            return std::nullopt;
        }
    }
    return TransportIdBytes::parse(Bytes(bytes).first(length));
}

bool parse_registrant(const Words &words, State &state) {
    Registrant one;
    unsigned holder = 0;
    std::size_t length = 0;
    if (words.size() != 6 || state.registrants.size() == max_registrants ||
        !parse(words[1], 10, one.nexus.target_port) || !parse(words[2], 16, one.key) || !parse(words[3], 10, holder) ||
        holder > 1 || !parse(words[4], 10, length)) {
        return false;
    }
    const auto id = parse_transport_id(words[5], length);
    if (!id) {
        return false;
    }
    one.nexus.initiator_port = *id;
    one.holds = holder != 0;
    state.registrants.push_back(one);
    return true;
}

bool parse_line(const Words &words, State &state) {
    if (words[0] == "generation") {
        return words.size() == 2 && parse(words[1], 10, state.generation);
    }
    if (words[0] == "reservation") {
        return parse_type(words, state);
    }
    return words[0] == "registrant" && parse_registrant(words, state);
}

} // namespace

std::string to_text(const State &state) {
    std::string text = fmt::format("version 1\ngeneration {}\n", state.generation);
    if (state.type) {
        text += fmt::format("reservation {:02x} 00\n", static_cast<unsigned>(*state.type));
    }
    for (const Registrant &one : state.registrants) {
        const Bytes id = one.nexus.initiator_port.bytes();
        text += fmt::format("registrant {} {:016x} {} {} ", one.nexus.target_port, one.key,
                            state.is_holder(one) ? 1 : 0, id.size());
        for (const std::uint8_t byte : id) {
            text += fmt::format("{:02x}", byte);
        }
        text += '\n';
    }
    return text;
}

Result<State, std::string> reservation_from_text(std::string_view text) {
    State state;
    bool first = true;
    for (unsigned number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const Words words = split(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (words.empty()) {
            continue;
        }
        const bool good = first ? words == Words{"version", "1"} : parse_line(words, state);
        if (!good) {
            return fail(fmt::format("Line {} of the persistent reservation state is not understood{}.", number,
                                    first ? ": it has to begin with \"version 1\"" : ""));
        }
        first = false;
    }
    if (state.type && is_all_registrants(*state.type)) {
        for (Registrant &one : state.registrants) {
            one.holds = false;
        }
    }
    if (first || !state.valid()) {
        return fail(std::string(
            "The persistent reservation state contradicts itself: it needs one holder, and registrants that "
            "differ and have keys."));
    }
    return state;
}

} // namespace scsilo::engine
