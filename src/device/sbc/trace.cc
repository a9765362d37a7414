// SPDX-License-Identifier: Apache-2.0
// The trace source of disks, under the name that SCST's users know.
#include "device/sbc/trace.h"

namespace scsilo::sbc {

TraceSource trace_disk{"vdisk"};

} // namespace scsilo::sbc
