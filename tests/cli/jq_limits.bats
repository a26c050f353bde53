#!/usr/bin/env bats
# jq expressions that never end, take too much or make libjq crash: an error like others, and stopped as anything else.
load client

# a minute is far more than the limits allow: an expression that escapes them shows as status 124 or 137
limited() {
    run --separate-stderr timeout -k 1 60 "$BUILD/vpcmeta" "$@"
}

setup() {
    client_start --instances 2 --bare-metal 0 --templates 0 --groups 0
}

teardown() {
    [ -z "${pid:-}" ] || kill -KILL "$pid" 2> /dev/null || true
    sim_stop
}

# ARGS...: starts vpcmeta in the background, as an interactive shell does ($pid), and waits until its jq process ($jq)
# has worked for some time
start_busy() {
    local ticks
    set -m
    "$BUILD/vpcmeta" "$@" > out 2> err 3>&- 4>&- &
    pid=$!
    set +m
    for _ in $(seq 2000); do
        jq=$(cat "/proc/$pid/task/$pid/children" 2> /dev/null)
        jq=${jq%% }
        jq=${jq##* }
        ticks=$(cut -d ' ' -f 14 "/proc/${jq:-none}/stat" 2> /dev/null) || ticks=0
        [ "${ticks:-0}" -lt 5 ] || return 0
        sleep 0.02
    done
    echo "no jq process at work"
    return 1
}

# Gives the children of a process that was killed the time to be killed as well.
gone() {
    for _ in $(seq 1500); do
        [ -e "/proc/$1" ] || return 0
        sleep 0.02
    done
    return 1
}

@test "an expression without end is refused after 2 s of CPU time, and nothing is sent" {
    timeout -k 1 60 "$BUILD/vpcmeta" instance set --where 'def f: f; f' --hop-limit 9 -y -o json > set.out 2> set.err 3>&- &
    set_pid=$!
    limited instance list --jq '"one", last(repeat(1))'
    expect 1 "jq expression '\"one\", last(repeat(1))' did not end within 2s of CPU time. Give it an end"
    [ "$output" = one ]
    status=0
    wait "$set_pid" || status=$?
    stderr=$(< set.err)
    expect 2 "jq expression 'def f: f; f' did not end within 2s of CPU time. Give it an end"
    [[ $stderr == *"--where on instance "* ]]
    [ -z "$(writes)" ]
}

@test "an expression that takes too much memory is refused with the limit" {
    ! grep -q __asan_init "$BUILD/vpcmeta" || skip "the shadow memory of AddressSanitizer rules out a limit"
    limited instance list --where 'def f: [f]; f' -o json
    expect 2 "jq expression 'def f: [f]; f' takes more than 256 MB of memory. Have it collect less"
    jq -e '.complete == false and .items == [] and (.missing[0] | contains("256 MB"))' <<< "$output"
    limited instance list --jq '[range(400000)] | tojson | . * 200 | length'
    expect 1 "takes more than 256 MB of memory"
    limited audit --where 'def f: 1 + f; f'
    expect 2 "takes more than 256 MB of memory"
}

@test "where libjq crashes the shell goes on" {
    limited shell --on-error continue -c "instance list --where 'reduce range(1000000) as \$i (1; [.]) | true'
        instance list --jq '.items | length'"
    expect 2 "made libjq crash (signal "
    [ "$output" = 2 ]
}

@test "signals end an expression at once, and the jq process with it" {
    local row option name wanted
    for option in --where --jq; do
        for row in INT:130 TERM:143 HUP:129 QUIT:131; do
            name=${row%:*} wanted=${row#*:}
            start_busy instance list "$option" 'def f: f; f'
            kill -"$name" -- -"$pid"
            status=0
            wait "$pid" || status=$?
            stderr=$(< err)
            expect "$wanted"
            [[ $stderr != *CPU* ]]
            gone "$jq"
        done
    done
    # and a process that is killed leaves none behind
    start_busy instance list --where 'def f: f; f'
    kill -KILL "$pid"
    gone "$jq"
}

@test "--deadline ends an expression" {
    for option in --where --jq; do
        limited instance list --deadline 0.3 "$option" 'last(repeat(1))'
        expect 1 "the deadline has passed"
    done
}

@test "Ctrl-C on an expression without end returns to the prompt of the shell, and commands work as before" {
    run "$BATS_TEST_DIRNAME/pty_dialogue.py" "$BUILD/vpcmeta" shell << END
expect > \$
send instance list --where 'def f: f; f'
wait-for $SIM_LOG "/v1/instances"
interrupt
expect error: interrupted
expect > \$
send template list --jq 'last(repeat(1))'
wait-for $SIM_LOG "/v1/instance/templates"
interrupt
expect error: interrupted
expect > \$
send instance list --where 'true' --jq '.items | length'
expect ^2\$
expect > \$
send exit
end
END
    echo "$output"
    [ "$status" -eq 130 ]
}

@test "--jq writes outputs as they come, and ends with its reader" {
    run bash -c 'timeout -k 1 60 "$BUILD/vpcmeta" instance list --jq "repeat(\"line\")" 2> err | head -n 3; echo "${PIPESTATUS[0]}"'
    [ "$output" = $'line\nline\nline\n141' ]
    [ ! -s err ]
}

@test "what a run did is said and printed through --jq, and also where the expression fails" {
    meta instance set --all --hop-limit 9 -y --jq 'error("no")'
    expect 1 "jq expression 'error(\"no\")': no"
    [[ $stderr == *"2 selected: 2 changed"*"undo:
  vpcmeta runs rollback "* ]]
    sim_stop
    client_start --instances 1 --templates 2
    template=$(sim_state -r '.templates[0].name')
    meta instance create --template "$template" --name web-a -y --jq '.results[].name'
    expect 0 "created instance web-a"
    [ "$output" = web-a ]
    meta instance create --template "$template" --name web-b -y --jq 'error("no")'
    expect 1 "created instance web-b"
    [[ $stderr == *"': no"* ]]
}
