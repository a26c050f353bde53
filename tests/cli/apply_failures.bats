#!/usr/bin/env bats
# A plan that fails in part: what is said of it, what is printed to finish it, and how many more are begun.
load client

teardown() {
    sim_stop
}

setup() {
    client_start --region us-south --mix plain --seed 7 --transition-ms 1 --instances 4 --templates 3 --groups 1 --bare-metal 0
    cat > policy.yaml << 'END'
version: 1
apply: {roll: true}
rules:
  - {name: all, metadata_service: {enabled: true, protocol: https}}
END
    meta plan --policy policy.yaml --out plan.json -q
    expect 0
}

# The command that the last meta has printed for the purpose, without the program.
printed() { # WORDS
    sed -n "/$1/{n;s/^ *vpcmeta //p}" <<< "$stderr"
}

@test "what waits for what failed is finished by the command that is printed, whatever the failure was" {
    for answer in 400 503; do
        faults "{\"operation\":\"templates.create\",\"action\":\"status\",\"status\":$answer}"
        meta apply plan.json -y --timeout 2
        expect 5 "try again what failed"
        [[ $stderr != *"runs resume"* ]]
        command=$(printed 'try again what failed')
        meta runs show last
        [ "$(printed 'try again what failed')" = "$command" ]
        [ "$status" -eq 0 ]
    done
    faults
    # shellcheck disable=SC2086 # words of a command
    meta $command -y
    expect 0
    meta audit --policy policy.yaml
    expect 0
}

@test "the failures that may happen do not begin others: one at a time, templates too" {
    templates=$(sim_state -r '[.templates[].name] | join(" ")')
    faults '{"operation":"templates.create","action":"status","status":400}' '{"action":"latency","ms":40}'
    for most in 1 2; do
        clear_log
        meta apply plan.json -y --max-failures "$most" -j 1
        expect 7 "stopped after $most failure"
        [ "$(writes | wc -l)" -eq "$most" ]
    done
    clear_log
    # shellcheck disable=SC2086 # names
    meta template replace $templates --enabled true -y --max-failures 1 -j 1
    expect 7 "stopped after 1 failure:"
    [ "$(writes | wc -l)" -eq 1 ]
}

@test "what the end of the run cuts off is unknown in its last line, and no failure" {
    faults '{"operation":"instances.patch","action":"status","status":400}'
    meta apply plan.json -y --max-failures 2 -j 1 -o json
    [ "$status" -eq 7 ]
    failed=$(jq .summary.failed <<< "$output")
    unknown=$(jq .summary.unknown <<< "$output")
    [ "$failed" -eq 2 ]
    more=
    [ "$unknown" -eq 0 ] || more=", $unknown unknown"
    [[ $stderr == *"stopped after 2 failures: "[0-9]*" changed$more, "* ]]
}
