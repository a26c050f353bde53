#!/bin/sh
# Runs every tests/bench/bench-*.sh in order, or those that are named: tests/bench/run.sh bench-schema.sh
# BENCH_QUICK=1: only the fleet's two jobs, with fewer runs, in less than a minute.
# usage: BUILD=build [BENCH_QUICK=1] [BENCH_SECONDS=3] tests/bench/run.sh [NAME.sh...]
set -eu
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
export BUILD
status=0
[ $# -gt 0 ] || [ -z "${BENCH_QUICK:-}" ] || set -- bench-fleet.sh
[ $# -gt 0 ] || set -- $(cd tests/bench && echo bench-*.sh)
for name in "$@"; do
    echo "== $name"
    "tests/bench/$name" || { echo "FAILED  $name"; status=1; }
done
exit $status
