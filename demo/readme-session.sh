#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The session of the README of scst_local of 2008, on real images; fails if anything differs. Run by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${SCSILO_BUILD:-build/release}
work=$(mktemp -d /tmp/scsilo-demo.XXXXXX)
R=$work/scsilo
say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
run() {
    printf '$ %s\n' "$*"
    bash -c "$*"
}
fail() {
    printf '\nThe demo failed: %s\n' "$*" >&2
    exit 1
}
clean_up() {
    local status=$?
    "$build/scsilo" --root "$R" --state "$work/state" stop >/dev/null 2>&1 || true
    umount -l "$R" 2>/dev/null || true
    rm -rf "$work"
    exit $status
}
trap clean_up EXIT
[ -c /dev/fuse ] || fail "there is no /dev/fuse; load the fuse module or pass the device into the container"

say "1. Start the daemon (the modprobe of today)"
run "$build/scsilod --root $R --state $work/state --daemonize --scst-local 'add_host=1 num_tgts=1 max_luns=8'"

say "2. Create a virtual disk"
run "dd if=/dev/zero of=$work/vdisk1.img bs=16384 count=4096 status=none"
run "echo \"open vm_disk1 $work/vdisk1.img\" > $R/scsi_tgt/vdisk/vdisk"
run "echo \"add vm_disk1 0\" > $R/scsi_tgt/groups/Default/devices"

say "3. Check what you have"
run "cat $R/scsi/scsi"
wanted="Attached devices:
Host: scsi0 Channel: 00 Id: 00 Lun: 00
  Vendor: SCST_FIO Model: vm_disk1         Rev: 101 
  Type:   Direct-Access                    ANSI  SCSI revision: 06"
[ "$(cat "$R/scsi/scsi")" = "$wanted" ] || fail "the listing differs"

say "4. Have fun"
run "dd if=/dev/urandom of=$work/data bs=1M count=16 status=none"
run "dd if=$work/data of=$R/dev/sda bs=64k conv=fsync"
run "dd if=$R/dev/sda of=$work/back bs=64k count=256"
cmp "$work/data" "$work/back" || fail "what was read back differs"
cmp -n $((16 << 20)) "$work/data" "$work/vdisk1.img" || fail "the image differs"
run "sg_inq $R/dev/sg0"
sg_inq "$R/dev/sg0" | grep -q 'Product identification: vm_disk1' || fail "sg_inq"
run "sg_readcap $R/dev/sg0"
sg_readcap "$R/dev/sg0" | grep -q 'Number of logical blocks=131072' || fail "sg_readcap"
run "sg_vpd $R/dev/sg0"
run "sg_vpd --page=bl $R/dev/sg0"

say "5. Five virtual disks come up as sda to sde"
for i in 2 3 4 5; do
    truncate -s 64M "$work/vdisk$i.img"
    run "echo \"open vm_disk$i $work/vdisk$i.img\" > $R/scsi_tgt/vdisk/vdisk"
    run "echo \"add vm_disk$i $((i - 1))\" > $R/scsi_tgt/groups/Default/devices"
done
run "ls $R/dev"
for letter in a b c d e; do
    head -c 65536 /dev/urandom >"$work/data"
    dd if="$work/data" of="$R/dev/sd$letter" bs=4k status=none
    dd if="$R/dev/sd$letter" bs=4k count=16 status=none | cmp - "$work/data" || fail "sd$letter differs"
done

say "6. Stop"
run "$build/scsilo --root $R --state $work/state stop"
mountpoint -q "$R" && fail "the tree is still mounted"
printf '\nEverything was as expected.\n'
