#!/usr/bin/env bats
# set: the right servers get the right request once, the others none, and what is said about it is true.
load client

teardown() {
    sim_stop
}

# What the state before asks for when everything is to be enabled over https with hop limit 2: {ID: BODY, ...}
wanted_bodies() {
    jq -c '[.instances[]
        | select(.architecture == "amd64" and (.lifecycle_state | IN("deleting", "failed", "suspended") | not) and
                 (.status | IN("deleting", "failed") | not))
        | {key: .id, value: ((if .enabled then {} else {enabled: true} end) +
                             (if .protocol == "https" then {} else {protocol: "https"} end) +
                             (if .response_hop_limit == 2 then {} else {response_hop_limit: 2} end))}
        | select(.value != {}) | .value = {metadata_service: .value}] | from_entries' "$1"
}

@test "a thousand instances: exactly the right ones are patched once, with what differs; again: no write at all" {
    client_start --instances 1000 --bare-metal 5
    sim_state > before
    meta instance set --all --enabled true --protocol https --hop-limit 2 -y -o json
    expect 0
    # the API alone knows what a boot volume forbids (vpc-api.md 4.3)
    writes | jq -r 'select(.status == 400) | .path | ltrimstr("/v1/instances/")' | sort > refused
    [ "$(jq -r '.instances[] | select(.boot_allowed_use) | .id' before | sort | comm -13 - refused)" = "" ]
    wanted_bodies before | jq 'delpaths([$refused | split("\n")[] | [.]])' --arg refused "$(cat refused)" > wanted
    writes | jq -s '[.[] | select(.status == 200) | {key: (.path | ltrimstr("/v1/instances/")), value: .body}] |
        from_entries' > sent
    [ "$(writes | wc -l)" -eq "$(($(jq length wanted) + $(wc -l < refused)))" ]
    diff <(jq -S . wanted) <(jq -S . sent)
    # no request at all for the rest
    jq -r 'keys[]' wanted | sort - refused > named
    sim_log -r '.path | select(startswith("/v1/instances/")) | ltrimstr("/v1/instances/")' | sort -u | diff named -

    jq -e --slurpfile wanted wanted '.summary as $s | $s.selected == 1000 and $s.changed == ($wanted[0] | length) and
        $s.failed == 0 and $s.unknown == 0 and $s.changed + $s.unchanged + $s.skipped == 1000' <<< "$output"
    # every result says what the simulator has before and after
    sim_state > after
    echo "$output" > run
    jq -n --slurpfile b before --slurpfile a after --slurpfile run run '
        def of($doc): $doc[0].instances | map({key: .id, value: [.enabled, .protocol, .response_hop_limit]}) | from_entries;
        of($b) as $before | of($a) as $after |
        [$run[0].results[] | select((.before | [.enabled, .protocol, .response_hop_limit]) != $before[.id] or
                                 (.after | [.enabled, .protocol, .response_hop_limit]) != $after[.id] or
                                 (.outcome == "changed") != ($before[.id] != $after[.id]))] == []' | grep -qx true

    clear_log
    meta instance set --all --enabled true --protocol https --hop-limit 2 -y -o json
    expect 0
    writes | jq -r '.path | ltrimstr("/v1/instances/")' | sort | diff refused -
    sim_log -r '.path | select(startswith("/v1/instances/")) | ltrimstr("/v1/instances/")' | sort -u | diff refused -
    jq -e '.summary.changed == 0 and .summary.unchanged + .summary.skipped == 1000' <<< "$output"
}

