#!/usr/bin/env bats
# restart, and set --restart needed: the right servers are stopped and started, so many at a time, the others never.
load client
load runs

teardown() {
    sim_stop
}

# Fast: 200 ms a change of status, a look every 100 ms.
look='--poll-interval 100ms'

restart_start() {
    client_start --transition-ms 200 "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
}

# The accepted actions of every server, in their order: {ID: ["stop", "start"], ...}
actions() {
    writes | jq -sc '[.[] | select(.status == 201) | {id: (.path / "/")[-2], type: .body.type}] |
        group_by(.id) | map({key: .[0].id, value: map(.type)}) | from_entries'
}

# Most servers of `select(FILTER)` that were down at once, by the log: from the stop until the change of status that
# follows the start has ended, or nearly so.
most_down() {
    writes | jq -sc --argjson meant "${1:-null}" '
        [.[] | select(.status == 201) | {id: (.path / "/")[-2], type: .body.type, at_ms} |
         select($meant == null or (.id | IN($meant[])))
         | if .type == "stop" then {at: .at_ms, step: 1} else {at: (.at_ms + 150), step: -1} end] |
        sort_by(.at, .step) | reduce .[] as $e ({now: 0, most: 0};
            .now += $e.step | .most = ([.now, .most] | max)) | .most'
}

statuses() {
    sim_state -c '[.instances[] | .status] | group_by(.) | map({key: .[0], value: length}) | from_entries'
}

