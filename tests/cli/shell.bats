#!/usr/bin/env bats
# vpcmeta shell: at a terminal of its own, and from -c, files and standard input.
load sim

setup() {
    unset "${!IC_@}" "${!IBMCLOUD_@}" "${!VPC_@}"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state TERM=xterm PAGER=cat
    vpcmeta=$BUILD/vpcmeta
    history=$XDG_STATE_HOME/vpcmeta/shell_history
}

teardown() {
    sim_stop
}

# usage: connect [VPCSIM-ARGS...]: a simulator, and an environment that leads to it
connect() {
    sim_start "$@"
    export IBMCLOUD_IS_NG_API_ENDPOINT=$SIM_URL IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE IC_API_KEY=$SIM_API_KEY
}

# usage: talk [VPCMETA-ARGS...] << DIALOGUE: one session of `vpcmeta shell` at a terminal
talk() {
    run "$BATS_TEST_DIRNAME/pty_dialogue.py" --transcript "$BATS_TEST_TMPDIR/transcript" "$vpcmeta" "$@" shell
    echo "$output"
}

@test "one session lists, changes a fleet, survives mistakes, completes, and asks for one token" {
    connect --instances 60 --templates 0 --bare-metal 0
    talk << 'END'
expect vpcmeta 127\.0\.0\.1:[0-9]+> $
send instance list
expect ^us-south .* worker-
expect > $
send instance set --all --enabled true --protocol https --hop-limit 2
expect \[y/N\] $
send y
expect ^60 selected: [1-9][0-9]* changed
expect > $
send audit
expect ^instance +60
expect > $
send instance set --all --hop-limit 65
expect ^error: .*--hop-limit 65.*1\.\.64
expect > $
type instance set --protocol \t
expect ^  http$
expect ^  https$
expect --protocol http$
type s\t
expect s $
send --all --dry-run
expect 0 of 60 would change
expect > $
eof
end
END
    [ "$status" -eq 2 ]
    [ "$(sim_count POST /identity/token)" -eq 1 ]
    [ "$(sim_state '[.instances[] | select(.enabled and .protocol == "https" and .response_hop_limit == 2)] | length == 57')" = true ]
}

@test "Ctrl-C cancels the command under way, then a half-typed line, and never the shell" {
    connect --instances 1000 --latency-ms 300
    talk << END
expect > $
send instance list
wait-for $SIM_LOG "/v1/instances"
interrupt
expect interrupted
expect > $
type instance set --all --enabled
interrupt
expect > $
send version
expect ^vpcmeta [0-9.]+$
expect > $
send exit
end
END
    [ "$status" -eq 130 ]
    [ "$(sim_count GET /v1/instances)" -lt 10 ]
    [ "$(sim_count PATCH '*')" -eq 0 ]
}

@test "TAB completes commands, options and values without a request" {
    connect --instances 1
    talk << 'END'
expect > $
type inst\tli\t
expect instance list $
type --col\t
expect --color $
type \t
expect ^  always
expect ^  never
type ne\t
expect never $
interrupt
expect > $
type nonsense \t
never nonsense .*--
interrupt
expect > $
eof
end
END
    [ "$status" -eq 0 ]
    [ ! -s "$SIM_LOG" ]
}

@test "the history is private, holds no secrets, and comes back in the next shell" {
    talk << 'END'
expect > $
send version
expect > $
send  version --no-headers
expect > $
send auth status --api-key 0123456789
expect > $
send schema list ABCDefgh0123456789_abcdefghijklmnopqrstuvwxyz
expect > $
send exit
end
END
    [ "$(stat -c %a "$XDG_STATE_HOME/vpcmeta" "$history" | paste -sd' ')" = "700 600" ]
    [ "$(paste -sd, "$history")" = "version,exit" ]
    talk << 'END'
expect > $
type \x1b[A\x1b[A
expect version$
type \r
expect ^vpcmeta [0-9.]+$
expect > $
eof
end
END
    [ "$status" -eq 0 ]
}

@test "a shell inside the shell is refused, and lines may begin with the program's name" {
    run "$vpcmeta" shell -c "shell -c version"
    [ "$status" -eq 2 ]
    [[ $output == *"shell cannot be used inside the shell"* ]]
    run "$vpcmeta" shell -c "vpcmeta version"
    [ "$status" -eq 0 ]
}

@test "-c runs commands separated by ; and stops at the first failure" {
    run "$vpcmeta" shell -c "version; instance set --all --hop-limit 65; version -o json"
    [ "$status" -eq 2 ]
    [ "$(grep -c jansson <<< "$output")" -eq 1 ]
    [[ $output == *"error: -c: "*"65"* ]]
}

@test "--on-error continue runs all lines and ends with the status of the first failure" {
    printf '%s\n' '# a comment' 'version' 'instance set --all --hop-limit 65' '' 'schema check /nonexistent' \
        'version -o json' > "$BATS_TEST_TMPDIR/script"
    run "$vpcmeta" shell -f "$BATS_TEST_TMPDIR/script" --on-error continue
    [ "$status" -eq 2 ]
    [ "$(grep -c jansson <<< "$output")" -eq 2 ]
    [[ $output == *"error: $BATS_TEST_TMPDIR/script:3: "*"65"* ]]
    [[ $output == *"error: $BATS_TEST_TMPDIR/script:5: "* ]]
}

@test "standard input that is no terminal is run without prompt and history" {
    run bash -c 'printf "version\nexit\nversion\n" | "$1" shell' sh "$vpcmeta"
    [ "$status" -eq 0 ]
    [ "$(grep -c jansson <<< "$output")" -eq 1 ]
    [[ $output != *">"* ]]
    [ ! -e "$history" ]
}

@test "options of the shell are defaults that a line overrides for itself only" {
    connect --instances 3 --templates 0 --bare-metal 0
    unset IBMCLOUD_IS_NG_API_ENDPOINT
    run "$vpcmeta" --endpoint "$SIM_URL" -o json shell -c \
        "instance list; instance list -o csv --region us-south; instance list"
    [ "$status" -eq 0 ]
    [ "$(grep -c schema_version <<< "$output")" -eq 2 ]
    [ "$(grep -c '^kind,\|^region,' <<< "$output")" -eq 1 ]
    [ "$(sim_count POST /identity/token)" -eq 1 ]
}

@test "an open quote, -c with -f, and a file that is not there are usage errors" {
    run "$vpcmeta" shell -c "version; schema show 'x"
    [ "$status" -eq 2 ]
    run "$vpcmeta" shell -c version -f /dev/null
    [ "$status" -eq 2 ]
    run "$vpcmeta" shell -f "$BATS_TEST_TMPDIR/missing"
    [ "$status" -eq 2 ]
}

@test "a signal ends a script with its own status" {
    connect --instances 1000 --latency-ms 300
    "$vpcmeta" shell -c "instance list; version" > "$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    local pid=$! status=0
    until grep -q /v1/instances "$SIM_LOG"; do
        kill -0 "$pid"
        sleep 0.02
    done
    kill -TERM "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    run -1 grep jansson "$BATS_TEST_TMPDIR/out"
}
