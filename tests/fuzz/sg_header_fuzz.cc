// SPDX-License-Identifier: Apache-2.0
// Any memory behind SG_IO's argument or in write(): decoding it stays within the memory, and so does the copying of
// data.
#include "unit/port_local/fake_memory.h"

#include "port/local/limits.h"
#include "port/local/sg_old_header.h"

#include <cstdlib>

namespace {

using namespace scsilo;
using namespace scsilo::local;

void use(FakeMemory &memory, SgRequest &request) {
    const SgHeader &header = request.header;
    if (header.iovec_count > max_iovec_count || header.cdb_bytes < 6 || header.cdb_bytes > 260) {
        std::abort();
    }
    SgData data;
    if (!data.locate(memory, header)) {
        return;
    }
    if (data.length_bytes() > header.data_bytes) {
        std::abort();
    }
    const std::size_t length = data.length_bytes() + data.table_bytes();
    if (length > (1U << 20U)) {
        return;
    }
    std::vector<std::uint8_t> buffer(length);
    const iovec piece{buffer.data(), buffer.size()};
    const Segments segments({&piece, 1});
    if (!data.keep(memory, segments)) {
        return;
    }
    (void)data.fetch(memory, segments);
    (void)data.deliver(memory, segments, data.length_bytes() / 2);
    encode_sg_answer(header, SgAnswer{.status = 2, .sense_bytes = 18}, request.raw);
}

} // namespace

// Byte 0 chooses the entry, bytes 1 and 2 where in the memory the header is; the rest is the memory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *bytes, std::size_t size) {
    if (size < 4) {
        return 0;
    }
    FakeMemory memory(size - 3);
    std::memcpy(memory.bytes.data(), bytes + 3, size - 3);
    const std::uint64_t offset = load_be<2>(bytes + 1);
    SgRequest request;
    if ((bytes[0] & 2U) == 0) {
        if (read_sg_request(memory, FakeMemory::base + offset, (bytes[0] & 1U) != 0, request)) {
            use(memory, request);
        }
        return 0;
    }
    const std::vector<std::uint8_t> payload = memory.bytes;
    if ((bytes[0] & 1U) != 0) {
        if (read_sg_request(memory, payload, request)) {
            use(memory, request);
        }
    } else if (payload.size() >= sg_old_bytes) {
        (void)read_old_request(payload, static_cast<std::uint8_t>(bytes[0] >> 2U), request);
    }
    return 0;
}