@test "what set enabled is pending, list says so, restart restarts it once, and nothing is pending then" {
    restart_start --instances 6 --mix plain
    meta instance list -o json
    jq -e 'all(.items[]; .restart_needed == false)' <<< "$output"
    meta instance list -o json --fields name,restart_needed
    expect 0
    # the service is off: nothing is pending, whatever records know
    jq -e 'all(.items[]; .restart_needed == false)' <<< "$output"
    [ ! -e "$HISTORY" ]
    # two are on already
    ids=$(sim_state -r '[.instances[].id][0:2][]')
    for id in $ids; do
        sim_curl PATCH "/v1/instances/$id" -H 'Content-Type: application/merge-patch+json' \
            -d '{"metadata_service":{"enabled":true}}' > /dev/null
    done
    meta instance set --all --enabled true -y
    meta instance list -o json
    jq -e --arg ids "$ids" '[.items[] | select(.restart_needed)] | length == 4 and
        all(.[]; .id | IN(($ids | split("\n"))[]) | not)' <<< "$output"
    meta instance show "$(head -n 1 <<< "$ids")" -o json --jq '.items[0].restart_needed'
    [ "$output" = null ]
    clear_log
    meta instance restart --all --dry-run --exit-code -o json
    expect 3 "nothing was sent"
    jq -e '.summary.changed == 4 and .summary.unchanged == 2 and
        ([.results[] | select(.reason // "" | startswith("whether a restart is pending is unknown"))] | length) == 2 and
        ([.results[].restart_needed] | unique) == [null, false]' <<< "$output"
    [ -z "$(writes)" ]
    meta instance restart --all $look --max-unavailable 4 -y -o json
    expect 0 "6 selected: 4 changed, 2 unchanged"
    jq -e 'all(.results[]; .restart_needed == if .outcome == "changed" then false else null end) and
        all(.results[] | select(.outcome == "changed"); .attempts == 2 and .http_status == 201)' <<< "$output"
    [ "$(actions | jq -c 'length, (map(.) | unique)')" = $'4\n[["stop","start"]]' ]
    [ "$(statuses)" = '{"running":6}' ]
    [ "$(writes | jq -c .body | sort | uniq -c | tr -s ' ')" = $' 4 {"type":"start"}\n 4 {"type":"stop"}' ]
    for body in $(writes | jq -c .body | sort -u); do
        "$BUILD/vpcmeta" schema check --as instance_action - <<< "$body"
    done
    clear_log
    meta instance restart --all $look -y
    expect 0 "0 changed, 6 unchanged"
    [ -z "$(writes)" ]
    meta instance list -o json --jq '[.items[].restart_needed] | unique'
    [ "$(jq -c . <<< "$output")" = '[null,false]' ]
}

@test "set --restart needed enables and restarts in one run; without it only says so" {
    restart_start --instances 5 --mix plain
    meta instance set --all --enabled true -y -o json
    expect 0 "must be stopped and started"
    [ "$(actions)" = '{}' ]
    meta instance set --all --enabled false -y -o json
    clear_log
    meta instance set --all --enabled true --restart needed --max-unavailable 5 --allow-same-group $look -y -o json
    expect 0
    [[ $stderr != *"must be stopped"* ]]
    jq -e '.summary.changed == 5 and all(.results[]; .restart_needed == false and .before.enabled == false and
        .after.enabled and .attempts == 3)' <<< "$output"
    [ "$(actions | jq -c 'length, (map(.) | unique)')" = $'5\n[["stop","start"]]' ]
    [ "$(statuses)" = '{"running":5}' ]
    # each was enabled before it was stopped
    writes | jq -se 'group_by(.path | ltrimstr("/v1/instances/") | split("/")[0]) | all(.[]; map(.method) == ["PATCH", "POST", "POST"])'
    meta instance restart --all -y
    expect 0 "0 changed"
    meta runs show last
    [[ $output == *"enabled false -> true, restarted"* ]]
}

@test "set --restart needed also restarts what is as wanted already but pending from an earlier run" {
    restart_start --instances 3 --mix plain
    name=$(sim_state -r '.instances[0].name')
    meta instance set "$name" --enabled true -y
    meta instance set --all --enabled true --restart needed $look -n -o json
    jq -e '.summary.changed == 3 and all(.results[]; .restart_needed == false)' <<< "$output"
    meta instance set --all --enabled true --restart needed --max-unavailable 100% $look -y -o json
    expect 0
    jq -e '.summary.changed == 3' <<< "$output"
    [ "$(actions | jq length)" -eq 3 ]
    [ "$(writes | jq -c 'select(.method == "PATCH")' | wc -l)" -eq 3 ]
}

@test "turning it off ends what was pending; so does a restart in the middle of other runs" {
    restart_start --instances 2 --mix plain
    meta instance set --all --enabled true -y
    meta instance set --all --hop-limit 2 -y # says nothing about restarts
    meta instance list -o json --jq '[.items[] | select(.restart_needed)] | length'
    [ "$output" -eq 2 ]
    meta instance set --all --enabled false -y
    meta instance list -o json --jq '[.items[] | select(.restart_needed)] | length'
    [ "$output" -eq 0 ]
    # enabled by somebody else meanwhile: not our doing, nothing is known
    for id in $(sim_state -r '.instances[].id'); do
        sim_curl PATCH "/v1/instances/$id" -H 'Content-Type: application/merge-patch+json' \
            -d '{"metadata_service":{"enabled":true}}' > /dev/null
    done
    meta instance restart --all -y
    expect 0 "0 changed"
    meta instance restart --all --always $look -y
    expect 0 "2 changed"
    meta instance restart --all --always $look -n -o json
    jq -e '.summary.changed == 2' <<< "$output"
}

@test "two hundred servers, twenty at a time: never more are down, and looks are shared" {
    restart_start --instances 200 --mix plain --groups 0
    meta instance set --all --enabled true -y -q
    clear_log
    meta instance restart --all --max-unavailable 20 $look -y -o json
    expect 0
    jq -e '.summary.changed == 200' <<< "$output"
    [ "$(actions | jq -c 'length, (map(.) | unique)')" = $'200\n[["stop","start"]]' ]
    [ "$(statuses)" = '{"running":200}' ]
    most=$(most_down)
    [ "$most" -le 20 ]
    [ "$most" -ge 15 ]
    # a GET for each just before its stop, the rest are pages: at most two for each look at twenty
    singles=$(sim_log 'select(.method == "GET" and (.path | startswith("/v1/instances/")))' | wc -l)
    pages=$(sim_log 'select(.method == "GET" and .path == "/v1/instances")' | wc -l)
    echo "report: $singles single reads, $pages pages, at most $most down"
    [ "$singles" -le 260 ]
    [ "$pages" -le 300 ]
}

@test "a few of a large fleet are looked for one by one, not with all its pages" {
    restart_start --instances 1200 --mix plain --groups 0
    sim_state -r '.instances[0:6][].name' > names
    meta instance restart --from names --always --max-unavailable 6 $look -y
    expect 0 "6 changed"
    pages=$(sim_log 'select(.method == "GET" and .path == "/v1/instances")' | wc -l)
    echo "report: $pages pages"
    # the names, and one for each larger number of servers that a list was tried for
    [ "$pages" -le 14 ]
}

@test "a share of the servers is rounded down, to one at least" {
    restart_start --instances 12 --mix plain --groups 0
    meta instance set --all --enabled true -y -q
    clear_log
    meta instance restart --all --max-unavailable 20% $look -y
    expect 0
    [ "$(most_down)" -le 2 ]
    meta instance set --all --enabled false -y -q
    meta instance set --all --enabled true -y -q
    clear_log
    meta instance restart --all $look -y
    expect 0
    [ "$(most_down)" -eq 1 ]
    meta instance restart --all --max-unavailable 0
    expect 2 "max-unavailable"
}

@test "members of one instance group or placement group are never down together, unless allowed" {
    restart_start --instances 24 --mix plain --groups 2
    group=$(sim_state -c '[.instances[] | select(.group != null)] | group_by(.group) | max_by(length) | map(.id)')
    [ "$(jq length <<< "$group")" -ge 2 ]
    meta instance set --all --enabled true -y -q
    clear_log
    meta instance restart --all --max-unavailable 100% $look -y
    expect 0
    [ "$(most_down "$group")" -eq 1 ]
    [ "$(most_down)" -gt 3 ]
    clear_log
    meta instance restart --all --always --allow-same-group --max-unavailable 100% $look -y
    expect 0
    [ "$(most_down "$group")" -eq "$(jq length <<< "$group")" ]
}

@test "members of one placement group are never down together" {
    restart_start --instances 400 --seed 3 --all-disabled
    sim_curl GET '/v1/instances?limit=100' > page
    for _ in 1 2 3; do
        next=$(jq -r '.next.href // empty' page | sed 's/.*start=\([^&]*\).*/\1/')
        jq -c '.instances[]' page >> all
        sim_curl GET "/v1/instances?limit=100&start=$next" > page
    done
    jq -c '.instances[]' page >> all
    jq -sr 'map(select(.placement_target.resource_type == "placement_group" and .status == "running" and
        .lifecycle_state == "stable" and .disks == [] and .availability.class == "standard" and
        .vcpu.architecture == "amd64")) | group_by(.placement_target.id) | max_by(length) | .[].id' all > group
    [ "$(wc -l < group)" -ge 2 ]
    clear_log
    meta instance restart --from group --always --max-unavailable 100% $look -y
    expect 0
    [ "$(actions | jq length)" -eq "$(wc -l < group)" ]
    [ "$(most_down)" -eq 1 ]
}

