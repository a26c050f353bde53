#!/bin/bash
# A fleet's two jobs, enabling 1,000 instances and listing 10,000, at 0 and 30 ms a request: vpcmeta, a bare libcurl loop
# that sends the same requests and ignores the answers, and the documented calls by curl, jq and xargs -P 32. Then how
# the cost grows with the fleet. Every figure is the best of some runs: what else the machine does only adds to it.
# usage: BUILD=build [BENCH_QUICK=1] tests/bench/bench-fleet.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
export BUILD
. tests/bench/fleet.sh
window=32
runs=3 peer_runs=2 sizes="100 1000 10000 50000"
[ -z "${BENCH_QUICK:-}" ] || { runs=2 peer_runs=1 sizes="100 1000 10000"; }

# measure NAME COMMAND...: the cost of a command, added to the runs of NAME
measure() {
    "$BUILD/tests/bench/measure" "$BENCH_DIR/$1" "${@:2}" 2> "$BENCH_DIR/errors" || {
        echo "$1 failed: ${*:2}" >&2
        cat "$BENCH_DIR/errors" >&2
        return 1
    }
}

# cost NAME COLUMN: the least of the runs; 1: wall seconds, 2: CPU seconds, 3: kilobytes
cost() {
    cut -d' ' -f"$2" "$BENCH_DIR/$1" | sort -g | head -n 1
}

calc() {
    awk "BEGIN { printf \"$1\", $2 }"
}

# The requests of the log, as bench_replay reads them.
recorded() {
    jq -r 'select(.path | startswith("/v1/")) |
        [.method, .path + "?" + (.query | to_entries | map("\(.key)=\(.value | @uri)") | join("&")), .if_match // "",
         if .body then .body | tojson else "" end] | join("\t")' "$SIM_LOG"
}

# bare NAME WINDOW ALONE: replays $BENCH_DIR/requests
bare() {
    TOKEN=$(sim_token) measure "$1" "$BUILD/tests/bench/bench_replay" "$SIM_BASE" "$2" "$3" < "$BENCH_DIR/requests"
}

fleet_reset() {
    curl -sSf -X POST "$SIM_BASE/_sim/reset" > /dev/null
    SIM_TOKEN= # of the fleet before: sim_token asks for a new one
}

# --- the two jobs ---------------------------------------------------------------------------------------------------

# job NAME PEER WINDOW ALONE COMMAND...: all three contestants in turns, each against the same fleet
job() {
    local name=$1 peer=$2 window=$3 alone=$4 run
    shift 4
    for ((run = 0; run < runs; run++)); do
        fleet_reset
        : > "$SIM_LOG"
        measure "$name-vpcmeta" "$@"
        recorded > "$BENCH_DIR/requests"
        fleet_reset
        bare "$name-bare" "$window" "$alone"
        if [ "$run" -lt "$peer_runs" ]; then
            fleet_reset
            TOKEN=$(sim_token) measure "$name-peer" tests/bench/peer.sh "$peer" "$SIM_URL" "$window"
        fi
    done
}

row() {
    local who=$1 name=$2
    printf '  %-22s' "$who"
    for latency_ms in 0 30; do
        printf '   %7.2f s %7.2f s %6.1f MB' "$(cost "$latency_ms-$name" 1)" "$(cost "$latency_ms-$name" 2)" \
            "$(calc %f "$(cost "$latency_ms-$name" 3) / 1024")"
    done
    echo
}

ratio_row() {
    local latency_ms column
    printf '  %-22s' "$1"
    for latency_ms in 0 30; do
        printf '  '
        for column in 1 2 3; do
            printf ' %7s x ' "$(ratio "$(cost "$latency_ms-$2" "$column")" "$(cost "$latency_ms-$3" "$column")")"
        done
    done
    echo
}

