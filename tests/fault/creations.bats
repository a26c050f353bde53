#!/usr/bin/env bats
# Many creations while a tenth of everything goes wrong, and cut off at any moment: as many are made as were asked for,
# each as it was asked for, and what is told of each is true.
load ../cli/client
load ../cli/runs

bodies=$BATS_TEST_DIRNAME/../data/bodies
scenarios=$BATS_TEST_DIRNAME/../data/scenarios

setup() {
    # nothing in it exists once only
    jq 'del(.name, .boot_volume_attachment, .volume_attachments, .network_interfaces, .primary_network_interface.primary_ip) |
        .metadata_service = {enabled: true, protocol: "https", response_hop_limit: 2}' \
        "$bodies/instance-prototype-by-image-network-interface.json" > "$BATS_TEST_TMPDIR/body.json"
}

teardown() {
    sim_stop
}

start() {
    client_start --region eu-de --instances 0 --templates 0 --bare-metal 0 "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
}

# SCENARIO...: these rules together, and a tenth of all creations whose answer is lost, some of which took effect
goes_wrong() {
    jq -s '{seed: 7, rules: ([
        {operation: "*.create", probability: 0.06, action: "reset", when: "after"},
        {operation: "*.create", probability: 0.04, action: "reset", when: "before"},
        {operation: "*.create", probability: 0.03, action: "status", status: 500, when: "after"},
        {operation: "*.create", probability: 0.02, action: "truncate", keep: 0.4}] + (map(.rules) | add))}' \
        "${@/#/$scenarios/}" > rules.json
    sim_http -f -X POST -H 'Content-Type: application/json' --data @rules.json "$SIM_BASE/_sim/faults"
}

# N: so many instances are there, none more, each as asked for and with its id in the results (in $output)
all_made() {
    sim_state -c '[.instances[] | {id, name, after: {enabled, protocol, response_hop_limit}}] | sort_by(.name)' > there.json
    jq -e --argjson n "$1" 'length == $n and ([.[].name] | unique | length) == $n and
        all(.[]; .after == {enabled: true, protocol: "https", response_hop_limit: 2})' there.json
    jq -e --slurpfile there there.json '([.results[] | {id, name, after}] | sort_by(.name)) == $there[0] and
        all(.results[]; .outcome == "changed")' <<< "$output"
}

@test "500 creations in the mixed scenario make exactly 500 instances, and each has its right outcome" {
    start
    goes_wrong mixed.json
    jq 'del(.default_trusted_profile)' "$BATS_TEST_TMPDIR/body.json" > unlinked.json
    meta instance create -f unlinked.json --count 500 --name 'web-{:03}' -y -o json
    expect 0
    all_made 500
    jq -e '.summary.changed == 500 and any(.results[]; .http_status == 200) and any(.results[]; .attempts > 1)' <<< "$output"
    faults
    clear_log
    # and once more: nothing is made
    meta instance create -f unlinked.json --count 500 --name 'web-{:03}' -y -o json
    expect 0
    jq -e '.summary.unchanged == 500' <<< "$output"
    [ "$(sim_state '.instances | length')" -eq 500 ]
}

@test "their trusted profiles are read back, whatever goes wrong" {
    start
    goes_wrong resets.json broken-bodies.json
    profile=Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2
    meta instance create -f "$BATS_TEST_TMPDIR/body.json" --count 60 --name 'web-{:03}' -y -o json \
        --trusted-profile "$profile" --auto-link false
    expect 0
    all_made 60
    [ "$(sim_count GET '/v1/instances/*/initialization')" -ge 60 ]
}

