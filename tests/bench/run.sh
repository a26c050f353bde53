#!/bin/sh
# Runs every tests/bench/bench-*.sh in order, or those that are named: tests/bench/run.sh bench-schema.sh
# usage: BUILD=build [BENCH_SECONDS=3] tests/bench/run.sh [NAME.sh...]
set -eu
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
export BUILD
status=0
[ $# -gt 0 ] || set -- $(cd tests/bench && echo bench-*.sh)
for name in "$@"; do
    echo "== $name"
    "tests/bench/$name" || { echo "FAILED  $name"; status=1; }
done
exit $status
