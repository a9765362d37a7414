// SPDX-License-Identifier: Apache-2.0
// The tree as FUSE nodes: what a kernel would see, without a mount.
#include "control/fuse_tree.h"

#include "control_fixture.h"
#include "fuse/request.h"

#include <cstring>
#include <future>

namespace scsilo::control {
namespace {

// One request from its begin to its reply.
class Asked final : public fuse::RequestHome {
  public:
    Asked() {
        fuse_in_header header{};
        header.len = sizeof(header);
        std::memcpy(message_, &header, sizeof(header));
        EXPECT_TRUE(request.begin(*this, nullptr, MutableBytes(message_)));
        request.set_reply_limit(1 << 20);
    }
    Asked(const Asked &) = delete;
    Asked &operator=(const Asked &) = delete;
    ~Asked() = default;

    [[nodiscard]] bool on_home_thread() const noexcept override { return true; }
    bool send(std::span<const iovec> message) noexcept override {
        std::string bytes;
        for (const iovec &piece : message) {
            bytes.append(static_cast<const char *>(piece.iov_base), piece.iov_len);
        }
        std::memcpy(&out_, bytes.data(), sizeof(out_));
        payload_ = bytes.substr(sizeof(out_));
        return true;
    }
    void opened(const std::shared_ptr<fuse::Node> &, fuse::Handle) override {}
    void open_failed(fuse::Node &, fuse::Handle) noexcept override {}
    void give_back(fuse::Request &) noexcept override { replied_.set_value(); }
    void enter_node(const std::shared_ptr<fuse::Node> &, fuse_entry_out &) override {}
    void enter_failed(fuse::Node &) noexcept override {}

    // The errno of the reply, waiting for it.
    int error() {
        replied_.get_future().wait();
        return -out_.error;
    }
    [[nodiscard]] const std::string &payload() const noexcept { return payload_; }

    fuse::Request request;

  private:
    alignas(8) std::uint8_t message_[sizeof(fuse_in_header)]{};
    std::promise<void> replied_;
    fuse_out_header out_{};
    std::string payload_;
};

class Fuse : public ControlTest {
  protected:
    Fuse() : root_(std::make_shared<fuse::Directory>()) {
        start();
        tree_ = std::make_unique<FuseTree>(system_->control(), system_->tree(), root_);
    }
    ~Fuse() override { tree_.reset(); }

    [[nodiscard]] std::shared_ptr<fuse::Node> at(std::string_view path) const {
        std::shared_ptr<fuse::Node> node = root_;
        while (node != nullptr && !path.empty()) {
            const std::string_view name = path.substr(0, path.find('/'));
            node = static_cast<fuse::Directory &>(*node).find(name);
            path.remove_prefix(std::min(path.size(), name.size() + 1));
        }
        return node;
    }
    [[nodiscard]] static fuse::Handle open(fuse::Node &node) {
        Asked asked;
        node.open(asked.request, {O_RDWR | O_TRUNC});
        EXPECT_EQ(asked.error(), 0);
        fuse_open_out out{};
        std::memcpy(&out, asked.payload().data(), sizeof(out));
        return out.fh;
    }
    [[nodiscard]] static std::string read(fuse::Node &node, fuse::Handle handle, std::uint64_t offset,
                                          std::uint32_t size_bytes) {
        Asked asked;
        node.read(asked.request, handle, offset, size_bytes);
        EXPECT_EQ(asked.error(), 0);
        return asked.payload();
    }
    [[nodiscard]] static int write(fuse::Node &node, std::string text) {
        const fuse::Handle handle = open(node);
        Asked asked;
        node.write(asked.request, handle, 7, MutableBytes(reinterpret_cast<std::uint8_t *>(text.data()), text.size()));
        const int error = asked.error();
        if (error == 0) {
            fuse_write_out out{};
            std::memcpy(&out, asked.payload().data(), sizeof(out));
            EXPECT_EQ(out.size, text.size());
        }
        node.release(handle);
        return error;
    }

    std::shared_ptr<fuse::Directory> root_;
    std::unique_ptr<FuseTree> tree_;
};

TEST_F(Fuse, FilesHaveTheModesOfTheTree) {
    EXPECT_EQ(at("scsi_tgt/version")->attributes().mode, S_IFREG | 0444U);
    EXPECT_EQ(at("scsi_tgt/threads")->attributes().mode, S_IFREG | 0644U);
    EXPECT_EQ(at("scsi_tgt/groups/Default")->attributes().mode, S_IFDIR | 0555U);
}

TEST_F(Fuse, AReaderOfPiecesSeesOneMoment) {
    const auto node = at("scsi_tgt/threads");
    const fuse::Handle handle = open(*node);
    EXPECT_EQ(read(*node, handle, 0, 1), "1");
    EXPECT_EQ(write(*node, "2\n"), 0);
    EXPECT_EQ(read(*node, handle, 1, 100), "\n");
    EXPECT_EQ(read(*node, handle, 2, 100), "");
    EXPECT_EQ(read(*node, handle, 0, 100), "2\n"); // made anew
    const fuse::Handle late = open(*node);
    EXPECT_EQ(read(*node, late, 1, 100), "\n"); // nothing was read at 0 yet
    node->release(handle);
    node->release(late);
}

TEST_F(Fuse, WritesTellTheirLengthOrTheirErrno) {
    const auto node = at("scsi_tgt/scsi_tgt");
    EXPECT_EQ(write(*node, std::string("add_group g\n\0", 13)), 0);
    EXPECT_EQ(write(*node, "add_group g"), EINVAL);
    EXPECT_EQ(write(*node, std::string(max_command_bytes + 1, 'x')), EOVERFLOW);
    EXPECT_NE(at("scsi_tgt/groups/g/devices"), nullptr);
}

TEST_F(Fuse, ThingsThatGoAreGoneAtOnceAndTheirOpenFilesSaySo) {
    EXPECT_EQ(write(*at("scsi_tgt/scsi_tgt"), "add_group g"), 0);
    const auto names = at("scsi_tgt/groups/g/names");
    ASSERT_NE(names, nullptr);
    EXPECT_EQ(write(*at("scsi_tgt/scsi_tgt"), "del_group g"), 0);
    EXPECT_EQ(at("scsi_tgt/groups/g"), nullptr);
    EXPECT_EQ(write(*names, "add x"), ENODEV);
    EXPECT_NE(at("scsi/scst_ini_targ_debug/0"), nullptr);
    EXPECT_EQ(write(*at("drivers/scst_local/add_host"), "-1"), 0);
    EXPECT_EQ(at("scsi/scst_ini_targ_debug/0"), nullptr);
    tree_.reset();
    EXPECT_EQ(root_->count_children(), 0U);
}

} // namespace
} // namespace scsilo::control
