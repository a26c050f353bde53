#!/usr/bin/env bats
# A fleet that meets nothing but trouble. Slow, by its waiting between attempts: run by tests/fault/full.sh.
load ../../cli/client
load ../truth

teardown() {
    sim_stop
}

@test "every second request fails: what cannot be done is reported as what it is" {
    local rules=() how
    for how in "$refused" '"action": "status", "status": 500' '"action": "reset"' \
        '"action": "status", "status": 502, "body": "html", "when": "after"' '"action": "reset", "when": "after"' \
        '"action": "truncate"' '"action": "change"'; do
        rules+=("{\"operation\": \"instances.patch\", \"probability\": 0.1, $how}")
        [[ $how == *change* ]] || rules+=("{\"operation\": \"instances.get\", \"probability\": 0.1, $how}")
    done
    meets "${rules[@]}"
    [ "$status" -eq 5 ] || [ "$(jq .summary.changed run)" -eq "$servers" ]
    jq -e '.summary | .changed + .failed + .unknown == .selected' run
}
