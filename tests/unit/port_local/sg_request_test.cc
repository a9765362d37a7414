// SPDX-License-Identifier: Apache-2.0
// Headers of both versions and both word sizes, decoded from memory that may not be what they say.
#include "unit/port_local/fake_memory.h"

#include "port/local/node_names.h"
#include "port/local/sg_request.h"

#include <gtest/gtest.h>
#include <linux/bsg.h>
#include <scsi/sg.h>

namespace scsilo::local {
namespace {

constexpr std::uint64_t header_at = 0;
constexpr std::uint64_t cdb_at = 256;
constexpr std::uint64_t data_at = 512;

template <class T> T *pointer(std::uint64_t offset) { return reinterpret_cast<T *>(FakeMemory::base + offset); }

sg_io_hdr header_v3() {
    sg_io_hdr header{};
    header.interface_id = 'S';
    header.dxfer_direction = SG_DXFER_FROM_DEV;
    header.cmd_len = 10;
    header.cmdp = pointer<unsigned char>(cdb_at);
    header.dxferp = pointer<void>(data_at);
    header.dxfer_len = 512;
    return header;
}

int error_of(FakeMemory &memory, bool compat = false, std::uint64_t address = FakeMemory::base + header_at) {
    SgRequest request;
    const auto result = read_sg_request(memory, address, compat, request);
    return result ? 0 : result.error().value;
}

TEST(SgRequest, Version3) {
    FakeMemory memory(4096);
    sg_io_hdr header = header_v3();
    header.pack_id = -7;
    header.timeout = 1234;
    memory.put(header_at, header);
    memory.bytes[cdb_at] = 0x28;
    SgRequest request;
    ASSERT_TRUE(read_sg_request(memory, FakeMemory::base, false, request));
    EXPECT_EQ(request.header.form, SgForm::v3);
    EXPECT_EQ(request.header.direction, SgDirection::from_device);
    EXPECT_EQ(request.header.pack_id, -7);
    EXPECT_EQ(request.header.timeout_ms, 1234U);
    EXPECT_EQ(request.cdb.length_bytes(), 10U);
    EXPECT_EQ(request.cdb.opcode(), 0x28);
}

TEST(SgRequest, AHeaderAtTheEndOfMemoryAndOneBeyond) {
    FakeMemory memory(4096);
    memory.put(4096 - sizeof(sg_io_hdr), header_v3());
    EXPECT_EQ(error_of(memory, false, FakeMemory::base + 4096 - sizeof(sg_io_hdr)), 0);
    memory.put(4096 - 64, header_v3().interface_id);
    EXPECT_EQ(error_of(memory, false, FakeMemory::base + 4096 - 64), EFAULT);
    EXPECT_EQ(error_of(memory, false, 0), EFAULT);
    EXPECT_EQ(error_of(memory, false, ~std::uint64_t{0} - 3), EFAULT);
}

TEST(SgRequest, A32BitHeader) {
    FakeMemory memory(4096);
    std::array<std::uint32_t, 16> header{};
    header[0] = 'S';
    header[1] = static_cast<std::uint32_t>(SG_DXFER_TO_DEV);
    header[2] = 6 | 32U << 8U | 2U << 16U; // cmd_len, mx_sb_len, iovec_count
    header[3] = 300;
    header[4] = static_cast<std::uint32_t>(FakeMemory::base + data_at);
    header[5] = static_cast<std::uint32_t>(FakeMemory::base + cdb_at);
    header[9] = 42;
    memory.put(header_at, header);
    memory.put(data_at, std::array<std::uint32_t, 4>{static_cast<std::uint32_t>(FakeMemory::base + 1024), 100,
                                                     static_cast<std::uint32_t>(FakeMemory::base + 2048), 50});
    SgRequest request;
    ASSERT_TRUE(read_sg_request(memory, FakeMemory::base, true, request));
    EXPECT_EQ(request.header.form, SgForm::v3_32bit);
    EXPECT_EQ(request.header.pack_id, 42);
    SgData data;
    ASSERT_TRUE(data.locate(memory, request.header));
    EXPECT_EQ(data.length_bytes(), 150U); // the shorter of 300 and the iovecs
    SgAnswer answer;
    answer.status = 2;
    answer.resid = 300;
    encode_sg_answer(request.header, answer, request.raw);
    EXPECT_EQ(request.raw[44], 2);
    EXPECT_EQ(request.raw[45], 1);
    EXPECT_EQ(request.raw[60] & SG_INFO_OK_MASK, SG_INFO_CHECK);
}

TEST(SgRequest, Version4Rules) {
    FakeMemory memory(4096);
    sg_io_v4 header{};
    header.guard = 'Q';
    header.request = FakeMemory::base + cdb_at;
    header.request_len = 260;
    memory.put(header_at, header);
    EXPECT_EQ(error_of(memory), 0);
    header.request_len = 261;
    memory.put(header_at, header);
    EXPECT_EQ(error_of(memory), EMSGSIZE);
    header.request_len = 6;
    header.subprotocol = 1;
    memory.put(header_at, header);
    EXPECT_EQ(error_of(memory), EINVAL);
}

TEST(SgRequest, LongIovecsAreKeptInTheBuffer) {
    FakeMemory memory(65536);
    constexpr std::size_t count = 200;
    for (std::size_t i = 0; i < count; ++i) {
        memory.put(4096 + 16 * i, std::array<std::uint64_t, 2>{FakeMemory::base + 16384 + 20 * i, 10});
    }
    SgHeader header;
    header.data_address = FakeMemory::base + 4096;
    header.iovec_count = count;
    header.data_bytes = 1995;
    header.direction = SgDirection::from_device;
    SgData data;
    ASSERT_TRUE(data.locate(memory, header));
    ASSERT_EQ(data.length_bytes(), 1995U);
    std::vector<std::uint8_t> buffer(data.length_bytes() + data.table_bytes());
    const iovec piece{buffer.data(), buffer.size()};
    ASSERT_TRUE(data.keep(memory, Segments({&piece, 1})));
    std::fill_n(memory.bytes.begin() + 4096, 16 * count, 0xFF); // the caller may do so after write()
    std::fill_n(buffer.begin(), data.length_bytes(), 0x42);
    ASSERT_EQ(data.deliver(memory, Segments({&piece, 1}), data.length_bytes()), 0);
    EXPECT_EQ(memory.bytes[16384 + 20 * 199 + 4], 0x42);
    EXPECT_EQ(memory.bytes[16384 + 20 * 199 + 5], 0);
    EXPECT_EQ(memory.bytes[16384 + 10], 0);
}

TEST(SgRequest, ShortenedIovecsAreAFault) {
    FakeMemory memory(8192);
    for (std::size_t i = 0; i < 20; ++i) {
        memory.put(4096 + 16 * i, std::array<std::uint64_t, 2>{FakeMemory::base, 10});
    }
    SgHeader header;
    header.data_address = FakeMemory::base + 4096;
    header.iovec_count = 20;
    header.data_bytes = 200;
    SgData data;
    ASSERT_TRUE(data.locate(memory, header));
    memory.put(4096 + 8, std::uint64_t{1});
    std::vector<std::uint8_t> buffer(data.length_bytes() + data.table_bytes());
    const iovec piece{buffer.data(), buffer.size()};
    const auto kept = data.keep(memory, Segments({&piece, 1}));
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().value, EFAULT);
}

TEST(DiskName, CountsLikeLinux) {
    EXPECT_EQ(disk_name(0), "sda");
    EXPECT_EQ(disk_name(25), "sdz");
    EXPECT_EQ(disk_name(26), "sdaa");
    EXPECT_EQ(disk_name(701), "sdzz");
    EXPECT_EQ(disk_name(702), "sdaaa");
}

} // namespace
} // namespace scsilo::local
