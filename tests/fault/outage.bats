#!/usr/bin/env bats
# A server that goes down in the middle of a command, or something before it that answers everything: the command waits,
# asks by one request at a time, and goes on; what lasts too long ends it so that the rest can be resumed.
load ../cli/client

body=$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-attachment.json

teardown() {
    relay_stop
    sim_stop
}

# STATUS BODY AFTER: after so many requests to the API, a gateway answers all of them for 0.3 seconds
spell() {
    faults "{\"path\": \"/v1/*\", \"after\": $3, \"lasts_ms\": 300, \"action\": \"status\", \"status\": $1, \"body\": \"$2\"}"
}

# WORD COUNT SECONDS: the API is reached through a relay from now on (relay.py)
relay_start() {
    rm -f "$SIM_DIR/relay"
    mkfifo "$SIM_DIR/relay"
    "$BATS_TEST_DIRNAME/relay.py" "$SIM_PORT" "$@" > "$SIM_DIR/relay" 2> "$SIM_DIR/relay.err" 3>&- 4>&- &
    RELAY_PID=$!
    read -r -t 20 RELAY_PORT < "$SIM_DIR/relay"
    export VPC_URL=http://127.0.0.1:$RELAY_PORT/v1
}

relay_stop() {
    [ -z "${RELAY_PID:-}" ] || kill "$RELAY_PID" 2> /dev/null || true
    RELAY_PID=
}

begin() {
    client_start --bare-metal 0 --groups 0 --mix plain "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    RELAY_PID=
}

enabled() {
    sim_state '[.instances[] | select(.enabled)] | length'
}

