#!/bin/bash
# Rate control: `instance set` on 600 servers at 10 ms a request against servers that refuse, beside a plain client that
# sends the same requests 32 at a time and sends each refused one again by itself after its Retry-After or a second; and
# against limits, beside the best that they allow. The letters are those of the goals; what has no letter has no goal.
# usage: BUILD=build [BENCH_QUICK=1] [BENCH_INSTANCES=600] tests/bench/bench-rate.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
export BUILD
. tests/bench/fleet.sh
instances=${BENCH_INSTANCES:-600}
requests=$((2 * instances + (instances + 99) / 100))

now_ms() {
    echo $(($(date +%s%N) / 1000000))
}

calc() {
    awk "BEGIN { printf \"$1\", $2 }"
}

# start SCENARIO [VPCSIM-ARGS...]: a fleet of servers that all take the change
start() {
    echo "$1" > "$BENCH_DIR/scenario"
    shift
    SIM_TOKEN=
    fleet_start --instances "$instances" --mix plain --bare-metal 0 --latency-ms 10 --scenario "$BENCH_DIR/scenario" "$@"
}

# ours: milliseconds of the run
ours() {
    local began status
    began=$(now_ms)
    "$BUILD/vpcmeta" instance set --all --enabled true -y -q > "$BENCH_DIR/out" 2>&1 || {
        status=$?
        echo "vpcmeta ended with $status: $(tail -n 3 "$BENCH_DIR/out")" >&2
        # 5: some servers failed, as some must where six attempts in a row may
        [ "$status" -eq 5 ] || return 1
    }
    echo $(($(now_ms) - began))
}

# refused: the share of the requests that were refused, in percent
refused() {
    jq -s '[.[] | select(.path | startswith("/v1/"))] | 100 * (map(select(.status == 429)) | length) / length' "$SIM_LOG"
}

