# shellcheck shell=bash
# Whether a run told the truth: `load truth` after `load client`.
#
#   results_are_true BEFORE RUN WANTED   compares each result of a run with the simulator's state. BEFORE is the output of
#                                        `found` from before the run, RUN that of `set -o json`, WANTED a jq object of
#                                        the settings asked for: {"enabled": true}. Prints what is wrong and fails.
#   found                                enabled, protocol and hop limit of everything in $collection (instances), by id
#   sent_once                            no server was asked for two different changes
#   fleet VPCSIM-ARGS...                 begins as $FAULT_HTTP says; what connects is in the array $through
#   goes_wrong RULE...                   these rules, with $FAULT_SEED
#   each PART...                         a rule for each of $operations: it meets that PART with $FAULT_PROBABILITY
#   meets RULE...                        enables the metadata service of a fleet of $servers that meets these faults, and
#                                        checks that what it says is true; leaves run (-o json), before, after, trace and
#                                        $status. A run that the list or the token ends has changed nothing and begins again.
#
# Environment: FAULT_SERVERS=N (120) sizes the fleet, FAULT_PROBABILITY=P (0.1) the share of requests that one kind of fault
# hits, FAULT_MIXED=P (0.01) that of each kind where all are mixed, FAULT_REFUSALS=N (1) bounds the 429 of a rule: each one
# slows all of the run down; FAULT_SEED=N picks the requests; FAULT_HTTP=1.1: TLS and HTTP/1.1, 2: TLS and HTTP/2.

servers=${FAULT_SERVERS:-120}
probability=${FAULT_PROBABILITY:-0.1}
mixed=${FAULT_MIXED:-0.01}
refused='"action": "status", "status": 429, "limit": '${FAULT_REFUSALS:-1}
operations=(instances.patch instances.get instances.list iam.token)

found() {
    sim_state -c --arg of "${collection:-instances}" \
        '[.[$of][] | {key: .id, value: [.enabled, .protocol, .response_hop_limit]}] | from_entries'
}

# changed and unchanged: as wanted. failed and skipped: not as wanted, and what the result says is what there is (a
# skipped one, and one that nobody else touched, is as it was). unknown claims nothing.
results_are_true() {
    found > after
    jq -n --slurpfile before "$1" --slurpfile after after --slurpfile run "$2" --argjson wanted "$3" '
        def three: [.enabled, .protocol, .response_hop_limit];
        def named: {enabled: .[0], protocol: .[1], response_hop_limit: .[2]};
        [$run[0].results[] | $before[0][.id] as $was | $after[0][.id] as $is |
         ($is | named | contains($wanted)) as $reached |
         select(if .outcome == "changed" or .outcome == "unchanged" then $reached | not
                elif .outcome == "unknown" then false
                elif .outcome == "skipped" then $is != $was
                else $reached or (if (.reason | test("another writer")) then false else $is != $was end) or
                     (.after != {} and (.after | three) != $is) end) |
         {name, outcome, reason, after, $was, $is}]' > wrong
    [ "$(jq length wrong)" -eq 0 ] || { jq -c '.[:5][]' wrong; return 1; }
    [ "$(jq '.results | length' "$2")" -eq "$(jq '[.results[].id] | unique | length' "$2")" ]
}

sent_once() {
    changes_sent > changes
    [ "$(wc -l < changes)" -eq "$(jq -r '.[0]' changes | sort -u | wc -l)" ]
}

fleet() {
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    through=(--timeout "${timeout_s:-30}" --trace trace)
    rm -rf "$XDG_STATE_HOME" trace
    case ${FAULT_HTTP:-} in
    '') client_start "$@" ;;
    1.1)
        client_start --tls "$@"
        through+=(--ca-file "$SIM_CA")
        ;;
    2)
        client_start "$@"
        front_start --backend-read-timeout=20s
        through+=(--ca-file "$FRONT_CA")
        ;;
    esac
}

goes_wrong() {
    sim_http -f -X POST -H 'Content-Type: application/json' "$SIM_BASE/_sim/faults" \
        --data "$(jq -sc --argjson seed "${FAULT_SEED:-1}" '{$seed, rules: .}' <<< "$*")" > /dev/null
}

each() {
    local operation part
    for part in "$@"; do
        for operation in "${operations[@]}"; do
            echo "{\"operation\": \"$operation\", \"probability\": $probability, $part}"
        done
    done
}

# ARGS...: that command, begun again where it could not read what there is; every such end sent nothing. In run and $status.
insist() {
    local try
    for try in $(seq 20); do
        meta "$@" "${through[@]}" -y -o json
        echo "$output" > run
        [ -z "$output" ] || [ "$(jq .summary.selected run)" = 0 ] || return 0
        [ "$status" -eq 1 ] || [ "$status" -eq 4 ]
        [ -z "$(writes)" ]
    done
    echo "$try tries, and the list or the token failed each time: $stderr"
    return 1
}

# The requests went the way that was asked for.
is_version() {
    [ -z "${FAULT_HTTP:-}" ] ||
        [ "$(jq -r '.http_version | select(. != null and . != "")' trace | sort -u)" = "$FAULT_HTTP" ]
}

meets() {
    fleet --instances "$servers" --bare-metal 0 --mix plain
    goes_wrong "$@"
    found > before
    insist instance set --all --enabled true
    results_are_true before run '{"enabled": true}'
    sent_once
    # the fault was met
    [ "$(sim_log 'select(.fault)' | wc -l)" -gt 0 ]
    is_version
}
