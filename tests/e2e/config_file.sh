#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The file of --config: its lines are executed on a first start only, before the hosts come, and an error names its line.
. "$(dirname "$0")/lib.sh"
truncate -s 8M "$work/a.img" "$work/b.img"
cat >"$work/good" <<LINES
# two groups, the second one for host 0

scsi_tgt/vdisk/vdisk open a $work/a.img
scsi_tgt/vdisk/vdisk	open b $work/b.img 4096
scsi_tgt/scsi_tgt add_group g1
  scsi_tgt/groups/g1/names add scstlclhst0:0
scsi_tgt/groups/g1/devices add b 0
scsi_tgt/groups/Default/devices add a 0
LINES
cat >"$work/bad" <<LINES
scsi_tgt/vdisk/vdisk open a $work/a.img

scsi_tgt/vdisk/vdisk open c $work/missing.img
LINES
if out=$(start_daemon --config "$work/bad" 2>&1); then fail "started with a bad line"; fi
case $out in *"bad:3: "*missing.img*) ;; *) fail "said «$out»" ;; esac
[ ! -e "$state/configuration.json" ] || fail "the failed start left a configuration"
mountpoint -q "$root" && fail "the failed start left its mount"
echo "scsi_tgt/threads" >"$work/short"
if out=$(start_daemon --config "$work/short" 2>&1); then fail "a line without a command was accepted"; fi
case $out in *"short:1: "*) ;; *) fail "said «$out»" ;; esac
if out=$(start_daemon --config "$work/none" 2>&1); then fail "a missing file was accepted"; fi
case $out in *"$work/none"*) ;; *) fail "said «$out»" ;; esac

start_daemon --config "$work/good"
same "host 0 is in g1" "$(timeout 10 sg_inq "$root/dev/sg0" | sed -n "s/ *Product identification: \([^ ]*\) *$/\1/p")" b
echo "close a" >"$root/scsi_tgt/vdisk/vdisk"
stop_daemon
start_daemon --config "$work/good"
grep -q '^a ' "$root/scsi_tgt/vdisk/vdisk" && fail "the file was executed again"
grep -q '^b ' "$root/scsi_tgt/vdisk/vdisk" || fail "b was not restored"
stop_daemon
