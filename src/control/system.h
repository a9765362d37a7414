// SPDX-License-Identifier: Apache-2.0
// System: everything the daemon manages: shards, devices, groups, hosts and their sessions, the tree, the saved
// configuration.
//
// Rules
//  1. Verbs and queries are called on the control thread: `system.control().execute([&] { system.open_device(...); })`.
//     Functions that say "any thread" do that themselves (any thread but a shard's).
//  2. A verb throws ConfigError (errno and one sentence) and then has left no trace; when it returns, everything is in
//  force,
//     nodes included, and saved.
#pragma once

#include "control/attribute.h"
#include "control/control_thread.h"
#include "control/node.h"
#include "engine/it_nexus.h"
#include "engine/logical_unit.h"
#include "loop/shard.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scsilo::local {
class Driver;
}
namespace scsilo::fuse {
class Directory;
}

namespace scsilo::control {

class SavedConfiguration;

// One layout of the tree (2008's procfs files, ...): told on the control thread, after the change.
class Layout {
  public:
    Layout() = default;
    Layout(const Layout &) = delete;
    Layout &operator=(const Layout &) = delete;
    virtual ~Layout() = default;
    virtual void group_added(const std::string &) {}
    virtual void group_removed(const std::string &) {}
    virtual void host_added(unsigned) {}
    virtual void host_removed(unsigned) {}
};

inline constexpr std::uint32_t max_shards = 64; // each is a thread and 80 MiB of address space
inline constexpr std::uint32_t max_hosts = 127; // 2008: add_host 0..127
inline constexpr std::uint32_t max_targets_per_host = 16;
inline constexpr std::size_t max_devices = 16384; // one for every LUN of a nexus
inline constexpr std::size_t max_groups = 1024;
inline constexpr std::size_t max_names_per_group = 1024;
inline constexpr std::string_view default_group_name = "Default";
inline constexpr std::string_view configuration_file_name = "configuration.json"; // in the state directory

struct SystemOptions {
    std::uint32_t count_shards = 1;
    loop::Shard::Limits shard_limits;
    std::filesystem::path state_directory;    // exists; empty: nothing is saved, and nothing restored
    std::filesystem::path configuration_file; // empty: configuration.json in the state directory, if there is one
    // What the command line says of scst_local wins over the saved configuration, member by member.
    std::optional<std::string> local_parameters; // "add_host=1 num_tgts=2"
    std::uint32_t node_uid = 0;                  // of the nodes in dev/
    std::uint32_t node_gid = 0;
    std::uint32_t node_mode = 0600;
};

struct Device {
    DeviceOptions options;
    std::string handler;                       // "vdisk", "vdisk_blk", "vdisk_null"
    std::shared_ptr<engine::LogicalUnit> unit; // its device server is an sbc::Disk
};

struct GroupEntry {
    std::uint32_t lun = 0;
    bool read_only = false;
    Device *device = nullptr; // of System::devices()
};

struct Group {
    std::string name;
    std::vector<GroupEntry> entries; // as added
    std::vector<std::string> names;  // initiators, as added
};

struct Session {
    std::string target_name;    // "scstlcltgt0"
    std::string initiator_name; // "scstlclhst0:0"
    std::shared_ptr<engine::ItNexus> nexus;
    unsigned host_number = 0;
    Group *group = nullptr; // of System::groups()
};

class System {
  public:
    // Starts the shards and the control thread and makes the tree; nothing is restored yet. `dev` receives the nodes of
    // the local driver. ConfigError, std::system_error.
    System(const SystemOptions &options, std::shared_ptr<fuse::Directory> dev);
    System(const System &) = delete;
    System &operator=(const System &) = delete;
    ~System(); // shut_down()

