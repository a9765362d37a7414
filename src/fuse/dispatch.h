// SPDX-License-Identifier: Apache-2.0
// From a FUSE message to the call of a node: lengths are checked here and nowhere else.
#pragma once

#include "fuse/request.h"
#include "fuse/session_state.h"

#include <cstring>

namespace scsilo::fuse {

// A request that has begun. Leads to one reply, or to none where the protocol has none.
void dispatch(Request &request, SessionState &state);

// What the dispatchers of files and directories share.
struct Incoming {
    Request &request;
    SessionState &state;
    Node &node;
};
using Handler = void (*)(const Incoming &in);
[[nodiscard]] Handler directory_handler(std::uint32_t opcode) noexcept; // nullptr: none

// The fixed part of a message's body. False: too short, and the request has been answered with EIO.
template <class T> [[nodiscard]] bool take(Request &request, T &into) noexcept {
    if (request.body().size() < sizeof into) {
        request.reply_error(EIO);
        return false;
    }
    std::memcpy(&into, request.body().data(), sizeof into);
    return true;
}

} // namespace scsilo::fuse
