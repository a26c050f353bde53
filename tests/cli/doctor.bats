#!/usr/bin/env bats
# doctor: what would be used, and whether it works.
load client

teardown() {
    sim_stop
}

@test "a set-up that works: every check is ok and the API is asked once" {
    client_start --instances 1
    meta doctor -o json
    expect 0
    jq -e '.ok == true and all(.checks[]; .state == "ok")' <<< "$output"
    for check in version "api version" schemas terminal "http library" endpoint credential token api; do
        jq -e --arg check "$check" 'any(.checks[]; .check == $check and .detail != "")' <<< "$output"
    done
    [ "$(sim_count GET /v1/regions)" -eq 1 ]
    meta doctor
    expect 0
    grep -Eq '^api  *ok .*answers in [0-9]+ ms' <<< "$output"
    [[ $output$stderr != *"$SIM_API_KEY"* ]]
}

@test "the check that fails says why, and the exit status is that of any other command" {
    client_start --instances 1
    VPC_APIKEY= meta doctor
    expect 4
    grep -q '^credential  *bad .*no credentials' <<< "$output"
    VPC_APIKEY=wrong meta doctor
    expect 4
    grep -q '^token  *bad .*BXNIM0415E' <<< "$output"
    faults '{"operation": "regions.list", "action": "status", "status": 400}'
    meta doctor -o json
    expect 1
    jq -e '.ok == false and any(.checks[]; .check == "api" and .state == "bad")' <<< "$output"
}

@test "schemas of one's own are counted, a folder that does not exist is a failed check" {
    client_start --instances 1
    meta doctor --schema-dir "$BATS_TEST_DIRNAME/../../schemas" -o json
    expect 0
    jq -e 'any(.checks[]; .check == "schemas" and (.detail | test(" from ")))' <<< "$output"
    meta doctor --schema-dir /nowhere
    expect 2
}
