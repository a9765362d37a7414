#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A plain dd, then losetup --direct-io=on, mkfs.ext4, mount, copy, e2fsck over a node.
. "$(dirname "$0")/lib.sh"
[ -e /dev/loop-control ] || { echo "skipped: no loop devices"; exit 77; }
start_daemon
make_disk vm_disk1 0 64
head -c 5000000 /dev/urandom >"$work/data"
timeout 60 dd if="$work/data" of="$root/dev/sda" status=none
timeout 60 dd if="$root/dev/sda" bs=500000 count=10 status=none | cmp - "$work/data" || fail "dd read back something else"
same "size" "$(stat -c %s "$root/dev/sda")" $((64 << 20))
loop=$(timeout 20 losetup --direct-io=on --show -f "$root/dev/sda") || { echo "skipped: losetup failed"; exit 77; }
timeout 60 mkfs.ext4 -q "$loop"
mkdir "$work/mnt"
timeout 20 mount "$loop" "$work/mnt"
cp "$work/data" "$work/mnt/data"
sync -f "$work/mnt"
timeout 60 umount "$work/mnt"
timeout 60 e2fsck -fn "$loop" >/dev/null || fail "e2fsck"
timeout 20 mount "$loop" "$work/mnt"
cmp "$work/data" "$work/mnt/data" || fail "the file differs"
timeout 60 umount "$work/mnt"
losetup -d "$loop"
stop_daemon
