#!/usr/bin/env bats
# A file that is good for another command is refused with that command; times may be days and weeks.
load client

setup() {
    client_start --instances 3 --mix plain
    printf 'version: 1\nrules:\n  - {name: all, metadata_service: {protocol: https}}\n' > policy.yaml
}

teardown() {
    sim_stop
}

@test "a policy is not a plan, a plan is not a policy, and both are named with what takes them" {
    meta plan --policy policy.yaml --out change.plan
    expect 0
    clear_log
    meta plan show policy.yaml
    expect 2 "error: policy.yaml is a policy, not a plan: vpcmeta plan --policy policy.yaml"
    meta apply policy.yaml -y
    expect 2 "error: policy.yaml is a policy, not a plan: vpcmeta apply --policy policy.yaml"
    meta plan show - < policy.yaml
    expect 2 "error: standard input is a policy, not a plan: vpcmeta plan --policy FILE"
    for command in "policy check" "plan --policy" "audit --policy" "apply --policy"; do
        # shellcheck disable=SC2086
        meta $command change.plan
        expect 2 "change.plan is a plan, not a policy: vpcmeta apply change.plan"
    done
    meta schema check --as policy policy.yaml
    expect 2 "YAML is read by: vpcmeta policy check policy.yaml"
    [ "$(requests)" = 0 ]
}

@test "a plan may hold for days and weeks, thirty days at most" {
    for expires in 7d 2w 30d 720h; do
        meta plan --policy policy.yaml --out change.plan --expires "$expires"
        expect 0
    done
    meta plan --policy policy.yaml --out change.plan --expires 31d
    expect 2 "--expires 31d is out of range 1s..30d"
}
