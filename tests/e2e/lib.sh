# SPDX-License-Identifier: Apache-2.0
# What the end-to-end scripts share: a daemon of their own in a temporary directory, and checks that say what differed.
set -euo pipefail

[ -n "${SCSILO_BUILD:-}" ] || { echo "SCSILO_BUILD is not set: run this through ctest"; exit 1; }
[ -c /dev/fuse ] || { echo "skipped: there is no /dev/fuse"; exit 77; }
[ "$(id -u)" -eq 0 ] || { echo "skipped: needs root"; exit 77; }

work=$(mktemp -d /tmp/scsilo-e2e.XXXXXX)
root=$work/root
state=$work/state
daemon_arguments=()

scsilo() { "$SCSILO_BUILD/scsilo" --root "$root" --state "$state" "$@"; }

start_daemon() {
    timeout 30 "$SCSILO_BUILD/scsilod" --root "$root" --state "$state" --daemonize "${daemon_arguments[@]}" "$@"
}

stop_daemon() { timeout 30 "$SCSILO_BUILD/scsilo" --root "$root" --state "$state" stop; }

daemon_pid() { pgrep -f -- "scsilod --root $root " | head -n 1; }

fail() {
    echo "FAILED: $*"
    [ ! -f "$state/scsilod.log" ] || tail -n 20 "$state/scsilod.log"
    exit 1
}

# same WHAT GOT WANTED
same() { [ "$2" = "$3" ] || fail "$1: got «$2», wanted «$3»"; }

# refused WORD PATH LINE: the write must fail and the errno's text contain WORD.
refused() {
    local said
    if said=$(bash -c 'printf "%s\n" "$1" > "$2"' _ "$3" "$root/$2" 2>&1); then fail "«$3» was accepted by $2"; fi
    case $said in *"$1"*) ;; *) fail "«$3»: got «$said», wanted $1" ;; esac
}

# make_disk NAME LUN MIB: an image, opened and added to the Default group.
make_disk() {
    truncate -s "$3M" "$work/$1.img"
    echo "open $1 $work/$1.img ${4:-}" >"$root/scsi_tgt/vdisk/vdisk"
    echo "add $1 $2" >"$root/scsi_tgt/groups/Default/devices"
}

clean_up() {
    local status=$?
    mountpoint -q "$work/mnt" 2>/dev/null && umount -l "$work/mnt"
    local pid
    for pid in $(pgrep -f -- "scsilod --root $root " || true); do kill -9 "$pid" 2>/dev/null || true; done
    umount -l "$root" 2>/dev/null || true
    mountpoint -q "$state" && umount -l "$state"
    rm -rf "$work"
    exit $status
}
trap clean_up EXIT
