// SPDX-License-Identifier: Apache-2.0
// LUN maps and the way of a command to its logical unit.
#include "engine/it_nexus.h"

#include "engine/logical_unit.h"

namespace scsilo::engine {

ItlNexus::ItlNexus(std::shared_ptr<ItNexus> nexus, std::shared_ptr<LogicalUnit> unit, std::uint32_t lun_number,
                   bool read_only) noexcept
    : nexus_(std::move(nexus)), unit_(std::move(unit)), lun_number_(lun_number), read_only_(read_only) {}

void ItlNexus::submit(Command &command) noexcept {
    command.prepare(*this);
    count_in_flight.fetch_add(1, std::memory_order_relaxed);
    if (unit_->shard().is_current()) {
        static_cast<loop::Message &>(command).deliver();
    } else {
        unit_->shard().post(command);
    }
}

ItNexus::ItNexus(TargetPort &port, std::string initiator_port_name, std::optional<TransportIdBytes> transport_id)
    : port_(port), initiator_port_name_(std::move(initiator_port_name)),
      identity_{transport_id ? *transport_id : TransportIdBytes::from_port_name(initiator_port_name_),
                port.identity().relative_port_identifier},
      luns_(std::make_shared<const LunMap>()) {}

std::shared_ptr<ItlNexus> ItNexus::find(std::uint32_t lun_number) const noexcept {
    const auto map = luns();
    const auto at = map->find(lun_number);
    return at == map->end() ? nullptr : at->second;
}

std::uint32_t ItNexus::count_commands() const noexcept {
    std::uint32_t count = 0;
    const auto map = luns();
    for (const auto &[number, itl] : *map) {
        count += itl->count_in_flight.load(std::memory_order_relaxed);
    }
    return count;
}

void ItNexus::publish(LunMap fresh) {
    luns_.store(std::make_shared<const LunMap>(std::move(fresh)), std::memory_order_release);
}

void ItNexus::tell_others(std::uint32_t changed_lun) {
    const auto map = luns();
    for (const auto &[number, itl] : *map) {
        if (number != changed_lun) {
            itl->unit().shard().post_call([told = itl] {
                told->unit().establish(scsi::asc::reported_luns_data_has_changed, LogicalUnit::Scope::only, told.get());
            });
        }
    }
}

void ItNexus::clear_reported_luns() {
    const auto map = luns();
    for (const auto &[number, itl] : *map) {
        if (itl->unit().shard().is_current()) {
            itl->unit_attentions.clear(scsi::asc::reported_luns_data_has_changed);
        } else {
            itl->unit().shard().post_call(
                [told = itl] { told->unit_attentions.clear(scsi::asc::reported_luns_data_has_changed); });
        }
    }
}

bool ItNexus::map(std::uint32_t lun_number, const std::shared_ptr<LogicalUnit> &unit, bool read_only) {
    LunMap fresh = *luns();
    auto itl = std::make_shared<ItlNexus>(shared_from_this(), unit, lun_number, read_only);
    if (!fresh.emplace(lun_number, itl).second) {
        return false;
    }
    unit->attach(itl);
    publish(std::move(fresh));
    tell_others(lun_number);
    port_.logical_unit_mapped(*this, itl);
    return true;
}

bool ItNexus::unmap(std::uint32_t lun_number) {
    LunMap fresh = *luns();
    const auto at = fresh.find(lun_number);
    if (at == fresh.end()) {
        return false;
    }
    const std::shared_ptr<ItlNexus> itl = at->second;
    fresh.erase(at);
    publish(std::move(fresh));
    itl->unit().detach(itl);
    tell_others(lun_number);
    port_.logical_unit_unmapped(*this, itl);
    return true;
}

void ItNexus::lose() {
    const auto map = luns();
    publish({});
    for (const auto &[number, itl] : *map) {
        itl->unit().detach(itl);
        port_.logical_unit_unmapped(*this, itl);
    }
}

} // namespace scsilo::engine
