#!/usr/bin/env bats
# The history is written before anything is sent; where it cannot be written, nothing is sent.
load ../cli/client
load ../cli/runs

setup() {
    client_start --instances 20 --bare-metal 0
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
}

teardown() {
    sim_stop
}

@test "every run is recorded with before-images and outcomes under the id it prints; dry runs and idle ones are not" {
    meta instance set --all --hop-limit 3 -n
    [ ! -e "$HISTORY" ]
    sim_state > before
    meta instance set --all --hop-limit 3 -y -o json
    expect 0
    [ "$(query "select id from run")" = "[$(jq .run <<< "$output")]" ]
    [ "$(query "select state, command, json_extract(wanted, '$.response_hop_limit') from run")" = '["done","instance set",3]' ]
    [ "$(query "select arguments from run" | jq -c '.[0] | fromjson')" = \
        '["instance","set","--all","--hop-limit","3","-y","-o","json"]' ]
    query "select id, outcome, json(before), json(after), request_id, http_status from step" | jq -s . > steps
    jq -e --slurpfile steps steps '([.results[] | [.id, .outcome]] | sort) == ([$steps[0][] | .[:2]] | sort)' <<< "$output"
    jq -e --slurpfile steps steps '([.instances[] | {key: .id, value: {enabled, protocol, response_hop_limit}}] |
        from_entries) as $was | all($steps[0][]; (.[2] | fromjson) == $was[.[0]])' before
    jq -e 'all(.[] | select(.[1] == "changed"); (.[3] | fromjson | .response_hop_limit) == 3 and .[4] != "" and
        .[5] == 200)' steps
    [ "$(stat -c %a "$XDG_STATE_HOME/vpcmeta" "$HISTORY" | tr '\n' ' ')" = "700 600 " ]
    meta instance set --all --hop-limit 3 --where '.metadata_service.response_hop_limit == 3' -y
    meta instance set --all --hop-limit 4 -n
    [ "$(query "select count(*) from run")" = "[1]" ]
}

@test "a URL's secrets do not reach the history" {
    meta instance set --all --hop-limit 3 -y --endpoint "http://user:hunter2@127.0.0.1:$SIM_PORT/v1"
    [ ! -e "$HISTORY" ] || ! grep -q hunter2 "$HISTORY"*
}

@test "without a place for the history nothing is sent and the error says what to set" {
    run --separate-stderr env -u XDG_STATE_HOME -u HOME "$BUILD/vpcmeta" instance set --all --hop-limit 3 -y
    expect 1 "XDG_STATE_HOME"
    [ "$(requests)" -eq 0 ]
}

@test "a state folder that cannot be made or written to: an error before the first request" {
    : > "$XDG_STATE_HOME"
    meta instance set --all --hop-limit 3 -y
    expect 1 "$XDG_STATE_HOME"
    [[ $stderr == *"nothing was sent"* ]]
    [ "$(requests)" -eq 0 ]
    rm "$XDG_STATE_HOME"
    [ "$(id -u)" -ne 0 ] || return 0 # nothing is forbidden to root: disk.bats has file systems that refuse it as well
    mkdir -m 500 "$XDG_STATE_HOME"
    meta instance set --all --hop-limit 3 -y
    expect 1 "nothing was sent"
    [ "$(requests)" -eq 0 ]
}

@test "looking back makes no history where there is none" {
    meta runs list -o json
    expect 0
    jq -e '.items == []' <<< "$output"
    meta runs show last
    expect 1 "no run is recorded yet"
    meta runs resume last -n
    expect 1 "no run is recorded yet"
    meta runs prune --older-than 1 -o json
    expect 0
    jq -e '.schema_version == 1 and .forgotten == 0' <<< "$output"
    [ ! -e "$XDG_STATE_HOME" ]
}

@test "a full disk: an error before the first request" {
    run --separate-stderr bash -c "ulimit -f 24; exec '$BUILD/vpcmeta' instance set --all --hop-limit 3 -y"
    expect 1 "history.db"
    [ "$(requests)" -eq 0 ]
}

# Writes other facts of the process that holds the run, as SQL.
record_holder() {
    python3 -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[1], timeout=20)
c.execute("UPDATE run SET " + sys.argv[2])
c.commit()' "$XDG_STATE_HOME/vpcmeta/history.db" "$1"
}

@test "two runs at once in one account and region: the second ends with status 8 and says who holds the lock" {
    sim_stop
    sim_start --instances 200 --bare-metal 0 --latency-ms 50
    export VPC_URL=$SIM_URL IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE
    "$BUILD/vpcmeta" instance set --all --hop-limit 3 -y -j 1 > /dev/null 2>&1 3>&- &
    first=$!
    await_writes 1
    meta instance set --all --hop-limit 4 -y
    expect 8 "vpcmeta instance set, process $first"
    [[ $stderr =~ "run "[0-9a-f-]+" has been changing servers there for "[0-9]+s ]]
    [[ $stderr == *"Wait for it to end, or stop it: kill -INT $first" ]]
    # a process of another machine, and numbers that signal more than one process, cannot be stopped from here
    record_holder "host = 'build-7'"
    meta instance set --all --hop-limit 4 -y
    expect 8 "Wait for it to end, or stop it on build-7"
    [[ $stderr != *"kill "* ]]
    for process in 0 1 -1 4294967296; do
        record_holder "host = '$(hostname)', process = $process, started_at = '2999-01-01T00:00:00Z'"
        meta instance set --all --hop-limit 4 -y
        expect 8 "has been changing servers there (vpcmeta instance set, process $first"
        [[ $stderr != *"kill "* ]]
    done
    kill "$first"
    wait "$first" || true
    [ "$(writes | jq -s '[.[] | select(.body.metadata_service.response_hop_limit == 4)] | length')" -eq 0 ]
    meta instance set --all --hop-limit 4 -y
    expect 0
}
