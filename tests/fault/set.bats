#!/usr/bin/env bats
# set against an API that fails: every server ends as wanted or is reported as what it is, and nothing is overwritten.
load ../cli/client
load truth

teardown() {
    sim_stop
}

patches='"operation": "instances.patch"'

# RULE: one server whose first PATCH meets the rule ends as wanted
survives() {
    client_start --instances 1 --all-disabled
    settings > before
    faults "$1"
    meta instance set --all --enabled true -y -o json --timeout 2
    expect 0
    echo "$output" > run
    jq -e '.summary.changed == 1' run
    results_are_true before run '{"enabled": true, "protocol": "http", "response_hop_limit": 1}'
}

@test "a 429 with and without Retry-After is waited out" {
    survives "{$patches, \"nth\": 1, \"action\": \"status\", \"status\": 429, \"retry_after\": 1}"
    jq -e '.results[0].attempts == 2' run
    [ "$(writes | jq -s '.[1].at_ms - .[0].at_ms >= 1000')" = true ]
    sim_stop
    survives "{$patches, \"nth\": 1, \"action\": \"status\", \"status\": 429}"
}

@test "500, 502 with HTML and 503 are tried again" {
    for how in '"status": 500' '"status": 502, "body": "html"' '"status": 503' '"status": 500, "when": "after"'; do
        survives "{$patches, \"nth\": 1, \"action\": \"status\", $how}"
        sim_stop
    done
}

@test "a reset before and after the change took effect ends as wanted" {
    survives "{$patches, \"nth\": 1, \"action\": \"reset\"}"
    sim_stop
    survives "{$patches, \"nth\": 1, \"action\": \"reset\", \"when\": \"after\"}"
}

@test "a truncated, garbled or mislabelled answer is settled" {
    for action in truncate garbage; do
        survives "{$patches, \"nth\": 1, \"action\": \"$action\"}"
        sim_stop
    done
    survives "{$patches, \"nth\": 1, \"action\": \"content_type\"}"
}

@test "an answer that never comes is settled by --timeout and another try" {
    survives "{$patches, \"nth\": 1, \"action\": \"hang\", \"ms\": 20000, \"when\": \"after\"}"
}

@test "a token that expires in the middle is renewed once" {
    client_start --instances 60 --all-disabled
    faults "{$patches, \"nth\": 10, \"action\": \"expire_token\"}"
    settings > before
    meta instance set --all --enabled true -y -o json -j 4
    expect 0
    [ "$(sim_count POST /identity/token)" -eq 2 ]
    echo "$output" > run
    jq -e '.summary.failed == 0 and .summary.unknown == 0' run
}

@test "somebody else's change of another setting is kept, and ours goes through" {
    client_start --instances 3 --all-disabled
    faults "{$patches, \"nth\": 1, \"action\": \"change\", \"set\": {\"metadata_service\": {\"response_hop_limit\": 9}}}"
    meta instance set --all --enabled true -y -o json -j 1
    expect 0
    [ "$(settings | jq -c '[.[]] | sort')" = '[[true,"http",1],[true,"http",1],[true,"http",9]]' ]
    [ "$(writes | jq -r .status | paste -sd' ')" = "412 200 200 200" ]
}

@test "somebody else's change of the same setting is never overwritten: conflict, status 6 alone, 5 among others" {
    client_start --instances 1 --all-disabled
    faults "{$patches, \"nth\": 1, \"action\": \"change\", \"set\": {\"metadata_service\": {\"protocol\": \"https\", \"response_hop_limit\": 7}}}"
    meta instance set --all --hop-limit 5 -y -o json
    expect 6
    [ "$(settings | jq -c '.[]')" = '[false,"https",7]' ]
    jq -e '.results[0] | .outcome == "failed" and (.reason | test("changed by another writer")) and
        .after.response_hop_limit == 7' <<< "$output"
    sim_stop
    client_start --instances 3 --all-disabled
    faults "{$patches, \"nth\": 2, \"action\": \"change\", \"set\": {\"metadata_service\": {\"response_hop_limit\": 7}}}"
    meta instance set --all --hop-limit 5 -y -o json -j 1
    expect 5
    jq -e '.summary.changed == 2 and .summary.failed == 1' <<< "$output"
}

@test "--guard list: what others change after the list is overwritten where it is the same setting, and kept elsewhere" {
    client_start --instances 1 --all-disabled
    faults "{$patches, \"nth\": 1, \"action\": \"change\", \"set\": {\"metadata_service\": {\"protocol\": \"https\", \"response_hop_limit\": 7}}}"
    meta instance set --all --hop-limit 5 --guard list -y -o json
    expect 0
    [ "$(settings | jq -c '.[]')" = '[false,"https",5]' ]
    # no precondition can fail
    [ "$(writes | jq -r .status)" = 200 ]
    # what it was is what the list said, what it is now is what the answer says
    jq -e '.results[0] | .outcome == "changed" and .before.response_hop_limit == 1 and
        .after == {"enabled": false, "protocol": "https", "response_hop_limit": 5}' <<< "$output"
}

