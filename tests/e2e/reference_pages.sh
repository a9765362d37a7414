#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The committed reference pages are what the tables print.

. "$(dirname "$0")/lib.sh"
pages=$(cd "$(dirname "$0")/../../docs/reference" && pwd)
for page in commands attributes; do
    "$SCSILO_BUILD/scsilod" --print-reference "$page" | diff -u "$pages/$page.md" - || fail "docs/reference/$page.md is old: print it anew"
done