@test "what might not come back as it was is left alone with the reason; a stopped server stays stopped" {
    restart_start --instances 300 --seed 7 --all-disabled --groups 0
    for start in '' $(seq 2); do
        sim_curl GET "/v1/instances?limit=100${next:+&start=$next}" > page
        jq -c '.instances[]' page >> all
        next=$(jq -r '.next.href // empty' page | sed 's/.*start=\([^&]*\).*/\1/')
        [ -n "$next" ] || break
    done
    [ "$(wc -l < all)" -eq 300 ]
    meta instance set --all --enabled true -y -o json
    jq -c '[.results[] | select(.outcome == "changed") | .id]' <<< "$output" > enabled
    sim_state -c '[.instances[] | select(.status == "stopped") | .id]' > stopped
    clear_log
    meta instance restart --all --max-unavailable 100% --allow-same-group $look -y -o json
    expect 0
    jq -sc --slurpfile enabled enabled '[.[] | select((.id | IN($enabled[0][])) and .status == "running" and
        .disks == [] and .availability.class == "standard" and .lifecycle_state == "stable") | .id] | sort' all > wanted
    actions | jq -c 'keys' | diff wanted -
    echo "$output" > run
    jq -c '[.results[] | select(.outcome == "changed") | .id] | sort' run | diff wanted -
    for reason in spot "instance storage"; do
        jq -e --arg reason "$reason" 'any(.results[]; .outcome == "skipped" and (.reason | contains($reason)))' run
    done
    # enabled while stopped: nothing is pending, and they are still stopped
    jq -e --slurpfile stopped stopped 'all(.results[] | select(.id | IN($stopped[0][])); .outcome != "changed")' run
    sim_state -c '[.instances[] | select(.status == "stopped") | .id]' | diff stopped -
    # disks, when that is allowed
    id=$(jq -r --slurpfile enabled enabled 'select((.id | IN($enabled[0][])) and .status == "running" and .disks != [] and
        .availability.class == "standard" and .lifecycle_state == "stable") | .id' all | head -n 1)
    meta instance restart "$id" $look -y
    expect 0 "0 changed"
    meta instance restart "$id" --allow-disk-loss $look -y
    expect 0 "1 changed"
}