@test "kill -9 at any moment of 500 creations that go wrong, resumed until they are done: exactly 500" {
    start --latency-ms 25
    goes_wrong resets.json
    RANDOM=${SEED:-4}
    cut=0
    "$BUILD/vpcmeta" instance create -f "$BATS_TEST_TMPDIR/body.json" --count 500 --name 'web-{:03}' -y -q -j 8 > /dev/null 2>&1 3>&- &
    for round in $(seq 8); do
        pid=$!
        target=$(($(requests) + 1 + RANDOM % 90))
        while [ "$(requests)" -lt "$target" ] && kill -0 "$pid" 2> /dev/null; do sleep 0.002; done
        kill -9 "$pid" 2> /dev/null && cut=$((cut + 1))
        wait "$pid" 2> /dev/null || true
        if [ "$round" -lt 8 ]; then
            "$BUILD/vpcmeta" runs resume last -y -q -j 8 > /dev/null 2>&1 3>&- &
        fi
    done
    echo "report: creations were cut off $cut times, $(query "select count(*) from step where stage = 'intended'") were under way at last"
    [ "$cut" -ge 3 ]
    meta runs resume last -y -o json
    expect 0
    all_made 500
    [ "$("$BUILD/vpcmeta" runs list -o json | jq -r '[.items[].state] | join(" ")')" = done ]
    # nothing was sent before it was written down
    [ "$(writes | jq -r .body.name | sort -u | wc -l)" -eq 500 ]
    [ "$(query "select count(*) from step where intended_at is not null")" = "[500]" ]
}

@test "a failure budget stops a creation; a retry makes what is missing" {
    start
    faults '{"operation": "instances.create", "after": 20, "action": "status", "status": 403}'
    meta instance create -f "$BATS_TEST_TMPDIR/body.json" --count 60 --name 'web-{:03}' -y -o json -j 4 --max-failures 3
    expect 7
    jq -e '.summary.changed == 20 and .summary.failed >= 3 and .summary.failed < 8' <<< "$output"
    faults
    meta runs resume last -y -o json
    meta runs retry last -y -o json
    expect 0
    all_made 60
}

@test "an interrupt leaves what can be resumed, and says of nothing sent that it was not begun" {
    start --latency-ms 80
    "$BUILD/vpcmeta" instance create -f "$BATS_TEST_TMPDIR/body.json" --count 80 --name 'web-{:03}' -y -o json -j 4 > first 2> /dev/null 3>&- &
    pid=$!
    await_writes 10
    kill -INT "$pid"
    wait "$pid" && false || [ $? -eq 130 ]
    made=$(sim_state '.instances | length')
    jq -e --argjson made "$made" '.summary.changed == $made and .summary.skipped == 80 - $made' first
    meta runs resume last -y -o json
    expect 0
    all_made 80
}

@test "two that make the same at once make it once" {
    start --latency-ms 5
    "$BUILD/vpcmeta" instance create -f "$BATS_TEST_TMPDIR/body.json" --count 40 --name 'web-{:03}' -y -o json > first 2> /dev/null 3>&- &
    pid=$!
    meta instance create -f "$BATS_TEST_TMPDIR/body.json" --count 40 --name 'web-{:03}' -y -o json
    expect 0
    wait "$pid"
    [ "$(sim_state '.instances | length')" -eq 40 ]
    jq -e --slurpfile first first '.summary.changed + $first[0].summary.changed == 40 and
        .summary.changed + .summary.unchanged == 40' <<< "$output"
}

# KIND PATH COUNT BODY: so many of another kind, with lost answers
of_another_kind() {
    jq 'del(.name)' "$bodies/$4" > other.json
    meta "$1" create -f other.json --count "$3" --name 'x-{:02}' -y -o json
    expect 0
    jq -e --argjson n "$3" '.summary.changed == $n and ([.results[].id] | unique | length) == $n and
        any(.results[]; .attempts > 1)' <<< "$output"
    [ "$(sim_state "[.$2[] | select(.name | startswith(\"x-\"))] | length")" -eq "$3" ]
}

@test "templates and bare metal servers are made exactly once as well" {
    start
    goes_wrong lost-creates.json resets.json
    of_another_kind template templates 40 instance-template-prototype-by-image.json
    of_another_kind bare-metal bare_metal_servers 25 bare-metal-prototype-by-network-attachment.json
    sim_stop
    start
    goes_wrong lost-creates.json resets.json
    of_another_kind bare-metal bare_metal_servers 25 bare-metal-prototype-by-network-interface.json
}
