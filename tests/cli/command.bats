#!/usr/bin/env bats
# What holds for a whole command: its deadline, its rate ceiling, and the signals that end it, also while it waits for
# standard input or an answer.
load client

teardown() {
    sim_stop
}

# usage: talk [VPCMETA-ARGS...] << DIALOGUE: vpcmeta at a terminal of its own
talk() {
    run "$BATS_TEST_DIRNAME/pty_dialogue.py" "$BUILD/vpcmeta" "$@"
    echo "$output"
}

# usage: until_read FIFO: waits until somebody has read what was written into it
until_read() {
    python3 - "$1" << 'END'
import array, fcntl, os, sys, termios, time
end = time.monotonic() + 20
fifo = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK)
waiting = array.array("i", [1])
while waiting[0] > 0 and time.monotonic() < end:
    time.sleep(0.01)
    fcntl.ioctl(fifo, termios.FIONREAD, waiting)
sys.exit(waiting[0] > 0)
END
}

# usage: interrupted_input SIGNAL VPCMETA-ARGS...: sends the signal while standard input is waited for; sets $status
interrupted_input() {
    local name=$1 pid
    shift
    mkfifo input
    exec 9<> input
    set -m # without job control a command in the background ignores SIGINT
    "$BUILD/vpcmeta" "$@" < input > out 2> err 9>&- 3>&- &
    pid=$!
    set +m
    echo "web-01" >&9
    until_read input
    kill -"$name" "$pid"
    status=0
    wait "$pid" || status=$?
    exec 9>&-
    rm input
}

@test "--deadline is for the whole command, however often it connects" {
    client_start --instances 1 --templates 1 --latency-ms 700
    meta instance create -y --template "$(sim_state -r '.templates[0].name')" --name late --deadline 2.5
    expect 1 "the deadline has passed"
    [ "$(sim_count POST /v1/instances)" -eq 0 ]
}

@test "--deadline is for reading standard input, too" {
    client_start --instances 1
    mkfifo input
    exec 9<> input
    run --separate-stderr timeout 20 "$BUILD/vpcmeta" instance set --from - --hop-limit 2 -y --deadline 0.2 < input
    exec 9>&-
    expect 1 "--from: the deadline has passed"
    [ "$(requests)" -eq 0 ]
}

@test "--deadline ends a question that nobody answers" {
    client_start --instances 3 --mix plain
    talk instance set --all --hop-limit 2 --deadline 2 << 'END'
expect \[y/N\]
expect the deadline has passed
end
END
    [ "$status" -eq 1 ]
    [ -z "$(writes)" ]
}

@test "--tps holds for the whole command, however often it connects" {
    client_start --instances 1 --templates 1
    meta instance create --template "$(sim_state -r '.templates[0].name')" --name 'slow-{}' --count 4 -y --tps 4
    expect 0
    # reads of the template and of what it refers to, then creations: a quarter of a second apart, but for the bucket
    sim_log 'select(.method == "GET") | .at_ms' | jq -s -e 'length >= 3 and .[-1] - .[0] >= (length - 2) * 250'
    sim_log '.at_ms' | jq -s -e 'length >= 8 and .[-1] - .[0] >= (length - 3) * 250'
}

@test "Ctrl-C discards the rest of a shell's line" {
    client_start --instances 400 --latency-ms 300
    talk shell << END
expect > $
send instance list; instance set --all --hop-limit 11 -y
wait-for $SIM_LOG "/v1/instances"
interrupt
expect interrupted: the rest of the line was not run
expect > $
send version
expect ^vpcmeta [0-9.]+$
expect > $
send exit
end
END
    [ "$status" -eq 130 ]
    [ -z "$(writes)" ]
}

@test "a signal ends a script of the shell, on one line or on many" {
    local script
    client_start --instances 400 --latency-ms 300
    for script in 'instance list; instance set --all --hop-limit 11 -y' $'instance list\ninstance set --all --hop-limit 11 -y'; do
        clear_log
        set -m
        "$BUILD/vpcmeta" shell --on-error continue -c "$script" > out 2> err 3>&- &
        pid=$!
        set +m
        for _ in $(seq 500); do [ "$(sim_count GET /v1/instances)" -eq 0 ] || break; sleep 0.02; done
        kill -INT "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq 130 ]
        [ -z "$(writes)" ]
    done
}

