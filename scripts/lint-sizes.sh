#!/bin/sh
# Measures files and functions and fails beyond the limits of the house: files mostly under 200 lines, p95 500;
# functions mostly under 30, p95 60. Tables (initialisers at file level) do not count, neither for
# their file nor as functions. Prints the distribution.
set -eu
cd "$(dirname "$0")/.."

# usage: check WHAT MEDIAN P95 MOST < "LINES WHERE" lines
check() {
    sort -n | awk -v what="$1" -v median="$2" -v p95="$3" -v most="$4" '
        { lines[NR] = $1; where[NR] = $2; few += $1 <= median }
        function at(share,    i) { i = int(NR * share + 0.999999); return lines[i > 0 ? i : 1] }
        END {
            if (NR == 0) exit 0
            printf "%-22s %5d: median %3d, p90 %3d, p95 %3d, longest %3d (%s), %d%% within %d\n", what, NR,
                at(0.5), at(0.9), at(0.95), lines[NR], where[NR], 100 * few / NR, median
            for (i = 1; i <= NR; i++)
                if (lines[i] > most) { printf "%s: %d lines, over %d\n", where[i], lines[i], most; bad = 1 }
            if (at(0.5) > median) { printf "%s: median over %d\n", what, median; bad = 1 }
            if (at(0.95) > p95) { printf "%s: p95 over %d\n", what, p95; bad = 1 }
            exit bad
        }'
}

# Prints "file LINES WHERE" and "function LINES WHERE"; relies on the layout that .clang-format gives.
measure() {
    git ls-files "$@" | xargs awk '
        function finish() { if (name != "") print "file", lines, name }
        FNR == 1 { finish(); name = FILENAME; lines = 0; in_table = start = 0; before = "" }
        /^[^ #\/}].*= *(\{|\\)$/ { in_table = 1 }
        !in_table { lines++ }
        in_table && /^};$/ { in_table = 0 }
        /^\{$/ && before ~ /\)|^ / { start = FNR }
        /^\}$/ && start { print "function", FNR - start - 1, FILENAME ":" start - 1; start = 0 }
        { before = $0 }
        END { finish() }'
}

status=0
code=$(measure 'pkg/*.c' 'pkg/*.cc' 'pkg/*.h' 'cmd/*.c' 'cmd/*.h')
tests=$(measure 'tests/*.c' 'tests/*.h')
printf '%s\n' "$code" | sed -n 's/^file //p' | check 'code, files' 200 500 600 || status=1
printf '%s\n' "$code" | sed -n 's/^function //p' | check 'code, functions' 30 60 100 || status=1
# a test of one room is one program, and a table of cases may stand inside its function
printf '%s\n' "$tests" | sed -n 's/^file //p' | check 'tests, files' 400 600 800 || status=1
printf '%s\n' "$tests" | sed -n 's/^function //p' | check 'tests, functions' 30 60 150 || status=1
exit $status