@test "every request has the version, the generation, its media type and one token; instances get If-Match" {
    client_start --instances 20 --bare-metal 3 --all-disabled
    meta instance set --all --enabled true -y
    meta bare-metal set --all --enabled true -y
    [ "$(sim_log 'select(.path | startswith("/v1/")) | select((.query.version | test("^20[0-9][0-9]-[01][0-9]-[0-3][0-9]$") | not)
        or .query.generation != "2" or .accept != "application/json" or (.authorization | startswith("Bearer") | not)
        or (.user_agent | startswith("vpcmeta/") | not) or (.x_request_id | length) != 36)' | wc -l)" -eq 0 ]
    [ "$(writes | jq -r .content_type | sort -u)" = application/merge-patch+json ]
    [ "$(writes | jq -c .body | sort -u)" = '{"metadata_service":{"enabled":true}}' ]
    [ "$(writes | jq -r 'select(.path | startswith("/v1/instances/")) | .if_match[0:3]' | sort -u)" = 'W/"' ]
    [ "$(writes | jq -r 'select(.path | startswith("/v1/bare")) | .if_match' | sort -u)" = null ]
    [ "$(sim_count POST /identity/token)" -eq 2 ]
    [ "$(sim_log -r .x_request_id | sort | uniq -d)" = "" ]
}

@test "--guard list: no read of any server before its PATCH, none bound to an ETag, the same result" {
    client_start --instances 120 --bare-metal 3
    sim_state > before
    meta instance set --all --enabled true --protocol https --hop-limit 2 --guard list -y -o json
    expect 0
    sim_log -r 'select(.method == "GET") | .path' | grep '^/v1/instances/' && return 1
    writes | jq -se 'length > 0 and all(.[]; .if_match == null)'
    writes | jq -s '[.[] | select(.status == 200) | {key: (.path | ltrimstr("/v1/instances/")), value: .body}] |
        from_entries' > sent
    wanted_bodies before | jq 'delpaths([$refused | split("\n")[] | [.]])' \
        --arg refused "$(writes | jq -r 'select(.status == 400) | .path | ltrimstr("/v1/instances/")')" > wanted
    diff <(jq -S . wanted) <(jq -S . sent)
    jq -e --slurpfile wanted wanted '.summary.changed == ($wanted[0] | length)' <<< "$output"
    clear_log
    meta bare-metal set --all --enabled true --guard list -y
    expect 0
    sim_log -r 'select(.method == "GET") | .path' | grep '^/v1/bare_metal_servers/' && return 1
    [ "$(writes | wc -l)" -gt 0 ]
}

@test "--guard takes etag, which is the default, or list; help says what list risks" {
    client_start --instances 1
    meta instance set --all --enabled true --guard none -y
    expect 2 "--guard"
    [ "$(requests)" -eq 0 ]
    meta instance set --all --enabled true --guard etag -y
    expect 0
    [ "$(writes | jq -r .if_match)" != null ]
    meta instance set --help
    expect 0
    local words
    words=$(tr -s ' \n' ' ' <<< "$output")
    [[ $words == *"--guard "*"may overwrite changes made since"* ]]
    [[ $words == *"overwritten without notice"* ]]
}

@test "only what was asked for is sent, also when other settings differ" {
    client_start --instances 30 --all-disabled
    meta instance set --all --protocol https -y
    expect 0 "the metadata service off; the new protocol applies once it is on (--enabled true)"
    [ "$(writes | jq -c .body | sort -u)" = '{"metadata_service":{"protocol":"https"}}' ]
    [ "$(settings | jq -c 'map(.[0]) | unique')" = '[false]' ]
}

@test "the spellings of ibmcloud are accepted" {
    client_start --instances 1 --all-disabled
    meta instance set --all --metadata-service true --metadata-service-protocol https \
        --metadata-service-response-hop-limit 3 -y
    expect 0
    [ "$(settings | jq -c '.[]')" = '[true,"https",3]' ]
}

@test "after false to true it says who needs a stop and a start; the answer is in restart_needed too" {
    client_start --instances 12 --bare-metal 2 --all-disabled
    stopped=$(sim_state -c '[.instances[] | select(.status == "stopped") | .id]')
    [ "$stopped" != "[]" ]
    meta instance set --all --enabled true -y -o json
    expect 0 "must be stopped and started"
    # what is stopped has its start before it
    jq -e --argjson stopped "$stopped" 'all(.results[];
        .restart_needed == (.outcome == "changed" and (.id | IN($stopped[]) | not)))' <<< "$output"
    meta instance set --all --enabled false -y -o json
    expect 0
    [[ $stderr != *"stopped and started"* ]]
    meta bare-metal set --all --enabled true -y -o json
    expect 0
    jq -e 'all(.results[]; .restart_needed == false)' <<< "$output"
    [[ $stderr != *"stopped and started"* ]]
}