# verdict VALUE LIMIT [VALUE LIMIT]: met, where no value is above its limit
verdict() {
    local word=met
    while [ $# -gt 0 ]; do
        [ "$(calc %d "$1 <= $2")" = 1 ] || word=missed
        shift 2
    done
    echo "$word"
}

# beside LETTER WORDS RULE-PARAMETERS: beside the plain client
beside() {
    local ms began peer_ms=0 goal=' '
    start "{\"rules\": [{\"operation\": \"instances.*\", $3}]}"
    ms=$(ours)
    curl -sSf -X POST "$SIM_BASE/_sim/reset" > /dev/null
    SIM_TOKEN=
    TOKEN=$(sim_token)
    export TOKEN
    began=$(now_ms)
    "$BUILD/tests/bench/bench_replay" "$SIM_BASE" 32 "$((requests - 2 * instances))" retry < "$BENCH_DIR/requests" ||
        echo "the plain client did not get everything" >&2
    peer_ms=$(($(now_ms) - began))
    sim_stop
    [ -z "$1" ] || goal=$(verdict "$(calc %f "$ms / $peer_ms")" 1.2)
    printf '%-2s %-44s %7.2f s %9.2f s %8.2f  %s\n' "$1" "$2" "$(calc %f "$ms / 1000")" "$(calc %f "$peer_ms / 1000")" \
        "$(calc %f "$ms / $peer_ms")" "$goal"
}

# against LETTER WORDS RATE BEST-S MOST-RATIO MOST-REFUSED: beside the best that the limit allows
against() {
    local ms share goal=' ' value
    start "{\"rate\": $3}"
    ms=$(ours)
    share=$(refused)
    sim_stop
    value=$(calc %f "$ms / 1000 / $4")
    [ -z "$1" ] || goal=$(verdict "$value" "$5" "$share" "$6")
    printf '%-2s %-44s %7.2f s %9.2f s %8.2f %6.1f %%  %s\n' "$1" "$2" "$(calc %f "$ms / 1000")" "$4" "$value" "$share" "$goal"
}

# bucket LETTER R BURST RETRY-AFTER
bucket() {
    against "$1" "$2 a second, burst $3${4:+, Retry-After $4}" \
        "{\"per_second\": $2, \"burst\": $3${4:+, \"retry_after\": $4}}" "$(calc %f "$requests / $2")" 1.1 3
}

# windows LETTER REQUESTS SECONDS MOST-RATIO: what is left of the last window is not waited for
windows() {
    against "$1" "$2 each $3 s" "{\"requests\": $2, \"window_s\": $3, \"retry_after\": \"exact\"}" \
        "$(calc %f "int(($requests - 1) / $2) * $3 + 0.1")" 1.15 5
}

# halves LETTER R: in three parts of as many requests each
halves() {
    local first second
    first=$(calc %f "$requests / 3 / $2")
    second=$(calc %f "$requests / $2")
    against "$1" "$2 a second, half of it from $(calc %.1f "$first") to $(calc %.1f "$second") s" \
        "[{\"per_second\": $2, \"burst\": $(($2 / 10))}, {\"after_s\": $first, \"per_second\": $(($2 / 2)), \"burst\": $(($2 / 20))},
          {\"after_s\": $second, \"per_second\": $2, \"burst\": $(($2 / 10))}]" "$(calc %f "4 * $requests / 3 / $2")" 1.2 100
}

# share LETTER R: four clients at once, each on a quarter of the servers
share() {
    local i least most goal=' ' began
    local -a pids=()
    start "{\"rate\": {\"per_second\": $2, \"burst\": $(($2 / 10))}}" --instances $((4 * instances))
    "$BUILD/vpcmeta" instance list -o jsonl --select id 2> /dev/null | jq -r .id > "$BENCH_DIR/ids" ||
        sim_state -r '.instances[].id' > "$BENCH_DIR/ids"
    [ "$(wc -l < "$BENCH_DIR/ids")" -eq $((4 * instances)) ] || sim_state -r '.instances[].id' > "$BENCH_DIR/ids"
    split -n l/4 -d "$BENCH_DIR/ids" "$BENCH_DIR/ids."
    : > "$SIM_LOG"
    began=$(now_ms)
    for i in 0 1 2 3; do
        XDG_STATE_HOME=$BENCH_DIR/state$i "$BUILD/vpcmeta" instance set --from "$BENCH_DIR/ids.0$i" --enabled true -y -q \
            > "$BENCH_DIR/out$i" 2>&1 &
        pids+=($!)
    done
    for i in 0 1 2 3; do
        wait "${pids[$i]}" || echo "client $i failed: $(tail -n 2 "$BENCH_DIR/out$i")" >&2
    done
    for i in 0 1 2 3; do
        jq -R --argjson client "$i" '{key: ., value: $client}' "$BENCH_DIR/ids.0$i"
    done | jq -s from_entries > "$BENCH_DIR/clients"
    # shares of the changes that were made when the first client had made its last one
    jq -s --slurpfile client "$BENCH_DIR/clients" '
        [.[] | select(.status == 200 and .method == "PATCH") | {at_ms, client: $client[0][.path | split("/")[3]]}]
        | group_by(.client) as $groups | ($groups | map(map(.at_ms) | max) | min) as $first
        | ($groups | map(map(select(.at_ms <= $first)) | length)) | (add / length) as $mean | map(. / $mean)' \
        "$SIM_LOG" > "$BENCH_DIR/shares"
    least=$(jq min "$BENCH_DIR/shares")
    most=$(jq max "$BENCH_DIR/shares")
    [ -z "$1" ] || goal=$(verdict "$(calc %f "1 - $least")" 0.3 "$(calc %f "$most - 1")" 0.3)
    printf '%-2s %-44s %7.2f s  shares %.2f to %.2f of a fair one, refused %.1f %%  %s\n' "$1" \
        "4 clients, $2 a second, burst $(($2 / 10))" "$(calc %f "($(now_ms) - $began) / 1000")" "$least" "$most" "$(refused)" "$goal"
    sim_stop
}

# The requests of an undisturbed run, as bench_replay reads them.
start '{"rules": []}'
ours > /dev/null
jq -r 'select(.path | startswith("/v1/")) |
    [.method, .path + "?" + (.query | to_entries | map("\(.key)=\(.value | @uri)") | join("&")), .if_match // "",
     if .body then .body | tojson else "" end] | join("\t")' "$SIM_LOG" > "$BENCH_DIR/requests"
requests=$(wc -l < "$BENCH_DIR/requests")
sim_stop

printf '%-47s %9s %11s %8s\n' "refusals that no limit explains" vpcmeta "plain client" ratio
quarter='"probability": 0.25,'
refuse='"probability": 0.1, "action": "status", "status"'
beside a "10 % 429, Retry-After: 1" "$refuse: 429, \"retry_after\": 1"
beside b "10 % 429, Retry-After: 0" "$refuse: 429, \"retry_after\": 0"
beside c "10 % 429, no Retry-After" "$refuse: 429"
beside d "10 % 503" "$refuse: 503"
beside e "10 % resets" '"probability": 0.1, "action": "reset"'
if [ -z "${BENCH_QUICK:-}" ]; then
    beside '' "5 % 429, no Retry-After" '"probability": 0.05, "action": "status", "status": 429'
    beside '' "20 % 429, no Retry-After" '"probability": 0.2, "action": "status", "status": 429'
    beside '' "20 % 429, Retry-After: 1" '"probability": 0.2, "action": "status", "status": 429, "retry_after": 1'
    beside '' "25 % 500" "$quarter"' "action": "status", "status": 500'
    beside '' "25 % 502 with HTML, after the effect" "$quarter"' "action": "status", "status": 502, "body": "html", "when": "after"'
    beside '' "25 % 503" "$quarter"' "action": "status", "status": 503'
    beside '' "25 % resets" "$quarter"' "action": "reset"'
    beside '' "25 % truncated" "$quarter"' "action": "truncate"'
    # of rules that both fit the first one counts: about a tenth each
    mix=
    for how in '"status", "status": 429, "retry_after": 1' '"status", "status": 429' '"status", "status": 500' \
        '"status", "status": 502, "body": "html", "when": "after"' '"status", "status": 503' '"reset"' '"truncate"'; do
        mix="$mix\"probability\": 0.1, \"action\": $how}, {\"operation\": \"instances.*\", "
    done
    beside '' "10 % of each of eight kinds" "$mix\"probability\": 0.1, \"action\": \"garbage\""
fi

printf '\n%-47s %9s %11s %8s %8s\n' "limits" vpcmeta "the best" ratio refused
if [ -n "${BENCH_QUICK:-}" ]; then
    bucket f 500 50 ''
    halves g 200
    share h 200
    exit
fi
for rate in 50 100 500; do
    for burst in "$rate" $((rate / 10)); do
        bucket f "$rate" "$burst" ''
        bucket f "$rate" "$burst" 1
    done
done
for rate in 20 200 1000; do
    bucket '' "$rate" "$rate" ''
    bucket '' "$rate" $((rate / 10)) 1
done
halves g 100
halves g 200
halves '' 500
share h 100
share h 200
share '' 500
windows i 300 10
windows '' 600 20
windows '' 500 5
windows '' 100 1
