#!/bin/sh
# Fails when a tracked file holds an unfinished thought or the path of somebody's machine, when a shell
# script is wrong, or when a line ends in blanks.
set -eu
cd "$(dirname "$0")/.."
status=0

# usage: forbid WHY REGEX [WORDS-OF-GIT-GREP...]: prints the places and remembers the failure.
# The expressions are written with a bracket so that they do not find themselves.
forbid() {
    why=$1 regex=$2
    shift 2
    found=$(git grep -nIE -e "$regex" "$@" || true)
    [ -z "$found" ] && return
    printf '%s\n' "$found" | sed "s|\$|   <- $why|"
    status=1
}

forbid 'unfinished work' '\b([T]ODO|[F]IXME)\b'
forbid 'an absolute path of one machine' '(^|[^A-Za-z0-9_.~}$*-])/([h]ome|[w]ork|[U]sers|[r]oot)/'
forbid 'blanks at the end of a line' '[[:blank:]]+$' -- ':!tests/data'
# bash passes over these failures, so that a test goes on behind them
forbid 'cannot fail: write run -1 COMMAND, or run ! COMMAND' '(^|;|&&|\<do|\<then|[{])[[:blank:]]+! ' \
    --and --not -e '\|\|' -- 'tests/*.bats' 'tests/*.bash'
forbid 'cannot fail on its first condition: write two lines' '^[[:blank:]]*[[].* []]+ && ' \
    --and --not -e '\|\|' -- 'tests/*.bats' 'tests/*.bash'
# Word splitting of lists and empty assignments are meant.
git ls-files -z 'scripts/*.sh' 'tests/*.sh' '.ci/run' | xargs -0 shellcheck --severity=warning --exclude=SC1007,SC2034,SC2046 || status=1
git ls-files -z 'pkg/*.js' 'tests/*.js' | xargs -0 -n1 node --check || status=1
exit $status
