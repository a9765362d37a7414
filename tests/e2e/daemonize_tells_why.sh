#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The daemon with --daemonize returns when the tree is ready, or fails with the reason.
. "$(dirname "$0")/lib.sh"
start_daemon
[ -f "$root/scsi/scsi" ] || fail "not ready when --daemonize returned"
if out=$(timeout 20 "$SCSILO_BUILD/scsilod" --root "$work/other" --state "$state" --daemonize 2>&1); then fail "a second daemon took the same state"; fi
case $out in *"$state"*) ;; *) fail "said «$out»" ;; esac
if out=$(timeout 20 "$SCSILO_BUILD/scsilod" --root "$work/x" --state "$work/y" --scst-local 'num_tgts=17' --daemonize 2>&1); then fail "num_tgts=17 accepted"; fi
case $out in *num_tgts*) ;; *) fail "said «$out»" ;; esac
stop_daemon
echo '{ broken' >"$state/configuration.json"
if out=$(start_daemon 2>&1); then fail "started with a corrupt configuration"; fi
case $out in *configuration.json*) ;; *) fail "said «$out»" ;; esac
same "the file is left as it was" "$(cat "$state/configuration.json")" '{ broken'
