#!/usr/bin/env bats
# What became of a write follows from what left this machine, and is the same whatever path led there.
load ../cli/client
load ../cli/runs
load ../cli/odd

body=$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-attachment.json
# of a server that did what was asked for, or did not: nothing in them says which
odd_forms='nothing garbage http09 ssh version3 version9 headers encoding gzip redirect moved not_modified interim switched
    s199 s600 s999 html403 html404 empty400 html200 chunk_cut trailer_cut'

teardown() {
    odd_stop
    sim_stop
}

begin() {
    client_start --region eu-de --templates 0 --bare-metal 0 "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state HISTORY=$BATS_TEST_TMPDIR/state/vpcmeta/history.db
    odd_start
}

outcome() {
    jq -r '.results[0].outcome' <<< "$output"
}

@test "a creation without a name that was sent is unknown, whatever came back, and a retry makes no second server" {
    begin --instances 0
    jq 'del(.name)' "$body" > unnamed.json
    count=0
    for form in $odd_forms large no_content; do
        count=$((count + 1))
        odd POST '/instances$' "$form" 1 1
        meta instance create -f unnamed.json -y -o json
        [ "$(outcome)" = unknown ] || { echo "$form: $output $stderr"; return 1; }
        expect 1 "may have been created" || [ "$form" = no_content ]
        if ((count % 6 == 0)); then
            meta runs retry last -y -o json
            [ "$(outcome)" = unknown ] || { echo "$form: $output $stderr"; return 1; }
        fi
        [ "$(sim_state '.instances | length')" -eq "$count" ] || { echo "$form: made twice"; return 1; }
        odd_clear
    done
    # what the API itself refuses was not done
    for form in api400 api403 api409; do
        odd POST '/instances$' "$form" 1 0
        meta instance create -f unnamed.json -y -o json
        [ "$(outcome)" = failed ] || { echo "$form: $output $stderr"; return 1; }
    done
    [ "$(sim_state '.instances | length')" -eq "$count" ]
}

@test "a creation with a name is looked up, whatever came back: there is one, and it is known" {
    begin --instances 0
    for form in garbage version3 headers redirect s600 html403 trailer_cut large no_content; do
        name=web-${form//_/-}
        odd POST '/instances$' "$form" 1 1
        meta instance create -f "$body" --name "$name" -y -o json
        expect 0 || { echo "$form"; return 1; }
        [ "$(outcome)" = changed ] || { echo "$form: $output $stderr"; return 1; }
        odd_clear
        odd POST '/instances$' "$form" 1 0
        meta instance create -f "$body" --name "$name-2" -y -o json
        [ "$(jq -r '.results[0].outcome == "changed"' <<< "$output")" = \
            "$(sim_state --arg name "$name-2" 'any(.instances[]; .name == $name)')" ] ||
            { echo "$form: $output $stderr"; return 1; }
        odd_clear
    done
    [ "$(sim_state '[.instances[].name] | length')" -eq "$(sim_state '[.instances[].name] | unique | length')" ]
}

# one run: each server's change is answered with another form
set_meets() {
    set -- "$1" $odd_forms large
    applied=$1
    shift
    begin --instances $# --mix plain
    ids=($(sim_state -r '.instances[].id'))
    for form in "$@"; do
        odd PATCH "/instances/${ids[0]}\$" "$form" 1 "$applied"
        ids=("${ids[@]:1}")
    done
    meta instance set --all --enabled true -y -o json
    jq '[.results[] | {key: .id, value: .outcome}] | from_entries' <<< "$output" > outcomes
    sim_state '[.instances[] | {key: .id, value: (if .enabled then "changed" else "failed" end)}] | from_entries' > truth
}

@test "a change that was applied is changed, whatever came back" {
    set_meets 1
    expect 0
    diff <(jq -S . outcomes) <(jq -S . truth)
    [ "$(sim_state '[.instances[] | select(.enabled)] | length')" -eq "$(sim_state '.instances | length')" ]
}

@test "a change that was not applied is sent again or has failed, whatever came back" {
    set_meets 0
    diff <(jq -S . outcomes) <(jq -S . truth)
    jq -e '[.[]] | index("failed") and index("changed")' outcomes
}

@test "a stop that was sent is looked up, whatever came back: each server is stopped once, and runs again" {
    set -- garbage version9 headers redirect s600 empty400 trailer_cut
    begin --instances $# --mix plain --transition-ms 100
    ids=($(sim_state -r '.instances[].id'))
    for form in "$@"; do
        odd POST "/instances/${ids[0]}/actions" "$form" 1 1
        ids=("${ids[@]:1}")
    done
    meta instance restart --all --always --max-unavailable 100% --poll-interval 100ms -y -o json
    expect 0
    [ "$(jq .summary.changed <<< "$output")" -eq $# ]
    [ "$(writes | jq -r '.body.type' | sort | uniq -c | awk '{print $1, $2}' | paste -sd,)" = "$# start,$# stop" ]
    [ "$(sim_state '[.instances[] | select(.status == "running")] | length')" -eq $# ]
}

@test "a deletion that a gateway answers with 404 is not taken for done" {
    begin --instances 0 --templates 2 --groups 0
    template=$(sim_state -r '.templates[0].name')
    odd DELETE /instance/templates/ html404 0 0
    meta template replace "$template" --hop-limit 7 --delete-old --outage-timeout 1s -y -o json
    [ "$status" -ne 0 ]
    [ "$(jq -r '[.results[].outcome] | unique | join(" ")' <<< "$output")" != changed ]
    [ "$(sim_state --arg name "$template" '[.templates[] | select(.name == $name)] | length')" -eq 1 ]
}

# --- one error, one end ------------------------------------------------------------------------------------

# PATH FORM: what set makes of the refusal on that path; prints outcome and status
refused_by() {
    odd_clear
    odd PATCH /instances/ "$2" 0 0
    case $1 in
    first) meta instance set "$server" --hop-limit "$hop" -y -o json ;;
    list) meta instance set "$server" --hop-limit "$hop" --guard list -y -o json ;;
    unconfirmed)
        odd PATCH /instances/ nothing 1 0
        meta instance set "$server" --hop-limit "$hop" -y -o json
        ;;
    unconfirmed-list)
        odd PATCH /instances/ html503 1 0
        meta instance set "$server" --hop-limit "$hop" --guard list -y -o json
        ;;
    stale)
        odd PATCH /instances/ api412 1 0
        meta instance set "$server" --hop-limit "$hop" -y -o json
        ;;
    retried)
        odd PATCH /instances/ api403 1 0
        meta instance set "$server" --hop-limit "$hop" -y -o json
        meta runs retry last -y -o json
        ;;
    esac
    echo "$(outcome) $status"
}