# METHOD: no server was changed twice: each path met one request with this method that was answered well
once() {
    [ "$(sim_log -r "select(.method == \"$1\" and .status < 300) | .path" | sort | uniq -d | wc -l)" -eq 0 ]
}

# METHOD: how many requests with it failed
failed() {
    sim_log -r "select(.method == \"$1\" and (.status >= 400 or .status == 0)) | .path" | wc -l
}

@test "set: a third of a second of 401, 404 or 502 of a gateway fails no server" {
    local answer
    for answer in "401 html" "404 empty" "502 html"; do
        begin --instances 200
        # shellcheck disable=SC2086 # two words
        spell $answer 150
        meta instance set --all --enabled true -y -o json --jq .summary.changed
        expect 0 "127.0.0.1 answers ${answer% *}: trying again for 2m (--outage-timeout)"
        [ "$output" = 200 ]
        [ "$(enabled)" -eq 200 ]
        once PATCH
        # the few that were in flight and a probe or two, not the rest of the fleet
        [ "$(($(failed GET) + $(failed PATCH)))" -le 120 ]
        [ "$(sim_count POST /identity/token)" -eq 1 ]
        sim_stop
    done
}

@test "set: connections refused for a moment fail no server" {
    begin --instances 200
    relay_start "PATCH " 60 0.3
    meta instance set --all --enabled true -y -o json
    expect 0 "trying again for 2m"
    [ "$(jq .summary.changed <<< "$output")" -eq 200 ]
    [ "$(enabled)" -eq 200 ]
    once PATCH
}

@test "restart: a moment of 403 or of resets leaves no server as it was or down" {
    local fault
    for fault in '"action": "status", "status": 403, "body": "html"' '"action": "reset"'; do
        begin --instances 24 --transition-ms 100
        faults "{\"path\": \"/v1/*\", \"after\": 40, \"lasts_ms\": 300, $fault}"
        meta instance restart --all --always -y -o json --max-unavailable 8 --poll-interval 100ms
        expect 0
        [ "$(jq .summary.changed <<< "$output")" -eq 24 ]
        [ "$(sim_state '[.instances[] | select(.status == "running")] | length')" -eq 24 ]
        [ "$(sim_log 'select(.path | endswith("/actions")) | select(.status == 201)' | wc -l)" -eq 48 ]
        sim_stop
    done
}

@test "create: a moment of 403 or 502 makes every server, and none twice" {
    local status
    for status in 403 502; do
        begin --region eu-de --instances 0
        faults "{\"operation\": \"instances.*\", \"after\": 10, \"lasts_ms\": 300, \"action\": \"status\", \"status\": $status,
            \"body\": \"html\"}"
        meta instance create -f "$body" --count 30 --name 'web-{:03}' -y -o json
        expect 0
        [ "$(jq .summary.changed <<< "$output")" -eq 30 ]
        [ "$(sim_state '[.instances[].name] | unique | length')" -eq 30 ]
        [ "$(sim_state '.instances | length')" -eq 30 ]
        sim_stop
    done
}

@test "template replace: a moment of 403 makes every template, and none twice" {
    begin --instances 0 --templates 24
    before=$(sim_state '.templates | length')
    faults '{"path": "/v1/*", "after": 30, "lasts_ms": 300, "action": "status", "status": 403, "body": "html"}'
    meta template replace --all --enabled true --name-suffix -new -y -o json
    expect 0
    changed=$(jq .summary.changed <<< "$output")
    [ "$changed" -gt 0 ]
    [ "$(sim_state '.templates | length')" -eq "$((before + changed))" ]
    [ "$(sim_state '[.templates[].name] | unique | length')" -eq "$((before + changed))" ]
}

@test "list and audit: a moment of 404 of a gateway leaves nothing out" {
    begin --instances 500
    spell 404 html 3
    meta instance list -o json --jq '.complete, (.items | length)'
    expect 0
    [ "$output" = $'true\n500' ]
    spell 403 html 4
    meta audit -o json --jq .complete
    [ "$output" = true ]
}

@test "a server that stays down: few requests, an end in time, and resume finishes" {
    begin --instances 300
    relay_start "PATCH " 100 0
    meta instance set --all --enabled true -y -o json --outage-timeout 2s --trace trace
    expect 5 "no connection to 127.0.0.1: trying again for 2s (--outage-timeout)"
    [[ $stderr == *"still after 2s (--outage-timeout): "*" changed, "*" not started. Finish once it is up again: vpcmeta runs resume "* ]]
    [ "$(jq .summary.failed <<< "$output")" -eq 0 ]
    [ "$(jq '[.results[] | select(.outcome == "skipped" and (.reason | startswith("not started: no connection to 127.0.0.1")))] | length' <<< "$output")" -gt 50 ]
    # those in flight, a row, and probes
    [ "$(jq -s 'map(select(.status == 0)) | length' trace)" -le 100 ]
    [ "$(jq -r '.results[] | select(.outcome == "changed") | .id' <<< "$output" | wc -l)" -le "$(enabled)" ]
    kill -USR1 "$RELAY_PID"
    meta runs resume last -y -o json --jq .summary.changed
    expect 0
    [ "$output" = 300 ]
    [ "$(enabled)" -eq 300 ]
    once PATCH
}

@test "the outage timeout 0 ends the run at once, and a server that never worked is not waited for" {
    begin --instances 300
    relay_start "PATCH " 100 0
    meta instance set --all --enabled true -y -o json --outage-timeout 0 --trace trace
    expect 5 "still after 0s (--outage-timeout)"
    [ "$(jq -s 'map(select(.status == 0)) | length' trace)" -le 100 ]
    # nothing has ever answered there in this command: the usual attempts, no outage
    meta instance list --trace trace2 --deadline 1s
    expect 1
    [[ $stderr != *"trying again"* ]]
    [ "$(jq -s 'map(select(.url | contains("/v1/instances"))) | length' trace2)" -le 6 ]
}

@test "a list that is cut off by an outage shows what was read and is incomplete" {
    begin --instances 4000
    faults '{"path": "/v1/*", "after": 12, "action": "reset"}'
    meta instance list -o json --outage-timeout 1s
    expect 1 "no answer from 127.0.0.1, still after 1s (--outage-timeout)"
    jq -e '.complete == false and (.items | length) >= 1000 and (.missing | length) >= 1' <<< "$output"
}

@test "the deadline ends a run that waits at once" {
    begin --instances 200
    relay_start "PATCH " 60 0
    meta instance set --all --enabled true -y -o json --deadline 2s
    expect 1 "the deadline has passed"
    jq -e '.summary.failed == 0 and .summary.skipped > 50' <<< "$output"
}

@test "a signal ends a run that waits at once" {
    begin --instances 200
    relay_start "PATCH " 60 0
    "$BUILD/vpcmeta" instance set --all --enabled true -y -o json > out 2> err 3>&- &
    pid=$!
    for ((i = 0; i < 400; i++)); do ! grep -q "trying again" err || break; sleep 0.02; done
    SECONDS=0
    kill -TERM "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 143 ]
    [ "$SECONDS" -lt 10 ]
    jq -e '.summary.failed == 0 and .summary.skipped > 50' out
}

@test "progress: JSON lines have the outage" {
    begin --instances 200
    spell 503 api 150
    meta instance set --all --enabled true -y -q --progress json
    expect 0
    jq -e -s -R '[split("\n")[] | fromjson? | select(.outage) | .outage] | length > 0 and
        all(.[]; .host == "127.0.0.1" and .message == "127.0.0.1 answers 503" and .seconds_left > 100)' <<< "$stderr"
}

@test "progress: a terminal shows what is waited for and how long" {
    begin --instances 200
    spell 403 html 150
    run "$BATS_TEST_DIRNAME/../cli/pty_dialogue.py" "$BUILD/vpcmeta" instance set --all --enabled true -y << 'END'
expect 127\.0\.0\.1 answers 403: trying again, (2 min 0|1 min 59) s left
expect 200 changed
end
END
    [ "$status" -eq 0 ]
}

@test "every server that cannot be started again is named, with the command that does" {
    begin --instances 24 --transition-ms 100
    faults '{"path": "/v1/*", "after": 30, "action": "reset"}'
    meta instance restart --all --always -y -j 2 -o json --max-unavailable 24 --poll-interval 100ms --outage-timeout 1s
    expect 1
    for name in $(jq -r '.results[] | select(.outcome == "unknown") | .name' <<< "$output"); do
        grep -q "^error: .*$name.*: is .*; runs resume continues with it" <<< "$stderr"
    done
    grep -q "Finish once it is up again: vpcmeta runs resume " <<< "$stderr"
    faults
    meta runs resume last -y -o json
    expect 0
    [ "$(sim_state '[.instances[] | select(.status == "running")] | length')" -eq 24 ]
}
