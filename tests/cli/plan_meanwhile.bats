#!/usr/bin/env bats
# Servers that somebody else changes while a plan is made: the plan is of what is there when it is written.
load client

teardown() {
    sim_stop
}

@test "a server that was changed between the list and its ETag is planned, and counted, as it is now" {
    client_start --instances 4 --mix plain --bare-metal 0 --templates 0 --groups 0
    meta instance set --all --enabled false -y -q
    expect 0
    cat > policy.yaml << 'YAML'
version: 1
rules:
  - {name: all, metadata_service: {enabled: true}, apply: {restart: needed, max_unavailable: 50%}}
YAML
    faults '{"operation": "instances.get", "nth": 1, "action": "change", "set": {"metadata_service": {"enabled": true}}}'
    meta plan --policy policy.yaml --out plan.json
    expect 0
    [ "$(jq -c '.summary | [.steps, .would_change, .unchanged, .restarts]' plan.json)" = '[4,3,1,3]' ]
    [[ $output == *"3 servers are restarted"* ]]
    [ "$(jq -c '[.items[] | select(.verdict == "change") | .etag | type] | unique' plan.json)" = '["string"]' ]
    meta apply plan.json -y
    expect 0
}
