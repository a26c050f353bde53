#!/usr/bin/env bats
# policy -> plan -> apply -> audit clean -> plan empty, over three regions, whatever goes wrong and whenever it ends: nothing is
# lost, nothing is done twice. tests/fault/full.sh does it with every scenario and at many more moments:
# APPLY_SCENARIOS="NAME..." of tests/data/scenarios, APPLY_MOMENTS=N, SEED=N.
load ../cli/client
load truth

regions=us-south,eu-de,jp-tok

teardown() {
    sim_stop
}

policy() {
    cat > policy.yaml << 'EOF'
version: 1
rules:
  - name: all
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 2}}
    apply: {restart: needed, update_groups: true, roll: true, delete_old: true, max_unavailable: 50%}
EOF
}

# A command that a fault may end is given again, as a person would.
until_done() { # COMMAND...
    local i
    for ((i = 0; i < 12; i++)); do
        meta "$@"
        [ "$status" -ne 0 ] || return 0
    done
    expect 0
}

# What the policy wants is there; the same plan again, and another one, change nothing.
is_reached() {
    clear_log
    meta plan --policy policy.yaml --region $regions --exit-code -o json
    expect 0
    jq -e '.summary.would_change == 0' <<< "$output"
    meta audit --policy policy.yaml --region $regions -o json
    expect 0
    jq -e '.summary.findings.total == 0' <<< "$output"
    meta apply plan.json -y -o json
    expect 0
    jq -e '.summary.changed == 0 and .summary.failed == 0' <<< "$output"
    [ "$(writes | wc -l)" -eq 0 ]
}

# Nothing twice: one change a server; each name created, each template deleted, each action taken once.
nothing_twice() {
    [ "$(changes_sent | wc -l)" -gt 20 ]
    changes_sent | jq -se '[.[] | select(.[0] | test("actions|memberships|templates$") | not)] | group_by(.[0]) | all(length == 1)'
    writes | jq -se '[.[] | select(.status >= 200 and .status < 300 and .method == "POST" and (.path | contains("actions") | not)) |
        [.path, .body.name]] | group_by(.) | all(length == 1)'
    writes | jq -se '[.[] | select(.status >= 200 and .status < 300 and .method == "DELETE" and (.path | contains("memberships") | not)) |
        .path] | group_by(.) | all(length == 1)'
    writes | jq -se '[.[] | select(.status >= 200 and .status < 300 and (.path | endswith("actions"))) | [.path, .body.type]] |
        group_by(.) | all(length == 1)'
}

under() { # SCENARIO
    client_start --region $regions --instances 6 --templates 2 --groups 1 --bare-metal 1 --mix plain --transition-ms 20
    rm -rf "$HOME/.local" plan.json
    policy
    sim_http -f -X POST -H 'Content-Type: application/json' "$SIM_BASE/_sim/faults" \
        --data "@$BATS_TEST_DIRNAME/../data/scenarios/$1.json" > /dev/null
    until_done plan --policy policy.yaml --region $regions --out plan.json -q
    clear_log
    meta apply plan.json -y --poll-interval 100ms -o json
    local i
    for ((i = 0; i < 12 && status != 0; i++)); do
        # what was refused before it was sent begins anew; what was recorded is finished
        if [ "$(jq -r '.run // "none"' <<< "${output:-null}")" = none ]; then
            meta apply plan.json -y --poll-interval 100ms -o json
        elif [ "$status" -ge 128 ]; then
            meta runs resume last -y -o json
        else
            meta runs retry last -y -o json
        fi
    done
    expect 0
    nothing_twice
    goes_wrong ''
    is_reached
    sim_stop
}

@test "with faults of every kind" {
    for scenario in ${APPLY_SCENARIOS:-mixed resets}; do
        echo "$scenario"
        under "$scenario"
    done
}

@test "a plan, and a policy, that KILL, TERM, INT and HUP end at random moments" {
    for operation in apply "apply --policy"; do
        run python3 "$BATS_TEST_DIRNAME/soak/moments.py" "$BUILD" --moments "${APPLY_MOMENTS:-2}" --seed "${SEED:-1}" \
            --operation "$operation" --quick
        echo "$output"
        [ "$status" -eq 0 ]
        [ -z "${APPLY_MOMENTS:-}" ] || sed 's/^/# report: /' <<< "$output" >&3
    done
}
