#!/usr/bin/env bats
# Tokens that the API does not take: propagation, refusals that pass and refusals that last, and an IAM that falters.
load client

teardown() {
    sim_stop
}

patches='"operation": "instances.patch"'
# From the second one on, tokens are unknown to the API at first.
late='{"operation": "iam.token", "after": 1, "action": "token_delay", "ms": 300}'

tokens() {
    sim_count POST /identity/token
}

@test "a replacement token that the API learns late fails no server of a fleet" {
    client_start --instances 200 --all-disabled --mix plain
    faults "{$patches, \"nth\": 80, \"action\": \"expire_token\"}" "$late"
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 200 and all(.results[]; .attempts == 1)' <<< "$output"
    [ "$(tokens)" -le 4 ]
    # of each server one change went through
    [ "$(sim_log 'select(.method == "PATCH" and .status == 200)' | wc -l)" -eq 200 ]
}

@test "lists, creations and restarts wait for their token, too" {
    client_start --instances 20 --mix plain --transition-ms 100
    faults '{"operation": "instances.list", "nth": 1, "action": "expire_token"}' "$late"
    meta instance list --jq '.items | length'
    expect 0
    [ "$output" = 20 ]
    template=$(sim_state -r '.templates[0].name')
    faults '{"operation": "instances.create", "nth": 3, "action": "expire_token"}' "$late"
    meta instance create --template "$template" --count 5 --name 'late-{}' -y -o json
    expect 0
    [ "$(sim_state '[.instances[] | select(.name | startswith("late-"))] | length')" -eq 5 ]
    # servers that are stopped are started all the same; the first token of a command may be late as well
    meta instance set --name 'late-*' --enabled true -y
    expect 0
    faults '{"operation": "iam.token", "action": "token_delay", "ms": 300}' \
        '{"operation": "instances.action", "nth": [2, 7], "action": "expire_token"}'
    meta instance restart --name 'late-*' --max-unavailable 5 -y -o json
    expect 0
    [ "$(sim_log 'select(.operation == "instances.action" and .status == 201)' | wc -l)" -eq 10 ]
}

@test "a refusal that passes needs no other token, and what was given to us is waited for, too" {
    client_start --instances 40 --all-disabled --mix plain
    faults "{$patches, \"every\": 9, \"action\": \"status\", \"status\": 401}"
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 40' <<< "$output"
    [ "$(tokens)" -le 2 ]
    VPC_BEARER_TOKEN=$(sim_token)
    export VPC_BEARER_TOKEN
    unset VPC_APIKEY
    faults "{$patches, \"every\": 9, \"action\": \"status\", \"status\": 401}"
    meta instance set --all --enabled false -y -o json
    expect 0
    jq -e '.summary.changed == 40' <<< "$output"
}

@test "a refusal that lasts is exit 4 with a remedy, and what was not started is left for resume" {
    client_start --instances 60 --all-disabled --mix plain
    VPC_BEARER_TOKEN=$(sim_token) # the least patience: it cannot be renewed
    export VPC_BEARER_TOKEN
    unset VPC_APIKEY
    faults '{"path": "/v1/*", "after": 60, "action": "status", "status": 401}'
    meta instance set --all --enabled true -y -o json -j 4
    expect 4 "A token that was given cannot be renewed: set another one in environment variable VPC_BEARER_TOKEN"
    [[ $stderr == *"error: the API accepts no token (1 tried in "*" s): 401 not_authenticated"* ]]
    jq -e '.summary | .changed > 10 and .skipped > 10 and .failed == 0 and .unknown == 0' <<< "$output"
    jq -e '[.results[] | select(.outcome == "skipped") | .attempts == 0] | all' <<< "$output"
    [ "$(sim_log 'select(.status == 401)' | wc -l)" -lt 25 ]
    faults
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary.changed == 60' <<< "$output"
    [ "$(changes_sent | wc -l)" -eq 60 ]
}

