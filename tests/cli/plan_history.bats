#!/usr/bin/env bats
# A history that cannot be read where it alone says which restarts are pending: nothing is called complete without it.
load client

setup() {
    client_start --instances 4 --mix plain --bare-metal 0 --templates 0 --groups 0
    meta instance set --all --enabled true -y -q
    expect 0
    damage
    cat > policy.yaml << 'YAML'
version: 1
rules:
  - {name: all, metadata_service: {protocol: https}, apply: {restart: needed}}
YAML
}

teardown() {
    sim_stop
}

damage() {
    HISTORY=$HOME/.local/state/vpcmeta/history.db
    rm "$HISTORY"*
    printf 'something else, which is long enough for a page that has no header of a data base\n' \
        > "$HISTORY"
    chmod 600 "$HISTORY"
}

@test "a plan without the history that it depends on is incomplete and not kept" {
    meta plan --policy policy.yaml --out plan.json
    expect 5 "the plan is incomplete: it is not known which of 4 servers need a restart: the history $HISTORY is damaged"
    expect 5 "plan.json was not written"
    [ ! -e plan.json ]
    meta plan --policy policy.yaml -o json
    [ "$status" -eq 5 ]
    [ "$(jq -r '.complete' <<< "$output")" = false ]
    clear_log
    meta apply --policy policy.yaml -y
    [ "$status" -ne 0 ]
    [ -z "$(writes)" ]
}

@test "an audit without the history cannot tell whether a restart is pending, and is incomplete" {
    meta audit --policy policy.yaml --no-store -o json
    [ "$status" -eq 5 ]
    [ "$(jq -c '[.complete, ([.findings[] | select(.rule == "restart-pending") | .result] | unique)]' <<< "$output")" \
        = '[false,["cannot_tell"]]' ]
    meta audit --policy policy.yaml --no-store --exclude-rule restart-pending -o json
    [ "$status" -ne 5 ]
    [ "$(jq -r '.complete' <<< "$output")" = true ]
}

@test "where no server could need a restart the history is not missed" {
    XDG_STATE_HOME=$PWD/other vpcmeta instance set --all --enabled false -y -q
    meta plan --policy policy.yaml --out plan.json
    expect 0
    [ -e plan.json ]
}
