// SPDX-License-Identifier: Apache-2.0
// Layout of the mode parameter header, block descriptors and page headers (SPC-4 7.5).
#pragma once

#include "scsi/field.h"
#include "scsi/types.h"

namespace scsilo::spc {

struct ModeHeader6 {
    using mode_data_length = scsi::Be<0, 1>;
    using medium_type = scsi::Be<1, 1>;
    using device_specific_parameter = scsi::Be<2, 1>;
    using block_descriptor_length = scsi::Be<3, 1>;
    static constexpr std::size_t length_bytes = 4;
};

struct ModeHeader10 {
    using mode_data_length = scsi::Be<0, 2>;
    using medium_type = scsi::Be<2, 1>;
    using device_specific_parameter = scsi::Be<3, 1>;
    using longlba = scsi::Bits<4, 0, 0>;
    using reserved = scsi::Bits<4, 7, 1>;
    using block_descriptor_length = scsi::Be<6, 2>;
    static constexpr std::size_t length_bytes = 8;
};

struct GeneralBlockDescriptor {
    using density_code = scsi::Be<0, 1>;
    using count_blocks = scsi::Be<1, 3>;
    using reserved = scsi::Be<4, 1>;
    using block_length = scsi::Be<5, 3>;
    static constexpr std::size_t length_bytes = 8;
};

struct ShortLbaBlockDescriptor {
    using count_blocks = scsi::Be<0, 4>;
    using reserved = scsi::Be<4, 1>;
    using block_length = scsi::Be<5, 3>;
    static constexpr std::size_t length_bytes = 8;
};

struct LongLbaBlockDescriptor {
    using count_blocks = scsi::Be<0, 8>;
    using reserved = scsi::Be<8, 4>;
    using block_length = scsi::Be<12, 4>;
    static constexpr std::size_t length_bytes = 16;
};

struct ModePageHeader {
    using ps = scsi::Bits<0, 7, 7>;
    using spf = scsi::Bits<0, 6, 6>;
    using page_code = scsi::Bits<0, 5, 0>;
    using page_length = scsi::Be<1, 1>;
    static constexpr std::size_t length_bytes = 2;
};

struct ModeSubpageHeader {
    using subpage_code = scsi::Be<1, 1>;
    using page_length = scsi::Be<2, 2>;
    static constexpr std::size_t length_bytes = 4;
};

enum class BlockDescriptorForm : std::uint8_t { general, short_lba, long_lba };

[[nodiscard]] constexpr BlockDescriptorForm descriptor_form(scsi::PeripheralDeviceType type, bool long_lba) noexcept {
    if (type != scsi::PeripheralDeviceType::direct_access) {
        return BlockDescriptorForm::general;
    }
    return long_lba ? BlockDescriptorForm::long_lba : BlockDescriptorForm::short_lba;
}

} // namespace scsilo::spc
