#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The daemon keeps the capabilities it needs and no others; nodes belong to whom the options say, and that user's SG_IO works.
. "$(dirname "$0")/lib.sh"
command -v setpriv >/dev/null || { echo "skipped: no setpriv"; exit 77; }
as_user() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
chmod 711 "$work"
start_daemon --node-owner nobody --node-group nogroup --node-mode 0640
make_disk vm_disk1 0 8
status=/proc/$(cat "$state/lock")/status
# CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_IPC_LOCK, CAP_SYS_PTRACE, CAP_SYS_ADMIN
most=$((1 << 1 | 1 << 2 | 1 << 14 | 1 << 19 | 1 << 21))
for set in CapPrm CapEff CapBnd; do
    mask=$((16#$(sed -n "s/^$set:\t//p" "$status")))
    [ $((mask & ~most)) -eq 0 ] || fail "$set holds more than is needed: $(printf %x "$mask")"
done
grep -q '^NoNewPrivs:.*1$' "$status" || fail "it may gain privileges"
for node in sda sg0; do same "$node" "$(stat -c '%U %G %a' "$root/dev/$node")" "nobody nogroup 640"; done
as_user timeout 10 sg_inq "$root/dev/sg0" >"$work/said" 2>&1 || fail "the owner's SG_IO: $(cat "$work/said")"
chown root "$root/dev/sg0"
chmod 600 "$root/dev/sg0"
as_user timeout 10 sg_inq "$root/dev/sg0" >/dev/null 2>&1 && fail "the node opened for somebody else"
as_user sh -c "echo none > $root/scsi_tgt/trace_level" 2>/dev/null && fail "a stranger wrote to the control tree"
stop_daemon
