#!/bin/bash
# The audit of 10,000 instances, 200 templates, 60 groups and 40 bare metal servers over 3 regions with 20 VPCs each:
# without rules about trusted profiles at 0 ms a request, with them (a request a server) at 30 ms, beside the time that
# the same requests take at that latency where as many as may be in flight always are, so that every wait of the whole
# command counts; its memory; and its time against the fleet's size.
# usage: BUILD=build [BENCH_QUICK=1] [BENCH_INSTANCES=10000] tests/bench/bench-audit.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
export BUILD
. tests/bench/fleet.sh
instances=${BENCH_INSTANCES:-10000}
latency_ms=30
sizes="100 1000 10000 50000"
[ -z "${BENCH_QUICK:-}" ] || sizes="100 1000"
export XDG_STATE_HOME=$BENCH_DIR/state

cat > "$BENCH_DIR/profiles.yaml" << 'END'
version: 1
rules:
  - name: profiles
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 2}}
    trusted_profile: {allowed: [Profile-11111111-2222-4333-8444-555555555555], auto_link: false}
END

# start INSTANCES [VPCSIM-ARGS...]: the instances and a matching number of the rest, spread over three regions
start() {
    local each=$((($1 + 2) / 3))
    shift
    SIM_TOKEN=
    fleet_start --region us-south,us-east,eu-de --instances "$each" --templates $((each / 50 + 1)) \
        --groups $((each / 170 + 1)) --bare-metal $((each / 250 + 1)) --vpcs 20 --log /dev/null "$@"
}

# audit [ARGS...]: runs the audit of all regions once; findings are no failure
audit() {
    "$BUILD/vpcmeta" audit --region all -q -o json "$@" > "$BENCH_DIR/audit.json" || [ $? -eq 3 ]
}

# seconds [ARGS...]: of the best of three audits
seconds() {
    local began took best=
    for _ in 1 2 3; do
        began=$(date +%s%N)
        audit "$@"
        took=$((($(date +%s%N) - began) / 1000))
        [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
    done
    awk -v us="$best" 'BEGIN { printf "%.2f", us / 1e6 }'
}

# megabytes [ARGS...]: the most that an audit has in memory
megabytes() {
    { /usr/bin/time -f %M "$BUILD/vpcmeta" audit --region all -q -o json "$@" > /dev/null || true; } 2>&1 |
        tail -n 1 | awk '{ printf "%.0f", $1 / 1024 }'
}

start "$instances"
plain_s=$(seconds)
plain_mb=$(megabytes)
list_s=$(best 3 "$BUILD/vpcmeta instance list --region all -o json")
echo "audit of $instances instances in 3 regions, 0 ms a request:"
echo "  without profile rules  $plain_s s (wanted: under 2), $(ratio "$plain_s" "$list_s") of instance list, $plain_mb MB (wanted: under 64)"
sim_stop

start "$instances" --latency-ms "$latency_ms"
rm -f "$BENCH_DIR/trace"
profile_s=$(seconds --policy "$BENCH_DIR/profiles.yaml")
audit --policy "$BENCH_DIR/profiles.yaml" --trace "$BENCH_DIR/trace"
# requests, how long they took together, the most in flight, the time from the first to the last, and the time that all
# places for requests were open together: a place is open from when as many were in flight for the first time
read -r requests busy_ms most span_ms open_ms < <(jq -r '
    ((.time[0:19] + "Z" | fromdate) * 1000 + (.time[20:23] | tonumber)) as $began |
    "\($began) 1 \(.ms)\n\($began + .ms) -1 0"' "$BENCH_DIR/trace" | sort -n -k 1,1 -k 2,2 | awk '
    NR == 1 { first = $1 }
    { open += most * ($1 - last); last = $1; n += $2; busy += $3; requests += $2 > 0 }
    n > most { most = n }
    END { print requests, busy, most, last - first, open }')
awk -v n="$requests" -v busy="$busy_ms" -v most="$most" -v span="$span_ms" -v open="$open_ms" -v took="$profile_s" \
    -v latency="$latency_ms" 'BEGIN {
    in_flight = (open + most * (took * 1000 - span)) / (took * 1000)
    ideal = n * latency / in_flight / 1000
    printf "with profile rules, %d ms a request:\n", latency
    printf "  %d requests, %.0f could be in flight  %.2f s, %.2f of the ideal %.2f s (wanted: at most 1.25)\n",
           n, in_flight, took, took / ideal, ideal
    printf "  an answer takes          %.0f ms\n", busy / n
}'
echo "  memory                   $(megabytes --policy "$BENCH_DIR/profiles.yaml") MB (wanted: under 64)"
sim_stop

echo "time against the size of the fleet, 0 ms a request (without, with profile rules):"
for size in $sizes; do
    start "$size"
    plain=$(seconds)
    profiles=$(seconds --policy "$BENCH_DIR/profiles.yaml")
    awk -v n="$size" -v plain="$plain" -v profiles="$profiles" 'BEGIN {
        printf "  %6d instances  %6.2f s  %6.2f s   a thousand: %.3f s  %.3f s\n",
               n, plain, profiles, plain * 1000 / n, profiles * 1000 / n }'
    echo "                    $(megabytes) MB  $(megabytes --policy "$BENCH_DIR/profiles.yaml") MB"
    sim_stop
done
