#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian 12 packages that scsilo needs. Idempotent; quick and offline when nothing is missing.
#
#   tools/deps.sh [GROUP...]     groups: build demo test lint all (default: all)
#   tools/deps.sh --list [GROUP...]   prints the packages, one a line, and installs nothing
set -euo pipefail

# What `make` needs.
build=(
    build-essential g++ cmake ninja-build pkg-config ccache
    liburing-dev libfmt-dev libspdlog-dev libcli11-dev nlohmann-json3-dev
    libisal-dev libsgutils2-dev libsystemd-dev
    fuse3
)
# What `make demo` runs beyond the build.
demo=(sg3-utils gawk)
# What `make test` and `make bench` need: frameworks, the unmodified tools of the golden transcripts, 32-bit callers.
test=(
    libgtest-dev libbenchmark-dev python3 git
    sg3-utils sdparm smartmontools lsscsi fio libiscsi-bin
    e2fsprogs util-linux mount gcc-multilib gawk procps socat strace
)
# What `make lint` and the sanitizer, coverage and fuzz presets need.
lint=(clang-19 clang-tidy-19 clang-tools-19 clang-format-19 libclang-rt-19-dev llvm-19 lld-19 python3)

packages_of() {
    local group
    for group in "$@"; do
        case $group in
            build) printf '%s\n' "${build[@]}" ;;
            demo) printf '%s\n' "${demo[@]}" ;;
            test) printf '%s\n' "${test[@]}" ;;
            lint) printf '%s\n' "${lint[@]}" ;;
            all) printf '%s\n' "${build[@]}" "${demo[@]}" "${test[@]}" "${lint[@]}" ;;
            *)
                echo "tools/deps.sh: unknown group '$group'; known: build demo test lint all" >&2
                return 2
                ;;
        esac
    done
}

# The packages of stdin that are not installed, one a line.
missing_of() {
    local wanted
    mapfile -t wanted
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
        sed -n 's/^installed //p' | sort -u | comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) - || true
}

main() {
    local list_only=no
    if [ "${1:-}" = --list ]; then
        list_only=yes
        shift
    fi
    [ $# -gt 0 ] || set -- all
    local wanted missing
    wanted=$(packages_of "$@") || exit 2
    wanted=$(sort -u <<<"$wanted")
    if [ "$list_only" = yes ]; then
        echo "$wanted"
        exit 0
    fi
    if ! command -v dpkg-query >/dev/null; then
        echo "tools/deps.sh: this is not a Debian system; install the equivalents of: $(tr '\n' ' ' <<<"$wanted")" >&2
        exit 1
    fi
    missing=$(missing_of <<<"$wanted")
    [ -n "$missing" ] || exit 0

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "tools/deps.sh: needs root (no sudo here) to install: $(tr '\n' ' ' <<<"$missing")" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "tools/deps.sh: installing: $(tr '\n' ' ' <<<"$missing")" >&2
    # A package list that is absent or out of date shows as a failed installation: then refresh it once and try again.
    # shellcheck disable=SC2086
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2; then
        "${as_root[@]}" apt-get update -q >&2
        # shellcheck disable=SC2086
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
    fi
    missing=$(missing_of <<<"$wanted")
    [ -z "$missing" ] || { echo "tools/deps.sh: still missing: $(tr '\n' ' ' <<<"$missing")" >&2; exit 1; }
}

main "$@"
