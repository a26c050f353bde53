#!/bin/sh
# Policy evaluation alone: resources a second that find their rule among 20 rules of 10 patterns each.
set -eu
: "${BUILD:=build}"
for resources in 10000 100000; do
    set -- $("$BUILD/tests/bench/bench_policy" "$resources" "${BENCH_SECONDS:-3}")
    echo "matching $resources resources with 20 rules of 10 patterns: $1 a second, $2 of them managed"
done
