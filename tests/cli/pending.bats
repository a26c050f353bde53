#!/usr/bin/env bats
# restart_needed: true from a run that turned the service on until the restart, false where it is known to be complete
# or off, null where no record says; whatever becomes of the runs.
load client
load runs

teardown() {
    sim_stop
}

begin() {
    client_start --transition-ms 100 --mix plain --groups 0 "$@"
    state_of mine
}

# Works with the records of another operator from now on.
state_of() {
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/$1
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
}

# {NAME: restart_needed} of all, by list.
pending() {
    vpcmeta instance list -o json --fields name,restart_needed --jq '[.items[] | {key: .name, value: .restart_needed}] |
        from_entries' | jq -c .
}

# By another client: its words are a PATCH of metadata_service, for every server.
by_others() {
    local id
    for id in $(sim_state -r '.instances[].id'); do
        sim_curl PATCH "/v1/instances/$id" -H 'Content-Type: application/merge-patch+json' \
            -d "{\"metadata_service\":$1}" > /dev/null
    done
}

look='--poll-interval 100ms --max-unavailable 100%'

@test "prune keeps what is pending, also when it is forced: list, show, set, restart and runs show know it" {
    begin --instances 2
    meta instance set --all --enabled true -y
    meta runs prune --older-than 0 --force -y
    expect 0 "1 run forgotten"
    meta runs list -o json --jq '.items | length'
    [ "$output" = 0 ]
    [ "$(pending | jq -c '[.[]]')" = '[true,true]' ]
    meta instance list
    [[ $output == *RESTART*needed*needed* ]]
    meta instance show "$(sim_state -r '.instances[0].name')" -o json --jq '.items[0].restart_needed'
    [ "$output" = true ]
    # unchanged, changed in something else, and a preview
    meta instance set --all --enabled true -y -o json
    jq -e 'all(.results[]; .outcome == "unchanged" and .restart_needed)' <<< "$output"
    meta instance set --all --hop-limit 2 -n -o json
    jq -e 'all(.results[]; .outcome == "would_change" and .restart_needed)' <<< "$output"
    meta instance set --all --hop-limit 2 -y -o json
    expect 0 "must be stopped and started"
    jq -e 'all(.results[]; .outcome == "changed" and .restart_needed)' <<< "$output"
    meta runs show last -o json
    jq -e 'all(.results[]; .restart_needed)' <<< "$output"
    meta runs prune --older-than 0 --force -y
    meta instance restart --all $look -y -o json
    expect 0
    jq -e '.summary.changed == 2 and all(.results[]; .restart_needed == false)' <<< "$output"
    [ "$(pending | jq -c '[.[]]')" = '[false,false]' ]
    meta runs prune --older-than 0 --force -y
    [ "$(pending | jq -c '[.[]]')" = '[false,false]' ]
    meta instance set --all --enabled true -y -o json
    jq -e 'all(.results[]; .restart_needed == false)' <<< "$output"
}

@test "on the machine of another operator it is unknown, in every command, and nothing is restarted for it" {
    begin --instances 2
    meta instance set --all --enabled true -y
    state_of other
    [ "$(pending | jq -c '[.[]]')" = '[null,null]' ]
    meta instance list -o csv --fields restart_needed --no-headers
    [ -z "$(tr -d '\r\n' <<< "$output")" ]
    meta instance list --fields name,restart_needed
    [[ $output == *RESTART*unknown*unknown* ]]
    for words in '--hop-limit 3 -n' '--enabled true -n' '--enabled true -y' '--hop-limit 3 -y'; do
        meta instance set --all $words -o json
        expect 0
        jq -e 'all(.results[]; .restart_needed == null)' <<< "$output"
        [[ $stderr != *"must be stopped"* ]]
    done
    meta runs show last -o json
    jq -e 'all(.results[]; .restart_needed == null)' <<< "$output"
    clear_log
    meta instance restart --all $look -y -o json
    expect 0 "restart those of which no run in this history knows whether a restart is pending (2):"
    jq -e 'all(.results[]; .outcome == "unchanged" and .restart_needed == null and (.reason | contains("unknown")))' <<< "$output"
    [ -z "$(writes)" ]
    # the command that is recommended does it
    next=$(grep -A 1 'whether a restart is pending' <<< "$stderr" | sed -n 's/^ *vpcmeta //p')
    [[ $next == *" --always --region us-south" ]]
    meta $next $look -y -o json
    expect 0
    jq -e '.summary.changed == 2 and all(.results[]; .restart_needed == false)' <<< "$output"
    [ "$(pending | jq -c '[.[]]')" = '[false,false]' ]
}

@test "off is never pending, what others turned on after us is unknown, what was on when it was created is not" {
    begin --instances 2
    [ "$(pending | jq -c '[.[]]')" = '[false,false]' ]
    meta instance set --all --enabled true -y
    meta instance set --all --enabled false -y -o json
    jq -e 'all(.results[]; .restart_needed == false)' <<< "$output"
    [ "$(pending | jq -c '[.[]]')" = '[false,false]' ]
    by_others '{"enabled":true}'
    [ "$(pending | jq -c '[.[]]')" = '[null,null]' ]
    template=$(sim_state -r '.templates[0].name')
    meta instance create --template "$template" --name fresh-1 --enabled true -y -o json
    expect 0
    jq -e '.results[0] | .outcome == "changed" and .restart_needed == false' <<< "$output"
    meta instance list fresh-1 -o json --jq '.items[0].restart_needed'
    [ "$output" = false ]
    meta runs prune --older-than 0 --force -y
    meta instance list fresh-1 -o json --jq '.items[0].restart_needed'
    [ "$output" = false ]
}

@test "a server that was stopped when its service was turned on, or seen stopped since, has nothing pending, then nor later" {
    begin --instances 1
    id=$(sim_state -r '.instances[0].id')
    act() {
        sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d "{\"type\":\"$1\"}" > /dev/null
        for _ in $(seq 100); do
            [ "$(sim_state -r '.instances[0].status')" != "$2" ] || break
            sleep 0.02
        done
    }
    act stop stopped
    meta instance set --all --enabled true -y -o json
    jq -e '.results[0] | .outcome == "changed" and .restart_needed == false' <<< "$output"
    act start running
    [ "$(pending | jq -c '[.[]]')" = '[false]' ]
    meta instance set --all --enabled false -y
    meta instance set --all --enabled true -y
    [ "$(pending | jq -c '[.[]]')" = '[true]' ]
    act stop stopped
    [ "$(pending | jq -c '[.[]]')" = '[false]' ]
    act start running
    [ "$(pending | jq -c '[.[]]')" = '[false]' ]
}

@test "what older layouts of the records say of restarts is still known" {
    begin --instances 1
    mkdir -p "$(dirname "$HISTORY")"
    id=$(sim_state -r '.instances[0].id')
    crn=$(sim_curl GET "/v1/instances/$id" | jq -r .crn)
    account=$(cut -d: -f7 <<< "$crn")
    # the recorded file, with this server as the one whose restart is pending
    sed -e "s|0717_f993d716-7848-4dde-b4c0-010b1a60a5f1|$id|g" -e "s|a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b|$account|g" \
        -e "s|http://127.0.0.1:18431/v1|$SIM_URL|g" "$BATS_TEST_DIRNAME/../data/history-layout-5.sql" > old.sql
    python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(open("old.sql").read())' "$HISTORY"
    by_others '{"enabled":true}'
    [ "$(pending | jq -c '[.[]]')" = '[true]' ]
    meta runs prune --older-than 0 --force -y
    expect 0
    [ "$(pending | jq -c '[.[]]')" = '[true]' ]
}
