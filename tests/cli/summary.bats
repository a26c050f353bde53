#!/usr/bin/env bats
# The end of a run: counts, what went wrong by its cause, who needs a restart, what to run next; and what is asked before.
load client
load screen

teardown() {
    sim_stop
}

patches='"operation": "instances.patch"'

@test "errors and what was skipped are grouped by cause, each with its count and one example" {
    client_start --instances 200 --seed 3
    faults "{$patches, \"nth\": [2, 5, 9], \"action\": \"status\", \"status\": 400, \"code\": \"bad_field\"}" \
        "{$patches, \"nth\": [3, 4], \"action\": \"status\", \"status\": 403, \"code\": \"busy\"}"
    meta instance set --all --enabled true --hop-limit 3 -y -o json
    expect 5
    jq -e '.causes as $causes | .results as $results |
        ($causes[0] | .outcome == "failed" and .code == "bad_field" and .count == 3) and
        ($causes[1] | .outcome == "failed" and .code == "busy" and .count == 2) and
        ($causes[2:] | length > 0 and all(.[]; .outcome == "skipped")) and
        all($causes[]; keys == ["code", "count", "example", "message", "outcome"]) and
        ([$causes[].count] | add) == ([.summary.failed, .summary.skipped, .summary.unknown] | add) and
        all($causes[]; . as $cause | any($results[]; .id == $cause.example.id and .name == $cause.example.name and
            .request_id == $cause.example.request_id and .outcome == $cause.outcome))' <<< "$output"
    # the members of the contract are there still
    jq -e '.schema_version == 1 and (.run | length > 0) and .summary.selected == 200 and (.results | length) == 200' <<< "$output"
    example=$(jq -r '.causes[0].example | "such as \(.name), request \(.request_id)"' <<< "$output")
    expect 5 "  3 failed: 400 bad_field: A scenario makes the simulator answer this ($example)"
    expect 5 "
next:
  try again what failed (5):
    vpcmeta runs retry $(jq -r .run <<< "$output")
"
    # the history tells the same
    before=$(jq -c '.causes' <<< "$output")
    meta runs show last -o json
    expect 0 "  3 failed: 400 bad_field: A scenario makes the simulator answer this"
    [ "$(jq -c '.causes' <<< "$output")" = "$before" ]
}

@test "what the summary says to run next does that" {
    client_start --instances 40 --mix plain
    faults "{$patches, \"nth\": [2, 5], \"action\": \"status\", \"status\": 403}"
    meta instance set --all --enabled true -y
    next=$(sed -n 's/^    vpcmeta \(runs retry .*\)/\1/p' <<< "$stderr")
    # shellcheck disable=SC2086 # the words of a command
    meta $next -y
    expect 0 "40 selected: 40 changed, 0 unchanged, 0 skipped, 0 failed, 0 unknown"
    expect 0 "runs rollback"
    [[ $stderr != *"vpcmeta runs re"* ]]
}

@test "a run that was stopped says how to go on with it" {
    client_start --instances 40 --mix plain
    faults "{$patches, \"nth\": [2, 3], \"action\": \"status\", \"status\": 403}"
    meta instance set --all --enabled true -y -j 1 --max-failures 2
    expect 7 "stopped after 2 failures: 1 changed, 37 not started. Finish: vpcmeta runs resume "
    meta runs show last
    next=$(sed -n 's/^    vpcmeta \(runs resume .*\)/\1/p' <<< "$stderr")
    # shellcheck disable=SC2086 # the words of a command
    meta $next -y
    expect 5 "40 selected: 38 changed, 0 unchanged, 0 skipped, 2 failed, 0 unknown"
}

@test "what the summary says to run next works when pasted: it has the options of place" {
    client_start --region us-south,eu-de --instances 10 --mix plain
    unset VPC_URL
    faults "{$patches, \"nth\": 2, \"action\": \"status\", \"status\": 403}"
    meta instance set --all --enabled true -y --endpoint "$SIM_URL" --region us-south,eu-de
    expect 5
    for pattern in '^ *vpcmeta \(runs retry\)' '^ *vpcmeta \(instance restart\)' '^ *vpcmeta \(runs rollback\)'; do
        line=$(sed -n "s/$pattern/\1/p" <<< "$stderr")
        [[ $line == *" --region us-south,eu-de --endpoint $SIM_URL" ]]
        # shellcheck disable=SC2086 # the words of a command
        pasted=$(vpcmeta $line -n -o json 2> /dev/null)
        [ "$(jq '.results | length' <<< "$pasted")" -gt 0 ]
    done
}

# The commands of the last screen, each on one line.
commands_shown() {
    perl -0pe 's/ \\\n */ /g; s/^[A-Z]* +//mg' shown | grep '^vpcmeta '
}

@test "on a terminal a command that is longer than a line is continued as a shell reads it, in a pipe never" {
    client_start --region us-south,eu-de --instances 10 --mix plain
    unset VPC_URL
    faults "{$patches, \"nth\": 2, \"action\": \"status\", \"status\": 403}"
    place=(--endpoint "$SIM_URL" --region us-south,eu-de)
    for size in 72x24 80x24 120x40 200x50; do
        screen_plain $size instance set --all --enabled true -y "${place[@]}"
        [ "$status" -eq 5 ]
        fits "${size%x*}"
        commands_shown > commands
        grep '^vpcmeta runs retry ' commands
        while read -r line; do
            bash -c "PATH=\$BUILD:\$PATH; $line -n -o json" 2> said | jq -e '.results | length > 0'
        done < commands
        screen_plain $size runs show last "${place[@]}"
        fits "${size%x*}"
        commands_shown | grep -xF "vpcmeta instance set --all --enabled true -y ${place[*]}"
        [ "${size%x*}" -gt 80 ] || shows '^ *vpcmeta .* \\$'
        meta instance set --all --enabled false -y "${place[@]}"
        faults "{$patches, \"nth\": 2, \"action\": \"status\", \"status\": 403}"
    done
    meta instance set --all --enabled true -y "${place[@]}"
    expect 5
    [[ $stderr != *" \\"$'\n'* ]]
    grep '^ *vpcmeta runs rollback' <<< "$stderr" | grep -F -e "${place[1]}"
}

@test "with -q failures are told and nothing else; a run without trouble has no causes" {
    client_start --instances 10 --mix plain
    faults "{$patches, \"nth\": 2, \"action\": \"status\", \"status\": 400}"
    meta instance set --all --enabled true -y -q
    expect 5
    [[ $stderr == "warning: 1 failed: 400 bad_request: "*", request "*")" ]]
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.causes == []' <<< "$output"
}

@test "the confirmation counts by kind, region and change, and warns of restarts and https" {
    client_start --instances 12 --mix plain --region us-south,eu-de
    meta instance set --all --enabled true --region us-south -y
    run script -qec "$BUILD/vpcmeta instance set --all --enabled true --protocol https --region us-south,eu-de" /dev/null < <(echo n)
    [ "$status" -eq 1 ]
    output=${output//$'\r'/}
    [[ $output == *"regions: eu-de (12), us-south (12)"*"24 instances will be changed:"*"... 14 more (--dry-run shows all)
  12: instances changed: enabled false -> true, protocol http -> https
  12: instances changed: protocol http -> https
  12 of them need a stop and a start afterwards"* ]]
    [[ $output == *"12 servers go from http to https"* ]]
}
