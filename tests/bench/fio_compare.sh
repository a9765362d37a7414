#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# 4 KiB random reads at depth 32: scsilo's FILEIO disk in process beside fio's io_uring on the same file, turn by turn.
# Medians of 5 and their ratio, on tmpfs and with O_DIRECT on disk.   fio_compare.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
bench=${SCSILO_BUILD:-build/release}/bench_engine
rounds=${1:-5}
seconds=2
size_mib=512

[ -x "$bench" ] || { echo "$bench is missing: make bench"; exit 77; }
command -v fio >/dev/null || { echo "fio is not installed"; exit 77; }

fio_iops() { # file direct
    fio --name=compare --filename="$1" --ioengine=io_uring --direct="$2" --rw=randread --bs=4k --iodepth=32 --norandommap \
        --randrepeat=0 --time_based --runtime=$seconds --size=${size_mib}m --output-format=json |
        python3 -c 'import json, sys; print(round(json.load(sys.stdin)["jobs"][0]["read"]["iops"]))'
}

our_iops() { # file direct
    local direct=()
    [ "$2" -eq 0 ] || direct=(--direct)
    "$bench" --file "$1" "${direct[@]}" --seconds $seconds --depth 32 |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["iops"])'
}

compare() { # name folder direct
    local file ours=() theirs=() round
    file=$(mktemp "$2/scsilo-fio-XXXXXX")
    trap 'rm -f "$file"' RETURN
    dd if=/dev/urandom of="$file" bs=1M count=$size_mib conv=fsync status=none
    for ((round = 0; round < rounds; round++)); do
        ours+=("$(our_iops "$file" "$3")")
        theirs+=("$(fio_iops "$file" "$3")")
    done
    python3 - "$1" "${ours[*]}" "${theirs[*]}" <<'PY'
import statistics, sys
name = sys.argv[1]
ours, theirs = (statistics.median(map(float, text.split())) for text in sys.argv[2:4])
print(f"{name:22} scsilo {ours:10.0f} IOPS   fio {theirs:10.0f} IOPS   ratio {ours / theirs:.2f}")
PY
}

compare "tmpfs" /dev/shm 0
compare "disk, O_DIRECT" "${SCSILO_BENCH_DISK:-/var/tmp}" 1
