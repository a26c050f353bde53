#!/usr/bin/env bats
# Recorded runs: where commands about them work, which run is meant, and what is forgotten.
load client

teardown() {
    sim_stop
}

start() {
    client_start --mix plain "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

# A run in which one change fails for now, by options alone; then the environment names another place.
failed_run() {
    faults '{"operation": "instances.patch", "nth": 2, "action": "status", "status": 418}'
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
    expect 0 "next: vpcmeta runs retry $run --region us-south --endpoint $SIM_URL"
    next=$(sed -n 's/.*next: vpcmeta \(runs retry .*\)/\1/p' <<< "$stderr")
    # shellcheck disable=SC2086 # the words of a command
    meta $next -y
    expect 0 "undo: vpcmeta runs rollback $run --region us-south --endpoint $SIM_URL"
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
