#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What unmodified tools say of a disk of ours, compared with sg_tools.txt; `--update` writes that file anew.

. "$(dirname "$0")/../e2e/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
start_daemon
make_disk vm_disk1 0 64
make_disk vm_disk2 1 16 4096
make_disk vm_null 2 1 NULLIO
G=$root/dev/sg0
cd "$root"
timeout 5 sg_turs dev/sg0 >/dev/null 2>&1 || true
timeout 5 sg_turs dev/sg1 >/dev/null 2>&1 || true

tell() {
    local status=0
    printf '$ %s\n' "$*"
    timeout 20 "$@" 2>&1 || status=$?
    printf '[exit %d]\n\n' "$status"
}
transcript() {
    tell sg_turs dev/sg0
    tell sg_inq dev/sg0
    tell sg_inq dev/sda
    tell sg_readcap dev/sg0
    tell sg_readcap --16 dev/sg0
    tell sg_readcap --16 dev/sg1
    for page in sv sn di ei bl bdc lbpv; do tell sg_vpd --page=$page dev/sg0; done
    tell sg_luns dev/sg0
    tell sg_luns --select=2 dev/sg0
    tell sg_modes --all dev/sg0
    tell sg_modes --page=8 --control=1 dev/sg0
    tell sg_opcodes dev/sg0
    tell sg_opcodes --opcode=0x28 dev/sg0
    tell sg_opcodes --tmf dev/sg0
    tell sg_requests dev/sg0
    tell sg_requests --desc dev/sg0
    tell sg_verify --lba=0 --count=8 dev/sg0
    tell sg_verify --16 --lba=131072 --count=1 dev/sg0
    tell sg_sync dev/sg0
    tell sg_sync --16 dev/sg0
    tell sg_start --stop dev/sg0
    tell sg_turs dev/sg0
    tell sg_start --start dev/sg0
    tell sg_turs dev/sg0
    tell sg_raw --request=512 dev/sg0 28 00 00 00 00 00 00 00 01 00
    tell sg_raw dev/sg0 00 00 00 01 00 00
    tell sg_raw dev/sg0 c7 00 00 00 00 00
    tell sg_unmap --force --lba=8 --num=8 dev/sg0
    tell sg_write_same --lba=0 --num=16 --in=/dev/zero --xferlen=512 dev/sg0
    tell sdparm --all dev/sg0
    tell sdparm --inquiry dev/sg0
    tell smartctl --device=scsi --info dev/sg0
    tell blockdev --getsize64 --getss --getpbsz --getro dev/sda
    tell sg_inq dev/sg2
    tell cat scsi/scsi
    tell cat scsi_tgt/scsi_tgt scsi_tgt/vdisk/vdisk scsi_tgt/groups/Default/devices scsi_tgt/sessions
}
# Dates, durations and the temporary directory differ from run to run.
normalised() { sed -e "s|$work|/some/path|g" -e 's|^Local Time is:.*|Local Time is: (now)|' -e 's|\[x86_64-linux-[^]]*\]|[this machine]|'; }
transcript | normalised >"$work/transcript"
cd /
if [ "${1:-}" = --update ]; then
    cp "$work/transcript" "$here/sg_tools.txt"
else
    diff -u "$here/sg_tools.txt" "$work/transcript" || fail "the transcript differs; if the new one is right: $0 --update"
fi
stop_daemon
