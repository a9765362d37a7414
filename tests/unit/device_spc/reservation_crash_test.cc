// SPDX-License-Identifier: Apache-2.0
// A crash at every system call of an APTPL update, with everything a file system may make of it: the old state or the
// new one, and the new one once GOOD was sent. And the same calls on a real file system, stopped one after the other.
#include "base/log.h"
#include "device/spc/reservation_commands.h"
#include "device/spc/reservation_file.h"
#include "media/state_file.h"
#include "unit/support/hex.h"
#include "unit/support/test_unit.h"

#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <unistd.h>

namespace scsilo::spc::test {
namespace {

using engine::PersistentReservation;
using scsilo::test::ByteVector;
using scsilo::test::hex;
using scsilo::test::Ran;
using scsilo::test::TestUnit;

constexpr engine::CommandTable table(reservation_rows);

class ReservationDevice final : public engine::DeviceServer {
  public:
    [[nodiscard]] const engine::CommandTable &commands() const noexcept override { return table; }
    [[nodiscard]] engine::InquiryIdentity identity() const override { return {}; }
    [[nodiscard]] bool has_feature(engine::Feature) const noexcept override { return true; }
    [[nodiscard]] std::optional<scsi::Sense> obstacle(const engine::CommandRow &,
                                                      const engine::Command &) const noexcept override {
        return std::nullopt;
    }
};

// Files in memory: what a running system sees, and what is on the disk. Operations are numbered; the one at `crash_at`
// and all later ones have no effect (a crash before it), a write there may get through in part (torn).
class CrashingFiles final : public media::FileOperations {
  public:
    struct File {
        std::string seen;
        std::string durable;
    };
    using Directory = std::map<std::string, std::shared_ptr<File>>;

    int crash_at = -1;
    std::size_t torn_bytes = 0;
    std::size_t short_write_bytes = 0; // 0: writes are whole
    int count_operations = 0;
    std::vector<std::string> log;

    loop::Op<int> create(const std::string &path) override {
        if (alive("create")) {
            seen_[path] = std::make_shared<File>();
            open_.push_back(seen_[path]);
        }
        co_return result(static_cast<int>(open_.size()) + 99);
    }
    loop::Op<int> open_directory(const std::string &) override {
        (void)alive("open directory");
        co_return result(directory_descriptor);
    }
    loop::Op<int> write(int fd, Bytes from, std::uint64_t offset) override {
        const bool whole = alive("write");
        std::size_t length = short_write_bytes == 0 ? from.size() : std::min(short_write_bytes, from.size());
        if (!whole) {
            length = count_operations == crash_at + 1 ? std::min(torn_bytes, from.size()) : 0;
        }
        if (!open_.empty() && length != 0) {
            std::string &text = open_[static_cast<std::size_t>(fd) - 100]->seen;
            text.resize(std::max<std::size_t>(text.size(), offset + length));
            std::copy_n(from.begin(), length, text.begin() + static_cast<std::ptrdiff_t>(offset));
        }
        co_return result(static_cast<int>(length));
    }
    loop::Op<int> synchronise(int fd) override {
        if (alive(fd == directory_descriptor ? "synchronise directory" : "synchronise")) {
            if (fd == directory_descriptor) {
                durable_ = seen_;
            } else {
                File &file = *open_[static_cast<std::size_t>(fd) - 100];
                file.durable = file.seen;
            }
        }
        co_return result(0);
    }
    loop::Op<int> rename(const std::string &from, const std::string &to) override {
        if (alive("rename")) {
            seen_[to] = seen_[from];
            seen_.erase(from);
        }
        co_return result(0);
    }
    loop::Op<int> remove(const std::string &path) override {
        if (alive("remove")) {
            seen_.erase(path);
        }
        co_return result(0);
    }
    void close(int) noexcept override {}

    // Every content of the file that may be found after the crash ("missing" has no value): of a power failure, the
    // directory as it was synchronised or as it was seen last, and data that were not synchronised whole, cut anywhere,
    // absent, or zeros.
    [[nodiscard]] std::set<std::optional<std::string>> after_crash(const std::string &path) const {
        std::set<std::optional<std::string>> found;
        for (const Directory &directory : {durable_, seen_}) {
            const auto at = directory.find(path);
            if (at == directory.end()) {
                found.insert(std::nullopt);
                continue;
            }
            const File &file = *at->second;
            found.insert(file.durable);
            if (file.durable != file.seen) {
                for (std::size_t length = 0; length <= file.seen.size(); ++length) {
                    found.insert(file.seen.substr(0, length));
                    found.insert(file.seen.substr(0, length) + std::string(file.seen.size() - length, '\0'));
                }
            }
        }
        return found;
    }
    // The disk as it is, for the next update.
    void settle() {
        durable_ = seen_;
        for (auto &[name, file] : seen_) {
            file->durable = file->seen;
        }
        count_operations = 0;
        log.clear();
    }

