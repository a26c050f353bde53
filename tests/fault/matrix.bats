#!/usr/bin/env bats
# One kind of fault at a time, met by a share of all requests, those for lists and tokens included, then all of them together:
# every server ends exactly as wanted or is reported as what it is, and none is asked for two different changes.
# The sizes are variables of truth.bash; tests/fault/full.sh sets them.
load ../cli/client
load ../cli/front
load truth

teardown() {
    front_stop
    sim_stop
}

# RULE...: and all of them end as wanted, at once or, of faults so frequent that six attempts may all fail, by a retry
survives() {
    meets "$@"
    if [ "$(jq .summary.changed run)" -ne "$servers" ]; then
        [ "${FAULT_PROBABILITY:-0.1}" != 0.1 ]
        jq -c '.summary' run
        retry_finishes
    fi
    front_stop
    sim_stop
}

# What a run left undone is done by a retry where nothing goes wrong, and nothing is sent twice.
retry_finishes() {
    goes_wrong ''
    meta runs retry last "${through[@]}" -y -o json
    expect 0
    jq -e --argjson all "$servers" '.summary.changed == $all' <<< "$output"
    [ "$(found | jq '[.[] | select(.[0])] | length')" -eq "$servers" ]
    sent_once
}

@test "429 with Retry-After" {
    survives "$(each "$refused, \"retry_after\": 1")"
}

@test "429 without Retry-After" {
    survives "$(each "$refused")"
}

@test "500, before and after the change took effect" {
    survives "$(each '"action": "status", "status": 500')"
    survives "$(each '"action": "status", "status": 500, "when": "after"')"
}

@test "502 with HTML, before and after" {
    survives "$(each '"action": "status", "status": 502, "body": "html"')"
    survives "$(each '"action": "status", "status": 502, "body": "html", "when": "after"')"
}

@test "503, before and after" {
    survives "$(each '"action": "status", "status": 503')"
    survives "$(each '"action": "status", "status": 503, "when": "after"')"
}

@test "a reset, before and after" {
    survives "$(each '"action": "reset"')"
    survives "$(each '"action": "reset", "when": "after"')"
}

@test "a truncated body" {
    survives "$(each '"action": "truncate"')"
}

@test "a body that is no JSON, or calls itself HTML" {
    survives "$(each '"action": "garbage"')"
    survives "$(each '"action": "content_type"')"
}

@test "an answer that never comes" {
    timeout_s=1
    survives "$(each '"action": "hang", "ms": 20000, "when": "after"')"
}

@test "answers that come late or drip" {
    survives "$(each '"action": "latency", "ms": [20, 200]' '"action": "drip", "bytes": 200, "interval_ms": 10')"
}

@test "tokens that expire again and again" {
    survives '{"operation": "instances.patch", "every": 100, "action": "expire_token"}'
    [ "$(jq -s 'map(select(.status == 401)) | length' trace)" -gt 0 ]
}

@test "another writer changes the ETag, or another setting" {
    operations=(instances.patch)
    survives "$(each '"action": "change"')"
    survives "$(each '"action": "change", "set": {"metadata_service": {"response_hop_limit": 9}}')"
    [ "$(jq '[.[] | select(.[2] == 9)] | length' after)" -gt 0 ]
}

@test "all of them at once" {
    local kinds=("$refused, \"retry_after\": 1" "$refused" '"action": "status", "status": 500'
        '"action": "status", "status": 502, "body": "html", "when": "after"' '"action": "status", "status": 503'
        '"action": "reset"' '"action": "reset", "when": "after"' '"action": "truncate"' '"action": "garbage"'
        '"action": "hang", "ms": 20000, "when": "after"')
    timeout_s=2
    probability=$mixed
    meets "$(each "${kinds[@]}")" "{\"operation\": \"instances.patch\", \"probability\": $mixed, \"action\": \"change\"}" \
        '{"operation": "instances.patch", "every": 300, "action": "expire_token"}'
    jq -e '.summary | .changed + .failed + .unknown == .selected' run
    echo "# report: all kinds at $mixed each: $(jq -c .summary run)" >&3
    if [ "$mixed" = 0.01 ]; then
        expect 0
    else
        [ "$status" -eq 5 ] || [ "$status" -eq 0 ]
    fi
    retry_finishes
}
