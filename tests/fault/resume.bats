#!/usr/bin/env bats
# Whatever moment a run is cut off at, resuming it ends in the state of an undisturbed run; rolling back restores it.
load ../cli/client
load ../cli/runs

teardown() {
    sim_stop
}


# Servers that can take it: no boot volume, state or architecture stands in the way.
simple_fleet() {
    client_start --bare-metal 0 "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
    meta instance set --all --hop-limit 64 -y -o json
    jq -r '.results[] | select(.outcome == "changed" or .outcome == "unchanged") | .id' <<< "$output" > able
    clear_log
}

# KILLS=N (20) and SEED=N (20) of the environment: how many, and which moments
@test "kill -9 at random moments, then resume: the same end, no server gets two different changes" {
    simple_fleet --instances 300 --latency-ms 10
    RANDOM=${SEED:-20}
    kills=${KILLS:-20}
    cut=0
    for number in $(seq "$kills"); do
        round=$(((number - 1) % 60 + 1)) # a hop limit that no server has
        clear_log
        # any request of the run, reads included
        target=$((RANDOM % (2 * $(wc -l < able))))
        "$BUILD/vpcmeta" instance set --from able --hop-limit "$round" -y -q > /dev/null 2>&1 3>&- &
        pid=$!
        while [ "$(requests)" -lt "$target" ] && kill -0 "$pid" 2> /dev/null; do sleep 0.002; done
        kill -9 "$pid" 2> /dev/null || true
        wait "$pid" 2> /dev/null || true
        recorded=$(meta runs list -o json && jq -r --arg limit "$round" \
            '[.items[] | select(.state == "interrupted")] | length' <<< "$output")
        [ "$recorded" -le 1 ]
        if [ "$recorded" -eq 1 ]; then
            cut=$((cut + 1))
            meta runs resume last -y -o json
            expect 0
            jq -e --slurpfile able <(jq -R . able) '.summary.changed == ($able | length) and
                .summary.selected == ($able | length)' <<< "$output"
        elif [ "$(writes | wc -l)" -eq 0 ]; then
            meta instance set --from able --hop-limit "$round" -y -q
            expect 0
        fi
        sim_state -r '.instances[] | select(.response_hop_limit == '"$round"') | .id' | grep -xFf able | sort | diff <(sort able) -
        # each server got one body, however often
        changes_sent > sent
        [ "$(wc -l < sent)" -eq "$(wc -l < able)" ]
        # and none was sent before it was written down
        [ "$(writes | jq -r .path | sort -u | wc -l)" -eq "$(query "select count(*) from step where intended_at is not null
            and run = (select max(number) from run)" | tr -d '[]')" ]
    done
    echo "# report: $cut of $kills runs were cut off in the middle" >&3
    [ "$cut" -ge $((kills / 7 + 1)) ]
}

@test "an interrupt leaves a run that resume finishes; one that is finished has nothing left to do" {
    simple_fleet --instances 200 --latency-ms 20
    "$BUILD/vpcmeta" instance set --from able --hop-limit 5 -y -q -j 4 > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 10
    kill -INT "$pid"
    wait "$pid" && false || [ $? -eq 130 ]
    meta runs list -o json
    jq -e '.schema_version == 1 and .items[0].state == "interrupted" and .items[0].command == "instance set"' <<< "$output"
    meta runs show last -o json
    jq -e '.summary.skipped > 0' <<< "$output"
    meta runs resume last -n
    expect 0 "nothing was sent"
    meta runs resume last -y
    expect 0
    [ "$(sim_state -r '.instances[] | select(.response_hop_limit == 5) | .id' | grep -cxFf able)" -eq "$(wc -l < able)" ]
    clear_log
    meta runs resume last -y
    expect 0 "nothing is left to do"
    [ "$(writes | wc -l)" -eq 0 ]
    [ "$("$BUILD/vpcmeta" runs list -o json | jq -r '.items[0].state')" = done ]
}

@test "a server that somebody else changed after the run was cut off is a conflict, and stays as it is" {
    simple_fleet --instances 40 --latency-ms 40
    "$BUILD/vpcmeta" instance set --from able --hop-limit 5 -y -q -j 1 > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 3
    kill -9 "$pid"
    wait "$pid" || true
    id=$(query "select id from step where stage = 'planned' order by ordinal desc limit 1" | jq -r '.[0]')
    sim_curl PATCH "/v1/instances/$id" -H 'Content-Type: application/merge-patch+json' \
        -d '{"metadata_service":{"response_hop_limit":33}}' > /dev/null
    meta runs resume last -y -o json
    expect 5
    jq -e --arg id "$id" '[.results[] | select(.outcome != "changed")] | length == 1 and .[0].id == $id and
        .[0].outcome == "failed"' <<< "$output"
    [ "$(sim_state --arg id "$id" '.instances[] | select(.id == $id).response_hop_limit')" -eq 33 ]
    meta runs retry last --failed -y
    expect 0
    [ "$(sim_state -r '.instances[] | select(.response_hop_limit == 5) | .id' | grep -cxFf able)" -eq "$(wc -l < able)" ]
}