  private:
    static constexpr int directory_descriptor = 7;

    bool alive(const char *what) {
        log.emplace_back(what);
        return crash_at < 0 || count_operations++ < crash_at;
    }
    [[nodiscard]] int result(int value) const { return crash_at >= 0 && count_operations > crash_at ? -EIO : value; }

    Directory seen_;
    Directory durable_;
    std::vector<std::shared_ptr<File>> open_;
};

const std::string path = "/state/disk1";
constexpr std::string_view register_a = "0000000000000000 00000000000000aa 00000000 01 000000";
constexpr std::string_view with_a = "00000000000000aa 0000000000000000 00000000 00 000000";

struct Step {
    const char *name;
    std::string_view cdb;
    std::string_view list;
    std::size_t nexus;
};
// Each is one update of the file; the last ones end APTPL and clear.
constexpr std::array steps{
    Step{"register", "5f 00 00 0000 00000018 00", register_a, 0},
    Step{"register another", "5f 00 00 0000 00000018 00", "0000000000000000 00000000000000bb 00000000 01 000000", 1},
    Step{"reserve", "5f 01 05 0000 00000018 00", with_a, 0},
    Step{"release", "5f 02 05 0000 00000018 00", with_a, 0},
    Step{"reserve again", "5f 01 08 0000 00000018 00", with_a, 0},
    Step{"preempt", "5f 04 01 0000 00000018 00", "00000000000000bb 00000000000000aa 00000000 00 000000", 1},
    Step{"without APTPL", "5f 06 00 0000 00000018 00", "0000000000000000 00000000000000cc 00000000 00 000000", 1},
    Step{"with APTPL again", "5f 06 00 0000 00000018 00", "0000000000000000 00000000000000cc 00000000 01 000000", 1},
    Step{"clear", "5f 03 00 0000 00000018 00", "00000000000000cc 0000000000000000 00000000 00 000000", 1},
};

struct Machine {
    explicit Machine(media::FileOperations &files, const std::string &file = path)
        : unit(std::make_unique<ReservationDevice>(), TestUnit::PowerOn::cleared, engine::PortIdentity{"port"},
               engine::KeptReservation{{}, std::make_unique<ReservationFile>(file, files)}) {
        unit.add_nexus();
    }
    Ran run(const Step &step) {
        for (const std::size_t n : {std::size_t{0}, std::size_t{1}}) {
            unit.itl(n).unit_attentions.clear_all();
        }
        return unit.run(hex(step.cdb), hex(step.list), {.nexus = step.nexus});
    }
    PersistentReservation lasting() { return unit.unit().reservations().persistent().after_power_loss(); }
    TestUnit unit;
};

std::optional<PersistentReservation> loaded(const std::optional<std::string> &content) {
    if (!content) {
        return PersistentReservation{};
    }
    return decode_reservation({reinterpret_cast<const std::uint8_t *>(content->data()), content->size()});
}

PersistentReservation state_after(std::size_t count_steps) {
    CrashingFiles files;
    Machine machine(files);
    for (std::size_t i = 0; i < count_steps; ++i) {
        EXPECT_TRUE(machine.run(steps[i]).good()) << steps[i].name;
    }
    return machine.lasting();
}

// The crash in one step; true if the step was not reached, so that there are no more operations to crash at.
bool crash_in(std::size_t step, int at, std::size_t torn_bytes, std::size_t short_write_bytes) {
    const PersistentReservation before = state_after(step);
    const PersistentReservation after = state_after(step + 1);
    CrashingFiles files;
    Machine machine(files);
    for (std::size_t i = 0; i < step; ++i) {
        EXPECT_TRUE(machine.run(steps[i]).good());
    }
    files.settle();
    files.crash_at = at;
    files.torn_bytes = torn_bytes;
    files.short_write_bytes = short_write_bytes;
    const bool good = machine.run(steps[step]).good();
    const bool over = files.count_operations <= at;
    EXPECT_EQ(good, over) << steps[step].name << " at " << at;
    const auto contents = files.after_crash(path);
    EXPECT_FALSE(contents.empty());
    for (const auto &content : contents) {
        const auto state = loaded(content);
        EXPECT_TRUE(state) << steps[step].name << " at " << at << ": the file is damaged";
        EXPECT_TRUE(!state || *state == after || (!good && *state == before)) << steps[step].name << " at " << at;
    }
    return over;
}

// The failures are the point: their log lines are not.
class ReservationCrash : public testing::Test {
  protected:
    void SetUp() override {
        set_log_sink([](Severity, std::string_view) {});
    }
    void TearDown() override { set_log_sink(nullptr); }
};

TEST_F(ReservationCrash, AtEveryCallLeavesTheOldStateOrTheNewOne) {
    for (std::size_t step = 0; step < steps.size(); ++step) {
        for (const std::size_t short_write : {std::size_t{0}, std::size_t{11}}) {
            int at = 0;
            while (!crash_in(step, at, 0, short_write)) {
                ++at;
            }
            EXPECT_GE(at, 6)
                << steps[step].name; // create, write, synchronise, rename, open directory, synchronise directory
        }
    }
}

TEST_F(ReservationCrash, ATornWriteIsNeverSeen) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
        for (std::size_t torn = 0; torn < 100; torn += 3) {
            EXPECT_FALSE(crash_in(step, 1, torn, 0));
        }
    }
}