table() {
    printf '\n%-24s   latency 0 ms                   latency 30 ms\n' "$2"
    printf '  %-22s   %9s %9s %9s   %9s %9s %9s\n' '' wall CPU peak wall CPU peak
    row vpcmeta "$1-vpcmeta"
    row "bare libcurl loop" "$1-bare"
    row "curl + jq + xargs -P" "$1-peer"
    ratio_row "vpcmeta : bare loop" "$1-vpcmeta" "$1-bare"
    ratio_row "curl... : vpcmeta" "$1-peer" "$1-vpcmeta"
}

# goal WORDS VALUE LIMIT: at most
goal() {
    local verdict=missed
    [ "$(calc %d "$2 <= $3")" = 0 ] || verdict=met
    printf '  %-66s %8.2f  (at most %s)  %s\n' "$1" "$2" "$3" "$verdict"
}

for latency_ms in 0 30; do
    fleet_start --instances 1000 --mix plain --latency-ms "$latency_ms"
    job "$latency_ms-enable" enable $((2 * window)) 10 \
        "$BUILD/vpcmeta" instance set --all --enabled true -y -q -j "$window"
    bound_s=$(calc %f "(10 + int((1000 + $window - 1) / $window)) * $latency_ms / 1000")
    changed=$(sim_state '[.instances[] | select(.enabled)] | length')
    [ "$changed" -eq 1000 ] || { echo "only $changed instances were enabled" >&2; exit 1; }
    sim_stop
    fleet_start --instances 10000 --mix plain --latency-ms "$latency_ms"
    job "$latency_ms-list" list 4 3 "$BUILD/vpcmeta" instance list -o json
    sim_stop
done
echo "$(nproc) cores, the simulator on the same ones; the best of $runs runs"
table enable "enable 1,000, -j $window"
table list "list 10,000"

echo
echo "goals"
goal "enable 1,000 at 30 ms: wall : (pages + ceil(1,000 / $window)) x 30 ms" "$(ratio "$(cost 30-enable-vpcmeta 1)" "$bound_s")" 1.05
goal "enable 1,000: CPU : bare loop with the same requests" "$(ratio "$(cost 0-enable-vpcmeta 2)" "$(cost 0-enable-bare 2)")" 1.5
goal "enable 1,000: CPU : curl + jq + xargs" "$(ratio "$(cost 0-enable-vpcmeta 2)" "$(cost 0-enable-peer 2)")" 0.2
goal "list 10,000: CPU : curl + jq" "$(ratio "$(cost 0-list-vpcmeta 2)" "$(cost 0-list-peer 2)")" 0.2

# --- growth ---------------------------------------------------------------------------------------------------------

growth_cell() {
    local size=$1 name=$2
    printf '  %7.2f s %6.0f us' "$(cost "$name-$size" 1)" "$(calc %f "$(cost "$name-$size" 2) * 1000000 / $size")"
    printf ' %6.1f MB' "$(calc %f "$(cost "$name-$size" 3) / 1024")"
}

echo
echo "growth at 0 ms             list                               set --dry-run                      set"
printf '  %-9s' servers
for _ in 1 2 3; do printf '  %9s %9s %9s' wall 'CPU each' peak; done
echo
for size in $sizes; do
    fleet_start --instances "$size" --mix plain --log /dev/null
    for ((run = 0; run < (size > 10000 ? 1 : runs); run++)); do
        measure "list-$size" "$BUILD/vpcmeta" instance list -o json
        measure "dry-$size" "$BUILD/vpcmeta" instance set --all --enabled true -n -q -o json
        fleet_reset
        measure "set-$size" "$BUILD/vpcmeta" instance set --all --enabled true -y -q -j "$window" -o json
    done
    sim_stop
    printf '  %-9s%s%s%s\n' "$size" "$(growth_cell "$size" list)" "$(growth_cell "$size" dry)" "$(growth_cell "$size" set)"
done

# What a server costs in memory: the difference between a large and a small fleet.
echo
for name in list dry set; do
    small=1000
    large=${sizes##* }
    each=$(calc %d "($(cost "$name-$large" 3) - $(cost "$name-$small" 3)) * 1024 / ($large - $small)")
    printf '  memory a server, %-5s %5d bytes, names, ids and CRN included\n' "$name:" "$each"
done
