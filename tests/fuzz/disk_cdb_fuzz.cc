// SPDX-License-Identifier: Apache-2.0
// Any sequence of CDBs and data against a thin disk of 1 MiB in RAM, through the logical unit.
//
// The input, a sequence of commands:
//     1 byte   CDB length, modulo 33, at least 1 (above 200: 260)
//     n bytes  CDB
//     2 bytes  data-in buffer length, big-endian
//     2 bytes  data-out length, big-endian
//     1 byte   length of the pieces of memory; 0: one piece
//     n bytes  data-out
#include "device/sbc/disk.h"
#include "media/ram.h"
#include "unit/support/test_unit.h"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace scsilo;

constexpr std::size_t max_commands = 24;

void require(bool holds, const char *what) {
    if (!holds) {
        std::fprintf(stderr, "disk_cdb_fuzz: %s\n", what);
        std::abort();
    }
}

// Takes from the front; what is not there reads as zeros.
class Input {
  public:
    explicit Input(Bytes bytes) : bytes_(bytes) {}
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    std::size_t number(std::size_t width) {
        std::size_t value = 0;
        for (; width > 0; --width) {
            const Bytes one = take(1);
            value = value << 8 | (one.empty() ? 0U : one[0]);
        }
        return value;
    }
    Bytes take(std::size_t count) {
        const Bytes front = bytes_.first(std::min(count, bytes_.size()));
        bytes_ = bytes_.subspan(front.size());
        return front;
    }

  private:
    Bytes bytes_;
};

void check_sense(const scsi::Sense &sense) {
    std::array<std::uint8_t, 64> wire{};
    require(!scsi::additional_sense_name(sense.asc).empty(), "an additional sense code that T10 does not know");
    require(sense.key != scsi::SenseKey::no_sense, "CHECK CONDITION without a sense key");
    const std::size_t descriptor = scsi::encode_descriptor(sense, wire);
    require(scsi::decode(Bytes(wire).first(descriptor)) == sense, "descriptor format loses something");
    const auto fixed = scsi::decode(Bytes(wire).first(scsi::encode_fixed(sense, wire)));
    require(fixed && fixed->key == sense.key && fixed->asc == sense.asc, "fixed format loses key or code");
    if (sense.key == scsi::SenseKey::illegal_request && sense.specific.in_cdb) {
        require(sense.specific.value < scsi::maximum_cdb_length_bytes, "field pointer beyond every CDB");
    }
}

test::TestUnit &unit() {
    static test::TestUnit *only = [] {
        sbc::DiskOptions options{.identity = sbc::disk_identity(sbc::DiskKind::fileio, "disk1"),
                                 .removable = true,
                                 .thin_provisioned = true};
        return new test::TestUnit(sbc::make_disk(options, media::make_ram(std::uint64_t{1} << 20)));
    }();
    return *only;
}

void one_command(Input &input) {
    const std::size_t told = input.number(1);
    const std::size_t cdb_bytes = told > 200 ? scsi::maximum_cdb_length_bytes : std::max<std::size_t>(told % 33, 1);
    test::ByteVector cdb(cdb_bytes);
    const Bytes given = input.take(cdb_bytes);
    std::copy(given.begin(), given.end(), cdb.begin());
    const std::size_t in_bytes = input.number(2);
    const std::size_t out_bytes = input.number(2);
    const std::size_t piece_bytes = input.number(1);
    const Bytes out = input.take(out_bytes);
    const test::Ran ran = unit().run(cdb, out, {.data_in_bytes = in_bytes, .piece_bytes = piece_bytes});
    require(ran.outcome == engine::Outcome::status, "no status was delivered");
    require(ran.data.size() <= in_bytes, "more data than memory");
    require(ran.data.size() <= ran.wanted_bytes, "more data than the command has");
    if (ran.status == scsi::Status::check_condition) {
        check_sense(ran.sense);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    unit().manage(scsi::TaskManagementFunction::logical_unit_reset); // each input starts from the saved state
    unit().device<sbc::Disk>().set_loaded(true);
    unit().itl().unit_attentions.clear_all();
    Input input({data, size});
    for (std::size_t i = 0; i < max_commands && !input.empty(); ++i) {
        one_command(input);
    }
    return 0;
}
