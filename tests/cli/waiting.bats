#!/usr/bin/env bats
# Never silent while it waits: every wait of more than a second says what for, on terminals of three sizes and in the
# lines of --progress json; and the first Ctrl-C is answered at once.
load client
load screen

teardown() {
    sim_stop
}

# usage: draw SIZE ARGS...: all that vpcmeta draws on a terminal of SIZE, a line each of the file `drawn`, none wider
draw() {
    local size=$1
    shift
    script -qec "stty cols ${size%x*} rows ${size#*x}; exec $BUILD/vpcmeta $* -o csv --fields name" /dev/null < /dev/null |
        tr '\r' '\n' | sed 's/\x1b\[[0-9;]*[mK]//g' > drawn
    fits "${size%x*}" drawn
}

# usage: drawn REGEX...: lines of the last `draw` have each of them
drawn() {
    for regex in "$@"; do
        grep -qE -e "$regex" drawn || {
            echo "no line with: $regex"
            uniq drawn
            return 1
        }
    done
}

# usage: waits FILTER ARGS...: a line of vpcmeta ... --progress json has what the jq filter asks for
waits() {
    local filter=$1
    shift
    meta "$@" --progress json -o json
    expect 0
    grep '^{"event":"progress"' <<< "$stderr" | jq -e -s "any(.[]; $filter)" > /dev/null || {
        echo "no line with $filter: $stderr"
        return 1
    }
}

@test "a rate limit says when it tries next" {
    client_start --instances 8 --mix plain
    faults '{"operation": "instances.patch", "nth": [1, 2], "action": "status", "status": 429, "retry_after": 2}'
    draw 80x24 instance set --all --enabled true -y
    drawn '^rate limited: next try in [12] s  6/8$'
    faults '{"operation": "instances.list", "nth": 1, "action": "status", "status": 429, "retry_after": 2}'
    waits '.activity == "reading instances" and (.waiting | .for == "rate_limit" and .seconds_left <= 2 and .try == 2 and
        .tries == 6 and (.message | test("^rate limited: next try in [12] s$")))' instance list
}

@test "a server that is not reached or fails says which try it is" {
    client_start --instances 8 --mix plain
    VPC_URL=http://127.0.0.1:9/v1 screen 200x50 instance list << 'END'
expect ^no connection \(try [2-6] of 6\): 127\.0\.0\.1
interrupt
end
END
    [ "$status" -eq 130 ]
    faults '{"operation": "instances.list", "limit": 1, "action": "status", "status": 503, "retry_after": 2}'
    draw 120x40 instance list
    drawn '^127\.0\.0\.1 answers 503 \(try 2 of 6\), next try in [12] s  reading instances'
}

@test "a token that is late is waited for by name, and so is a list" {
    client_start --instances 4 --mix plain --region us-south,eu-de
    faults '{"operation": "iam.token", "action": "latency", "ms": 1100}'
    screen 80x24 auth status << 'END'
expect ^waiting for a token of 127\.0\.0\.1, 1 s
end
END
    [ "$status" -eq 0 ]
    faults '{"operation": "instances.list", "action": "latency", "ms": 1300}'
    draw 120x40 instance list
    drawn '^reading instances  1 in flight  waiting for 127\.0\.0\.1, 1 s$'
    faults '{"operation": "regions.list", "action": "latency", "ms": 2000}'
    waits '.activity == "reading regions" and .waiting.for == "answer" and .waiting.seconds >= 1' \
        instance list --region us-south,eu-de
}

@test "what decides whether a change is allowed is read by name, and so are memberships" {
    client_start --instances 8 --mix plain --groups 2
    faults '{"operation": "volumes.get", "action": "latency", "ms": 1300}' \
        '{"operation": "images.get", "action": "latency", "ms": 1300}' \
        '{"operation": "*memberships*", "action": "latency", "ms": 1300}'
    draw 80x24 instance set --all --enabled true --dry-run
    drawn '^reading (volumes and images|images|volumes)  0/[0-9]+  [0-9]+ in flight'
    waits '.activity == "reading memberships"' group list
}

@test "servers that stop and start are counted" {
    client_start --instances 6 --mix plain --transition-ms 1100
    draw 80x24 instance restart --all --always -y --max-unavailable 6 --poll-interval 300ms
    drawn '^0/6  6 stopping$' '^0/6  6 starting$' '^6 selected: 6 changed'
}

@test "servers whose status passes are counted" {
    client_start --instances 3 --mix plain --transition-ms 600
    faults '{"operation": "instances.patch", "during": ["starting"], "action": "status", "status": 409}' \
        '{"operation": "instances.patch", "nth": 1, "action": "change", "set": {"status": "starting"}}'
    waits '.steps.settling == 1' instance set --all --enabled true -y
}

