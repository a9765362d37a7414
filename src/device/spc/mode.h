// SPDX-License-Identifier: Apache-2.0
// ModePage: one row for each mode page; ModeStore: their current, changeable, default and saved values (SPC-4 7.5).
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "scsi/field.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace scsilo::spc {

class Device;

// What is wrong in a mode page: the byte counted from the page's first one, and the leftmost bit if it is not a whole
// byte.
struct FieldFault {
    std::uint16_t byte = 0;
    std::optional<std::uint8_t> bit = std::nullopt;
};

// Both images are whole pages with their header (byte 0: page code and SPF, then subpage and length) and of equal
// length; in the mask the header is zero and each one-bit is a bit that MODE SELECT may change.
struct ModePage {
    using Validate = Result<void, FieldFault> (*)(const Device &, Bytes page);

    std::uint8_t code = 0;
    std::uint8_t subpage = 0;
    std::string_view name;   // as T10 prints it
    std::string_view clause; // "SBC-4 6.5.5"
    Bytes defaults;          // before Device::adjust_mode_defaults()
    Bytes changeable;
    Validate validate = nullptr; // of a page as it would become; none: every value of the changeable bits will do

    // 0Ah/00h: one header byte and a length byte; with a subpage: SPF, subpage, two length bytes.
    [[nodiscard]] constexpr std::size_t header_bytes() const noexcept { return subpage == 0 ? 2 : 4; }
};

namespace detail {
template <auto Function> struct ModeValidateOf;
template <class D, Result<void, FieldFault> (*Function)(const D &, Bytes)> struct ModeValidateOf<Function> {
    static constexpr ModePage::Validate value = [](const Device &device, Bytes page) {
        return Function(static_cast<const D &>(device), page);
    };
};
} // namespace detail

// `mode_validate<check_caching>` for `Result<void, FieldFault> check_caching(const Disk &, Bytes page)`.
template <auto Function> inline constexpr ModePage::Validate mode_validate = detail::ModeValidateOf<Function>::value;

// SPC-4 table "page control"
enum class PageControl : std::uint8_t { current = 0, changeable = 1, defaults = 2, saved = 3 };

// All pages of one device, in order of page and subpage code. Memory is taken once, in set_up().
class ModeStore {
  public:
    struct Entry {
        const ModePage *row = nullptr;
        std::size_t offset = 0; // in each of the three images
        [[nodiscard]] std::size_t length_bytes() const noexcept { return row->defaults.size(); }
    };

    // Both tables' rows; a row of `own` takes the place of a common one with the same codes.
    void set_up(const Device &device, std::span<const ModePage> common, std::span<const ModePage> own);

    [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }
    [[nodiscard]] const Entry *find(std::uint8_t code, std::uint8_t subpage) const noexcept;
    [[nodiscard]] Bytes values(const Entry &entry, PageControl control) const noexcept;
    // The current values of a page that the device is known to have; abort if it has not.
    [[nodiscard]] Bytes current(std::uint8_t code, std::uint8_t subpage = 0) const noexcept;

    // A page as MODE SELECT sent it, header included: its changeable bits are looked at, not taken over yet.
    [[nodiscard]] Result<void, FieldFault> check(const Device &device, const Entry &entry, Bytes page) const noexcept;
    // Takes over the changeable bits of a page that was checked. True if that changed anything.
    bool change(const Entry &entry, Bytes page) noexcept;
    // Current becomes saved. Calls `changed(row)` for each page whose values differ.
    template <class F> void back_to_saved(F changed) noexcept {
        for (const Entry &entry : entries_) {
            if (restore(entry)) {
                changed(*entry.row);
            }
        }
    }

    // The saved-pages image (see saved_pages.h) of the current values; valid until the next call.
    [[nodiscard]] Bytes make_image() noexcept;
    // Pages of the image become saved values: changeable bits only, and only what the validate functions accept. False:
    // the image is damaged, and nothing has changed.
    bool take_image(const Device &device, Bytes image) noexcept;

  private:
    [[nodiscard]] MutableBytes at(std::vector<std::uint8_t> &image, const Entry &entry) const noexcept;
    bool restore(const Entry &entry) noexcept;
    void take_saved(const Device &device, const Entry &entry, Bytes page) noexcept;

    std::vector<Entry> entries_;
    std::vector<std::uint8_t> current_;
    std::vector<std::uint8_t> defaults_;
    std::vector<std::uint8_t> saved_;
    std::vector<std::uint8_t> file_image_;
};

// Control (0Ah) and informational exceptions control (1Ch).
[[nodiscard]] std::span<const ModePage> common_mode_pages() noexcept;

namespace control_page {
inline constexpr std::uint8_t code = 0x0A;
using tst = scsi::Bits<2, 7, 5>;
using d_sense = scsi::Bits<2, 2, 2>;
using queue_algorithm_modifier = scsi::Bits<3, 7, 4>;
using qerr = scsi::Bits<3, 2, 1>;
using swp = scsi::Bits<4, 3, 3>;
using tas = scsi::Bits<5, 6, 6>;
} // namespace control_page

} // namespace scsilo::spc
