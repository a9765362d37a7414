// SPDX-License-Identifier: Apache-2.0
// What the device servers of all types answer to the engine.
#include "device/spc/device.h"

#include "base/log.h"
#include "engine/command.h"

#include <cstring>

namespace scsilo::spc {

using engine::Gate;
using scsi::Sense;

Device::Device(Identity identity, std::unique_ptr<SavedPages> saved_pages)
    : identity_(std::move(identity)), saved_pages_(std::move(saved_pages)) {}

engine::InquiryIdentity Device::identity() const {
    using Data = scsi::StandardInquiryData;
    return {identity_.vendor.substr(0, Data::vendor_bytes),
            identity_.product.substr(0, Data::product_bytes),
            identity_.revision.substr(0, Data::revision_bytes),
            identity_.type,
            identity_.version,
            identity_.removable};
}

bool Device::has_feature(engine::Feature feature) const noexcept {
    return feature == engine::Feature::always || (feature == engine::Feature::removable_medium && identity_.removable);
}

std::optional<Sense> Device::obstacle(const engine::CommandRow &row, const engine::Command &) const noexcept {
    if (row.gates.has(Gate::ready)) {
        if (const auto sense = not_ready(); sense) {
            return sense;
        }
    }
    if (row.gates.has(Gate::medium)) {
        if (const auto sense = no_medium(); sense) {
            return sense;
        }
    }
    if (row.gates.has(Gate::write_protect)) {
        if (write_protected()) {
            return Sense::data_protect(scsi::asc::write_protected);
        }
        if (software_write_protected_) {
            return Sense::data_protect(scsi::asc::logical_unit_software_write_protected);
        }
    }
    return std::nullopt;
}

Result<void, Device::DescriptorField> Device::check_block_descriptor(const BlockDescriptor &sent,
                                                                     bool count_all_ones) const noexcept {
    const auto ours = block_descriptor();
    if (!ours || sent.density_code != ours->density_code) {
        return fail(DescriptorField::density_code);
    }
    if (sent.count_blocks != 0 && !count_all_ones && sent.count_blocks != ours->count_blocks) {
        return fail(DescriptorField::count_blocks);
    }
    if (sent.block_length_bytes != ours->block_length_bytes) {
        return fail(DescriptorField::block_length);
    }
    return {};
}

void Device::attached(engine::LogicalUnit &unit) noexcept {
    DeviceServer::attached(unit);
    modes_.set_up(*this, common_mode_pages(), mode_pages());
    if (saved_pages_ != nullptr) {
        if (const auto image = saved_pages_->load(); image && !modes_.take_image(*this, *image)) {
            log_warning(trace_core, "{}: the saved mode pages are damaged; the defaults hold", identity_.product);
        }
    }
    modes_.back_to_saved([](const ModePage &) {});
    for (const ModeStore::Entry &entry : modes_.entries()) {
        note_change(*entry.row);
    }
}

void Device::reset() noexcept {
    modes_.back_to_saved([this](const ModePage &row) { note_change(row); });
}

bool Device::change_mode(const ModeStore::Entry &entry, Bytes page) noexcept {
    if (!modes_.change(entry, page)) {
        return false;
    }
    note_change(*entry.row);
    return true;
}

void Device::note_change(const ModePage &row) noexcept {
    if (row.code == control_page::code && row.subpage == 0) {
        const Bytes page = modes_.current(control_page::code);
        descriptor_sense_ = control_page::d_sense::get(page);
        task_aborted_status_ = control_page::tas::get(page);
        software_write_protected_ = control_page::swp::get(page);
    }
    mode_changed(row);
}

loop::Op<void> Device::save_modes() {
    const auto alone = co_await saving_.lock(); // the image is one, and a later save must not be overtaken
    const loop::Shield until_stored(co_await loop::this_activity);
    const Bytes image = modes_.make_image();
    const int error = co_await saved_pages_->save(image);
    if (error != 0) {
        log_error(trace_core, "{}: the mode pages cannot be saved: {}", identity_.product, std::strerror(error));
        co_await fail(Sense::hardware_error(scsi::asc::internal_target_failure));
    }
    modes_.take_image(*this, image);
}

} // namespace scsilo::spc
