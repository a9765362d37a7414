// SPDX-License-Identifier: Apache-2.0
// Sets limits and capabilities (capabilities(7)) by the bare system calls: libcap would be a dependency for two of
// them.
#include "daemon/privileges.h"

#include <array>
#include <cstdint>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace scsilo::daemon {
namespace {

struct Needed {
    int capability;
    const char *reason;
};

constexpr std::array<Needed, 5> needed{{
    {CAP_SYS_PTRACE, "process_vm_readv and process_vm_writev: headers, CDBs and data are in the callers' memory"},
    {CAP_SYS_ADMIN, "mount at the start, umount at the end"},
    {CAP_DAC_OVERRIDE, "disk images may belong to other users"},
    {CAP_DAC_READ_SEARCH, "and lie in directories of other users"},
    {CAP_IPC_LOCK, "buffers registered with io_uring are locked memory, also for threads added later"},
}};

constexpr std::uint64_t kept_mask() {
    std::uint64_t mask = 0;
    for (const Needed &one : needed) {
        mask |= std::uint64_t{1} << one.capability;
    }
    return mask;
}

void raise(__rlimit_resource resource) noexcept {
    rlimit limit{};
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(resource, &limit);
    }
}

} // namespace

void raise_limits() noexcept {
    raise(RLIMIT_NOFILE);
    raise(RLIMIT_MEMLOCK);
    raise(RLIMIT_CORE);
}

void reduce_capabilities() noexcept {
    if (geteuid() != 0) {
        return;
    }
    constexpr int max_capabilities = 64;
    for (int capability = 0; capability < max_capabilities; ++capability) {
        if ((kept_mask() >> capability & 1) == 0) {
            prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); // fails beyond the kernel's last one
        }
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    if (syscall(SYS_capget, &header, sets.data()) != 0) {
        return;
    }
    for (std::size_t word = 0; word < sets.size(); ++word) {
        const auto mask = static_cast<std::uint32_t>(kept_mask() >> (32 * word));
        sets[word].permitted &= mask; // a container may have taken some of ours
        sets[word].effective = sets[word].permitted;
        sets[word].inheritable = 0;
    }
    syscall(SYS_capset, &header, sets.data());
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

} // namespace scsilo::daemon
