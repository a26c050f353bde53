#!/usr/bin/env bats
# Lists of an account that changes while it is read, and lists of a server that counts, links or repeats wrongly.
load ../cli/client

teardown() {
    sim_stop
}

ids() {
    sim_state -r '.instances[].id' | sort
}

# CHURN-MEMBERS: from now on every page finds instances replaced since the one before it
churn() {
    faults "{\"operation\": \"instances.list\", \"action\": \"churn\"$1}"
    ids > before
}

# ARGS...: the list of the command is whole, names each instance once, and has all that were there all the time
lists_all() {
    meta "$@" -o json
    ids > after
    expect 0
    jq -e '(.complete // true) and (has("missing") | not)' <<< "$output"
    jq -r '(.items // .results)[].id' <<< "$output" | sort > listed
    [ -z "$(uniq -d listed)" ]
    comm -12 before after > stayed
    [ -z "$(comm -23 stayed listed)" ]
    [ "$(wc -l < stayed)" -gt 900 ]
}

@test "a list is whole although an instance is replaced before every page, wherever the new one stands" {
    client_start --instances 1000 --mix plain --groups 0
    for place in start end any; do
        churn ", \"place\": \"$place\""
        lists_all instance list
    done
    churn ', "place": "start", "delete": 3, "create": 1'
    lists_all instance list
    churn ', "place": "start", "delete": 0, "create": 4'
    lists_all instance list
}

@test "a list that is read by VPC is whole under the same changes" {
    client_start --instances 3000 --mix plain --groups 0 --latency-ms 2
    churn ', "place": "start"'
    lists_all instance list
    [ "$(sim_count GET /v1/vpcs)" -ge 2 ]
}

@test "replaced by the clock: list, audit and set succeed" {
    client_start --instances 1000 --mix plain --groups 0 --latency-ms 10
    churn ', "place": "start", "interval_ms": 30'
    lists_all instance list
    lists_all instance set --all --enabled true --dry-run
    meta audit -o json
    expect 3
    jq -e '.complete and .summary.resources.instance > 990' <<< "$output"
}

@test "set --all writes to all that stay, under changes" {
    client_start --instances 400 --mix plain --groups 0
    faults '{"operation": "instances.list", "action": "churn", "place": "start"}'
    ids > before
    meta instance set --all --enabled true -y -o json
    jq -e '.summary.changed > 380' <<< "$output"
    sim_state -r '.instances[] | select(.enabled | not) | .id' | sort > off
    [ -z "$(comm -12 before off)" ]
}

@test "a list that adds up costs no request more" {
    client_start --instances 1000 --groups 0
    meta instance list -o json
    expect 0
    [ "$(sim_count GET '/v1/instances*')" -eq 10 ]
}

# RULES-JSON SHOWN WORDS: the list ends so
ends_incomplete() {
    faults "$1"
    meta instance list -o json
    expect 1 "incomplete"
    jq -e --argjson shown "$2" --arg words "$3" '.complete == false and (.items | length) == $shown and
        ([.items[].id] | unique | length) == $shown and (.missing | length) == 1 and
        (.missing[0] | startswith("instances of us-south: " + $words))' <<< "$output"
}

@test "links that turn back, lead nowhere or never end: what was read is shown, the link is named" {
    client_start --instances 500 --groups 0
    first=$(sim_curl GET '/v1/instances?limit=100' | jq -r .next.href)
    token=${first#*start=}
    clear_log
    ends_incomplete "{\"operation\": \"instances.list\", \"nth\": 4, \"action\": \"edit\", \"set\": {\"/next/href\": \"$first\"}}" \
        400 "400 of 500 were read; page 4: the link to the next page leads back to page 2"
    [ "$(sim_count GET /v1/instances)" -eq 4 ]
    ends_incomplete "{\"operation\": \"instances.list\", \"nth\": 2, \"action\": \"edit\",
        \"set\": {\"/next/href\": \"http://elsewhere.example/?start=${token%%&*}\"}}" \
        200 "200 of 500 were read; page 2: the link to the next page leads back to page 2"
    ends_incomplete '{"operation": "instances.list", "nth": 3, "action": "edit", "set": {"/next/href": "/v1/instances?limit=100"}}' \
        300 "300 of 500 were read; page 3: the link to the next page holds no start token"
}

@test "a total that is wrong: all that was read is shown, with both numbers" {
    client_start --instances 150 --groups 0
    ends_incomplete '{"operation": "instances.list", "action": "edit", "set": {"/total_count": 200}}' \
        150 "150 of 200 were read; the list did not add up"
    ends_incomplete '{"operation": "instances.list", "action": "edit", "set": {"/total_count": 100}}' \
        150 "150 were read, but the API counts 100; the list did not add up"
}

@test "an instance that stands on two pages is one; repetitions do not fill a list" {
    client_start --instances 150 --groups 0
    one=$(sim_curl GET '/v1/instances?limit=1' | jq -c '.instances[0]')
    faults "{\"operation\": \"instances.list\", \"nth\": 2, \"action\": \"edit\", \"set\": {\"/instances/-\": $one}}"
    meta instance list -o json
    expect 0
    jq -e '.complete and ([.items[].id] | length == 150 and (unique | length) == 150)' <<< "$output"
    # the page is there, but says what the first one said
    page=$(sim_curl GET '/v1/instances?limit=10' | jq -c .instances)
    ends_incomplete "{\"operation\": \"instances.list\", \"every\": 2, \"action\": \"edit\",
        \"set\": {\"/instances\": $page}}" 100 "100 of 150 were read; 10 of the items were repetitions"
}

@test "one VPC whose page fails does not hide the others" {
    client_start --instances 2000 --vpcs 4 --groups 0
    faults '{"operation": "instances.list", "nth": 6, "action": "status", "status": 400}'
    meta instance list -o json
    expect 1 "incomplete"
    jq -e '.complete == false and (.items | length) > 1000 and (.missing | length) == 1 and
        (.missing[0] | test("^instances of us-south: [0-9]+ of 2000 were read; page [0-9]+ of VPC vpc-[a-z]+: 400"))' <<< "$output"
}

@test "one region that is down does not hide the other, for list, audit and groups" {
    client_start --region us-south,eu-de --instances 120 --groups 2
    faults '{"path": "/eu-de/v1/*", "action": "status", "status": 400}'
    meta instance list --region all -o json
    expect 1 "incomplete"
    jq -e '(.complete | not) and (.items | length) == 120 and (.missing | length) == 1 and (.missing[0] | test("eu-de"))' <<< "$output"
    meta audit --region all -o json
    expect 5 "incomplete"
    jq -e '(.complete | not) and .summary.resources.instance == 120 and (.findings | length) > 0 and
        all(.missing[]; test("eu-de"))' <<< "$output"
    meta group list --region all -o json
    expect 1 "incomplete"
    jq -e '(.complete | not) and (.items | length) == 2' <<< "$output"
}
