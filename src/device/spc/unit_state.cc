// SPDX-License-Identifier: Apache-2.0
// TEST UNIT READY, REQUEST SENSE and SEND DIAGNOSTIC (SPC-4 6.47, 6.39, 6.42).
#include "device/spc/commands.h"

#include "engine/logical_unit.h"
#include "scsi/cdb_spc.h"

namespace scsilo::spc {

using scsi::Sense;

// The gates have said it all.
Answer test_unit_ready(Device &, engine::Command &) { return {}; }

namespace {

// The sense data of the moment: a pending unit attention condition is cleared by being told here (SPC-4 6.39).
Sense present_sense(const Device &device, engine::ItlNexus &itl) noexcept {
    if (const auto condition = itl.unit_attentions.take(); condition) {
        return Sense::unit_attention(*condition);
    }
    if (const auto sense = device.not_ready(); sense) {
        return *sense;
    }
    return device.no_medium().value_or(Sense::no_sense());
}

} // namespace

Answer request_sense(Device &device, engine::Command &command) {
    const bool descriptor_format = command.cdb().get<scsi::RequestSense::desc>();
    const Sense sense = present_sense(device, command.itl());
    std::array<std::uint8_t, scsi::maximum_descriptor_sense_length_bytes> data{};
    const std::size_t length_bytes =
        descriptor_format ? scsi::encode_descriptor(sense, data) : scsi::encode_fixed(sense, data);
    command.reply(Bytes(data).first(length_bytes));
    return {};
}

// The default self-test finds nothing: a device that serves commands is whole. Without SELFTEST there is nothing to do.
Answer send_diagnostic(Device &, engine::Command &) { return {}; }

} // namespace scsilo::spc
