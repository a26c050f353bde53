# Helpers of the tests that run vpcmeta against the simulator: `load client` (or `load ../cli/client`), then
#
#   client_start [VPCSIM-ARGS...]  sim_start, and an environment with nothing but the credentials of that simulator
#   meta ARGS...                   runs vpcmeta: $status, $output (standard output), $stderr
#   expect STATUS [WORDS]          the last meta ended so and, where given, standard error has these words
#   same FOUND WANTED              they are equal, or both are shown
#   clear_log                      forgets the requests so far
#   writes                         the requests so far that could have changed anything, one JSON object a line
#   changes_sent                   the different changes among them, one line each: the path and the body, however often
#   await_count N COMMAND...       waits until the command prints at least N
#   requests                       how many requests of any kind there were, tokens included
#   faults JSON...                 these rules go wrong from now on (cmd/vpcsim/faults/faults.h)
#   settings                       enabled, protocol and hop limit of all instances: {ID: [..], ..}
load "${BATS_TEST_DIRNAME%/tests/*}/tests/cli/sim"

client_environment() {
    local name
    for name in $(compgen -e | grep -E '^(IBM|IC_|VPC_|XDG_|VCAP_|NO_COLOR|CLICOLOR|COLUMNS|LINES|LESS|LV|VPCMETA_)'); do unset "$name"; done
    unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
    export HOME=$BATS_TEST_TMPDIR/home TERM=xterm PAGER=cat
    mkdir -p "$HOME"
    cd "$BATS_TEST_TMPDIR" || return
}

client_start() {
    client_environment
    sim_start "$@"
    export VPC_URL=$SIM_URL VPC_APIKEY=$SIM_API_KEY IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE
}

vpcmeta() {
    ${VALGRIND:+valgrind -q --error-exitcode=99} "$BUILD/vpcmeta" "$@"
}

meta() {
    run --separate-stderr vpcmeta "$@"
}

expect() {
    if [ "$status" -ne "$1" ] || [[ $stderr != *"${2:-}"* ]]; then
        printf 'wanted: %s %s\nstatus: %s\nstdout: %.2000s\nstderr: %s\n' "$1" "${2:-}" "$status" "$output" "$stderr"
        return 1
    fi
}

same() {
    [ "$1" = "$2" ] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2"; return 1; }
}

clear_log() {
    : > "$SIM_LOG"
}

writes() {
    sim_log 'select(.method != "GET" and .path != "/identity/token")'
}

# A request that was refused before its body was looked at is logged with the body as text.
changes_sent() {
    writes | jq -c '[.path, (.body | if type == "string" then fromjson else . end)]' | sort -u
}

await_count() {
    local i count wanted=$1
    shift
    for ((i = 0; i < 600; i++)); do
        count=$("$@") || true
        [ "${count:-0}" -lt "$wanted" ] || return 0
        sleep 0.02
    done
    return 1
}

requests() {
    wc -l < "$SIM_LOG"
}

faults() {
    local rules
    rules=$(jq -sc '{seed: 1, rules: .}' <<< "$*")
    sim_http -f -X POST -H 'Content-Type: application/json' --data "$rules" "$SIM_BASE/_sim/faults"
}

settings() {
    sim_state -c '[.instances[] | {key: .id, value: [.enabled, .protocol, .response_hop_limit]}] | from_entries'
}

# Lines of "WORDS|ARGS": status 2, WORDS in the message, nothing printed, no request; all wrong ones are shown.
refuse_all() {
    local words args bad=0
    while IFS='|' read -r words args; do
        [ -n "$words" ] || continue
        clear_log
        eval "meta $args" < /dev/null
        if [ "$status" -ne 2 ] || [[ $stderr != *"error: "*"$words"* ]] || [ -n "$output" ] || [ "$(requests)" -ne 0 ]; then
            echo "$args: status $status, $(requests) requests, $stderr"
            bad=1
        fi
    done
    return "$bad"
}
