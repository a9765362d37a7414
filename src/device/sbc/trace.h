// SPDX-License-Identifier: Apache-2.0
// What disks log, and which of it is written.
#pragma once

#include "base/log.h"

namespace scsilo::sbc {

extern TraceSource trace_disk;

} // namespace scsilo::sbc
