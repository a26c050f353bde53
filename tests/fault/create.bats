#!/usr/bin/env bats
# create against an API that fails: never twice, and never a guess about what became of it.
load ../cli/client

body=$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-attachment.json

teardown() {
    sim_stop
}

# RULE POSTS OUTCOME STATUS: what create makes of the rule on the first request
create_meets() {
    client_start --region eu-de --instances 0 --templates 0 --bare-metal 0
    faults "{\"operation\": \"instances.create\", \"nth\": 1, $1}"
    meta instance create -f "$body" -o json --timeout 2
    expect "$4"
    [ "$(sim_count POST /v1/instances)" -eq "$2" ]
    [ "$(jq -r '.results[0].outcome' <<< "$output")" = "$3" ]
    [ "$(sim_state '.instances | length')" -le 1 ]
    sim_stop
}

@test "what the server certainly did not do is tried again" {
    create_meets '"action": "status", "status": 429, "retry_after": 1' 2 changed 0
    create_meets '"action": "status", "status": 503' 2 changed 0
}

@test "what may have been done is not tried again and its outcome is unknown" {
    create_meets '"action": "reset", "when": "after"' 1 unknown 1
    create_meets '"action": "reset"' 1 unknown 1
    create_meets '"action": "status", "status": 500' 1 unknown 1
    create_meets '"action": "status", "status": 502, "body": "html"' 1 unknown 1
    create_meets '"action": "status", "status": 503, "body": "html"' 1 unknown 1
    create_meets '"action": "hang", "ms": 20000, "when": "after"' 1 unknown 1
    create_meets '"action": "truncate"' 1 unknown 1
    [[ $stderr == *"may have been created"* ]]
}

@test "what is refused is not tried again" {
    create_meets '"action": "status", "status": 400' 1 failed 1
}

@test "a token that was refused is renewed and the request sent again" {
    client_start --region eu-de --instances 0
    faults '{"operation": "instances.create", "nth": 1, "action": "expire_token"}'
    meta instance create -f "$body" -o json
    expect 0
    [ "$(sim_count POST /identity/token)" -eq 2 ]
    [ "$(sim_state '.instances | length')" -eq 1 ]
}
