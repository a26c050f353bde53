#!/bin/bash
# Changing 1,000 instances with 32 requests under way, against the least time that latency leaves:
# the pages of the list one after the other, then rounds of 32 writes.
# usage: BUILD=build tests/bench/bench-set.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
. tests/bench/fleet.sh
instances=1000
window=32

for latency_ms in 0 30; do
    fleet_start --instances "$instances" --all-disabled --latency-ms "$latency_ms"
    began=$(date +%s%N)
    "$BUILD/vpcmeta" instance set --all --hop-limit 7 -y -q -j "$window" > /dev/null 2>&1
    spent_ms=$((($(date +%s%N) - began) / 1000000))
    writes=$(sim_count PATCH '*')
    bound_ms=$((((instances + 99) / 100 + (writes + window - 1) / window) * latency_ms))
    printf 'set of %d of %d instances, -j %d, latency %d ms: %d ms' "$writes" "$instances" "$window" "$latency_ms" "$spent_ms"
    if [ "$bound_ms" -gt 0 ]; then
        printf ', %s of the bound of %d ms' "$(ratio "$spent_ms" "$bound_ms")" "$bound_ms"
    else
        printf ', %d changes a second' $((writes * 1000 / (spent_ms > 0 ? spent_ms : 1)))
    fi
    echo
    sim_stop
done