@test "--guard list: an answer that never comes is settled by a read, for a kind without ETags, too" {
    for kind in instance bare-metal; do
        client_start --instances 1 --bare-metal 1 --all-disabled
        faults '{"method": "PATCH", "action": "reset", "when": "after"}'
        meta "$kind" set --all --enabled true --guard list -y -o json
        expect 0
        jq -e '.summary.changed == 1' <<< "$output"
        # one read, behind all tries
        sim_log -s '[.[] | select(.path | test("^/v1/(instances|bare_metal_servers)/")) | .method]' > methods
        jq -e 'length >= 2 and last == "GET" and all(.[:-1][]; . == "PATCH")' methods
        sim_stop
    done
}

@test "reads begin while the list is still coming, writes only when it is complete" {
    client_start --instances 250 --mix plain
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 250' <<< "$output"
    # the first GET of an instance is before the last page, each has one, and no PATCH comes before the list is over
    sim_log -s '
        [.[] | select(.operation == "instances.list") | .number] as $pages |
        [.[] | select(.operation == "instances.get")] as $gets |
        [.[] | select(.operation == "instances.patch") | .number] as $patches |
        ($gets[0].number < ($pages | max)) and ([$gets[].path] | length == (unique | length)) and
        ($gets | length == 250) and ($patches | min) > ($pages | max)' | grep -qx true
}

@test "nothing is written when the list cannot be completed, whatever was read early" {
    client_start --instances 250 --mix plain
    faults '{"operation": "instances.list", "nth": 3, "action": "status", "status": 403}'
    meta instance set --all --enabled true -y -o json
    expect 1 "nothing was changed"
    [ "$(writes | wc -l)" -eq 0 ]
}

@test "where something is asked or weighed first, nothing is read before the list is complete" {
    client_start --instances 250 --mix plain
    for options in "--dry-run" "-y --batch 10" "-y --max-failures 10% --batch 100%"; do
        clear_log
        # shellcheck disable=SC2086
        meta instance set --all --enabled true $options -o json
        expect 0
        sim_log -s '[.[] | select(.operation == "instances.list") | .number] as $pages |
            all(.[] | select(.operation == "instances.get"); .number > ($pages | max))' | grep -qx true
        meta instance set --all --enabled false -y
    done
}

@test "an ETag that changes all the time ends as a conflict, not in a circle" {
    client_start --instances 1 --all-disabled
    faults "{$patches, \"action\": \"change\"}"
    meta instance set --all --enabled true -y -o json
    expect 6
    [ "$(writes | wc -l)" -le 8 ]
    [ "$(settings | jq -c '.[][0]')" = false ]
}

@test "a server that is refused fails alone; status 5 with others, 1 without" {
    client_start --instances 4 --all-disabled
    faults "{$patches, \"nth\": 2, \"action\": \"status\", \"status\": 400, \"code\": \"bad_field\"}"
    meta instance set --all --enabled true -y -o json -j 1
    expect 5
    jq -e '.summary.changed == 3 and .summary.failed == 1 and
        any(.results[]; .outcome == "failed" and .http_status == 400 and (.reason | test("bad_field")))' <<< "$output"
    sim_stop
    client_start --instances 1 --all-disabled
    faults "{$patches, \"action\": \"status\", \"status\": 400}"
    meta instance set --all --enabled true -y
    expect 1
    [[ $output == *failed*400* ]]
}

@test "without the whole list nothing is changed" {
    client_start --instances 300 --all-disabled
    faults '{"operation": "instances.list", "after": 1, "action": "status", "status": 400}'
    meta instance set --all --enabled true -y
    expect 1 "nothing was changed"
    [ -z "$(writes)" ]
}

@test "all faults at once on a thousand servers: each ends as wanted or is reported as what it is" {
    client_start --instances 1000
    settings > before
    faults "{$patches, \"probability\": 0.02, \"action\": \"status\", \"status\": 429}" \
        "{$patches, \"probability\": 0.02, \"action\": \"status\", \"status\": 500}" \
        "{$patches, \"probability\": 0.02, \"action\": \"status\", \"status\": 502, \"body\": \"html\", \"when\": \"after\"}" \
        "{$patches, \"probability\": 0.02, \"action\": \"reset\"}" \
        "{$patches, \"probability\": 0.02, \"action\": \"reset\", \"when\": \"after\"}" \
        "{$patches, \"probability\": 0.02, \"action\": \"truncate\"}" \
        "{$patches, \"probability\": 0.01, \"action\": \"garbage\"}" \
        "{$patches, \"probability\": 0.01, \"action\": \"change\", \"set\": {\"metadata_service\": {\"response_hop_limit\": 60}}}" \
        "{$patches, \"probability\": 0.01, \"action\": \"change\"}" \
        "{$patches, \"nth\": 300, \"action\": \"expire_token\"}" \
        '{"operation": "instances.get", "probability": 0.05, "action": "status", "status": 503}' \
        '{"operation": "instances.list", "probability": 0.1, "action": "truncate"}'
    meta instance set --all --enabled true --protocol https --hop-limit 2 -y -o json -j 64
    echo "$output" > run
    jq -e '.summary | .selected == 1000 and .changed > 700 and .unknown == 0' run
    results_are_true before run '{"enabled": true, "protocol": "https", "response_hop_limit": 2}'
    [ "$status" -eq 5 ] || [ "$(jq '.summary.failed' run)" -eq 0 ]
}
