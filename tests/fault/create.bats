#!/usr/bin/env bats
# create against an API that fails: never twice, and never a guess about what became of it.
load ../cli/client

body=$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-attachment.json

teardown() {
    sim_stop
}

# RULE POSTS OUTCOME STATUS [OPTIONS]: what create makes of the rule on the first request
create_meets() {
    client_start --region eu-de --instances 0 --templates 0 --bare-metal 0
    faults "{\"operation\": \"instances.create\", \"nth\": 1, $1}"
    meta instance create -y -f "${named:-$body}" -o json --timeout 2
    expect "$4"
    [ "$(sim_count POST /v1/instances)" -eq "$2" ]
    [ "$(jq -r '.results[0].outcome' <<< "$output")" = "$3" ]
    [ "$(jq -r '.results[0].id' <<< "$output")" = "$(sim_state -r '.instances[0].id // ""')" ] || [ "$3" = unknown ]
    [ "$(sim_state '.instances | length')" -le 1 ]
    sim_stop
}

@test "what the server certainly did not do is tried again" {
    create_meets '"action": "status", "status": 429, "retry_after": 1' 2 changed 0
    create_meets '"action": "status", "status": 503' 2 changed 0
}

@test "what may have been done is looked for by its name: adopted when it is there, sent again when it is not" {
    create_meets '"action": "reset", "when": "after"' 1 changed 0
    create_meets '"action": "reset"' 2 changed 0
    create_meets '"action": "status", "status": 500, "when": "after"' 1 changed 0
    create_meets '"action": "status", "status": 500' 2 changed 0
    create_meets '"action": "status", "status": 502, "body": "html"' 2 changed 0
    create_meets '"action": "status", "status": 503, "body": "html", "when": "after"' 1 changed 0
    create_meets '"action": "hang", "ms": 20000, "when": "after"' 1 changed 0
    create_meets '"action": "hang", "ms": 20000' 2 changed 0
    create_meets '"action": "truncate"' 1 changed 0
    create_meets '"action": "garbage"' 1 changed 0
    create_meets '"action": "content_type", "type": "text/html"' 1 changed 0
}

@test "without a name it is not tried again, and its outcome is unknown" {
    named=$BATS_TEST_TMPDIR/unnamed.json
    jq 'del(.name)' "$body" > "$named"
    create_meets '"action": "reset", "when": "after"' 1 unknown 1
    create_meets '"action": "reset"' 1 unknown 1
    create_meets '"action": "status", "status": 500' 1 unknown 1
    create_meets '"action": "status", "status": 503, "body": "html"' 1 unknown 1
    create_meets '"action": "hang", "ms": 20000, "when": "after"' 1 unknown 1
    create_meets '"action": "truncate"' 1 unknown 1
    [[ $stderr == *"may have been created"* ]]
}

@test "what is refused is not tried again" {
    create_meets '"action": "status", "status": 400' 1 failed 1
    create_meets '"action": "status", "status": 403' 1 failed 1
    create_meets '"action": "status", "status": 409' 1 failed 1
}

@test "an API that never answers gets five tries, and what became of them is unknown" {
    client_start --region eu-de --instances 0 --templates 0 --bare-metal 0
    faults '{"operation": "instances.create", "action": "reset"}'
    meta instance create -y -f "$body" -o json
    expect 1 "sent 5 times and not found yet"
    [ "$(sim_count POST /v1/instances)" -eq 5 ]
    jq -e '.results[0] | .outcome == "unknown" and .attempts == 5' <<< "$output"
    faults
    meta runs retry last -y -o json
    expect 0
    jq -e '.summary.changed == 1 and .summary.unknown == 0' <<< "$output"
    [ "$(sim_state '.instances | length')" -eq 1 ]
}

@test "when looking for the name fails as well, the outcome is unknown and a retry settles it" {
    client_start --region eu-de --instances 0 --templates 0 --bare-metal 0
    faults '{"operation": "instances.create", "action": "reset", "when": "after"}' \
        '{"operation": "instances.list", "action": "status", "status": 403}'
    meta instance create -y -f "$body" -o json
    expect 1 "whether it was created is not known"
    jq -e '.results[0].outcome == "unknown"' <<< "$output"
    faults
    clear_log
    meta runs retry last -y -o json
    expect 0
    jq -e --arg id "$(sim_state -r '.instances[0].id')" '.results[0] | .outcome == "changed" and .id == $id' <<< "$output"
    [ "$(sim_count POST /v1/instances)" -eq 0 ]
}

@test "a template whose answer was lost is settled as well, from the list" {
    client_start --region eu-de --instances 0 --templates 3 --bare-metal 0
    template=${body%/*}/instance-template-prototype-by-image.json
    for fault in '"action": "reset", "when": "after"' '"action": "reset"'; do
        name=tpl-$RANDOM
        faults "{\"operation\": \"templates.create\", \"nth\": 1, $fault}"
        meta template create -f "$template" --name "$name" -o json
        expect 0
        jq -e '.results[0].outcome == "changed"' <<< "$output"
        [ "$(sim_state --arg name "$name" '[.templates[] | select(.name == $name)] | length')" -eq 1 ]
    done
}

@test "a token that was refused is renewed and the request sent again" {
    client_start --region eu-de --instances 0
    faults '{"operation": "instances.create", "nth": 1, "action": "expire_token"}'
    meta instance create -y -f "$body" -o json
    expect 0
    [ "$(sim_count POST /identity/token)" -eq 2 ]
    [ "$(sim_state '.instances | length')" -eq 1 ]
}

@test "a creation whose answer did not come by the deadline is reported as one that may have been made" {
    client_start --region eu-de --instances 0 --templates 0 --bare-metal 0
    faults '{"operation": "instances.create", "action": "hang", "ms": 60000, "when": "after"}'
    meta instance create -y -f "$body" --deadline 2
    expect 1 "may have been"
    grep -q "vpcmeta runs " <<< "$stderr"
    [ "$(sim_state '.instances | length')" -eq 1 ]
}
