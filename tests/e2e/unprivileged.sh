#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Without root: fusermount3 mounts; control tree, block nodes and SG_IO work for the daemon's own user, and it stops cleanly.

# A machine whose /dev/fuse is root's only (udev makes it 0666) gets one for all in a mount namespace of this test's own.
if [ "$(id -u)" -eq 0 ] && [ "$(stat -c %a /dev/fuse 2>/dev/null)" != 666 ] && [ -z "${SCSILO_OWN_NAMESPACE:-}" ]; then
    SCSILO_OWN_NAMESPACE=yes exec unshare --mount bash "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
[ -u "$(command -v fusermount3)" ] || { echo "skipped: no set-uid fusermount3"; exit 77; }
if [ -n "${SCSILO_OWN_NAMESPACE:-}" ]; then
    mknod -m 666 "$work/fuse" c 10 229 && mount --bind "$work/fuse" /dev/fuse && : 2>/dev/null <>/dev/fuse ||
        { echo "skipped: no /dev/fuse for all can be made"; exit 77; }
fi
# The user must be able to reach the programs; the build tree may be root's.
install -m 755 "$SCSILO_BUILD/scsilod" "$SCSILO_BUILD/scsilo" "$work"
chmod 755 "$work"
install -d -o nobody -g nogroup "$work/home"
root=$work/home/run/scsilo
state=$work/home/state/scsilo
mkdir -p "$work/home/run"
chown nobody "$work/home/run"
as_user() {
    setpriv --reuid=nobody --regid=nogroup --clear-groups \
        env -i PATH="$PATH" HOME="$work/home" XDG_RUNTIME_DIR="$work/home/run" XDG_STATE_HOME="$work/home/state" "$@"
}

as_user timeout 30 "$work/scsilod" --daemonize || fail "it did not start"
same "state directory" "$(stat -c '%a %U' "$state")" "700 nobody"
as_user sh -c "truncate -s 8M $work/home/a.img && echo 'open a $work/home/a.img' > $root/scsi_tgt/vdisk/vdisk &&
    echo 'add a 0' > $root/scsi_tgt/groups/Default/devices" || fail "a disk cannot be opened"
same "owner of the node" "$(as_user stat -c '%a %U %s' "$root/dev/sda")" "600 nobody $((8 << 20))"
head -c 1000000 /dev/urandom >"$work/data"
as_user dd of="$root/dev/sda" bs=64k status=none <"$work/data"
as_user dd if="$root/dev/sda" bs=1000000 count=1 status=none | cmp - "$work/data" || fail "what was read back differs"
as_user timeout 10 sg_inq "$root/dev/sg0" >"$work/inq" 2>&1 || fail "SG_IO: $(cat "$work/inq")"
grep -q 'Vendor identification: SCST_FIO' "$work/inq" || fail "$(cat "$work/inq")"
ls "$root" >/dev/null 2>&1 && fail "without --allow-other another user got in"
as_user "$work/scsilo" status | grep -q '^devices: 1$' || fail "status"
as_user timeout 30 "$work/scsilo" stop || fail "stop"
as_user mountpoint -q "$root" && fail "still mounted"
exit 0
