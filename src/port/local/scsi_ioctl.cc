// SPDX-License-Identifier: Apache-2.0
// Shared SCSI ioctls of nodes.
#include "port/local/scsi_ioctl.h"

#include "port/local/reset.h"
#include "port/local/scsi_device.h"

#include <array>
#include <cerrno>
#include <scsi/sg.h>

namespace scsilo::local {
namespace {

// Gives up the device when the frame goes.
struct Use {
    ScsiDevice &device;
    explicit Use(ScsiDevice &used) noexcept : device(used) {}
    Use(const Use &) = delete;
    Use &operator=(const Use &) = delete;
    ~Use() { device.leave(); }
};

loop::Op<void> serve_reset(Job &job, std::optional<ResetScope> scope) {
    if (!job.device().enter()) {
        co_await fail(Errno{ENODEV});
    }
    {
        const Use use(job.device());
        if (scope) {
            co_await reset(job.device(), *scope);
        }
    }
    job.take_request().reply_ioctl(0);
}

// SG_SCSI_RESET: escalation has no meaning here, since no reset fails.
void start_reset(const Stations &stations, fuse::Request &request, const std::shared_ptr<ScsiDevice> &device,
                 const fuse::IoctlRequest &ioctl) noexcept {
    int value = 0;
    if (!take_value(request, ioctl.argument, value)) {
        return;
    }
    constexpr int no_escalate = 0x100;
    std::optional<ResetScope> scope;
    switch (value & ~no_escalate) {
    case SG_SCSI_RESET_NOTHING:
        break;
    case SG_SCSI_RESET_DEVICE:
        scope = ResetScope::device;
        break;
    case 4: // SG_SCSI_RESET_TARGET
        scope = ResetScope::target;
        break;
    case SG_SCSI_RESET_BUS: // a bus of ours has as many devices as its host
    case SG_SCSI_RESET_HOST:
        scope = ResetScope::host;
        break;
    default:
        request.reply_error(EIO);
        return;
    }
    serve(stations, request, device, [scope](Job &job) { return serve_reset(job, scope); });
}

void reply_idlun(fuse::Request &request, const ScsiDevice &device, const fuse::IoctlRequest &ioctl) noexcept {
    const DeviceAddress &at = device.address();
    // target, LUN, channel and host number, eight bits each; and the host's unique id.
    const std::array<std::uint32_t, 2> value{(at.target & 0xFFU) | (at.lun & 0xFFU) << 8U | (at.host & 0xFFU) << 24U,
                                             at.host};
    reply_value(request, ioctl.argument, value);
}

// The argument is the length of a buffer, which begins at the same place; the answer is the host's name.
void reply_probe(fuse::Request &request, const fuse::IoctlRequest &ioctl) noexcept {
    constexpr std::string_view name = "scst_local";
    std::uint32_t room = 0;
    if (ioctl.argument != 0) {
        if (!take_value(request, ioctl.argument, room)) {
            return;
        }
        std::array<char, 16> text{};
        const std::size_t length = std::min<std::size_t>(room, name.size() + 1);
        name.copy(text.data(), name.size());
        ProcessMemory memory(request.caller().pid);
        const Bytes bytes(reinterpret_cast<const std::uint8_t *>(text.data()), length);
        if (const int error = memory.write(ioctl.argument, bytes); error != 0) {
            request.reply_error(error);
            return;
        }
    }
    request.reply_ioctl(1);
}

} // namespace

bool serve_scsi_ioctl(const Stations &stations, fuse::Request &request, const std::shared_ptr<ScsiDevice> &device,
                      const fuse::IoctlRequest &ioctl, const SgAccess &access) noexcept {
    switch (ioctl.command) {
    case SG_IO:
        serve(stations, request, device, [&](Job &job) { return sg_io(job, ioctl, access); });
        return true;
    case SG_SCSI_RESET:
        start_reset(stations, request, device, ioctl);
        return true;
    case ioctl_scsi_get_idlun:
        reply_idlun(request, *device, ioctl);
        return true;
    case ioctl_scsi_get_bus_number:
        reply_value(request, ioctl.argument, static_cast<int>(device->address().host));
        return true;
    case ioctl_scsi_probe_host:
        reply_probe(request, ioctl);
        return true;
    case ioctl_scsi_send_command: // too old to be safe: it tells no direction
        request.reply_error(ENOTTY);
        return true;
    default:
        return false;
    }
}

} // namespace scsilo::local
