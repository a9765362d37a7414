// SPDX-License-Identifier: Apache-2.0
// The four values of every mode page, and the image in which the saved ones last.
#include "device/spc/mode.h"

#include "device/spc/checksum.h"
#include "device/spc/device.h"
#include "scsi/page_builder.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace scsilo::spc {
namespace {

// Page 00h is vendor specific and comes last (SPC-4 6.13).
constexpr int rank(const ModePage &row) noexcept { return (row.code == 0 ? 0x40 : row.code) << 8 | row.subpage; }

// The longest page of any standard is far shorter.
constexpr std::size_t max_page_bytes = 512;

struct ImageLayout {
    static constexpr std::array<std::uint8_t, 8> magic{'S', 'C', 'S', 'I', 'M', 'O', 'D', 'E'};
    using format = scsi::Be<8, 2>;
    using count_pages = scsi::Be<10, 2>;
    static constexpr std::uint16_t known_format = 1;
    static constexpr std::size_t header_bytes = 12;
    static constexpr std::size_t checksum_bytes = 4;
};
struct ImagePage {
    using code = scsi::Be<0, 1>;
    using subpage = scsi::Be<1, 1>;
    using length = scsi::Be<2, 2>;
    static constexpr std::size_t header_bytes = 4;
};

bool image_is_whole(Bytes image) noexcept {
    if (image.size() < ImageLayout::header_bytes + ImageLayout::checksum_bytes) {
        return false;
    }
    const Bytes body = image.first(image.size() - ImageLayout::checksum_bytes);
    return std::ranges::equal(image.first(8), ImageLayout::magic) &&
           ImageLayout::format::get(image) == ImageLayout::known_format &&
           load_be<4>(body.data() + body.size()) == crc_32c(body);
}

} // namespace

void ModeStore::set_up(const Device &device, std::span<const ModePage> common, std::span<const ModePage> own) {
    const auto has = [](std::span<const ModePage> rows, const ModePage &row) {
        return std::ranges::any_of(rows, [&](const ModePage &other) { return rank(other) == rank(row); });
    };
    entries_.clear();
    for (const ModePage &row : own) {
        entries_.push_back({&row});
    }
    for (const ModePage &row : common) {
        if (!has(own, row)) {
            entries_.push_back({&row});
        }
    }
    std::ranges::sort(entries_, {}, [](const Entry &entry) { return rank(*entry.row); });
    defaults_.clear();
    std::size_t image_bytes = ImageLayout::header_bytes + ImageLayout::checksum_bytes;
    for (Entry &entry : entries_) {
        const Bytes defaults = entry.row->defaults;
        if (defaults.size() > max_page_bytes || defaults.size() != entry.row->changeable.size()) {
            std::abort(); // a row of two images that do not belong together
        }
        entry.offset = defaults_.size();
        defaults_.insert(defaults_.end(), defaults.begin(), defaults.end());
        image_bytes += ImagePage::header_bytes + defaults.size();
    }
    for (const Entry &entry : entries_) {
        device.adjust_mode_defaults(*entry.row, at(defaults_, entry));
    }
    current_ = defaults_;
    saved_ = defaults_;
    file_image_.resize(image_bytes);
}

const ModeStore::Entry *ModeStore::find(std::uint8_t code, std::uint8_t subpage) const noexcept {
    for (const Entry &entry : entries_) {
        if (entry.row->code == code && entry.row->subpage == subpage) {
            return &entry;
        }
    }
    return nullptr;
}

MutableBytes ModeStore::at(std::vector<std::uint8_t> &image, const Entry &entry) const noexcept {
    return MutableBytes(image).subspan(entry.offset, entry.length_bytes());
}

Bytes ModeStore::values(const Entry &entry, PageControl control) const noexcept {
    const std::vector<std::uint8_t> *image = &current_;
    switch (control) {
    case PageControl::current:
        break;
    case PageControl::changeable:
        return entry.row->changeable;
    case PageControl::defaults:
        image = &defaults_;
        break;
    case PageControl::saved:
        image = &saved_;
        break;
    }
    return Bytes(*image).subspan(entry.offset, entry.length_bytes());
}