@test "a token that was never accepted is given up within seconds" {
    client_start --instances 30
    faults '{"path": "/v1/*", "action": "status", "status": 401}'
    VPC_BEARER_TOKEN=$(sim_token) meta instance list --auth bearer
    expect 4 "the API accepts no token (1 tried in 2 s): 401"
    [ "$(requests)" -lt 10 ]
}

@test "in a shell a token that was refused is replaced for the next command" {
    client_start --instances 20 --mix plain
    faults '{"operation": "instances.list", "nth": 1, "action": "expire_token"}' "$late" \
        '{"operation": "templates.list", "action": "status", "status": 401, "lasts_ms": 5200}'
    run --separate-stderr vpcmeta shell --on-error continue << 'END'
instance list --jq '.items | length'
template list --jq '"never"' --deadline 1
instance list --jq '.items | length'
END
    printf 'stdout: %s\nstderr: %s\n' "$output" "$stderr"
    sim_log '[.operation, .status]'
    [ "${lines[*]}" = "20 20" ]
    [ "$(tokens)" -le 6 ]
}

@test "an expression is never run after the deadline, however soon it would have answered" {
    local i one
    one=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
    client_start --instances 3 --mix plain
    faults '{"path": "/v1/*", "action": "status", "status": 401}'
    # on one processor the expression often answers before its answer is waited for
    for i in 1 2 3 4 5 6 7 8 9 10; do
        run --separate-stderr taskset -c "$one" "$BUILD/vpcmeta" template list --jq '"never"' --deadline 0.2
        [ -z "$output" ]
        expect 1 "the deadline has passed"
    done
}

@test "a signal and the deadline end the wait for a token at once" {
    client_start --instances 5
    faults '{"path": "/v1/*", "action": "status", "status": 401}'
    SECONDS=0
    meta instance list --deadline 1
    expect 1 "deadline"
    [ "$SECONDS" -le 3 ]
    for signal in INT TERM; do
        clear_log
        "$BUILD/vpcmeta" instance list > out 2> err &
        pid=$!
        until [ "$(sim_log 'select(.status == 401)' | wc -l)" -ge 3 ]; do sleep 0.02; done
        SECONDS=0
        kill -s "$signal" "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq $((128 + $(kill -l "$signal"))) ]
        [ "$SECONDS" -le 1 ]
    done
    # a token request that hangs ends, too
    faults '{"operation": "iam.token", "action": "hang", "ms": 20000}'
    clear_log
    "$BUILD/vpcmeta" instance set --all --enabled true -y > out 2> err &
    pid=$!
    until [ "$(tokens)" -gt 0 ]; do sleep 0.02; done
    SECONDS=0
    kill -s INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    [ "$SECONDS" -le 2 ]
}

@test "an IAM that is down while the present token lives disturbs nothing, and tokens that live a second are few" {
    client_start --instances 60 --all-disabled --mix plain --token-life 3 --latency-ms 20
    faults '{"operation": "iam.token", "nth": [2, 3, 4], "action": "status", "status": 503}'
    meta instance set --all --enabled true -y -o json -j 1
    expect 0
    jq -e '.summary.changed == 60' <<< "$output"
    sim_stop
    client_start --instances 60 --all-disabled --mix plain --token-life 1 --latency-ms 10
    SECONDS=0
    meta instance set --all --enabled true -y -o json -j 1
    expect 0
    jq -e '.summary.changed == 60' <<< "$output"
    [ "$(tokens)" -le $((2 * SECONDS + 4)) ]
}

@test "the line of progress says that a token is waited for" {
    client_start --instances 20 --all-disabled --mix plain
    faults "{$patches, \"action\": \"status\", \"status\": 401, \"lasts_ms\": 1500}"
    run "$BATS_TEST_DIRNAME/pty_dialogue.py" "$BUILD/vpcmeta" instance set --all --enabled true -y << 'END'
expect waiting for a token to be accepted, try [0-9]+  0/20
expect ^20 selected: 20 changed
end
END
    echo "$output"
    [ "$status" -eq 0 ]
}
