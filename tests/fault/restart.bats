#!/usr/bin/env bats
# restart against an API that fails: no server stays down unsaid, none is stopped twice, and a run that is cut off is
# resumed to the end.
load ../cli/client
load ../cli/runs

teardown() {
    sim_stop
}

action='"operation": "instances.action"'
look='--poll-interval 100ms --start-timeout 30'

# As many plain servers whose restart is pending: ARGS of vpcsim behind the number.
pending_fleet() {
    local count=$1
    shift
    client_start --transition-ms 200 --mix plain --groups 0 --instances "$count" "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
    meta instance set --all --enabled true -y -q
    expect 0
    clear_log
}

statuses() {
    sim_state -c '[.instances[] | .status] | group_by(.) | map({key: .[0], value: length}) | from_entries'
}

# Waits until all servers have that status, for at most ten seconds.
await_status() {
    for _ in $(seq 500); do
        [ "$(sim_state -r '[.instances[].status] | unique | join(" ")')" != "$1" ] || return 0
        sleep 0.02
    done
    statuses
    return 1
}

# The accepted actions: "stop start"
accepted() {
    writes | jq -sr '[.[] | select(.status == 201) | .body.type] | join(" ")'
}

# RULE WRITES: one server whose actions meet the rule is restarted all the same, with so many requests
survives() {
    pending_fleet 1
    faults "$1"
    meta instance restart --all $look --timeout 2 -y -o json
    expect 0
    jq -e '.summary.changed == 1 and .results[0].restart_needed == false' <<< "$output"
    [ "$(statuses)" = '{"running":1}' ]
    echo "$1: $(writes | jq -c '[.status, .body.type]' | tr '\n' ' ')"
    [ "$(writes | wc -l)" -eq "$2" ]
    sim_stop
}

@test "an action that was refused for now is tried again; one whose answer was lost is not" {
    for nth in 1 2; do
        survives "{$action, \"nth\": $nth, \"action\": \"status\", \"status\": 409}" 3
        survives "{$action, \"nth\": $nth, \"action\": \"status\", \"status\": 429}" 3
        survives "{$action, \"nth\": $nth, \"action\": \"status\", \"status\": 500}" 3
        survives "{$action, \"nth\": $nth, \"action\": \"status\", \"status\": 502, \"body\": \"html\"}" 3
        survives "{$action, \"nth\": $nth, \"action\": \"status\", \"status\": 503}" 3
        survives "{$action, \"nth\": $nth, \"action\": \"reset\"}" 3
        survives "{$action, \"nth\": $nth, \"action\": \"reset\", \"when\": \"after\"}" 2
        survives "{$action, \"nth\": $nth, \"action\": \"status\", \"status\": 500, \"when\": \"after\"}" 2
        survives "{$action, \"nth\": $nth, \"action\": \"truncate\"}" 2
        survives "{$action, \"nth\": $nth, \"action\": \"hang\", \"ms\": 20000, \"when\": \"after\"}" 2
    done
}

@test "looks that fail are no news" {
    pending_fleet 8
    faults '{"operation": "instances.list", "after": 2, "probability": 0.5, "action": "status", "status": 500}' \
        '{"operation": "instances.get", "probability": 0.2, "action": "reset"}'
    meta instance restart --all --max-unavailable 4 $look -y -o json
    expect 0
    jq -e '.summary.changed == 8' <<< "$output"
    [ "$(statuses)" = '{"running":8}' ]
    [ "$(accepted | tr ' ' '\n' | sort | uniq -c | tr -s ' ')" = $' 8 start\n 8 stop' ]
}

