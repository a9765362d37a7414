// SPDX-License-Identifier: Apache-2.0
// Field layouts of the block commands' CDBs, digits as in the tables of SBC-4 clause 5 (SBC-3 for commands that SBC-4
// dropped).
#pragma once

#include "scsi/cdb.h"

namespace scsilo::scsi {

// A TRANSFER LENGTH of zero means 256 blocks.
struct Read6 {
    using lba = Be<1, 3, 21>;
    using transfer_length = Be<4, 1>;
    using control = Be<5, 1>;
};

struct Read10 {
    using rdprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using fua = Bits<1, 3, 3>;
    using rarc = Bits<1, 2, 2>;
    using lba = Be<2, 4>;
    using group_number = Bits<6, 4, 0>;
    using transfer_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct Read12 {
    using rdprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using fua = Bits<1, 3, 3>;
    using rarc = Bits<1, 2, 2>;
    using lba = Be<2, 4>;
    using transfer_length = Be<6, 4>;
    using group_number = Bits<10, 4, 0>;
    using control = Be<11, 1>;
};

struct Read16 {
    using rdprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using fua = Bits<1, 3, 3>;
    using rarc = Bits<1, 2, 2>;
    using dld2 = Bits<1, 0, 0>;
    using lba = Be<2, 8>;
    using transfer_length = Be<10, 4>;
    using dld1 = Bits<14, 7, 7>;
    using dld0 = Bits<14, 6, 6>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

// 7Fh, service action 0009h; WRITE(32) is 000Bh, VERIFY(32) 000Ah, WRITE AND VERIFY(32) 000Ch, WRITE SAME(32) 000Dh.
struct Read32 {
    using control = Be<1, 1>;
    using group_number = Bits<6, 5, 0>;
    using additional_cdb_length = Be<7, 1>;
    using service_action = Be<8, 2>;
    using rdprotect = Bits<10, 7, 5>;
    using dpo = Bits<10, 4, 4>;
    using fua = Bits<10, 3, 3>;
    using rarc = Bits<10, 2, 2>;
    using lba = Be<12, 8>;
    using expected_initial_logical_block_reference_tag = Be<20, 4>;
    using expected_logical_block_application_tag = Be<24, 2>;
    using logical_block_application_tag_mask = Be<26, 2>;
    using transfer_length = Be<28, 4>;
};

struct Write6 {
    using lba = Be<1, 3, 21>;
    using transfer_length = Be<4, 1>;
    using control = Be<5, 1>;
};

struct Write10 {
    using wrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using fua = Bits<1, 3, 3>;
    using lba = Be<2, 4>;
    using group_number = Bits<6, 4, 0>;
    using transfer_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct Write12 {
    using wrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using fua = Bits<1, 3, 3>;
    using lba = Be<2, 4>;
    using transfer_length = Be<6, 4>;
    using group_number = Bits<10, 4, 0>;
    using control = Be<11, 1>;
};

struct Write16 {
    using wrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using fua = Bits<1, 3, 3>;
    using dld2 = Bits<1, 0, 0>;
    using lba = Be<2, 8>;
    using transfer_length = Be<10, 4>;
    using dld1 = Bits<14, 7, 7>;
    using dld0 = Bits<14, 6, 6>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

struct WriteAndVerify10 {
    using wrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using bytchk = Bits<1, 2, 1>;
    using lba = Be<2, 4>;
    using group_number = Bits<6, 4, 0>;
    using transfer_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct WriteAndVerify12 {
    using wrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using bytchk = Bits<1, 2, 1>;
    using lba = Be<2, 4>;
    using transfer_length = Be<6, 4>;
    using group_number = Bits<10, 4, 0>;
    using control = Be<11, 1>;
};

struct WriteAndVerify16 {
    using wrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using bytchk = Bits<1, 2, 1>;
    using lba = Be<2, 8>;
    using transfer_length = Be<10, 4>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

struct Verify10 {
    using vrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using bytchk = Bits<1, 2, 1>;
    using lba = Be<2, 4>;
    using group_number = Bits<6, 4, 0>;
    using verification_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct Verify12 {
    using vrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using bytchk = Bits<1, 2, 1>;
    using lba = Be<2, 4>;
    using verification_length = Be<6, 4>;
    using group_number = Bits<10, 4, 0>;
    using control = Be<11, 1>;
};

struct Verify16 {
    using vrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using bytchk = Bits<1, 2, 1>;
    using lba = Be<2, 8>;
    using verification_length = Be<10, 4>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

struct ReadCapacity10 {
    using lba = Be<2, 4>;
    using pmi = Bits<8, 0, 0>;
    using control = Be<9, 1>;
};

// 9Eh, service action 10h. LBA and PMI are obsolete since SBC-3.
struct ReadCapacity16 {
    using service_action = Bits<1, 4, 0>;
    using lba = Be<2, 8>;
    using allocation_length = Be<10, 4>;
    using pmi = Bits<14, 0, 0>;
    using control = Be<15, 1>;
};

// 9Eh, service action 12h
struct GetLbaStatus16 {
    using service_action = Bits<1, 4, 0>;
    using starting_lba = Be<2, 8>;
    using allocation_length = Be<10, 4>;
    using report_type = Be<14, 1>;
    using control = Be<15, 1>;
};

struct SynchronizeCache10 {
    using immed = Bits<1, 1, 1>;
    using lba = Be<2, 4>;
    using group_number = Bits<6, 4, 0>;
    using number_of_logical_blocks = Be<7, 2>;
    using control = Be<9, 1>;
};

struct SynchronizeCache16 {
    using immed = Bits<1, 1, 1>;
    using lba = Be<2, 8>;
    using number_of_logical_blocks = Be<10, 4>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

struct PreFetch10 {
    using immed = Bits<1, 1, 1>;
    using lba = Be<2, 4>;
    using group_number = Bits<6, 4, 0>;
    using prefetch_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct PreFetch16 {
    using immed = Bits<1, 1, 1>;
    using lba = Be<2, 8>;
    using prefetch_length = Be<10, 4>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

struct StartStopUnit {
    using immed = Bits<1, 0, 0>;
    using power_condition_modifier = Bits<3, 3, 0>;
    using power_condition = Bits<4, 7, 4>;
    using no_flush = Bits<4, 2, 2>;
    using loej = Bits<4, 1, 1>;
    using start = Bits<4, 0, 0>;
    using control = Be<5, 1>;
};

struct Unmap {
    using anchor = Bits<1, 0, 0>;
    using group_number = Bits<6, 4, 0>;
    using parameter_list_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct WriteSame10 {
    using wrprotect = Bits<1, 7, 5>;
    using anchor = Bits<1, 4, 4>;
    using unmap = Bits<1, 3, 3>;
    using lba = Be<2, 4>;
    using group_number = Bits<6, 4, 0>;
    using number_of_logical_blocks = Be<7, 2>;
    using control = Be<9, 1>;
};

struct WriteSame16 {
    using wrprotect = Bits<1, 7, 5>;
    using anchor = Bits<1, 4, 4>;
    using unmap = Bits<1, 3, 3>;
    using ndob = Bits<1, 0, 0>;
    using lba = Be<2, 8>;
    using number_of_logical_blocks = Be<10, 4>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

struct CompareAndWrite {
    using wrprotect = Bits<1, 7, 5>;
    using dpo = Bits<1, 4, 4>;
    using fua = Bits<1, 3, 3>;
    using lba = Be<2, 8>;
    using number_of_logical_blocks = Be<13, 1>;
    using group_number = Bits<14, 5, 0>;
    using control = Be<15, 1>;
};

struct FormatUnit {
    using fmtpinfo = Bits<1, 7, 6>;
    using longlist = Bits<1, 5, 5>;
    using fmtdata = Bits<1, 4, 4>;
    using cmplst = Bits<1, 3, 3>;
    using defect_list_format = Bits<1, 2, 0>;
    using ffmt = Bits<4, 1, 0>;
    using control = Be<5, 1>;
};

struct ReadDefectData10 {
    using req_plist = Bits<2, 4, 4>;
    using req_glist = Bits<2, 3, 3>;
    using defect_list_format = Bits<2, 2, 0>;
    using allocation_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct ReadDefectData12 {
    using req_plist = Bits<1, 4, 4>;
    using req_glist = Bits<1, 3, 3>;
    using defect_list_format = Bits<1, 2, 0>;
    using address_descriptor_index = Be<2, 4>;
    using allocation_length = Be<6, 4>;
    using control = Be<11, 1>;
};

// Obsolete since SBC-2.
struct Seek10 {
    using lba = Be<2, 4>;
    using control = Be<9, 1>;
};

} // namespace scsilo::scsi