    // --- any thread ---
    [[nodiscard]] ControlThread &control() noexcept { return control_; }
    [[nodiscard]] Tree &tree() noexcept { return tree_; } // used on the control thread
    [[nodiscard]] local::Driver &driver() noexcept { return *driver_; }
    // The shards that were started with the system (more may be added by set_threads()).
    [[nodiscard]] std::vector<loop::Shard *> first_shards() const;
    // Restores the saved configuration and adds the hosts. Objects that fail are logged and kept in the file.
    // ConfigError: the file is corrupt or from a newer version (it is left as it is). `configure` is called between the
    // two (control thread); what it throws goes through, and nothing is saved.
    void start(const std::function<void()> &configure = nullptr);
    // Ends sessions, hosts and devices; saves nothing. Idempotent. Afterwards the tree is empty of them, shards still
    // run.
    void shut_down() noexcept;
    // The same operations as the socket and the mount.
    [[nodiscard]] Outcome read_file(std::string_view path);
    [[nodiscard]] Outcome write_file(std::string_view path, std::string_view raw);
    [[nodiscard]] std::string status(); // lines "key: value"

    // --- devices ---
    void open_device(const DeviceOptions &options);
    void close_device(std::string_view name); // leaves all groups first, as 2008
    // Gives a physical device to a pass-through handler: there are none yet, so every well-formed line is EINVAL.
    void assign(std::string_view address, std::string_view handler);
    [[nodiscard]] Device *find_device(std::string_view name) noexcept;
    [[nodiscard]] std::uint64_t size_bytes(const Device &device) const; // of its medium, now
    [[nodiscard]] const std::vector<std::unique_ptr<Device>> &devices() const noexcept { return devices_; } // as opened

    // --- groups ---
    void add_group(std::string_view name);
    void del_group(std::string_view name); // EBUSY with sessions; EINVAL for Default
    void add_to_group(Group &group, std::string_view device, std::uint32_t lun, bool read_only);
    void del_from_group(Group &group, std::string_view device); // its first LUN there
    void clear_group(Group &group);
    void add_name(Group &group, std::string_view initiator); // EEXIST
    void del_name(Group &group, std::string_view initiator); // ENOENT
    void clear_names(Group &group);
    [[nodiscard]] Group *find_group(std::string_view name) noexcept;
    [[nodiscard]] const std::vector<std::unique_ptr<Group>> &groups() const noexcept {
        return groups_;
    } // Default first
    [[nodiscard]] Group &group_for(std::string_view initiator, std::string_view target) noexcept;

    // --- scst_local ---
    void set_hosts(std::uint32_t count); // adds or removes at the end
    void change_hosts(std::int64_t difference);
    [[nodiscard]] std::uint32_t count_hosts() const noexcept { return local_.add_host; }
    [[nodiscard]] const LocalParameters &local_parameters() const noexcept {
        return local_;
    } // add_host: hosts there are
    [[nodiscard]] const std::vector<Session> &sessions() const noexcept { return sessions_; }

    // --- threads ---
    // More are started at once; fewer means that new devices are placed on the first ones only.
    void set_threads(std::uint32_t count);
    [[nodiscard]] std::uint32_t threads() const noexcept { return count_threads_; }
    [[nodiscard]] const std::vector<std::unique_ptr<loop::Shard>> &shards() const noexcept { return shards_; }

  private:
    friend class SavedConfiguration;

    [[nodiscard]] loop::Shard &next_shard() noexcept;
    [[nodiscard]] std::shared_ptr<engine::LogicalUnit> make_unit(const DeviceOptions &options);
    void start_shard();
    void remove_entry(Group &group, std::size_t index);
    void map_group(const Session &session);
    static void map_one(const Session &session, const GroupEntry &entry);
    void add_last_host();
    void remove_last_host();
    void save() noexcept;

    const SystemOptions options_;
    ControlThread control_;
    Tree tree_;
    std::vector<std::unique_ptr<loop::Shard>>
        shards_; // never stopped before the end: open files may still name their units
    std::size_t count_first_shards_ = 0;
    std::uint32_t count_hosts_at_start_ = 0;
    std::uint32_t count_threads_ = 0;
    std::size_t next_shard_ = 0;
    std::vector<std::unique_ptr<Device>> devices_;
    std::vector<std::unique_ptr<Group>> groups_;
    LocalParameters local_;
    std::unique_ptr<local::Driver> driver_;
    std::vector<Session> sessions_;
    std::unique_ptr<SavedConfiguration> saved_;
    std::vector<std::unique_ptr<Layout>> layouts_;
    bool started_ = false; // start() has succeeded and shut_down() has not begun: changes are saved
};

} // namespace scsilo::control
