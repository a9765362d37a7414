#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fio writes and verifies random blocks on a node, also such as are no multiple of the block length.
. "$(dirname "$0")/lib.sh"
start_daemon
make_disk vm_disk1 0 32
timeout 100 fio --name=v --filename="$root/dev/sda" --rw=randwrite --bsrange=512-64k --bs_unaligned=1 --size=8m --verify=crc32c \
    --ioengine=psync --verify_fatal=1 --verify_state_save=0 --minimal >/dev/null || fail "fio psync"
timeout 100 fio --name=v --filename="$root/dev/sda" --rw=randwrite --bs=4k --size=16m --verify=crc32c --ioengine=libaio --iodepth=16 \
    --direct=1 --verify_fatal=1 --verify_state_save=0 --minimal >/dev/null || fail "fio libaio"
stop_daemon
