#!/usr/bin/env bats
# A fleet over TLS: through a front that speaks HTTP/2 as the API's own does, and with HTTP/1.1.
load ../cli/client
load ../cli/front
load ../cli/runs

teardown() {
    front_stop
    sim_stop
}

patches='"operation": "instances.patch"'

# begins with a front before a fleet of servers that can all take a change
front_fleet() {
    client_start --bare-metal 0 --mix plain "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state HISTORY=$BATS_TEST_TMPDIR/state/vpcmeta/history.db
    front_start
}

# how many servers are enabled
enabled() {
    sim_state '[.instances[] | select(.enabled)] | length'
}

@test "HTTP/2: three hundred servers are changed over few connections, and -v says how many" {
    front_fleet --instances 300 --latency-ms 5
    meta instance set --all --enabled true -y -v --ca-file "$FRONT_CA" --trace trace
    expect 0 "connections"
    [ "$(enabled)" -eq 300 ]
    [ "$(front_versions trace)" = 2 ]
    [ "$(front_connections trace)" -le 2 ]
    [ "$(sed -n 's/.* \([0-9]*\) connections.*/\1/p' <<< "$stderr")" -eq "$(front_connections trace)" ]
    [ "$(jq -s 'map(select(.method == "PATCH")) | length' trace)" -eq 300 ]
}

@test "HTTP/2: a long list is whole, by VPC and over one connection" {
    front_fleet --instances 1700
    meta instance list --ca-file "$FRONT_CA" --trace trace --jq '.complete, (.items | length), ([.items[].id] | unique | length)'
    expect 0
    [ "$output" = $'true\n1700\n1700' ]
    [ "$(front_versions trace)" = 2 ]
    [ "$(front_connections trace)" -le 2 ]
    jq -e -s 'any(.[]; .url | contains("vpc.id="))' trace
}

@test "HTTP/2: a server that allows few streams at a time gets no more, and all of it is done" {
    client_start --bare-metal 0 --mix plain --instances 120 --latency-ms 5
    front_start --frontend-http2-max-concurrent-streams=4
    meta instance set --all --enabled true -y -j 32 --ca-file "$FRONT_CA" --trace trace
    expect 0
    [ "$(enabled)" -eq 120 ]
    [ "$(front_versions trace)" = 2 ]
}

@test "HTTP/2: resets, truncated bodies, 429 and errors of the front itself: every server ends as wanted" {
    front_fleet --instances 200
    faults "{$patches, \"nth\": 30, \"action\": \"status\", \"status\": 429}" \
        "{$patches, \"probability\": 0.04, \"action\": \"status\", \"status\": 503}" \
        "{$patches, \"probability\": 0.04, \"action\": \"reset\"}" \
        "{$patches, \"probability\": 0.04, \"action\": \"reset\", \"when\": \"after\"}" \
        "{$patches, \"probability\": 0.04, \"action\": \"truncate\"}" \
        "{$patches, \"nth\": 90, \"action\": \"expire_token\"}" \
        '{"operation": "instances.get", "probability": 0.04, "action": "reset"}' \
        '{"operation": "instances.list", "nth": 1, "action": "truncate"}'
    meta instance set --all --enabled true -y --jq .summary.changed -o json --ca-file "$FRONT_CA" --trace trace
    expect 0
    [ "$output" = 200 ]
    [ "$(enabled)" -eq 200 ]
    # each server got one body, however often
    [ "$(changes_sent | wc -l)" -eq 200 ]
    # what the front made of resets: its own 502, and streams that ended early
    jq -e -s 'any(.[]; .status == 502) and any(.[]; .status != 502 and .problem != "" and .method == "PATCH")' trace
}

@test "HTTP/2: an interrupted run is resumed through the front" {
    front_fleet --instances 120 --latency-ms 20
    "$BUILD/vpcmeta" instance set --all --enabled true -y -q -j 4 --ca-file "$FRONT_CA" > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 10
    kill -9 "$pid"
    wait "$pid" || true
    meta runs resume last -y --jq .summary.changed -o json --ca-file "$FRONT_CA"
    expect 0
    [ "$output" = 120 ]
    [ "$(enabled)" -eq 120 ]
}

@test "HTTP/1.1 over TLS: connections are as many as requests may be under way, not as many as servers" {
    client_start --bare-metal 0 --mix plain --instances 200 --tls --latency-ms 5
    meta instance set --all --enabled true -y -j 4 --ca-file "$SIM_CA" --trace trace
    expect 0
    [ "$(enabled)" -eq 200 ]
    [ "$(front_versions trace)" = 1.1 ]
    [ "$(front_connections trace)" -le 10 ] # windows of 4 reads and 4 writes, and the token's
}
