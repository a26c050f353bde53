#!/usr/bin/env bats
# The place of the history is full, gets full, or cannot be written to: nothing is sent that is not written down first, and
# what was begun can be taken up again. Also a second signal, which leaves no time to write anything down.
load ../cli/client
load ../cli/runs
load truth

setup() {
    client_start --instances 200 --bare-metal 0 --mix plain --latency-ms 3
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
    settings > before
}

teardown() {
    sim_stop
}

# A file system of their own, or a skipped test that says why.
needs_mounts() {
    unshare -m true 2> /dev/null || skip "needs to mount a file system"
    mkdir -p "$XDG_STATE_HOME"
}

# SIZE SCRIPT: the script with a state folder of that size, which is gone afterwards
on_small_disk() {
    run --separate-stderr unshare -m bash -c "mount -t tmpfs -o size=$1,mode=700 none '$XDG_STATE_HOME' && $2"
}

# how many servers are enabled
enabled() {
    sim_state '[.instances[] | select(.enabled)] | length'
}

# What the run says is true, and every change that was sent had been written down.
told_and_recorded() {
    results_are_true before run '{"enabled": true}'
    [ "$(writes | jq -r .path | sort -u | wc -l)" -le \
        "$(query "select count(*) from step where intended_at is not null" | tr -d '[]')" ]
}

@test "a read-only state folder: an error that says so, and nothing is sent" {
    needs_mounts
    for command in "instance set --all --enabled true" "instance restart --all" "template replace --all --enabled true"; do
        on_small_disk 1m "mount -o remount,ro '$XDG_STATE_HOME' && exec '$BUILD/vpcmeta' $command -y"
        expect 1 "nothing was sent"
        [[ $stderr == *"$XDG_STATE_HOME"* && $stderr == *ead-only* ]]
        [ "$(requests)" -eq 0 ]
    done
}

@test "a history that is read-only: an error that says so, and nothing is sent" {
    needs_mounts
    meta instance set --all --hop-limit 2 -y -q
    expect 0
    clear_log
    run --separate-stderr unshare -m bash -c "mount --bind -o ro '$XDG_STATE_HOME' '$XDG_STATE_HOME' &&
        mount -o remount,bind,ro '$XDG_STATE_HOME' && exec '$BUILD/vpcmeta' instance set --all --enabled true -y"
    expect 1 "nothing was sent"
    [[ $stderr == *ead-only* ]]
    [ "$(requests)" -eq 0 ]
}

@test "a disk that is full from the beginning: an error that says so, and nothing is sent" {
    needs_mounts
    on_small_disk 64k "exec '$BUILD/vpcmeta' instance set --all --enabled true -y"
    expect 1 "nothing was sent"
    [[ $stderr == *"No space left"* ]]
    [ "$(requests)" -eq 0 ]
}

@test "a disk that gets full in the middle: what is under way ends, the rest is left, and with room again resume does it" {
    needs_mounts
    # something else takes what is left once changes are on their way
    on_small_disk 4m "
        '$BUILD/vpcmeta' instance set --all --enabled true -y -o json -j 4 > run 2> errors &
        for i in \$(seq 600); do
            [ \$(grep -c '\"PATCH\"' '$SIM_LOG') -lt 20 ] || break
            sleep 0.01
        done
        dd if=/dev/zero of='$XDG_STATE_HOME/filler' bs=4k 2> /dev/null
        status=0
        wait \$! || status=\$?
        rm '$XDG_STATE_HOME/filler'
        cp -r '$XDG_STATE_HOME' kept
        exit \$status"
    expect 1
    grep -q 'history.*cannot be written: no space left' errors
    rm -rf "$XDG_STATE_HOME"
    mv kept "$XDG_STATE_HOME"
    told_and_recorded
    jq -e '.summary | .changed >= 1 and .skipped > 50 and .changed + .skipped == 200' run
    jq -e 'any(.results[]; .reason == "not started: the history could not be written")' run
    [ "$("$BUILD/vpcmeta" runs list -o json | jq -r '.items[0].state')" = interrupted ]
    meta runs resume last -y -q
    expect 0
    [ "$(enabled)" -eq 200 ]
    sent_once
}

@test "a log of the history that may grow no further in the middle of a run: the same" {
    run bash -c "ulimit -f 300; exec '$BUILD/vpcmeta' instance set --all --enabled true -y -o json -j 4 > run 2> errors"
    [ "$status" -eq 1 ]
    grep -q 'the history .* cannot be ' errors
    told_and_recorded
    jq -e '.summary | .changed >= 1 and .skipped > 10 and .changed + .skipped == 200' run
    meta runs resume last -y -q
    expect 0
    [ "$(enabled)" -eq 200 ]
    sent_once
}

@test "a second signal ends a run at once, and it can be resumed" {
    faults '{"operation": "instances.patch", "after": 20, "limit": 8, "action": "hang", "ms": 60000, "when": "after"}'
    set -m # without job control a command in the background ignores SIGINT
    "$BUILD/vpcmeta" instance set --all --enabled true -y -o json -j 8 > run 2> errors 3>&- &
    pid=$!
    set +m
    await_writes 20
    for _ in $(seq 500); do # all eight of them hang
        [ "$(curl -s "$SIM_BASE/_sim/counters" | jq .in_flight)" -lt 9 ] || break
        sleep 0.02
    done
    before_s=$SECONDS
    kill -INT "$pid"
    sleep 0.3 # the first one drains: nothing ends it but a second
    kill -0 "$pid"
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    [ $((SECONDS - before_s)) -lt 20 ] # a request that hangs is given up after 30
    jq -e '.summary | .changed + .skipped + .unknown == 200 and .unknown == 8' run
    told_and_recorded
    faults
    [ "$("$BUILD/vpcmeta" runs list -o json | jq -r '.items[0].state')" = interrupted ]
    meta runs resume last -y -q
    expect 0
    [ "$(enabled)" -eq 200 ]
    sent_once
}
