#!/bin/sh
# Runs the fuzz targets $BUILD/tests/fuzz/fuzz_* for FUZZ_SECONDS each, two at a time.
# usage: BUILD=build/fuzz [FUZZ_SECONDS=60] scripts/run-fuzz.sh [NAME...]      (default: every target)
# The corpus in tests/data/fuzz/NAME is only read; what is found goes to $BUILD/fuzz/NAME: corpus/ is kept for the
# next run, findings/ holds inputs that crash, leak, hang or take too much memory. Exit 1 when there is one.
set -eu
: "${BUILD:=build/fuzz}" "${FUZZ_SECONDS:=60}"
export BUILD FUZZ_SECONDS

if [ "${1:-}" = --one ]; then
    target=$2
    name=${target##*/fuzz_}
    work=$BUILD/fuzz/$name
    seed=tests/data/fuzz/$name
    mkdir -p "$work/corpus" "$work/findings" "$seed"
    status=0
    "$target" -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$work/findings/" "$work/corpus" "$seed" > "$work/log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
    if [ "$status" -eq 0 ]; then
        echo "ok      fuzz_$name: ${runs:-?} runs in $FUZZ_SECONDS s"
        exit 0
    fi
    echo "FAILED  fuzz_$name (status $status): $work/findings, $work/log"
    tail -n 40 "$work/log"
    exit 1
fi

if [ $# -gt 0 ]; then
    targets=
    for name in "$@"; do targets="$targets $BUILD/tests/fuzz/fuzz_$name"; done
else
    targets=$(find "$BUILD/tests/fuzz" -name 'fuzz_*' -type f -perm -u+x 2>/dev/null | sort)
fi
[ -n "$targets" ] || { echo "run-fuzz.sh: no targets in $BUILD/tests/fuzz; \`make fuzz\` builds them" >&2; exit 1; }
# shellcheck disable=SC2086 # a list of targets is meant to be split
printf '%s\n' $targets | xargs -P 2 -I{} "$0" --one {}
