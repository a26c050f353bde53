#!/usr/bin/env bats
# list against an API that fails: the whole list, or one that says that it is not whole.
load ../cli/client

teardown() {
    sim_stop
}

# RULE: the list is whole although one page meets the rule
survives() {
    client_start --instances 250
    faults "$1"
    meta instance list --timeout 2 --jq '.complete, (.items | length), ([.items[].id] | unique | length)'
    expect 0
    [ "$output" = $'true\n250\n250' ]
    sim_stop
}

@test "a page that fails in passing is read again" {
    for how in '"action": "status", "status": 429, "retry_after": 1' '"action": "status", "status": 500' \
        '"action": "status", "status": 502, "body": "html"' '"action": "reset"' '"action": "reset", "when": "after"' \
        '"action": "truncate"' '"action": "garbage"' '"action": "expire_token"'; do
        survives "{\"operation\": \"instances.list\", \"nth\": 2, $how}"
    done
}

@test "a page that never comes is given up after --timeout and read again" {
    survives '{"operation": "instances.list", "nth": 2, "action": "hang", "ms": 20000}'
}

@test "slow pages are no failure" {
    survives '{"operation": "instances.list", "action": "latency", "ms": 300}'
}

@test "a page that fails for good: the pages before it are listed, what is missing is named, the status is 1" {
    client_start --instances 250
    faults '{"operation": "instances.list", "after": 1, "action": "status", "status": 400, "code": "bad_field"}'
    meta instance list -o json
    expect 1 "the list is incomplete"
    jq -e '.complete == false and (.items | length) == 100 and (.missing | length) == 1 and
           (.missing[0] | test("^instances of us-south: 100 of 250 were read; page 2: 400 bad_field"))' <<< "$output"
}

@test "a set on a list that is not whole sends nothing, and says what could not be read" {
    client_start --instances 250
    faults '{"operation": "instances.list", "after": 1, "action": "status", "status": 400, "code": "bad_field"}'
    meta instance set --all --enabled true -y -o json
    expect 1 "nothing was changed: instances of us-south: 100 of 250 were read; page 2: 400 bad_field"
    jq -e '.schema_version == 1 and .run == null and .results == [] and .summary.selected == 0 and .complete == false and
           (.missing[0] | test("100 of 250 were read"))' <<< "$output"
    [ -z "$(writes)" ]
    faults '{"operation": "instances.list", "after": 1, "action": "status", "status": 400, "code": "bad_field"}'
    meta instance set --all --enabled true -y
    expect 1 "100 of 250"
    [ -z "$output" ]
}

@test "one region of two that fails for good: the other one is listed, the missing one named" {
    client_start --region us-south,eu-de --instances 40
    faults '{"operation": "instances.list", "after": 1, "action": "status", "status": 400}'
    meta instance list --region all -o json
    expect 1 "incomplete"
    jq -e '.complete == false and (.missing | length) == 1 and (.items | length) > 0' <<< "$output"
}

@test "--deadline ends the command, also while it waits to try again" {
    client_start --instances 5
    faults '{"operation": "instances.list", "action": "status", "status": 429, "retry_after": 60}'
    before=$SECONDS
    meta instance list --deadline 2 -o json
    [ "$status" -ne 0 ]
    [ $((SECONDS - before)) -lt 20 ]
}

@test "a deadline in the middle of a list or an audit: what came before it is shown" {
    client_start --instances 1000 --latency-ms 100
    meta instance list --deadline 1 -o json
    expect 1 "incomplete"
    jq -e '.complete == false and (.items | length) >= 100 and
           (.missing[0] | test("^instances of us-south: [0-9]+ of 1000 were read; page [0-9]+: the deadline has passed"))' <<< "$output"
    meta audit --deadline 1 -o json
    expect 5 "incomplete"
    jq -e '.complete == false and .summary.resources.instance >= 100' <<< "$output"
    meta instance set --all --enabled true -y --deadline 1 -o json
    expect 1 "nothing was changed"
    [ -z "$(writes)" ]
}

@test "an interrupt ends a list at once with status 130, SIGTERM with 143" {
    client_start --instances 5
    faults '{"operation": "instances.list", "action": "hang", "ms": 20000}'
    for signal in INT:130 TERM:143; do
        clear_log
        before=$SECONDS
        set -m # without job control a command in the background ignores SIGINT
        "$BUILD/vpcmeta" instance list > out 2> err &
        pid=$!
        set +m
        for _ in $(seq 100); do [ "$(requests)" -lt 1 ] || break; sleep 0.02; done
        kill -"${signal%:*}" "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq "${signal#*:}" ]
        [ $((SECONDS - before)) -lt 15 ] # the answer would take 20
    done
}

@test "a refused API key is status 4 and not tried again" {
    client_start --instances 5
    VPC_APIKEY=wrong meta instance list
    expect 4 BXNIM0415E
    [ "$(requests)" -eq 1 ]
    [[ $stderr != *wrong\ * ]]
}
