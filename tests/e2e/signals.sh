#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SIGHUP reopens the log; SIGTERM ends cleanly even with an open node; another daemon may have the same place afterwards.
. "$(dirname "$0")/lib.sh"
start_daemon
make_disk vm_disk1 0 8
pid=$(cat "$state/lock")
mv "$state/scsilod.log" "$state/old.log"
kill -HUP "$pid"
for _ in $(seq 100); do [ -e "$state/scsilod.log" ] && break; sleep 0.05; done
[ -e "$state/scsilod.log" ] || fail "SIGHUP did not reopen the log"
refused "Invalid argument" scsi_tgt/vdisk/vdisk "nonsense"
for _ in $(seq 100); do grep -q nonsense "$state/scsilod.log" && break; sleep 0.05; done
grep -q nonsense "$state/scsilod.log" || fail "the new log has no line"
exec 5<"$root/dev/sda"
kill -TERM "$pid"
for _ in $(seq 400); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
kill -0 "$pid" 2>/dev/null && fail "SIGTERM did not end it within 20 s"
mountpoint -q "$root" && fail "still mounted"
[ ! -e "$state/control.socket" ] || fail "the socket is still there"
timeout 10 dd bs=512 count=1 status=none <&5 >/dev/null 2>&1 && fail "the open node still gives data"
exec 5<&-
start_daemon
[ -f "$root/dev/sda" ] || fail "not restored"
pid=$(cat "$state/lock")
kill -TERM "$pid"
kill -INT "$pid" 2>/dev/null || true
for _ in $(seq 200); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
kill -0 "$pid" 2>/dev/null && fail "two signals did not end it within 10 s"
mountpoint -q "$root" && fail "still mounted after two signals"
out=$(scsilo status 2>&1) && fail "status succeeded without a daemon"
scsilo status >/dev/null 2>&1 || same "exit status without a daemon" $? 3