@test "a server that does not start is named first, keeps its place, and nobody else is taken down" {
    pending_fleet 4
    faults "{$action, \"after\": 1, \"action\": \"status\", \"status\": 403, \"code\": \"not_authorized\"}"
    meta instance restart --all --max-unavailable 1 $look -y -o json
    expect 1
    echo "$output" > run
    first=$(jq -r '[.results[] | select(.outcome == "failed")][0].name' run)
    [[ $(head -n 1 <<< "$stderr") == "error: $first: is stopped and did not start again: "* ]]
    jq -e '.summary.failed == 1 and .summary.skipped == 3 and
        ([.results[] | select(.outcome == "failed")][0] | .restart_needed and
            (.reason | test("is stopped and did not start again: .*403"))) and
        all(.results[] | select(.outcome == "skipped"); .reason | contains("as many servers as allowed are down"))' run
    [ "$(statuses)" = '{"running":3,"stopped":1}' ]
    # a retry starts what is down without stopping it again; resume goes on with the rest
    faults ''
    clear_log
    meta runs retry last -y -o json
    expect 0
    [ "$(accepted)" = start ]
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary.changed == 4' <<< "$output"
    [ "$(statuses)" = '{"running":4}' ]
}

@test "when failures end the run, what is down is started all the same" {
    pending_fleet 6
    # the first start is refused while two others are down
    faults "{$action, \"nth\": 4, \"action\": \"status\", \"status\": 403}"
    meta instance restart --all --max-unavailable 3 --max-failures 1 $look -y -o json
    expect 7 "stopped after 1 failure:"
    jq -e '.summary.failed == 1 and .summary.changed == 2 and .summary.skipped == 3' <<< "$output"
    [ "$(statuses)" = '{"running":5,"stopped":1}' ]
    meta runs retry last -y
    meta runs resume last -y
    expect 0 "6 changed"
    [ "$(statuses)" = '{"running":6}' ]
}

# Keeps the history busy until process PID is gone.
hold_history() {
    python3 -c '
import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], timeout=30)
db.execute("BEGIN IMMEDIATE")
for _ in range(3000):
    time.sleep(0.02)
    try:
        state = open("/proc/%s/stat" % sys.argv[2]).read().split()[2]
    except OSError:
        break
    if state == "Z":
        break' "$HISTORY" "$1"
}

@test "a history that cannot be written keeps no server down" {
    pending_fleet 2 --transition-ms 1000
    "$BUILD/vpcmeta" instance restart --all $look -y > run 2> err 3>&- &
    pid=$!
    await_writes 1
    hold_history "$pid"
    wait "$pid" && false || [ $? -eq 1 ]
    cat err
    grep -q "stays busy" err
    [ "$(accepted)" = "stop start" ]
    await_status running
    meta runs resume last -y
    expect 0 "2 changed"
    [ "$(statuses)" = '{"running":2}' ]
}

@test "a start that goes wrong later is a failure that says why" {
    pending_fleet 1 --transition-ms 1000
    "$BUILD/vpcmeta" instance restart --all $look -y -o json > run 2> err 3>&- &
    pid=$!
    await_writes 2
    # somebody stops it while it comes up
    id=$(sim_state -r '.instances[0].id')
    sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d '{"type":"stop","force":true}' > /dev/null
    wait "$pid" && false || [ $? -eq 1 ]
    jq -e '.results[0].reason | startswith("is stopped and did not start again")' run
    head -n 1 err | grep -q "is stopped and did not start again"
}

@test "a stop that never ends fails in time, and is forced only when that is allowed" {
    pending_fleet 2 --transition-ms 60000
    meta instance restart --all --max-unavailable 1 --stop-timeout 500ms $look -y -o json
    expect 1 "is stopping and was not restarted"
    jq -e '[.results[] | select(.outcome == "failed")] | length == 1 and
        (.[0].reason | contains("is stopping and was not restarted") and contains("--force-stop"))' <<< "$output"
    [ "$(writes | wc -l)" -eq 1 ]
    clear_log
    name=$(jq -r '[.results[] | select(.outcome == "skipped")][0].name' <<< "$output")
    meta instance restart "$name" --stop-timeout 500ms --force-stop $look -y
    expect 1
    [ "$(writes | jq -c .body | tr '\n' ' ')" = '{"type":"stop"} {"type":"stop","force":true} ' ]
}

