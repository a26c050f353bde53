# shellcheck shell=bash
# Whether a run told the truth: `load truth` after `load client`.
#
#   results_are_true BEFORE RUN WANTED   compares each result of a run with the simulator's state. BEFORE is the output of
#                                        `settings` from before the run, RUN that of `set -o json`, WANTED a jq object of
#                                        the settings asked for: {"enabled": true}. Prints what is wrong and fails.
#   sent_once                            no server was asked for two different changes
#   meets RULE...                        enables the metadata service of a fleet of $servers that meets these faults, and
#                                        checks the two above; leaves run (-o json), before, after, trace and $status
#   $patch, $get, $refused               parts of rules: every tenth change, every tenth read, a few 429

# changed and unchanged: as wanted. failed and skipped: not as wanted, and what the result says is what is there (a
# skipped one, and one that nobody else touched, is as it was). unknown claims nothing.
results_are_true() {
    settings > after
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

servers=${FAULT_SERVERS:-120}
patch='"operation": "instances.patch", "probability": 0.1'
get='"operation": "instances.get", "probability": 0.1'
# A 429 slows all of the run down, and every further one more so: FAULT_REFUSALS=N for each rule.
refused='"action": "status", "status": 429, "limit": '${FAULT_REFUSALS:-1}

meets() {
    client_start --instances "$servers" --bare-metal 0 --mix plain
    sim_http -f -X POST -H 'Content-Type: application/json' "$SIM_BASE/_sim/faults" \
        --data "$(jq -sc --argjson seed "${FAULT_SEED:-1}" '{$seed, rules: .}' <<< "$*")" > /dev/null
    settings > before
    meta instance set --all --enabled true -y -o json --timeout "${timeout_s:-30}" --trace trace
    echo "$output" > run
    results_are_true before run '{"enabled": true}'
    sent_once
    # the fault was met
    [ "$(sim_log 'select(.fault)' | wc -l)" -gt 0 ]
}