@test "a replacement says its step: creating, moving, deleting members, waiting for the group" {
    client_start --instances 12 --mix plain --groups 1 --templates 1 --transition-ms 400 --latency-ms 110
    draw 80x24 template replace --all --enabled true --protocol https --update-groups --roll --delete-old \
        --max-unavailable 1 --poll-interval 150ms -y
    drawn '^0/4  creating 1 template' 'moving 1 group' 'deleting members 1 of [2-9]' \
        'deleting members [1-9] of [2-9], waiting for 1 group to be healthy' 'deleting 1 template' '^4 selected: 4 changed'
    [ "$(grep -c ' left$' drawn)" -eq 0 ]
}

@test "the first interrupt is answered at once, and what is in progress is waited for" {
    client_start --instances 30 --mix plain
    faults '{"operation": "instances.patch", "action": "latency", "ms": 600}'
    screen 80x24 instance set --all --enabled true -y -j 7 << 'END'
expect ^0/30  7 in flight
interrupt
expect ^interrupted: waiting for 7 requests in progress; press Ctrl-C again to
expect 30 selected: 7 changed, .*23 not
end
END
    [ "$status" -eq 130 ]
    screen 120x40 instance set --all --enabled true -y -j 1 << 'END'
expect in flight
interrupt
expect ^interrupted: waiting for 1 request in progress; press Ctrl-C again to abandon it
end
END
    [ "$status" -eq 130 ]
}

@test "a terminal that obeys no control sequences gets none, also when interrupted" {
    client_start --instances 30 --mix plain
    faults '{"operation": "instances.patch", "action": "latency", "ms": 600}'
    TERM=dumb PTY_RAW=raw screen 80x24 instance set --all --enabled true -y -j 7 << END
wait-for $SIM_LOG PATCH
interrupt
expect ^interrupted: waiting for [0-9]+ requests? in progress; press Ctrl-C again to
end
END
    [ "$status" -eq 130 ]
    run grep -n $'\x1b' raw
    [ "$status" -eq 1 ]
}

@test "the second interrupt abandons what is in progress, with unknown results" {
    client_start --instances 30 --mix plain
    faults '{"operation": "instances.patch", "action": "hang", "ms": 60000}'
    screen 200x50 instance set --all --enabled true -y -j 7 << 'END'
expect ^0/30  7 in flight
interrupt
expect ^interrupted: waiting for 7 requests in progress; press Ctrl-C again to abandon them
interrupt
expect 30 selected: 0 changed, .*7 unknown, 23 not started
end
END
    [ "$status" -eq 130 ]
}

@test "an interrupt ends what only reads at once, also of a command that would change something" {
    client_start --instances 8 --mix plain
    faults '{"operation": "instances.list", "action": "hang", "ms": 60000}'
    PTY_TIMEOUT=8 screen 80x24 instance set --all --enabled true -y << 'END'
expect ^reading instances
interrupt
end
END
    [ "$status" -eq 130 ]
    shows '^error: nothing was changed: interrupted'
    [ -z "$(writes)" ]
}

@test "two that are done say nothing of the time that is left" {
    client_start --instances 40 --mix plain
    faults '{"operation": "instances.patch", "action": "latency", "ms": 300}'
    screen 80x24 instance set --all --enabled true -y -j 1 << 'END'
expect ^2/40  [0-9.]+/s  [0-9]+ in flight
never left
interrupt
end
END
    [ "$status" -eq 130 ]
    shows_no '2/40.* left'
}

@test "work of this machine says what it is, too: a slow standard input, a filter, a history that another program holds" {
    client_start --instances 2 --mix plain
    script -qec "bash -c '(sleep 1.2; echo {}) | $BUILD/vpcmeta schema check -'" /dev/null < /dev/null | tr '\r' '\n' > drawn
    drawn '^reading standard input, 1 s'
    meta instance list --progress json --jq '[range(30000000)] | length'
    expect 1 '"activity":"running --jq","seconds":1}'
    meta instance set --all --enabled true -y
    : > locked
    python3 - "$HOME/.local/state/vpcmeta/history.db" > locked 3>&- << 'END' &
import sqlite3, sys, time
history = sqlite3.connect(sys.argv[1], isolation_level=None)
for words in ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "CREATE TABLE one (a)", "ROLLBACK"):
    history.execute(words)
print("locked", flush=True)
time.sleep(1.4)
END
    holder=$!
    await_count 1 wc -l < locked
    script -qec "$BUILD/vpcmeta runs list" /dev/null < /dev/null | tr '\r' '\n' > drawn
    drawn '^reading the history, 1 s'
    wait "$holder"
}

@test "a reader that stops reading is waited for by name, and no longer than the deadline or a signal says" {
    client_start --instances 1500 --mix plain
    mkfifo pipe
    exec 5<> pipe
    run -1 bash -c '"$BUILD/vpcmeta" instance list -o json --deadline 2s --progress json 2>&1 >&5'
    [[ $output == *'"activity":"waiting for the reader of standard output","seconds":1}'* ]]
    [[ $output == *"error: the deadline has passed: the reader of the output does not read"* ]]
    run -130 bash -c 'timeout --preserve-status -s INT 1 "$BUILD/vpcmeta" instance list -o json 2>&1 >&5'
    [[ $output == *"error: interrupted: the reader of the output does not read"* ]]
    exec 5>&-
}