@test "the first failure of --restart needed says that the server is enabled, and what it is now" {
    client_start --transition-ms 200 --mix plain --groups 0 --instances 1
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    faults "{$action, \"action\": \"status\", \"status\": 403}"
    meta instance set --all --enabled true --restart needed $look -y -o json
    expect 1
    jq -e '.results[0] | .outcome == "failed" and .after.enabled and .restart_needed and
        (.reason | startswith("is running and was not restarted"))' <<< "$output"
    [[ $stderr != error:* ]]
    faults ''
    meta instance restart --all $look -y
    expect 0 "1 changed"
}

@test "an interrupt starts what was stopped, and leaves a run that resume finishes" {
    pending_fleet 6 --transition-ms 500
    "$BUILD/vpcmeta" instance restart --all --max-unavailable 2 $look -y -o json > run 2> err 3>&- &
    pid=$!
    await_writes 2
    kill -INT "$pid"
    wait "$pid" && false || [ $? -eq 130 ]
    grep -q "interrupted: starting 2 servers that may be stopped" err
    [ "$(accepted)" = "stop stop start start" ]
    jq -e '.summary.unknown == 2 and .summary.skipped == 4' run
    await_status running
    meta runs list -o json --jq '.items[0].state'
    [ "$output" = interrupted ]
    clear_log
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary.changed == 6' <<< "$output"
    # those that came up by themselves are done
    [ "$(accepted | tr ' ' '\n' | sort | uniq -c | tr -s ' ')" = $' 4 start\n 4 stop' ]
    [ "$(statuses)" = '{"running":6}' ]
}

@test "a terminal that closes and SIGQUIT start what was stopped, too" {
    pending_fleet 4 --transition-ms 500
    for name in HUP QUIT; do
        clear_log
        "$BUILD/vpcmeta" instance restart --all --max-unavailable 1 $look -y > run 2> err 3>&- &
        pid=$!
        await_writes 1
        kill -"$name" "$pid"
        # the kernel and the shell both send SIGHUP: that is no second decision
        [ "$name" != HUP ] || kill -HUP "$pid"
        wait "$pid" && false || [ $? -eq $((128 + $(kill -l "$name"))) ]
        [ "$(accepted)" = "stop start" ]
        await_status running
    done
    clear_log
    run --separate-stderr python3 "$BATS_TEST_DIRNAME/../cli/pty_dialogue.py" \
        "$BUILD/vpcmeta" instance restart --all --max-unavailable 1 $look -y << END
wait-for $SIM_LOG "type":"stop"
hang-up
end
END
    [ "$status" -eq 129 ]
    [ "$(accepted)" = "stop start" ]
}

@test "a second interrupt ends at once and says who is down; resume starts it" {
    pending_fleet 2 --transition-ms 3000
    "$BUILD/vpcmeta" instance restart --all $look -y > run 2> err 3>&- &
    pid=$!
    await_writes 1
    kill -INT "$pid"
    for _ in $(seq 500); do
        ! grep -q interrupted err || break
        sleep 0.01
    done
    kill -INT "$pid"
    wait "$pid" && false || [ $? -eq 130 ]
    grep -q "^error: .* is stopping: interrupted after the stop was sent" err
    [ "$(accepted)" = stop ]
    meta runs resume last -y
    expect 0 "2 changed"
    [ "$(accepted)" = "stop start stop start" ]
}

