# shellcheck shell=bash
# Answers that the simulator itself does not give: `load odd` (or `load ../cli/odd`) after `load client`.
#
#   odd_start                        starts a server before the running simulator and points VPC_URL there
#   odd_stop                         ends it; call it in teardown before sim_stop (twice is harmless)
#   odd METHOD PATH FORM TIMES APPLIED   a rule of tests/fault/odd_answers.py; TIMES 0: always
#   odd_clear                        no rules any more
#   odd_hits                         how many requests met a rule so far
#   await_odd N                      waits until N did

odd_start() {
    local port
    coproc ODD { exec python3 "$BATS_TEST_DIRNAME/../fault/odd_answers.py" "$SIM_PORT" 2> "$SIM_DIR/odd" 3>&- 4>&-; }
    read -r port <&"${ODD[0]}"
    export VPC_URL=http://127.0.0.1:$port/v1
}

odd_stop() {
    local pid=${ODD_PID:-}
    [ -n "$pid" ] || return 0
    kill "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
}

odd() {
    local answer
    echo "$*" >&"${ODD[1]}"
    read -r answer <&"${ODD[0]}" && [ "$answer" = ok ]
}

odd_clear() {
    odd clear
}

odd_hits() {
    wc -l < "$SIM_DIR/odd"
}

await_odd() {
    await_count "$1" odd_hits
}