@test "http to https on servers that are on warns about clients of 169.254.169.254" {
    client_start --instances 3 --all-disabled
    meta instance set --all --enabled true --protocol https -y
    [[ $stderr != *169.254.169.254* ]]
    meta instance set --all --protocol http -y
    meta instance set --all --protocol https -y
    expect 0 "http://169.254.169.254"
}

@test "servers that cannot be set are skipped with the reason, which does not change the exit status" {
    client_start --instances 1000 --seed 5
    meta instance set --all --enabled true --protocol https --hop-limit 2 -n -o json
    expect 0
    jq -e '[.results[] | select(.outcome == "skipped")] | length > 0 and all(.[]; .reason != "")' <<< "$output"
    jq -r '.results[] | select(.outcome == "skipped") | .reason' <<< "$output" | sort -u | grep -q s390x
    [ -z "$(writes)" ]
}

@test "a dry run reads and sends no write; --exit-code makes pending changes status 3" {
    client_start --instances 5 --mix plain
    meta instance set --all --enabled true -n
    expect 0 "nothing was sent"
    [ "$(grep -c 'would change  needed   enabled false -> true' <<< "$output")" -eq 5 ]
    meta instance set --all --enabled true --dry-run --exit-code -o json
    expect 3
    jq -e '.summary.changed == 5 and all(.results[]; .attempts == 0)' <<< "$output"
    [ -z "$(writes)" ]
    meta instance set --all --enabled false --dry-run --exit-code
    expect 0
}

@test "without --yes and nobody to ask nothing is sent" {
    client_start --instances 3 --all-disabled
    meta instance set --all --enabled true < /dev/null
    expect 2 "--yes"
    meta instance set --all --enabled true --no-input
    expect 2 "--yes"
    meta instance set --all --enabled false < /dev/null
    expect 0 # nothing to confirm where nothing changes
    [ -z "$(writes)" ]
}

@test "on a terminal it shows what will change and takes no for an answer" {
    client_start --instances 3 --all-disabled
    run script -qec "$BUILD/vpcmeta instance set --all --enabled true" /dev/null < <(echo n)
    [ "$status" -eq 1 ]
    [[ $output == *"3 instances will be changed"*"enabled"*"change 3 instances? [y/N]"*"nothing was changed"* ]]
    [ -z "$(writes)" ]
    run script -qec "$BUILD/vpcmeta instance set --all --enabled true" /dev/null < <(echo y)
    [ "$status" -eq 0 ]
    [ "$(writes | wc -l)" -eq 3 ]
}

@test "a name that matches nothing stops everything before a write" {
    client_start --instances 3 --all-disabled
    meta instance set "$(sim_state -r '.instances[0].name')" no-such-name --enabled true -y
    expect 1 'there is no instance "no-such-name"'
    [ -z "$(writes)" ]
}

@test "the same server named twice, by name, id and CRN, is changed once" {
    client_start --instances 3 --all-disabled
    eval "$(sim_state -r '.instances[0] | @sh "name=\(.name) id=\(.id) crn=\(.crn)"')"
    meta instance set "$name" "$id" "$crn" "$name" --enabled true -y -o json
    expect 0
    jq -e '.summary.selected == 1 and .summary.changed == 1' <<< "$output"
    [ "$(writes | wc -l)" -eq 1 ]
}

@test "-j bounds how many requests are under way" {
    client_start --instances 60 --all-disabled --latency-ms 20
    meta instance set --all --enabled true -y -j 3
    expect 0
    # a window of writes, and one of reads beside it
    sim_http "$SIM_BASE/_sim/counters" | jq -e '.max_in_flight <= 7'
}