@test "rollback restores what was there; what somebody else changed is a conflict that --force overrides" {
    simple_fleet --instances 30
    sim_state -S '.instances | map({id, enabled, protocol, response_hop_limit})' > before
    meta instance set --from able --hop-limit 7 --enabled true -y
    expect 0
    id=$(query "select id from step where outcome = 'changed' limit 1" | jq -r '.[0]')
    sim_curl PATCH "/v1/instances/$id" -H 'Content-Type: application/merge-patch+json' \
        -d '{"metadata_service":{"response_hop_limit":33}}' > /dev/null
    meta runs rollback last no-such-server -y
    expect 1 "no-such-server"
    run=$("$BUILD/vpcmeta" runs list -o json | jq -r '.items[0].run')
    meta runs rollback "$run" -y -o json
    expect 5
    jq -e --arg id "$id" '[.results[] | select(.outcome == "failed")] | length == 1 and .[0].id == $id' <<< "$output"
    meta runs rollback "$run" "$id" -y
    expect 6
    meta runs rollback "$run" "$id" --force -y
    expect 0
    sim_state -S '.instances | map({id, enabled, protocol, response_hop_limit})' | diff before -
}

@test "a rollback that was cut off is resumed: everything is as it was before the run" {
    simple_fleet --instances 120 --latency-ms 15
    sim_state -S '.instances | map({id, enabled, protocol, response_hop_limit})' > before
    meta instance set --from able --hop-limit 7 -y -q
    expect 0
    clear_log
    "$BUILD/vpcmeta" runs rollback last -y -q -j 1 > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 15
    kill -9 "$pid"
    wait "$pid" || true
    [ "$(sim_state '[.instances[] | select(.response_hop_limit == 7)] | length')" -gt 0 ]
    meta runs list -o json
    jq -e '.items[0] | .command == "runs rollback" and .state == "interrupted"' <<< "$output"
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary | .failed == 0 and .unknown == 0' <<< "$output"
    sim_state -S '.instances | map({id, enabled, protocol, response_hop_limit})' | diff before -
    [ "$(changes_sent | wc -l)" -eq "$(wc -l < able)" ]
}

@test "old runs are forgotten when asked; a run that is not there is named" {
    simple_fleet --instances 3
    meta runs prune
    expect 2 "--older-than"
    meta runs prune --older-than 1
    expect 0 "0 runs forgotten"
    meta runs list --no-headers
    [[ $output =~ instance\ set\ +done\ +3\ selected ]]
    meta runs show nonsense
    expect 1 'there is no run "nonsense"'
    meta runs show 2
    expect 0
}

@test "a run is not resumed through another API" {
    simple_fleet --instances 40 --latency-ms 40
    "$BUILD/vpcmeta" instance set --from able --hop-limit 5 -y -q -j 1 > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 3
    meta runs resume last -y
    expect 8 "process $pid"
    kill -9 "$pid"
    wait "$pid" || true
    meta runs resume last -y --endpoint "http://localhost:$SIM_PORT/v1"
    expect 2 "was about"
    # nor through one whose address is the beginning of the run's
    meta runs resume last -y --endpoint "http://127.0.0.1:$SIM_PORT/v"
    expect 2 "was about"
}

@test "a server of a region that is not given is not looked for in another one" {
    client_start --region us-south,eu-de --mix plain --instances 3
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    meta instance set --all --region us-south,eu-de --enabled true -y
    expect 0
    clear_log
    meta runs rollback last -y --region us-south
    expect 2 "which is not among those of this command: give --region us-south,eu-de"
    [[ $stderr == *"in region eu-de"* ]]
    [ -z "$(writes)" ]
    meta runs rollback last -y --region us-south,eu-de -o json
    expect 0
    jq -e '.summary.changed == 6' <<< "$output"
}

# BODY: a creation of it is journaled, and killed before its answer comes
cut_off() {
    echo '{"rules": [{"method": "POST", "path": "*/instances", "limit": 1, "action": "hang", "ms": 60000, "when": "after"}]}' > "$BATS_TEST_TMPDIR/scenario"
    client_start --region eu-de --instances 2 --templates 2 --scenario "$BATS_TEST_TMPDIR/scenario"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
    "$BUILD/vpcmeta" instance create -y -f "$1" > /dev/null 2>&1 3>&- &
    pid=$!
    for _ in $(seq 500); do
        [ ! -e "$HISTORY" ] || [ "$(query "select count(*) from step where stage = 'intended'" 2> /dev/null)" != "[1]" ] || break
        sleep 0.01
    done
    kill -9 "$pid"
    wait "$pid" || true
}
body=$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-attachment.json

@test "a creation that was cut off is settled by its name: there is one in the end" {
    cut_off "$body"
    meta runs show last -o json
    jq -e '.results[0].outcome == "unknown" and (.results[0].reason | test("vpcmeta runs resume [0-9-]+[0-9a-f]+ settles it"))' <<< "$output"
    meta runs resume last -y -o json
    expect 0
    [ "$(sim_state '.instances | length')" -eq 3 ]
    jq -e --arg id "$(sim_state -r '.instances[] | select(.name == "web-01").id')" '.summary.changed == 1 and
        .results[0].id == $id and .results[0].after == {enabled: true, protocol: "https", response_hop_limit: 1}' <<< "$output"
    [ "$("$BUILD/vpcmeta" runs list -o json | jq -r '.items[0].state')" = done ]
}

@test "one without a name is not sent again: its outcome is unknown and says where to look" {
    jq 'del(.name)' "$body" > "$BATS_TEST_TMPDIR/unnamed.json"
    cut_off "$BATS_TEST_TMPDIR/unnamed.json"
    meta runs show last -o json
    jq -e '.results[0].outcome == "unknown" and (.results[0].reason | contains("look for it"))' <<< "$output"
    meta runs resume last -y -o json
    expect 1
    jq -e '.summary.unknown == 1 and (.results[0].reason | contains("look for it"))' <<< "$output"
    # what was on its way when the run was cut off may arrive late
    [ "$(writes | wc -l)" -le 1 ]
    [ "$("$BUILD/vpcmeta" runs list -o json | jq -r '.items[0].state')" = done ]
}