@test "kill -9 at any moment, then resume: every server runs, stopped and started once" {
    pending_fleet 5 --latency-ms 10
    RANDOM=${SEED:-30}
    cut=0
    for round in $(seq 12); do
        clear_log
        target=$((2 + RANDOM % 40))
        "$BUILD/vpcmeta" instance restart --all --always --max-unavailable 2 $look -y -q > /dev/null 2>&1 3>&- &
        pid=$!
        while [ "$(requests)" -lt "$target" ] && kill -0 "$pid" 2> /dev/null; do sleep 0.002; done
        kill -9 "$pid" 2> /dev/null || true
        wait "$pid" 2> /dev/null || true
        meta runs list -o json --jq '.items[0] | select(.command == "instance restart") | .state'
        if [ "$output" = interrupted ]; then
            cut=$((cut + 1))
            meta runs resume last -y -o json
            expect 0
            jq -e '.summary.changed == 5' <<< "$output"
            # what was on its way when the run was cut off is not sent again
            [ "$(accepted | tr ' ' '\n' | sort | uniq -c | tr -s ' ')" = $' 5 start\n 5 stop' ]
        fi
        [ "$(statuses)" = '{"running":5}' ]
    done
    echo "report: $cut of 12 runs were cut off"
    [ "$cut" -ge 8 ]
}

@test "kill -9 in each phase of set --restart needed, then resume: enabled and restarted once" {
    client_start --transition-ms 300 --mix plain --groups 0 --instances 1
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
    # the answer to one write never comes, whether it took effect or not
    for when in after before; do
        for nth in 1 2 3; do
            faults ''
            meta instance set --all --enabled false -y -q
            faults "{\"path\": \"/v1/instances/*\", \"method\": \"$([ $nth = 1 ] && echo PATCH || echo POST)\",
                \"nth\": $([ $nth = 3 ] && echo 2 || echo 1), \"action\": \"hang\", \"ms\": 60000, \"when\": \"$when\"}"
            clear_log
            "$BUILD/vpcmeta" instance set --all --enabled true --restart needed $look -y -q > /dev/null 2>&1 3>&- &
            pid=$!
            await_writes $nth
            [ "$(query "select stage, phase from step where run = (select max(number) from run)")" = \
                "$(jq -nc --arg nth $nth '["intended", {"1": null, "2": "stop", "3": "start"}[$nth]]')" ]
            kill -9 "$pid"
            wait "$pid" || true
            meta runs resume last -y -o json
            expect 0
            jq -e '.summary.changed == 1 and (.results[0] | .restart_needed == false and .after.enabled and
                .before.enabled == false)' <<< "$output"
            # what took effect is not sent again
            [ "$(writes | wc -l)" -eq "$([ $when = after ] && echo 3 || echo 4)" ]
            [ "$(statuses)" = '{"running":1}' ]
        done
    done
    meta instance restart --all -n
    expect 0 "0 of 1 would change"
}

@test "what runs after a run was cut off before its stop arrived is stopped then" {
    pending_fleet 1
    faults "{$action, \"nth\": 1, \"action\": \"hang\", \"ms\": 60000}"
    "$BUILD/vpcmeta" instance restart --all $look -y > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 1
    kill -9 "$pid"
    wait "$pid" || true
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary.changed == 1' <<< "$output"
    [ "$(accepted)" = "stop start" ]
}

@test "a mixture of everything: all are restarted or reported as what they are" {
    pending_fleet 60
    sim_http -f -X POST -H 'Content-Type: application/json' --data @"$BATS_TEST_DIRNAME/../data/scenarios/mixed.json" \
        "$SIM_BASE/_sim/faults"
    meta instance restart --all --max-unavailable 30 $look --timeout 5 -y -o json
    echo "$output" > run
    faults ''
    jq -e '.summary.changed + .summary.failed == 60 and .summary.changed >= 55' run
    sim_state -c '[.instances[] | select(.status != "running") | .name] | sort' > down
    jq -c '[.results[] | select(.outcome == "failed" and (.reason | startswith("is running") | not)) | .name] | sort' run |
        diff down -
    meta runs retry last -y
    expect 0
    [ "$(statuses)" = '{"running":60}' ]
}
