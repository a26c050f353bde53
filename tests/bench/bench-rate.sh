#!/bin/bash
# A server that allows R requests a second: how long `instance set` takes against N/R, with N requests that are needed, and
# how many requests are refused. Wanted: at most 1.1 and under 2 %.
# usage: BUILD=build [BENCH_RATES="20 50 100 200 500 1000"] [BENCH_SECONDS=15] [BENCH_PARALLEL=4] tests/bench/bench-rate.sh
# Each cell lasts so many seconds, but has 1,000 requests at least; so many run at a time, as they wait most of it.
set -euo pipefail
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
export BUILD
rates=${BENCH_RATES:-100 500}

# usage: cell RATE [VPCSIM-ARGS...]: "WALL/(N/R) REFUSED%"
cell() {
    local rate=$1 needed began spent_ms refused
    shift
    . tests/bench/fleet.sh
    needed=$((rate * ${BENCH_SECONDS:-15}))
    [ "$needed" -ge 1000 ] || needed=1000
    fleet_start --instances $((needed / 2)) --mix plain --rate "$rate" "$@"
    began=$(date +%s%N)
    "$BUILD/vpcmeta" instance set --all --enabled true -y -q > /dev/null 2>&1
    spent_ms=$((($(date +%s%N) - began) / 1000000))
    # without the token's, which has no limit
    needed=$(jq -s '[.[] | select(.status == 200 and .path != "/identity/token")] | length' "$SIM_LOG")
    refused=$(jq -s '[.[] | select(.status == 429)] | length' "$SIM_LOG")
    awk -v ms="$spent_ms" -v n="$needed" -v r="$rate" -v refused="$refused" \
        'BEGIN { printf "%.2f %.1f\n", ms / 1000 / (n / r), 100 * refused / (n + refused) }'
}

if [ "${1:-}" = cell ]; then
    shift
    cell "$@"
    exit
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
list() {
    local rate number=0 latency burst after headers
    for headers in "" --rate-headers; do
        for after in "" --retry-after; do
            for latency in 0 30; do
                for burst in 1 10; do
                    number=$((number + 1))
                    for rate in $rates; do
                        echo "$results/$number.$rate" "$rate" --burst $((rate / burst)) --latency-ms $latency $after $headers
                    done
                done
            done
        done
    done
}
# shellcheck disable=SC2016 # the words are xargs'
list | xargs -P "${BENCH_PARALLEL:-4}" -L 1 bash -c 'out=$1; shift; "$0" cell "$@" > "$out"' "$0"

printf '%-44s' "wall / (N/R) and % refused, at R ="
# shellcheck disable=SC2086 # a word each
printf '%12s' $rates
echo
number=0
for headers in "" " headers"; do
    for after in "" " Retry-After"; do
        for latency in 0 30; do
            for burst in R R/10; do
                number=$((number + 1))
                printf '%-44s' "burst $burst, $latency ms$after$headers"
                for rate in $rates; do
                    read -r wall refused < "$results/$number.$rate"
                    printf '%12s' "$wall $refused"
                done
                echo
            done
        done
    done
done
