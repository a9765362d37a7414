// SPDX-License-Identifier: Apache-2.0
// The parts of a command that every handler uses: parameter data in and out.
#include "engine/command.h"

#include "engine/logical_unit.h"

#include <algorithm>

namespace scsilo::engine {

void Command::prepare(ItlNexus &itl) noexcept {
    renew();
    outcome = Outcome::pending;
    status = scsi::Status::good;
    data_in_bytes = 0;
    data_in_wanted_bytes = 0;
    data_out_wanted_bytes = 0;
    itl_ = &itl;
    row_ = nullptr;
    affected_ = false;
    report_task_aborted_ = false;
    effective_attribute_ = request.attribute;
}

void Command::reply(Bytes data, std::size_t allocation_bytes) noexcept {
    const Bytes sent = data.first(std::min(data.size(), allocation_bytes));
    data_in_wanted_bytes = sent.size();
    data_in_bytes = request.data_in.copy_from(0, sent);
}

void Command::reply(Bytes data) noexcept { reply(data, static_cast<std::size_t>(length_field())); }

std::uint64_t Command::length_field() const noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < row_->data.width; ++i) {
        value = (value << 8) | cdb()[row_->data.offset + i];
    }
    return value;
}

Result<Bytes, scsi::Sense> Command::parameter_list(MutableBytes into, std::size_t length_bytes) noexcept {
    data_out_wanted_bytes = length_bytes;
    if (length_bytes > into.size() || length_bytes > request.data_out.length_bytes()) {
        return fail(scsi::Sense::parameter_list_length_error());
    }
    const MutableBytes list = into.first(length_bytes);
    request.data_out.copy_to(0, list);
    return Bytes(list);
}

void Command::deliver() noexcept { itl_->unit().receive(*this); }

void Command::on_end(loop::End how) noexcept {
    switch (how) {
    case loop::End::finished:
        outcome = Outcome::status;
        break;
    case loop::End::left:
        outcome = Outcome::status;
        status = scsi::Status::check_condition;
        if (const auto *why = error<scsi::Sense>(); why != nullptr) {
            sense = *why;
        } else if (const auto *other = error<scsi::Status>(); other != nullptr) {
            status = *other; // BUSY, RESERVATION CONFLICT, …: a status without sense data
        }
        break;
    case loop::End::stopped:
        outcome = Outcome::aborted;
        break;
    }
    itl_->unit().ended(*this);
}

} // namespace scsilo::engine
