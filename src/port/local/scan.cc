// SPDX-License-Identifier: Apache-2.0
// The scan of a new logical unit (SPC-6 6.7, SBC-4 5.20, 6.6).
#include "port/local/scan.h"

#include "engine/logical_unit.h"
#include "loop/sleep.h"
#include "port/local/batch.h"
#include "port/local/limits.h"
#include "port/local/scsi_device.h"
#include "scsi/inquiry.h"

#include <algorithm>
#include <array>

namespace scsilo::local {
namespace {

using Standard = scsi::StandardInquiryData;

// One command with a short answer.
struct Question {
    loop::Activity &activity;
    Exchange &exchange;
    ScsiDevice &device;
    std::array<std::uint8_t, 255> answer{};
    iovec place{answer.data(), answer.size()};

    Question(loop::Activity &asking, Exchange &used, ScsiDevice &asked) noexcept
        : activity(asking), exchange(used), device(asked) {}
    Question(const Question &) = delete;
    Question &operator=(const Question &) = delete;

    [[nodiscard]] bool has(std::size_t length) const noexcept {
        return exchange.good() && exchange.command.data_in_bytes >= length;
    }
    [[nodiscard]] Bytes got() const noexcept {
        return Bytes(answer).first(exchange.good() ? std::min(exchange.command.data_in_bytes, answer.size()) : 0);
    }
};

bool is_unit_attention(const Exchange &exchange) noexcept {
    return exchange.ending() == Ending::status && exchange.command.status == scsi::Status::check_condition &&
           exchange.command.sense.key == scsi::SenseKey::unit_attention;
}

bool is_busy(const Exchange &exchange) noexcept {
    return exchange.ending() == Ending::status &&
           (exchange.command.status == scsi::Status::busy || exchange.command.status == scsi::Status::task_set_full);
}

// Asks again as long as the answer is a unit attention or BUSY. `length`: of the data that are expected at most.
loop::Op<void> ask(Question &question, scsi::Cdb cdb, std::size_t length) {
    engine::CommandRequest &request = question.exchange.command.request;
    for (unsigned attempt = 0; attempt < 4 * max_retries; ++attempt) {
        question.answer.fill(0);
        question.place = {question.answer.data(), std::min(length, question.answer.size())};
        request.cdb = cdb;
        request.attribute = scsi::TaskAttribute::simple;
        request.data_out = Segments();
        request.data_in = length == 0 ? Segments() : Segments({&question.place, 1});
        Batch batch(question.activity, question.device, scan_timeout_ms);
        batch.add(question.exchange);
        co_await batch;
        if (is_busy(question.exchange)) {
            co_await loop::sleep_for(busy_wait_ms * 1'000'000);
        } else if (!is_unit_attention(question.exchange)) {
            co_return;
        }
    }
}

template <std::size_t N> scsi::Cdb cdb_of(const std::array<std::uint8_t, N> &bytes) noexcept {
    return scsi::Cdb(bytes);
}

loop::Op<void> ask_vpd(Question &question, scsi::VpdPage page) {
    const auto code = static_cast<std::uint8_t>(page);
    co_await ask(question, cdb_of(std::array<std::uint8_t, 6>{0x12, 0x01, code, 0, 255, 0}), 255);
    if (question.has(4) && question.answer[1] != code) {
        question.exchange.command.data_in_bytes = 0; // a device that knows no pages
    }
}

std::string text_of(Bytes data, std::size_t offset, std::size_t length) {
    std::string text(length, ' ');
    for (std::size_t i = 0; i < length && offset + i < data.size(); ++i) {
        text[i] = data[offset + i] >= 0x20 ? static_cast<char>(data[offset + i]) : ' ';
    }
    return text;
}

void keep_identity(ScsiDevice &device, Bytes data) {
    DeviceIdentity &identity = device.identity;
    identity.vendor = text_of(data, Standard::vendor_offset, Standard::vendor_bytes);
    identity.product = text_of(data, Standard::product_offset, Standard::product_bytes);
    identity.revision = text_of(data, Standard::revision_offset, Standard::revision_bytes);
    identity.type = static_cast<scsi::PeripheralDeviceType>(Standard::peripheral_device_type::get(data));
    identity.version = Standard::version::get(data);
    identity.response_format = Standard::response_data_format::get(data);
    identity.removable = Standard::rmb::get(data);
}

// VPD page B0h (SBC-4 6.6.4).
void keep_block_limits(DiskLimits &disk, Bytes page) {
    disk.optimal_granularity_blocks = load_be<2>(&page[6]);
    disk.max_transfer_blocks = load_be<4>(&page[8]);
    disk.optimal_transfer_blocks = load_be<4>(&page[12]);
    if (page.size() >= 44) {
        disk.max_unmap_blocks = load_be<4>(&page[20]);
        disk.max_unmap_descriptors = load_be<4>(&page[24]);
        disk.unmap_granularity_blocks = load_be<4>(&page[28]);
        disk.max_write_same_blocks = load_be<8>(&page[36]);
    }
}

loop::Op<void> ask_pages(Question &question) {
    DiskLimits &disk = question.device.disk;
    co_await ask_vpd(question, scsi::VpdPage::block_limits);
    if (question.has(16)) {
        keep_block_limits(disk, question.got());
    }
    co_await ask_vpd(question, scsi::VpdPage::block_device_characteristics);
    if (question.has(6)) {
        disk.rotational = load_be<2>(&question.answer[4]) != 1; // 1: no medium that turns
    }
    co_await ask_vpd(question, scsi::VpdPage::logical_block_provisioning);
    if (question.has(6)) {
        disk.unmap = (question.answer[5] & 0x80U) != 0;
        disk.write_same_unmaps = (question.answer[5] & 0x40U) != 0;
        disk.unmapped_reads_zero = (question.answer[5] & 0x1CU) != 0;
    }
}

// MODE SENSE's header tells of write protection and FUA (SBC-4 6.4.1); then whether WRITE SAME(16) is there.
loop::Op<void> ask_abilities(Question &question) {
    DiskLimits &disk = question.device.disk;
    co_await ask(question, cdb_of(std::array<std::uint8_t, 6>{0x1A, 0x08, 0x3F, 0, 192, 0}), 192);
    if (question.has(4)) {
        disk.write_protected = (question.answer[2] & 0x80U) != 0;
        disk.force_unit_access = (question.answer[2] & 0x10U) != 0;
    }
    co_await ask(question, cdb_of(std::array<std::uint8_t, 12>{0xA3, 0x0C, 0x01, 0x93, 0, 0, 0, 0, 0, 64, 0, 0}), 64);
    disk.write_same = question.has(2) && (question.answer[1] & 0x07U) == 0x03;
}

bool take_capacity_16(DiskLimits &disk, Bytes data) {
    const std::uint64_t last = load_be<8>(data.data());
    const auto block_bytes = static_cast<std::uint32_t>(load_be<4>(&data[8]));
    if (block_bytes == 0 || last == ~std::uint64_t{0}) {
        return false;
    }
    const unsigned exponent = data.size() >= 14 ? data[13] & 0x0FU : 0U;
    disk.block_bytes = block_bytes;
    disk.physical_block_bytes = block_bytes << exponent;
    disk.count_blocks = last + 1;
    return true;
}

scsi::Cdb capacity_16() noexcept {
    return cdb_of(std::array<std::uint8_t, 16>{0x9E, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0});
}

// Lives by itself until its one command has ended.
class Refresher final : private Exchange::Owner, private loop::Message {
  public:
    explicit Refresher(std::shared_ptr<ScsiDevice> device) noexcept : device_(std::move(device)) {}
    void post(loop::Shard &shard) noexcept { shard.post(*this); }