TEST_F(ReservationCrash, TheCallsComeInTheOneSafeOrder) {
    CrashingFiles files;
    Machine machine(files);
    ASSERT_TRUE(machine.run(steps[0]).good());
    EXPECT_EQ(files.log, (std::vector<std::string>{"create", "write", "synchronise", "rename", "open directory",
                                                   "synchronise directory"}));
}

TEST_F(ReservationCrash, AFailureChangesNothingAndTheNextCommandStoresAgain) {
    CrashingFiles files;
    Machine machine(files);
    ASSERT_TRUE(machine.run(steps[0]).good());
    files.settle();
    files.crash_at = 5; // the directory cannot be synchronised: nobody knows which state is stored
    EXPECT_TRUE(machine.run(steps[2]).check(scsi::Sense::hardware_error(scsi::asc::internal_target_failure)));
    EXPECT_FALSE(machine.unit.unit().reservations().persistent().type);
    files.crash_at = -1;
    ASSERT_TRUE(machine.run(steps[3]).good()); // RELEASE of nothing
    files.settle();
    for (const auto &content : files.after_crash(path)) {
        EXPECT_EQ(loaded(content), machine.lasting());
    }
}

// Real files; from `stop_at` on nothing is done any more, as if the process had been killed there.
class StoppingFiles final : public media::FileOperations {
  public:
    int stop_at = -1;
    int count = 0;

    loop::Op<int> create(const std::string &file) override {
        co_return go() ? number(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600)) : -EIO;
    }
    loop::Op<int> open_directory(const std::string &file) override {
        co_return go() ? number(open(file.c_str(), O_RDONLY | O_DIRECTORY)) : -EIO;
    }
    loop::Op<int> write(int fd, Bytes from, std::uint64_t offset) override {
        const bool stopped = !go();
        const std::size_t length = stopped ? from.size() / 2 : from.size();
        const int done = number(static_cast<int>(pwrite(fd, from.data(), length, static_cast<off_t>(offset))));
        co_return stopped ? -EIO : done;
    }
    loop::Op<int> synchronise(int fd) override { co_return go() ? number(fsync(fd)) : -EIO; }
    loop::Op<int> rename(const std::string &from, const std::string &to) override {
        co_return go() ? number(::rename(from.c_str(), to.c_str())) : -EIO;
    }
    loop::Op<int> remove(const std::string &file) override { co_return go() ? number(unlink(file.c_str())) : -EIO; }
    void close(int fd) noexcept override { ::close(fd); }

  private:
    bool go() { return stop_at < 0 || count++ < stop_at; }
    static int number(int result) { return result < 0 ? -errno : result; }
};

TEST_F(ReservationCrash, OnARealFileSystemEveryStopLeavesTheOldStateOrTheNewOne) {
    std::string directory = std::filesystem::temp_directory_path() / "reservation-crash-XXXXXX";
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    const std::string file = directory + "/disk1";
    for (std::size_t step = 0; step < steps.size(); ++step) {
        const PersistentReservation before = state_after(step);
        const PersistentReservation after = state_after(step + 1);
        for (int at = 0; at < 7; ++at) {
            std::filesystem::remove(file);
            StoppingFiles files;
            Machine machine(files, file);
            for (std::size_t i = 0; i < step; ++i) {
                ASSERT_TRUE(machine.run(steps[i]).good());
            }
            files.stop_at = at;
            const bool good = machine.run(steps[step]).good();
            EXPECT_EQ(good, at >= 6);
            const auto state = load_reservation(file);
            ASSERT_TRUE(state) << state.error();
            EXPECT_TRUE(*state == after || (!good && *state == before)) << steps[step].name << " at " << at;
            EXPECT_LE(media::remove_stale_state_files(directory), 1U);
        }
    }
    std::filesystem::remove_all(directory);
}

TEST(ReservationImage, IsRefusedWhenAnyBitIsWrong) {
    const PersistentReservation state = state_after(3);
    const ByteVector image = encode_reservation(state);
    EXPECT_EQ(decode_reservation(image), state);
    for (std::size_t bit = 0; bit < 8 * image.size(); ++bit) {
        ByteVector damaged = image;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1U << bit % 8);
        EXPECT_FALSE(decode_reservation(damaged)) << bit;
    }
    for (std::size_t length = 0; length < image.size(); ++length) {
        EXPECT_FALSE(decode_reservation(Bytes(image).first(length))) << length;
    }
}

} // namespace
} // namespace scsilo::spc::test
