#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Control lines with unknown verbs, long names, relative paths, missing files, odd block sizes: an errno and a sentence each, no trace.
. "$(dirname "$0")/lib.sh"
start_daemon
make_disk vm_disk1 0 8
before=$(cat "$root/scsi_tgt/scsi_tgt" "$root/scsi_tgt/vdisk/vdisk" "$root/scsi_tgt/groups/Default/devices")
V=scsi_tgt/vdisk/vdisk
refused "Invalid argument" $V "nonsense vm_disk1"
refused "Invalid argument" $V "open"
refused "Invalid argument" $V "open relative vdisk1.img"
refused "Invalid argument" $V "open vm_disk1 $work/vm_disk1.img"
refused "Invalid argument" $V "open d2 $work/vm_disk1.img 500"
refused "Invalid argument" $V "open d2 $work/vm_disk1.img 512 NONSENSE"
refused "Invalid argument" $V "open a_name_of_more_than_fifteen $work/vm_disk1.img"
refused "No such file" $V "open d2 $work/missing.img"
grep -q 'missing.img' "$root/last_error" || fail "last_error: $(cat "$root/last_error")"
refused "Invalid argument" $V "close nobody"
refused "Invalid argument" scsi_tgt/groups/Default/devices "add nobody 1"
refused "Invalid argument" scsi_tgt/groups/Default/devices "add vm_disk1 0"
refused "Invalid argument" scsi_tgt/groups/Default/devices "add vm_disk1 x"
refused "Invalid argument" scsi_tgt/scsi_tgt "add_group Default"
refused "Invalid argument" scsi_tgt/scsi_tgt "del_group nobody"
refused "Invalid argument" scsi_tgt/scsi_tgt "assign 0:0:0:0 dev_disk"
refused "Invalid argument" scsi_tgt/threads "0"
refused "Invalid argument" scsi_tgt/trace_level "add nonsense"
refused "too large" $V "open $(head -c 4000 /dev/zero | tr '\0' a) $work/vm_disk1.img"
same "nothing changed" "$(cat "$root/scsi_tgt/scsi_tgt" "$root/scsi_tgt/vdisk/vdisk" "$root/scsi_tgt/groups/Default/devices")" "$before"
if out=$(scsilo write $V "open d2 /missing" 2>&1); then fail "scsilo write succeeded"; fi
case $out in *"/missing"*) ;; *) fail "scsilo said «$out»" ;; esac
stop_daemon
