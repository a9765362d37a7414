// SPDX-License-Identifier: Apache-2.0
// The identity that a virtual device has by its name.
#include "device/spc/identity.h"

#include "device/spc/checksum.h"
#include "scsi/designator.h"

#include <fmt/format.h>

namespace scsilo::spc {
namespace {

using scsi::PeripheralDeviceType;

// FNV-1a: spreads names over the 60 bits of a locally assigned NAA.
std::uint64_t hash(std::string_view text) noexcept {
    std::uint64_t value = 0xCBF29CE484222325;
    for (const char c : text) {
        value = (value ^ static_cast<std::uint8_t>(c)) * 0x100000001B3;
    }
    return value;
}

// The command standard of the generation that VERSION claims (SPC-4).
std::uint16_t command_standard(PeripheralDeviceType type) noexcept {
    switch (type) {
    case PeripheralDeviceType::direct_access:
        return scsi::version_descriptor::sbc_3;
    case PeripheralDeviceType::sequential_access:
        return scsi::version_descriptor::ssc_4;
    case PeripheralDeviceType::cd_dvd:
        return scsi::version_descriptor::mmc_6;
    case PeripheralDeviceType::media_changer:
        return scsi::version_descriptor::smc_3;
    default:
        return 0;
    }
}

} // namespace

Identity identity_of(std::string_view vendor, std::string_view name, PeripheralDeviceType type,
                     std::uint32_t setup_id) {
    std::string bytes(name);
    const auto *text = reinterpret_cast<const std::uint8_t *>(bytes.data());
    const std::uint64_t number = std::uint64_t{setup_id} << 32 | crc_32c({text, bytes.size()});
    Identity identity;
    identity.type = type;
    identity.vendor = vendor;
    identity.product = name;
    identity.revision = "101";
    identity.serial_number = fmt::format("{:x}", number);
    identity.t10_device_id = fmt::format("{:x}-{}", number, name);
    identity.naa = scsi::naa_locally_assigned(hash(fmt::format("{:x}:{}", setup_id, name)));
    identity.version_descriptors = {scsi::version_descriptor::sam_5,
                                    scsi::version_descriptor::spc_4,
                                    command_standard(type),
                                    scsi::version_descriptor::spl_3,
                                    0,
                                    0,
                                    0,
                                    0};
    return identity;
}

} // namespace scsilo::spc
