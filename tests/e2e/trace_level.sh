#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# trace_level switches what is logged, per core, handler and driver.
. "$(dirname "$0")/lib.sh"
start_daemon
make_disk vm_disk1 0 8
log=$state/scsilod.log
timeout 10 sg_turs "$root/dev/sg0"
lines=$(wc -l <"$log")
timeout 10 sg_turs "$root/dev/sg0"
same "quiet by default" "$(wc -l <"$log")" "$lines"
echo "add scsi" >"$root/scsi_tgt/trace_level"
grep -q scsi "$root/scsi_tgt/trace_level" || fail "$(cat "$root/scsi_tgt/trace_level")"
timeout 10 sg_turs "$root/dev/sg0"
[ "$(wc -l <"$log")" -gt "$lines" ] || fail "the token scsi logs nothing"
echo "none" >"$root/scsi_tgt/trace_level"
same none "$(cat "$root/scsi_tgt/trace_level")" none
lines=$(wc -l <"$log")
timeout 10 sg_turs "$root/dev/sg0"
same "quiet again" "$(wc -l <"$log")" "$lines"
stop_daemon