@test "Ctrl-C while standard input is waited for ends the command and sends nothing" {
    local line
    client_start --instances 3
    for line in "instance set --from - --hop-limit 11 -y" "instance create -f - -y" "instance restart --from - -y" \
        "instance create --template any --from - -y" "schema check -"; do
        talk shell << END
expect > $
send $line
expect reading .* from the terminal; Ctrl-D ends the input
send {}
interrupt
expect error: .*interrupted
expect > $
eof
end
END
        [ "$status" -eq 130 ]
        [ "$(requests)" -eq 0 ]
    done
    talk instance set --from - --hop-limit 11 -y << END
expect reading names from the terminal
interrupt
end
END
    [ "$status" -eq 130 ]
    [ "$(requests)" -eq 0 ]
}

@test "Ctrl-C while the API key is waited for ends the command and sends nothing" {
    client_start --instances 3
    unset VPC_APIKEY
    talk shell << END
expect > $
send version; instance set --all --hop-limit 11 -y --api-key-file -
expect ^vpcmeta [0-9.]+$
expect reading the API key from the terminal
send $SIM_API_KEY
interrupt
expect interrupted
expect > $
eof
end
END
    [ "$status" -eq 130 ]
    [ "$(requests)" -eq 0 ]
}

@test "a signal ends a command that reads a pipe without end" {
    client_start --instances 3
    for name in INT TERM HUP QUIT; do
        interrupted_input "$name" shell -c 'instance set --from - --hop-limit 11 -y; instance set --all --hop-limit 12 -y'
        [ "$status" -eq $((128 + $(kill -l "$name"))) ]
        interrupted_input "$name" instance set --from - --hop-limit 11 -y
        [ "$status" -eq $((128 + $(kill -l "$name"))) ]
    done
    [ "$(requests)" -eq 0 ]
}

@test "Ctrl-C at the question ends the command and changes nothing" {
    client_start --instances 3 --mix plain
    talk instance set --all --hop-limit 11 << 'END'
expect \[y/N\]
interrupt
end
END
    [ "$status" -eq 130 ]
    [ -z "$(writes)" ]
    talk shell << 'END'
expect > $
send instance set --all --hop-limit 11; instance set --all --hop-limit 12 -y
expect \[y/N\]
interrupt
expect interrupted: the rest of the line was not run
expect > $
send exit
end
END
    [ "$status" -eq 130 ]
    [ -z "$(writes)" ]
}

@test "a missing standard stream is an error, and no socket or trace takes its place" {
    client_start --instances 3
    run --separate-stderr bash -c '"$0" instance list -o json --trace trace >&-' "$BUILD/vpcmeta"
    [ "$status" -eq 1 ]
    [[ $stderr == *"output could not be written"* ]]
    jq -es 'length > 1 and all(.method != null)' trace
    run --separate-stderr bash -c '"$0" instance create -y -f - <&-' "$BUILD/vpcmeta"
    [ "$status" -ne 0 ]
    [[ $stderr == *"cannot read standard input"* ]]
    run bash -c '"$0" instance list -o json 2>&-' "$BUILD/vpcmeta"
    [ "$status" -eq 0 ]
    [ "$(jq '.items | length' <<< "$output")" -eq 3 ]
}

@test "the process leaves no core file, which would hold the key and the token" {
    client_start --instances 1
    mkfifo input
    exec 9<> input
    "$BUILD/vpcmeta" instance set --from - --hop-limit 2 -y < input > /dev/null 2>&1 9>&- 3>&- &
    pid=$!
    echo api-0001 >&9
    until_read input
    grep -Eq '^Max core file size +0 +0 ' "/proc/$pid/limits"
    exec 9>&-
    wait "$pid" || true
}

@test "--jq writes nothing that steers a terminal, and changes nothing where there is none" {
    client_start --instances 1
    program='"\u001b[31mred\u202e\tx\ny", ["\u009b1m"]'
    talk instance list --jq "$program" << 'END'
expect \\x1b\[31mred\\u\{202e\}\s+x$
expect ^y$
expect ^\[$
expect ^  "\\u009b1m"$
expect ^\]$
end
END
    [ "$status" -eq 0 ]
    run "$BUILD/vpcmeta" instance list --jq "$program"
    [ "$output" = $'\e[31mred\u202e\tx\ny\n["\u009b1m"]' ]
}
