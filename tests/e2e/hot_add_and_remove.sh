#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Devices added and removed while running appear and vanish at once; an open node gives ENODEV and nothing hangs.
. "$(dirname "$0")/lib.sh"
start_daemon
make_disk vm_disk1 0 8
make_disk vm_disk2 1 8
[ -f "$root/dev/sda" ] && [ -f "$root/dev/sdb" ] && [ -f "$root/dev/sg1" ] || fail "a node is missing"
# The other logical unit reports the change once (SPC: REPORTED LUNS DATA HAS CHANGED), then works.
timeout 10 sg_turs "$root/dev/sg0" >/dev/null 2>&1 || true
timeout 10 sg_turs "$root/dev/sg0" || fail "vm_disk1 is not ready"
same "two LUNs" "$(timeout 10 sg_luns "$root/dev/sg0" | grep -c '^    0')" 2
exec 5<"$root/dev/sdb" 6<"$root/dev/sg1"
echo "del vm_disk2" >"$root/scsi_tgt/groups/Default/devices"
[ ! -e "$root/dev/sdb" ] && [ ! -e "$root/dev/sg1" ] || fail "a node of vm_disk2 is still there"
said=$(timeout 10 dd bs=512 count=1 status=none <&5 2>&1 >/dev/null || true)
case $said in *"No such device"*) ;; *) fail "reading an open node of a removed device: «$said»" ;; esac
exec 5<&- 6<&-
timeout 10 sg_turs "$root/dev/sg0" >/dev/null 2>&1 || true
timeout 10 sg_turs "$root/dev/sg0" || fail "vm_disk1 is not ready after the removal"
for i in $(seq 20); do
    echo "add vm_disk2 1" >"$root/scsi_tgt/groups/Default/devices"
    [ -f "$root/dev/sdb" ] || fail "round $i: sdb did not appear"
    echo "del vm_disk2" >"$root/scsi_tgt/groups/Default/devices"
    [ ! -e "$root/dev/sdb" ] || fail "round $i: sdb did not vanish"
done
stop_daemon
