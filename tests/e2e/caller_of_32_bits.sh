#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A 32-bit program's sg_io_hdr has other offsets: SG_IO with one buffer, with an iovec, and BLKGETSIZE64 give the right answers.
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
cc -m32 -O1 -Wall -Wextra -Werror -o "$work/caller" "$here/sg_caller.c" 2>/dev/null || { echo "skipped: no 32-bit compiler (gcc-multilib)"; exit 77; }
cc -m64 -O1 -Wall -Wextra -Werror -o "$work/caller64" "$here/sg_caller.c"
start_daemon
make_disk vm_disk1 0 8
timeout 10 sg_turs "$root/dev/sg0" >/dev/null 2>&1 || true
head -c 4096 /dev/urandom >"$work/data"
dd if="$work/data" of="$root/dev/sda" bs=4k status=none
for caller in caller64 caller; do
    same "$caller INQUIRY" "$(timeout 10 "$work/$caller" inquiry "$root/dev/sg0")" "SCST_FIO vm_disk1"
    timeout 10 "$work/$caller" read_in_pieces "$root/dev/sg0" | cmp - "$work/data" || fail "$caller: READ into an iovec differs"
    timeout 10 "$work/$caller" read_asynchronously "$root/dev/sg0" | cmp - "$work/data" || fail "$caller: write() and read() of the sg node differ"
    same "$caller size" "$(timeout 10 "$work/$caller" size "$root/dev/sda")" $((8 << 20))
done
stop_daemon