@test "enabled but not restarted, as it has disks: the run says so, and it stays pending" {
    restart_start --instances 300 --seed 7 --all-disabled --groups 0
    id=$(sim_curl GET '/v1/instances?limit=100' | jq -r '[.instances[] | select(.disks != [] and .status == "running" and
        .availability.class == "standard" and .lifecycle_state == "stable" and .vcpu.architecture == "amd64")][0].id')
    meta instance set "$id" --enabled true --restart needed $look -y -o json
    expect 0 "must be stopped and started"
    jq -e '.results[0] | .outcome == "changed" and .restart_needed and
        (.reason | startswith("not restarted: a stop erases its instance storage"))' <<< "$output"
    meta instance list "$id" -o json --jq '.items[0].restart_needed'
    [ "$output" = true ]
}

@test "a pending server that somebody stopped is left stopped" {
    restart_start --instances 1 --mix plain
    meta instance set --all --enabled true -y
    id=$(sim_state -r '.instances[0].id')
    sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d '{"type":"stop"}' > /dev/null
    for _ in $(seq 100); do
        [ "$(statuses)" != '{"stopped":1}' ] || break
        sleep 0.02
    done
    clear_log
    meta instance restart --all $look -y -o json
    expect 0
    jq -e '.results[0] | .outcome == "unchanged" and (.reason | contains("at its next start"))' <<< "$output"
    [ -z "$(writes)" ]
    [ "$(statuses)" = '{"stopped":1}' ]
    meta instance list -o json --jq '.items[0].restart_needed'
    [ "$output" = false ]
    # its stop was seen: the start, which nobody here sees, makes the service complete
    sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d '{"type":"start"}' > /dev/null
    for _ in $(seq 100); do
        [ "$(statuses)" != '{"running":1}' ] || break
        sleep 0.02
    done
    meta instance list -o json --jq '.items[0].restart_needed'
    [ "$output" = false ]
}

@test "several regions count together" {
    restart_start --region us-south,eu-de --instances 4 --mix plain --groups 0
    meta instance restart --region all --all --always --max-unavailable 3 $look -y -o json
    expect 0 "8 changed"
    jq -e '[.results[].region] | unique | length == 2' <<< "$output"
    [ "$(actions | jq length)" -eq 8 ]
    [ "$(most_down)" -le 3 ]
}

@test "nobody to ask, no selector, another kind: refused before anything is sent" {
    restart_start --instances 2 --mix plain
    meta instance set --all --enabled true -y
    clear_log
    meta instance restart --all < /dev/null
    expect 2 "--yes"
    meta instance restart
    expect 2 "which instances?"
    meta bare-metal restart --all
    expect 2
    [ -z "$(writes)" ]
    run script -qec "$BUILD/vpcmeta instance restart --all" /dev/null < <(echo n)
    [[ $output == *"2: stopped and started, which interrupts what runs on them, 1 at a time"* ]]
    [ -z "$(writes)" ]
}

@test "nothing of a restart is undone; the settings of a run that restarted are" {
    restart_start --instances 2 --mix plain --groups 0
    meta instance set --all --enabled true --restart needed $look -y
    expect 0
    meta instance restart --all --always $look -y
    clear_log
    meta runs rollback last -y -o json
    expect 0
    jq -e 'all(.results[]; .outcome == "skipped" and (.reason | contains("nothing to undo")))' <<< "$output"
    [ -z "$(writes)" ]
    meta runs list -o json --jq '[.items[] | select(.command == "instance set")][0].run'
    meta runs rollback "$output" -y
    expect 0 "2 changed"
    [ "$(settings | jq -c 'map(.[0]) | unique')" = '[false]' ]
    [ "$(actions)" = '{}' ]
}
