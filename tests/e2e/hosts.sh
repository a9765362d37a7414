#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# add_host +n and -n at run time; two hosts are two nexuses to the same logical unit.
. "$(dirname "$0")/lib.sh"
start_daemon --scst-local 'add_host=1 max_luns=8'
make_disk vm_disk1 0 8
same max_luns "$(cat "$root/module/scst_local/parameters/max_luns")" 8
echo "+1" >"$root/drivers/scst_local/add_host"
[ -f "$root/dev/sdb" ] || fail "the second host has no node"
same "two entries" "$(grep -c '^Host: ' "$root/scsi/scsi")" 2
grep -q 'scstlclhst1:0' "$root/scsi_tgt/sessions" || fail "no session of host 1"
# A mode parameter changed through one nexus is told to the other one only.
timeout 10 sg_turs "$root/dev/sg1" || true
timeout 10 sdparm --quiet --set=D_SENSE=1 "$root/dev/sg0" || fail "D_SENSE cannot be set"
timeout 10 sg_turs "$root/dev/sg0" || fail "the nexus that changed it got a unit attention"
if timeout 10 sg_turs "$root/dev/sg1" >/dev/null 2>&1; then fail "the other nexus was not told"; fi
timeout 10 sg_turs "$root/dev/sg1" || fail "the unit attention was reported twice"
timeout 10 sg_reset -d "$root/dev/sg0" || fail "device reset"
timeout 10 sg_reset -t "$root/dev/sg0" || fail "target reset"
grep -q 'Device Resets=1, Target Resets=1' "$root/scsi/scst_ini_targ_debug/0" || fail "$(cat "$root/scsi/scst_ini_targ_debug/0")"
echo "-1" >"$root/drivers/scst_local/add_host"
[ ! -e "$root/dev/sdb" ] || fail "the node of the removed host is still there"
same "one entry" "$(grep -c '^Host: ' "$root/scsi/scsi")" 1
refused "Invalid argument" drivers/scst_local/add_host "+200"
stop_daemon
