#!/usr/bin/env bats
# How far it is: a line on a terminal while something is under way, JSON lines on request, nothing where nobody looks.
load client

teardown() {
    sim_stop
}

# usage: at_terminal [VPCMETA-ARGS...] << DIALOGUE
at_terminal() {
    run "$BATS_TEST_DIRNAME/pty_dialogue.py" --transcript transcript "$BUILD/vpcmeta" "$@"
    echo "$output"
}

# usage: frames ARGS...: every line that vpcmeta draws at a terminal, one a line of the file `frames`
frames() {
    script -qec "$BUILD/vpcmeta $*" /dev/null < /dev/null | tr '\r' '\n' > frames
}

# usage: absent REGEX FILE
absent() {
    if grep -n -e "$1" "$2"; then
        return 1
    fi
}

@test "a run on a terminal has a line that is gone when the results come" {
    client_start --instances 60 --mix plain --latency-ms 100
    at_terminal instance set --all --enabled true -y -j 4 << 'END'
expect ^[1-9][0-9]*/60  [0-9.]+/s  [0-9]+ in flight  [0-9]+ s left
expect ^60 selected: 60 changed
end
END
    [ "$status" -eq 0 ]
    absent "in flight" transcript
    grep "^NAME  *OUTCOME" transcript
}

@test "the line is drawn while no answer comes" {
    client_start --instances 5 --mix plain
    faults '{"operation": "instances.patch", "action": "latency", "ms": 2000}'
    at_terminal instance set --all --enabled true -y << 'END'
expect ^0/5  5 in flight
end
END
    [ "$status" -eq 0 ]
    absent "in flight" transcript
}

@test "failures and retries show while it runs" {
    client_start --instances 80 --mix plain --latency-ms 100
    faults '{"operation": "instances.patch", "nth": [2, 3], "action": "status", "status": 400}' \
        '{"operation": "instances.patch", "nth": 4, "action": "status", "status": 500}'
    at_terminal instance set --all --enabled true -y -j 4 << 'END'
expect ^[0-9]+/80 .* 2 failed  1 retry
end
END
    [ "$status" -eq 5 ]
}

@test "a long list says how much of it is read" {
    client_start --instances 1400 --mix plain --latency-ms 200
    at_terminal instance list << 'END'
expect ^reading  [1-9][0-9]*00/1400
end
END
    [ "$status" -eq 0 ]
    absent "^reading" transcript
    [ "$(grep -c running transcript)" -eq 1400 ]
}

@test "the line is never wider than the terminal" {
    client_start --instances 40 --mix plain --latency-ms 100
    COLUMNS=24 frames instance set --all --enabled true -y -j 4 -o csv --fields name
    grep -E '^[0-9]+/40' frames | sed 's/\x1b\[K//' > lines
    [ "$(wc -l < lines)" -gt 1 ]
    [ "$(awk '{ if (length > most) most = length } END { print most }' lines)" -lt 24 ]
}

@test "nothing is drawn into a pipe, with -q, with --progress none or on a dumb terminal" {
    client_start --instances 30 --mix plain --latency-ms 100
    meta instance set --all --enabled true -y -j 4
    expect 0 "30 changed"
    [[ $stderr != *"in flight"* && $stderr != *$'\r'* ]]
    frames instance set --all --enabled false -y -j 4 -q
    absent "in flight" frames
    frames instance set --all --enabled true -y -j 4 --progress none
    absent "in flight" frames
    TERM=dumb frames instance set --all --enabled false -y -j 4
    absent "in flight" frames
    grep "30 changed" frames
}

@test "--progress json prints JSON lines on standard error, the last one with all that was done" {
    client_start --instances 60 --mix plain --latency-ms 100
    faults '{"operation": "instances.patch", "nth": 2, "action": "status", "status": 400}'
    meta instance set --all --enabled true -y -j 4 --progress json -o json
    expect 5
    grep '^{"event":"progress"' <<< "$stderr" > events
    [ "$(wc -l < events)" -ge 2 ]
    jq -e -s 'all(.[]; keys == ["changed", "done", "event", "failed", "in_flight", "rate", "retries", "seconds_left", "total"]
        and .total == 60) and (map(.done) | . == sort)' events
    tail -1 events | jq -e '.done == 60 and .changed == 59 and .failed == 1 and .in_flight == 0 and .seconds_left == 0'
    jq -e '.summary.changed == 59' <<< "$output"
    meta instance list --progress json -o json
    expect 0
    [ -z "$stderr" ]
}
