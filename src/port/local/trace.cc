// SPDX-License-Identifier: Apache-2.0
// The trace source of the local driver.
#include "port/local/trace.h"

namespace scsilo::local {

TraceSource trace_driver{"scst_local"};

} // namespace scsilo::local
