#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The configuration and saved mode pages survive a restart, also after kill -9; a killed daemon leaves no stuck process.
. "$(dirname "$0")/lib.sh"
start_daemon
make_disk vm_disk1 0 8
echo "add_group g1" >"$root/scsi_tgt/scsi_tgt"
echo "add vm_disk1 3 READ_ONLY" >"$root/scsi_tgt/groups/g1/devices"
timeout 10 sdparm --quiet --save --set=WCE=0 "$root/dev/sg0"
before=$(cat "$root/scsi_tgt/vdisk/vdisk" "$root/scsi_tgt/groups/g1/devices")
stop_daemon
mountpoint -q "$root" && fail "still mounted after stop"
start_daemon
same configuration "$(cat "$root/scsi_tgt/vdisk/vdisk" "$root/scsi_tgt/groups/g1/devices")" "$before"
[ -f "$root/dev/sda" ] || fail "sda is not back"
timeout 10 sdparm --get=WCE "$root/dev/sg0" | grep -q 'WCE *0' || fail "the saved WCE is lost"
exec 5<"$root/dev/sda"
kill -9 "$(daemon_pid)"
timeout 10 dd bs=512 count=1 status=none <&5 >/dev/null 2>&1 && fail "a read of a dead daemon's node gave data"
exec 5<&-
start_daemon
same "configuration after kill -9" "$(cat "$root/scsi_tgt/vdisk/vdisk" "$root/scsi_tgt/groups/g1/devices")" "$before"
timeout 10 sg_turs "$root/dev/sg0" || fail "not ready after the restart"
stop_daemon