  private:
    // The unit attentions are put aside while the command passes the gates. As HEAD OF QUEUE it does so inside start().
    void deliver() noexcept override {
        if (!device_->enter()) {
            delete this;
            return;
        }
        engine::CommandRequest &request = exchange_.command.request;
        request.cdb = capacity_16();
        request.attribute = scsi::TaskAttribute::head_of_queue;
        request.data_in = Segments({&place_, 1});
        const auto device = device_;
        const auto itl = device->itl();
        const engine::UnitAttentions pending = itl->unit_attentions;
        itl->unit_attentions.clear_all();
        exchange_.start(*device, *this, scan_timeout_ms * 1'000'000); // may be the end of us
        itl->unit_attentions = pending;
        device->leave();
    }
    void exchange_ended(Exchange &exchange) noexcept override {
        if (exchange.good() && exchange.command.data_in_bytes >= 12) {
            take_capacity_16(device_->disk, Bytes(answer_).first(exchange.command.data_in_bytes));
        }
        loop::Shard::current().post_call([this] { delete this; }); // not inside the exchange's own function
    }

    std::shared_ptr<ScsiDevice> device_;
    Exchange exchange_;
    std::array<std::uint8_t, 32> answer_{};
    iovec place_{answer_.data(), answer_.size()};
};

} // namespace

loop::Op<void> read_capacity(loop::Activity &activity, Exchange &exchange, ScsiDevice &device) {
    Question question(activity, exchange, device);
    co_await ask(question, capacity_16(), 32);
    if (question.has(12) && take_capacity_16(device.disk, question.got())) {
        co_return;
    }
    co_await ask(question, cdb_of(std::array<std::uint8_t, 10>{0x25}), 8);
    if (question.has(8) && load_be<4>(&question.answer[4]) != 0) {
        const auto block_bytes = static_cast<std::uint32_t>(load_be<4>(&question.answer[4]));
        device.disk.block_bytes = block_bytes;
        device.disk.physical_block_bytes = block_bytes;
        device.disk.count_blocks = load_be<4>(&question.answer[0]) + 1;
    }
}

loop::Op<bool> scan(loop::Activity &activity, ScsiDevice &device) {
    Exchange exchange;
    Question question(activity, exchange, device);
    co_await ask(question, cdb_of(std::array<std::uint8_t, 6>{0x12, 0, 0, 0, 96, 0}), 96);
    if (!question.has(5)) {
        co_return false;
    }
    keep_identity(device, question.got());
    co_await ask(question, cdb_of(std::array<std::uint8_t, 6>{}), 0); // TEST UNIT READY
    if (device.is_disk()) {
        co_await read_capacity(activity, exchange, device);
        co_await ask_pages(question);
        co_await ask_abilities(question);
    }
    co_return true;
}

void refresh_capacity(const std::shared_ptr<ScsiDevice> &device) {
    (new Refresher(device))->post(loop::Shard::current());
}

} // namespace scsilo::local
