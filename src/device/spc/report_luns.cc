// SPDX-License-Identifier: Apache-2.0
// REPORT LUNS (SPC-4 6.33).
#include "device/spc/commands.h"

#include "engine/logical_unit.h"
#include "scsi/cdb_spc.h"
#include "scsi/lun.h"

#include <algorithm>

namespace scsilo::spc {
namespace {

using scsi::Sense;

constexpr std::size_t header_bytes = 8;
constexpr std::size_t minimum_allocation_bytes = 16;

// SELECT REPORT; the last three are of SPC-5: administrative logical units, and those subsidiary to one. We have
// neither these nor well known logical units.
enum class SelectReport : std::uint8_t {
    addressable = 0x00,
    well_known = 0x01,
    all = 0x02,
    administrative = 0x10,
    not_subsidiary = 0x11,
    subsidiary = 0x12,
};

// Nothing: no such value. Otherwise whether our logical units are in the list.
std::optional<bool> lists_ours(std::uint8_t select_report) noexcept {
    switch (static_cast<SelectReport>(select_report)) {
    case SelectReport::addressable:
    case SelectReport::all:
    case SelectReport::not_subsidiary:
        return true;
    case SelectReport::well_known:
    case SelectReport::administrative:
    case SelectReport::subsidiary:
        return false;
    }
    return std::nullopt;
}

// Writes straight into the initiator's memory: 16384 logical units are longer than the scratch memory.
class ListWriter {
  public:
    ListWriter(engine::Command &command, std::size_t allocation_bytes) noexcept
        : command_(command), allocation_bytes_(allocation_bytes) {}

    void append(const std::array<std::uint8_t, 8> &entry) noexcept {
        const std::size_t wanted_bytes = command_.data_in_wanted_bytes;
        const Bytes sent = Bytes(entry).first(std::min(entry.size(), allocation_bytes_ - wanted_bytes));
        command_.data_in_bytes += command_.request.data_in.copy_from(wanted_bytes, sent);
        command_.data_in_wanted_bytes += sent.size();
    }

  private:
    engine::Command &command_;
    std::size_t allocation_bytes_;
};

} // namespace

Answer report_luns(Device &, engine::Command &command) {
    const scsi::Cdb &cdb = command.cdb();
    const auto ours = lists_ours(cdb.get<scsi::ReportLuns::select_report>());
    if (!ours) {
        return fail(Sense::invalid_field_in_cdb(scsi::ReportLuns::select_report::offset));
    }
    const std::size_t allocation_bytes = cdb.get<scsi::ReportLuns::allocation_length>();
    if (allocation_bytes < minimum_allocation_bytes) {
        return fail(Sense::invalid_field_in_cdb(scsi::ReportLuns::allocation_length::offset));
    }
    engine::ItNexus &nexus = command.itl().nexus();
    const auto luns = nexus.luns();
    ListWriter list(command, allocation_bytes);
    std::array<std::uint8_t, header_bytes> header{};
    scsi::Be<0, 4>::set(header, *ours ? luns->size() * sizeof(scsi::Lun::value) : 0);
    list.append(header);
    if (*ours) {
        for (const auto &[number, itl] : *luns) {
            list.append(scsi::Lun::encode(number).to_bytes());
        }
    }
    nexus.clear_reported_luns();
    return {};
}

} // namespace scsilo::spc