@test "--tps bounds every request, those of the list included" {
    client_start --instances 400 --mix plain
    meta instance set --all --hop-limit 2 -n --tps 4
    expect 0
    # four pages: the first at once, the others a quarter of a second apart at least, but for what the bucket spares
    sim_log 'select(.path == "/v1/instances") | .at_ms' | jq -s -e 'length == 4 and .[3] - .[0] >= 500'
}

@test "a server that says how much of its limit remains has next to nothing to refuse" {
    client_start --instances 150 --mix plain --rate 200 --burst 40 --rate-headers
    meta instance set --all --enabled true -y
    expect 0 "150 changed"
    # without the headers about ten are refused; a machine that stands still for a moment may cost one or two
    [ "$(sim_log 'select(.status == 429)' | wc -l)" -le 3 ]
}

@test "the table names what changed and counts the rest on standard error" {
    client_start --instances 4 --mix plain
    meta instance set --all --hop-limit 2 -y
    meta instance set --all --hop-limit 3 --enabled true -y
    expect 0 "4 selected: 4 changed, 0 unchanged, 0 skipped, 0 failed, 0 unknown"
    [ "$(grep -c 'changed  needed   enabled false -> true, hop limit 2 -> 3' <<< "$output")" -eq 4 ]
    meta instance set --all --enabled true -y
    [ -z "$output" ]
    meta instance set --all --enabled true -y -q
    [ -z "$output$stderr" ]
}

@test "an interrupt stops new writes, drains what is under way and reports everything" {
    client_start --instances 300 --all-disabled --latency-ms 50
    set -m # without job control a command in the background ignores SIGINT
    "$BUILD/vpcmeta" instance set --all --enabled true -y -j 4 -o json > out 2> err &
    pid=$!
    set +m
    for _ in $(seq 100); do [ "$(writes | wc -l)" -lt 8 ] || break; sleep 0.02; done
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    sent=$(writes | wc -l)
    [ "$sent" -lt 300 ]
    jq -e --argjson sent "$sent" '.summary.changed == $sent and .summary.selected == 300 and
        .summary.changed + .summary.skipped == 300 and (.results | length) == 300' out
    # what it says is what is there
    settings > after
    jq -e --slurpfile after after 'all(.results[]; (.outcome == "changed") == $after[0][.id][0])' out
}

@test "output that cannot be written is an error, a reader that has enough is none" {
    client_start --instances 200 --all-disabled
    run bash -c '"$BUILD/vpcmeta" instance set --all --enabled true -y -o json > /dev/full'
    [ "$status" -eq 1 ]
    [[ $output == *"No space left"* ]]
    [ "$(settings | jq -c 'map(.[0]) | unique')" != '[false]' ]
    run bash -c '"$BUILD/vpcmeta" instance list -v -o jsonl 2> err | head -1'
    [ "$status" -eq 0 ]
    run -1 grep -i -e pipe -e error err
}

# ARGUMENTS < DIALOGUE: set on a terminal of its own
on_terminal() { run "$BATS_TEST_DIRNAME/pty_dialogue.py" "$BUILD/vpcmeta" instance set "$@"; }

@test "-q hides nothing that the confirmation asks about: the number to type, what changes, who is restarted" {
    client_start --instances 120 --mix plain --bare-metal 0
    count=$(sim_state '.instances | length')
    for quiet in "" -q; do
        # shellcheck disable=SC2086 # no option, or one
        on_terminal --all --enabled true $quiet << DIALOGUE
expect $count instances will be changed:
expect $count: instances changed: enabled false -> true
expect $count of them need a stop and a start afterwards
expect type the number of instances to change them
send 1
end
DIALOGUE
        [ "$status" -eq 1 ]
        [ -z "$(writes)" ]
    done
    on_terminal --all --enabled true --restart needed -q << DIALOGUE
expect $count: stopped and started, which interrupts what runs on them, 1 at a time
expect type the number of instances to change them
send no
end
DIALOGUE
    [ "$status" -eq 1 ]
    on_terminal --all --enabled true -q << DIALOGUE
expect type the number of instances to change them
send $count
end
DIALOGUE
    [ "$status" -eq 0 ]
    [ "$(writes | wc -l)" -eq "$count" ]
}
