// SPDX-License-Identifier: Apache-2.0
// Field layouts of the primary commands' CDBs, digits as in the tables of SPC-6 clause 6 (and SPC-2 for RESERVE and
// RELEASE).
#pragma once

#include "scsi/cdb.h"

namespace scsilo::scsi {

struct TestUnitReady {
    using control = Be<5, 1>;
};

struct RequestSense {
    using desc = Bits<1, 0, 0>;
    using allocation_length = Be<4, 1>;
    using control = Be<5, 1>;
};

struct Inquiry {
    using evpd = Bits<1, 0, 0>;
    using page_code = Be<2, 1>;
    using allocation_length = Be<3, 2>;
    using control = Be<5, 1>;
};

struct ModeSelect6 {
    using pf = Bits<1, 4, 4>;
    using rtd = Bits<1, 1, 1>;
    using sp = Bits<1, 0, 0>;
    using parameter_list_length = Be<4, 1>;
    using control = Be<5, 1>;
};

struct ModeSelect10 {
    using pf = Bits<1, 4, 4>;
    using rtd = Bits<1, 1, 1>;
    using sp = Bits<1, 0, 0>;
    using parameter_list_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct ModeSense6 {
    using dbd = Bits<1, 3, 3>;
    using pc = Bits<2, 7, 6>;
    using page_code = Bits<2, 5, 0>;
    using subpage_code = Be<3, 1>;
    using allocation_length = Be<4, 1>;
    using control = Be<5, 1>;
};

struct ModeSense10 {
    using llbaa = Bits<1, 4, 4>;
    using dbd = Bits<1, 3, 3>;
    using pc = Bits<2, 7, 6>;
    using page_code = Bits<2, 5, 0>;
    using subpage_code = Be<3, 1>;
    using allocation_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct LogSelect {
    using pcr = Bits<1, 1, 1>;
    using sp = Bits<1, 0, 0>;
    using pc = Bits<2, 7, 6>;
    using page_code = Bits<2, 5, 0>;
    using subpage_code = Be<3, 1>;
    using parameter_list_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct LogSense {
    using sp = Bits<1, 0, 0>;
    using pc = Bits<2, 7, 6>;
    using page_code = Bits<2, 5, 0>;
    using subpage_code = Be<3, 1>;
    using parameter_pointer = Be<5, 2>;
    using allocation_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct ReportLuns {
    using select_report = Be<2, 1>;
    using allocation_length = Be<6, 4>;
    using control = Be<11, 1>;
};

struct ReportSupportedOperationCodes {
    using service_action = Bits<1, 4, 0>;
    using rctd = Bits<2, 7, 7>;
    using reporting_options = Bits<2, 2, 0>;
    using requested_operation_code = Be<3, 1>;
    using requested_service_action = Be<4, 2>;
    using allocation_length = Be<6, 4>;
    using control = Be<11, 1>;
};

struct ReportSupportedTaskManagementFunctions {
    using service_action = Bits<1, 4, 0>;
    using repd = Bits<2, 7, 7>;
    using allocation_length = Be<6, 4>;
    using control = Be<11, 1>;
};

struct ReportTargetPortGroups {
    using parameter_data_format = Bits<1, 7, 5>;
    using service_action = Bits<1, 4, 0>;
    using allocation_length = Be<6, 4>;
    using control = Be<11, 1>;
};

struct SetTargetPortGroups {
    using service_action = Bits<1, 4, 0>;
    using parameter_list_length = Be<6, 4>;
    using control = Be<11, 1>;
};

struct ReportIdentifyingInformation {
    using service_action = Bits<1, 4, 0>;
    using allocation_length = Be<6, 4>;
    using identifying_information_type = Bits<10, 7, 1>;
    using control = Be<11, 1>;
};

struct ReportTimestamp {
    using service_action = Bits<1, 4, 0>;
    using allocation_length = Be<6, 4>;
    using control = Be<11, 1>;
};

struct SetTimestamp {
    using service_action = Bits<1, 4, 0>;
    using parameter_list_length = Be<6, 4>;
    using control = Be<11, 1>;
};

struct PersistentReserveIn {
    using service_action = Bits<1, 4, 0>;
    using allocation_length = Be<7, 2>;
    using control = Be<9, 1>;
};

struct PersistentReserveOut {
    using service_action = Bits<1, 4, 0>;
    using scope = Bits<2, 7, 4>;
    using type = Bits<2, 3, 0>;
    using parameter_list_length = Be<5, 4>;
    using control = Be<9, 1>;
};

// SPC-2 7.21 and 7.16
struct Reserve6 {
    using third_party = Bits<1, 4, 4>;
    using third_party_device_id = Bits<1, 3, 1>;
    using extent = Bits<1, 0, 0>;
    using reservation_identification = Be<2, 1>;
    using parameter_list_length = Be<3, 2>;
    using control = Be<5, 1>;
};

struct Reserve10 {
    using third_party = Bits<1, 4, 4>;
    using long_id = Bits<1, 1, 1>;
    using extent = Bits<1, 0, 0>;
    using reservation_identification = Be<2, 1>;
    using third_party_device_id = Be<3, 1>;
    using parameter_list_length = Be<7, 2>;
    using control = Be<9, 1>;
};

using Release6 = Reserve6;
using Release10 = Reserve10;

struct SendDiagnostic {
    using self_test_code = Bits<1, 7, 5>;
    using pf = Bits<1, 4, 4>;
    using selftest = Bits<1, 2, 2>;
    using devoffl = Bits<1, 1, 1>;
    using unitoffl = Bits<1, 0, 0>;
    using parameter_list_length = Be<3, 2>;
    using control = Be<5, 1>;
};

struct ReceiveDiagnosticResults {
    using pcv = Bits<1, 0, 0>;
    using page_code = Be<2, 1>;
    using allocation_length = Be<3, 2>;
    using control = Be<5, 1>;
};

struct WriteBuffer10 {
    using mode_specific = Bits<1, 7, 5>;
    using mode = Bits<1, 4, 0>;
    using buffer_id = Be<2, 1>;
    using buffer_offset = Be<3, 3>;
    using parameter_list_length = Be<6, 3>;
    using control = Be<9, 1>;
};

struct ReadBuffer10 {
    using mode_specific = Bits<1, 7, 5>;
    using mode = Bits<1, 4, 0>;
    using buffer_id = Be<2, 1>;
    using buffer_offset = Be<3, 3>;
    using allocation_length = Be<6, 3>;
    using control = Be<9, 1>;
};

struct PreventAllowMediumRemoval {
    using prevent = Bits<4, 1, 0>;
    using control = Be<5, 1>;
};

} // namespace scsilo::scsi
