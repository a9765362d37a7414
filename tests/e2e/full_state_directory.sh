#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A full disk under the state directory: the status says so, the saved file stays whole, and the next change with room saves everything.
. "$(dirname "$0")/lib.sh"
mkdir -p "$state"
mount -t tmpfs -o size=256k,mode=700 none "$state" || { echo "skipped: no tmpfs can be mounted"; exit 77; }
start_daemon --log "$work/log"
make_disk vm_disk1 0 8
cp "$state/configuration.json" "$work/before"
cat /dev/zero >"$state/filler" 2>/dev/null || true
for i in 1 2 3 4; do
    truncate -s 8M "$work/b$i.img"
    [ "$i" = 4 ] || echo "open b$i $work/b$i.img" >"$root/scsi_tgt/vdisk/vdisk" || fail "open was refused"
done
scsilo status | grep -q 'NOT SAVED' || fail "status: $(scsilo status)"
grep -q 'ERROR.*cannot be saved' "$work/log" || fail "the log says nothing: $(cat "$work/log")"
cmp "$work/before" "$state/configuration.json" || fail "the saved file was harmed"
timeout 10 dd if="$root/dev/sda" of=/dev/null bs=4k count=1 status=none || fail "the devices no longer work"
rm "$state/filler"
echo "open b4 $work/b4.img" >"$root/scsi_tgt/vdisk/vdisk"
scsilo status | grep -q 'NOT SAVED' && fail "still not saved"
before=$(cat "$root/scsi_tgt/vdisk/vdisk")
stop_daemon
start_daemon --log "$work/log"
same "what came back" "$(cat "$root/scsi_tgt/vdisk/vdisk")" "$before"
stop_daemon