Bytes ModeStore::current(std::uint8_t code, std::uint8_t subpage) const noexcept {
    const Entry *entry = find(code, subpage);
    if (entry == nullptr) {
        std::abort();
    }
    return values(*entry, PageControl::current);
}

Result<void, FieldFault> ModeStore::check(const Device &device, const Entry &entry, Bytes page) const noexcept {
    const Bytes now = values(entry, PageControl::current);
    const Bytes mask = entry.row->changeable;
    std::array<std::uint8_t, max_page_bytes> becomes{};
    std::copy_n(now.begin(), now.size(), becomes.begin());
    for (std::size_t i = entry.row->header_bytes(); i < now.size(); ++i) {
        const unsigned differs = static_cast<unsigned>(page[i]) ^ now[i];
        const unsigned forbidden = differs & ~static_cast<unsigned>(mask[i]);
        if (forbidden != 0) {
            return fail(
                FieldFault{static_cast<std::uint16_t>(i), static_cast<std::uint8_t>(std::bit_width(forbidden) - 1)});
        }
        becomes[i] = page[i];
    }
    return entry.row->validate == nullptr ? Result<void, FieldFault>{}
                                          : entry.row->validate(device, Bytes(becomes).first(now.size()));
}

bool ModeStore::change(const Entry &entry, Bytes page) noexcept {
    const MutableBytes now = at(current_, entry);
    bool changed = false;
    for (std::size_t i = entry.row->header_bytes(); i < now.size(); ++i) {
        const unsigned mask = entry.row->changeable[i];
        const auto fresh = static_cast<std::uint8_t>((now[i] & ~mask) | (page[i] & mask));
        changed = changed || fresh != now[i];
        now[i] = fresh;
    }
    return changed;
}

bool ModeStore::restore(const Entry &entry) noexcept {
    const MutableBytes now = at(current_, entry);
    const MutableBytes kept = at(saved_, entry);
    if (std::ranges::equal(now, kept)) {
        return false;
    }
    std::ranges::copy(kept, now.begin());
    return true;
}

Bytes ModeStore::make_image() noexcept {
    scsi::PageBuilder image(file_image_);
    image.bytes(ImageLayout::magic);
    image.be16(ImageLayout::known_format).be16(static_cast<std::uint16_t>(entries_.size()));
    for (const Entry &entry : entries_) {
        image.u8(entry.row->code).u8(entry.row->subpage).be16(static_cast<std::uint16_t>(entry.length_bytes()));
        image.bytes(values(entry, PageControl::current));
    }
    image.be32(crc_32c(image.data()));
    return image.data();
}

bool ModeStore::take_image(const Device &device, Bytes image) noexcept {
    if (!image_is_whole(image)) {
        return false;
    }
    unsigned count_left = ImageLayout::count_pages::get(image);
    Bytes rest = image.subspan(ImageLayout::header_bytes);
    rest = rest.first(rest.size() - ImageLayout::checksum_bytes);
    for (; count_left > 0 && rest.size() >= ImagePage::header_bytes; --count_left) {
        const std::size_t length_bytes = ImagePage::length::get(rest);
        const Entry *entry = find(ImagePage::code::get(rest), ImagePage::subpage::get(rest));
        rest = rest.subspan(ImagePage::header_bytes);
        if (length_bytes > rest.size()) {
            return false;
        }
        if (entry != nullptr && length_bytes == entry->length_bytes()) {
            take_saved(device, *entry, rest.first(length_bytes));
        }
        rest = rest.subspan(length_bytes);
    }
    return true;
}

// What a later version could change, this one may not: unchangeable bits keep their default.
void ModeStore::take_saved(const Device &device, const Entry &entry, Bytes page) noexcept {
    const Bytes defaults = values(entry, PageControl::defaults);
    std::array<std::uint8_t, max_page_bytes> becomes{};
    for (std::size_t i = 0; i < page.size(); ++i) {
        const unsigned mask = entry.row->changeable[i];
        becomes[i] = static_cast<std::uint8_t>((defaults[i] & ~mask) | (page[i] & mask));
    }
    const Bytes whole = Bytes(becomes).first(page.size());
    if (entry.row->validate == nullptr || entry.row->validate(device, whole)) {
        std::ranges::copy(whole, at(saved_, entry).begin());
    }
}

} // namespace scsilo::spc
