#!/usr/bin/env bats
# Recorded runs: where commands about them work, which run is meant, and what is forgotten.
load client
load runs

teardown() {
    sim_stop
}

start() {
    client_start --mix plain "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

# A run in which one change fails for now, by options alone; then the environment names another place.
failed_run() {
    faults '{"operation": "instances.patch", "nth": 2, "action": "status", "status": 403}'
    unset VPC_URL
    meta instance set --all --enabled true -y "$@"
    expect 5
    export IBMCLOUD_IS_NG_API_ENDPOINT=http://127.0.0.1:1/v1 IBMCLOUD_REGION=eu-gb
}

@test "commands about a run work where the run did, whatever the environment names" {
    start --instances 6
    failed_run --endpoint "$SIM_URL" --region us-south
    for command in 'runs resume last -n' 'runs retry last -n' 'runs retry last -y' 'runs rollback last -n' 'runs rollback last -y'; do
        # shellcheck disable=SC2086 # the words of a command
        meta $command -o json
        expect 0
        jq -e '.results | all(.[]; .region == "us-south")' <<< "$output"
    done
    [ "$(sim_state '[.instances[] | select(.enabled)] | length')" -eq 0 ]
}

@test "a run in several regions is taken back in all of them" {
    start --region us-south,eu-de --instances 3
    failed_run --endpoint "$SIM_URL" --region us-south,eu-de
    meta runs retry last -y -o json
    expect 0
    meta runs rollback last -y -o json
    expect 0
    jq -e '[.results[].region] | unique == ["eu-de", "us-south"]' <<< "$output"
    [ "$(sim_state '[.instances[] | select(.enabled)] | length')" -eq 0 ]
}

@test "runs show without RUN shows the newest, and what it says to run next works in any environment" {
    start --instances 6
    meta runs show
    expect 1 'there is no run "last"'
    failed_run --endpoint "$SIM_URL" --region us-south
    run=$(vpcmeta runs list -o json | jq -r '.items[0].run')
    meta runs show -o json
    expect 0
    jq -e --arg run "$run" '.run == $run' <<< "$output"
    expect 0 "    vpcmeta runs retry $run
"
    next=$(sed -n 's/^    vpcmeta \(runs retry .*\)/\1/p' <<< "$stderr")
    # shellcheck disable=SC2086 # the words of a command
    meta $next -y
    expect 0 "undo:
  vpcmeta runs rollback $run"
}

@test "another endpoint is refused with what to leave out" {
    start --instances 3
    failed_run --endpoint "$SIM_URL" --region us-south
    clear_log
    meta runs rollback last -y --endpoint "http://localhost:$SIM_PORT/v1"
    expect 2 "was about 127.0.0.1:$SIM_PORT/v1, and these options lead to localhost:$SIM_PORT/v1: leave out --endpoint"
    meta runs rollback last -y --region eu-de
    expect 2 "was in region us-south, and --region says eu-de: leave out --region"
    [ "$(requests)" -eq 0 ]
}

@test "a credential of another account is refused, and both accounts are named" {
    start --instances 3
    failed_run --endpoint "$SIM_URL" --region us-south
    clear_log
    claims=$(printf '{"account":{"bss":"%s"},"exp":4000000000}' feedfacefeedfacefeedfacefeedface | base64 -w0 | tr '+/' '-_' | tr -d =)
    export VPC_AUTH_TYPE=bearerToken VPC_BEARER_TOKEN="eyJhbGciOiJub25lIn0.$claims.x"
    for command in resume retry rollback; do
        meta runs "$command" last -y
        expect 2 "is of account 3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b, and the credential of account feedfacefeedfacefeedfacefeedface"
        [[ $stderr != *://* ]]
    done
    [ "$(requests)" -eq 0 ]
}

# Three runs: two that are done, and one of which a process was killed; all began before this second.
three_runs() {
    start --instances 12 --latency-ms 30
    meta instance set --all --hop-limit 3 -y
    expect 0
    meta instance set --all --hop-limit 4 -y
    expect 0
    "$BUILD/vpcmeta" instance set --all --hop-limit 5 -y -q -j 1 --tps 10 > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 26
    kill -9 "$pid"
    wait "$pid" || true
}

states() {
    vpcmeta runs list -o json | jq -c '[.items[].state]'
}

@test "runs prune lists, asks, and keeps what is interrupted unless it is forced" {
    three_runs
    meta runs prune --older-than 0 < /dev/null
    expect 2 "2 runs would be forgotten: cannot ask for confirmation (no terminal): add --yes, or preview with --dry-run"
    meta runs prune --older-than 0 -n -o json
    expect 0 "dry run: 2 runs would be forgotten"
    expect 0 "1 kept: interrupted (--force forgets them)"
    jq -e '.schema_version == 1 and .dry_run and .forgotten == 0 and .kept == 1 and
        [.items[].outcome] == ["kept", "would_forget", "would_forget"] and (.items[0].reason | contains("interrupted"))' <<< "$output"
    [ "$(states)" = '["interrupted","done","done"]' ]
    run script -qec "$BUILD/vpcmeta runs prune --older-than 0" /dev/null < <(echo n)
    [ "$status" -eq 1 ]
    [[ $output == *"2 runs will be forgotten"*"instance set"*"forget 2 runs? [y/N]"*"nothing was forgotten"* ]]
    [ "$(states)" = '["interrupted","done","done"]' ]
    meta runs prune --older-than 0 -y -o json
    expect 0 "2 runs forgotten"
    jq -e '(.dry_run | not) and .forgotten == 2 and [.items[].outcome] == ["kept", "forgotten", "forgotten"]' <<< "$output"
    [ "$(states)" = '["interrupted"]' ]
    meta runs resume last -y
    expect 0
}

@test "runs prune --force forgets interrupted runs, never one in progress" {
    three_runs
    meta runs prune --older-than 0 -y --force
    expect 0 "3 runs forgotten"
    [ "$(states)" = '[]' ]
    "$BUILD/vpcmeta" instance set --all --hop-limit 6 -y -q -j 1 --tps 5 > /dev/null 2>&1 3>&- &
    pid=$!
    clear_log
    await_writes 2
    meta runs prune --older-than 0 -y --force
    expect 0 "1 kept: in progress"
    kill -9 "$pid"
    wait "$pid" || true
    [ "$(states)" = '["interrupted"]' ]
}

@test "runs prune keeps a run that left restarts pending until they are done" {
    start --instances 3
    meta instance set --all --enabled true -y
    expect 0
    meta runs prune --older-than 0 -y
    expect 0 "1 kept: with pending restarts (--force forgets them)"
    meta instance restart --all -y --poll-interval 100ms --max-unavailable 3 --allow-same-group
    expect 0
    meta runs prune --older-than 0 -y
    expect 0 "2 runs forgotten"
}
