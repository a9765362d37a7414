#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every option and subcommand of --help is in the manual page, and the manual page has no others.
. "$(dirname "$0")/lib.sh"
man=$(cd "$(dirname "$0")/../../man" && pwd)
words() { grep -oE '(^|[^a-z-])--[a-z][a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u; }
for program in scsilod scsilo; do
    helped=$("$SCSILO_BUILD/$program" --help | words)
    written=$(sed -e 's/\\-/-/g' "$man/$program.8" | grep -E '^\.(B|BR|BI) ' | words)
    same "the options of $program" "$(echo $helped)" "$(echo $written)"
done
helped=$("$SCSILO_BUILD/scsilo" --help | sed -n '/^Subcommands:/,$p' | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort)
written=$(sed -n '/^\.SH SUBCOMMANDS/,/^\.SH EXIT/p' "$man/scsilo.8" | sed -n 's/^\.B[I]* \([a-z]*\).*/\1/p' | sort)
same "the subcommands of scsilo" "$(echo $helped)" "$(echo $written)"
"$SCSILO_BUILD/scsilo" modinfo scst_local | grep -q max_luns || fail "modinfo"