@test "a refusal ends the same on every path: first, after an unconfirmed attempt, after a 412, by a list, retried" {
    begin --instances 1 --mix plain
    server=$(sim_state -r '.instances[0].name')
    hop=9
    while read -r form wanted; do
        for path in first list unconfirmed unconfirmed-list stale retried; do
            found=$(refused_by "$path" "$form")
            [ "$found" = "$wanted" ] || { echo "$form, $path: $found instead of $wanted"; return 1; }
        done
    done <<'ROWS'
allowed_use skipped 0
api400 failed 1
api403 failed 1
api404 failed 1
ROWS
}

# --- what only the end of the run kept from being tried again ------------------------------------------------

# SIGNAL STATUS COMMAND...: COMMAND is stopped while the API is busy; its results are left in `report`
stopped_by() {
    local signal=$1 status=$2 pid hits
    shift 2
    hits=$(odd_hits)
    "$BUILD/vpcmeta" "$@" -y -o json > report 2> said 3>&- &
    pid=$!
    await_odd $((hits + 3))
    kill "-$signal" "$pid"
    wait "$pid" && false || [ $? -eq "$status" ] || { cat report said; return 1; }
    jq -e 'all(.results[]; .outcome | IN("skipped", "unknown", "changed"))' report || { cat report; return 1; }
    [ "$(meta runs list && jq -r '.items[0].state' <<< "$(vpcmeta runs list -o json)")" = interrupted ]
    odd_clear
}

@test "what was refused for a moment when a run was stopped is finished by resume: set" {
    for form in api503 wait429 nothing; do
        begin --instances 6 --mix plain
        odd PATCH /instances/ "$form" 0 0
        stopped_by TERM 143 instance set --all --enabled true
        meta runs resume last -y -o json
        expect 0
        [ "$(jq .summary.changed <<< "$output")" -eq 6 ]
        [ "$(sim_state '[.instances[] | select(.enabled)] | length')" -eq 6 ]
        odd_stop
        sim_stop
    done
}

@test "what was refused for a moment when a run was stopped is finished by resume: creations, with and without a name" {
    begin --instances 0
    odd POST '/instances$' api503 0 0
    stopped_by INT 130 instance create -f "$body" --count 3 --name 'web-{}'
    jq -e 'all(.results[]; .outcome == "skipped")' report
    # the history says the same
    [ "$(query "select distinct stage from step")" = '["planned"]' ]
    meta runs resume last -y -o json
    expect 0
    [ "$(sim_state '.instances | length')" -eq 3 ]
    jq 'del(.name)' "$body" > unnamed.json
    odd POST '/instances$' wait429 0 0
    meta instance create -f unnamed.json -y -o json --deadline 3s
    expect 1
    [ "$(outcome)" = skipped ]
    odd_clear
    meta runs resume last -y -o json
    expect 0
    [ "$(sim_state '.instances | length')" -eq 4 ]
}

@test "what was refused for a moment when a run was stopped is finished by resume: restarts" {
    begin --instances 3 --mix plain --transition-ms 200
    meta instance set --all --enabled true -y -q
    odd POST /actions api503 0 0
    stopped_by TERM 143 instance restart --all --max-unavailable 3
    meta runs resume last -y -o json
    expect 0
    [ "$(jq .summary.changed <<< "$output")" -eq 3 ]
    [ "$(sim_state '[.instances[] | select(.status == "running")] | length')" -eq 3 ]
}

@test "what was refused for a moment when a run was stopped is finished by resume: a template that is replaced" {
    client_start --region eu-de --instances 0 --templates 1 --groups 0 --bare-metal 0
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    odd_start
    odd POST '/templates$' api503 0 0
    stopped_by TERM 143 template replace "$(sim_state -r '.templates[0].name')" --hop-limit 7 --delete-old
    jq -e 'all(.results[]; .outcome == "skipped")' report
    meta runs resume last -y -o json
    expect 0
    [ "$(jq .summary.changed <<< "$output")" -eq 2 ]
    [ "$(sim_state -c '[.templates[].response_hop_limit]')" = '[7]' ]
}

@test "a wait that ends after the deadline is left to resume, and others are changed until then" {
    begin --instances 4 --mix plain
    odd PATCH "/instances/$(sim_state -r '.instances[0].id')\$" wait429 0 0
    meta instance set --all --enabled true -y -o json --deadline 20s
    expect 1 "deadline"
    [ "$(jq -c '[.summary.changed, .summary.skipped, .summary.failed]' <<< "$output")" = '[3,1,0]' ]
    [[ $stderr == *"runs resume"* ]]
    odd_clear
    meta runs resume last -y -o json
    expect 0
    [ "$(sim_state '[.instances[] | select(.enabled)] | length')" -eq 4 ]
}
