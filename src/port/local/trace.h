// SPDX-License-Identifier: Apache-2.0
// The name under which the local driver logs, as scst_local did.
#pragma once

#include "base/log.h"

namespace scsilo::local {

extern TraceSource trace_driver;

} // namespace scsilo::local
