#!/usr/bin/env bats
# One kind of fault at a time, met by every tenth request, then all of them together: every server ends exactly as wanted
# or is reported as what it is, and none is asked for two different changes.
# FAULT_SERVERS=N sizes the fleet (tests/fault/full.sh: 1,000), FAULT_SEED=N picks the requests that are hit.
load ../cli/client
load truth

teardown() {
    sim_stop
}

# RULE...: and all of them end as wanted
survives() {
    meets "$@"
    expect 0
    jq -e --argjson all "$servers" '.summary.changed == $all' run
    sim_stop
}

@test "429 with Retry-After, before reads and changes" {
    survives "{$patch, $refused, \"retry_after\": 1}" "{$get, $refused, \"retry_after\": 1}"
}

@test "429 without Retry-After" {
    survives "{$patch, $refused}" "{$get, $refused}"
}

@test "500, before and after the change took effect" {
    survives "{$patch, \"action\": \"status\", \"status\": 500}" "{$get, \"action\": \"status\", \"status\": 500}"
    survives "{$patch, \"action\": \"status\", \"status\": 500, \"when\": \"after\"}"
}

@test "502 with HTML, before and after" {
    survives "{$patch, \"action\": \"status\", \"status\": 502, \"body\": \"html\"}" \
        "{$get, \"action\": \"status\", \"status\": 502, \"body\": \"html\"}"
    survives "{$patch, \"action\": \"status\", \"status\": 502, \"body\": \"html\", \"when\": \"after\"}"
}

@test "503, before and after" {
    survives "{$patch, \"action\": \"status\", \"status\": 503}" "{$get, \"action\": \"status\", \"status\": 503}"
    survives "{$patch, \"action\": \"status\", \"status\": 503, \"when\": \"after\"}"
}

@test "a reset before the change" {
    survives "{$patch, \"action\": \"reset\"}" "{$get, \"action\": \"reset\"}"
}

@test "a reset after the change" {
    survives "{$patch, \"action\": \"reset\", \"when\": \"after\"}"
}

@test "a truncated body" {
    survives "{$patch, \"action\": \"truncate\"}" "{$get, \"action\": \"truncate\"}"
}

@test "an answer that never comes" {
    timeout_s=1
    survives "{$patch, \"action\": \"hang\", \"ms\": 20000, \"when\": \"after\"}" \
        "{$get, \"action\": \"hang\", \"ms\": 20000}"
}

@test "tokens that expire again and again" {
    survives '{"operation": "instances.patch", "every": 100, "action": "expire_token"}'
    [ "$(jq -s 'map(select(.status == 401)) | length' trace)" -gt 0 ]
}

@test "somebody else changes the ETag, or another setting" {
    survives "{$patch, \"action\": \"change\"}"
    survives "{$patch, \"action\": \"change\", \"set\": {\"metadata_service\": {\"response_hop_limit\": 9}}}"
    [ "$(jq '[.[] | select(.[2] == 9)] | length' after)" -gt 0 ]
}

@test "all of them: every tenth request fails in one way or another" {
    timeout_s=2
    local rules=() how
    for how in "$refused, \"retry_after\": 1" "$refused" \
        '"action": "status", "status": 500' '"action": "status", "status": 502, "body": "html", "when": "after"' \
        '"action": "status", "status": 503' '"action": "reset"' '"action": "reset", "when": "after"' \
        '"action": "truncate"' '"action": "hang", "ms": 20000, "when": "after"' '"action": "change"'; do
        rules+=("{\"operation\": \"instances.patch\", \"probability\": 0.01, $how}")
        [[ $how == *change* ]] || rules+=("{\"operation\": \"instances.get\", \"probability\": 0.01, $how}")
    done
    meets "${rules[@]}" '{"operation": "instances.patch", "every": 300, "action": "expire_token"}' \
        '{"operation": "instances.list", "probability": 0.1, "action": "truncate"}'
    expect 0
    jq -e --argjson all "$servers" '.summary.changed == $all' run
}
