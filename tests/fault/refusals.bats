#!/usr/bin/env bats
# Every tenth request is refused (429), whatever the pace: a run comes to its end, and sends little more than it must.
# The deadline is far above what is needed, and far below what a pace needs that falls with every refusal.
load ../cli/client
load truth

teardown() {
    sim_stop
}

# RULE-PARAMETERS: 300 servers end as wanted, with the two requests each, those refused, and a tenth in reserve
endures() {
    client_start --instances 300 --bare-metal 0 --mix plain
    settings > before
    faults "{\"operation\": \"instances.*\", \"probability\": 0.1, \"action\": \"status\", \"status\": 429$1}"
    clear_log
    meta instance set --all --enabled true -y -o json --deadline 120
    expect 0
    echo "$output" > run
    jq -e '.summary.changed == 300' run
    results_are_true before run '{"enabled": true}'
    [ "$(sim_log 'select(.status == 429)' | wc -l)" -gt 30 ]
    [ "$(requests)" -le 740 ]
}

@test "refusals that no limit explains do not slow a run down" {
    endures ""
}

@test "nor do those with Retry-After, but for the pauses" {
    endures ', "retry_after": 1'
}
