#!/usr/bin/env bats
# Replacing templates when things go wrong: whatever a step meets and wherever the run is cut off, it ends as an undisturbed one,
# and a rollback brings back what was there.
load ../cli/client
load ../cli/runs

teardown() {
    sim_stop
}

# 60 templates of all variants, 30 groups that use 30 of them
world() {
    client_start --region eu-de --instances 440 --templates 60 --bare-metal 0 --groups 30 --transition-ms 1 "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
}

# What there is, by name instead of id. Members are counted by the template they were made from, but for one that is gone.
picture() {
    sim_state -S '([.templates[] | {key: .id, value: .name}] | from_entries) as $names | . as $state | {
        templates: [.templates[] | del(.id, .crn)] | sort_by(.name),
        groups: [.groups[] | .id as $id | del(.id, .crn) + {template: $names[.template], made_from: [$state.memberships[] |
            select(.group == $id) | $names[.template] // "gone"]}] | sort_by(.name)}'
}
# Members of a world that was rolled back are new ones: they count as such.
unrolled() { jq -S '.groups |= map(del(.made_from))' "$1"; }

all=(template replace --all --hop-limit 33 --update-groups --roll --delete-old --poll-interval 20ms -y)

# The end of an undisturbed run: every template has the setting and its new name, every member is new.
is_replaced() {
    picture > now
    jq -e --slurpfile before before '(.templates | length == 60 and all(.response_hop_limit == 33 and (.name | test("-r2$")))) and
        ([.templates[].name[0:-3]] | sort) == ([$before[0].templates[].name] | sort) and
        (.groups | all(.template as $template | .status == "healthy" and .members == .membership_count and
            (.made_from | all(. == $template)))) and
        ([.groups[] | [.name, .template, .membership_count]] == [$before[0].groups[] | [.name, .template + "-r2", .membership_count]])' now
}

@test "60 templates used by 30 groups: replaced, moved, rolled, deleted; rolled back, and that rolled back, too" {
    world
    picture > before
    meta "${all[@]}" -o json
    expect 0
    jq -e '.summary == {selected: 180, changed: 180, unchanged: 0, skipped: 0, failed: 0, unknown: 0} and
        ([.results[].action] | group_by(.) | map({key: .[0], value: length}) | from_entries) ==
            {create: 60, move: 30, roll: 30, delete: 60}' <<< "$output"
    is_replaced
    meta runs rollback last -y -o json
    expect 0
    picture > back
    diff <(unrolled before) <(unrolled back)
    meta runs rollback last -y
    expect 0
    picture > again
    diff <(unrolled now) <(unrolled again)
}

@test "kill -9 at eight moments, then resume: the same end as undisturbed; then rollback" {
    RANDOM=${SEED:-30}
    cut=0
    for round in $(seq 8); do
        world --latency-ms 3
        picture > before
        clear_log
        "$BUILD/vpcmeta" "${all[@]}" -q > /dev/null 2>&1 3>&- &
        pid=$!
        # any request of the run, reads included
        target=$((RANDOM % 700))
        while [ "$(requests)" -lt "$target" ] && kill -0 "$pid" 2> /dev/null; do sleep 0.002; done
        kill -9 "$pid" 2> /dev/null || true
        wait "$pid" 2> /dev/null || true
        if [ "$(query "select count(*) from run where state = 'running'" 2> /dev/null)" = "[1]" ]; then
            cut=$((cut + 1))
            meta runs resume last -y -o json
            expect 0
            jq -e '.summary.changed == 180' <<< "$output"
        elif [ "$(writes | wc -l)" -eq 0 ]; then
            "$BUILD/vpcmeta" "${all[@]}" -q
        fi
        is_replaced
        meta runs rollback last -y -o json
        expect 0
        picture > back
        diff <(unrolled before) <(unrolled back)
        rm -rf "$XDG_STATE_HOME"
        sim_stop
    done
    echo "report: $cut of 8 runs were cut off in the middle"
    [ "$cut" -ge 3 ]
}

@test "kill -9 in the middle of a rollback, then resume: all is back" {
    world --latency-ms 3
    picture > before
    "$BUILD/vpcmeta" "${all[@]}" -q > /dev/null
    clear_log
    # a run that waits for one answer cannot end before it is killed, however busy the machine is
    faults '{"operation": "templates.create", "nth": 40, "action": "hang", "ms": 60000}'
    "$BUILD/vpcmeta" runs rollback last -y -q -j 2 > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 40
    kill -9 "$pid"
    wait "$pid" 2> /dev/null || true
    faults
    meta runs resume last -y
    expect 0
    picture > back
    diff <(unrolled before) <(unrolled back)
}

@test "every kind of fault on every kind of step: the same end as undisturbed" {
    for action in '"action": "status", "status": 500' '"action": "status", "status": 502, "body": "html", "when": "after"' \
        '"action": "status", "status": 503' '"action": "reset"' \
        '"action": "reset", "when": "after"' '"action": "truncate"' '"action": "garbage"'; do
        world
        picture > before
        faults "{\"operation\": \"templates.create\", \"every\": 7, $action}" \
            "{\"operation\": \"groups.patch\", \"every\": 5, $action}" \
            "{\"operation\": \"memberships.delete\", \"every\": 6, $action}" \
            "{\"operation\": \"templates.delete\", \"every\": 7, $action}"
        meta "${all[@]}" -o json
        expect 0
        jq -e '.summary.changed == 180' <<< "$output"
        is_replaced
        rm -rf "$XDG_STATE_HOME"
        sim_stop
    done
}

@test "reads that fail now and then, in bad weather all over: what is not done is told, and a retry does it" {
    world
    picture > before
    faults '{"operation": "templates.*", "probability": 0.1, "action": "reset", "when": "after"}' \
        '{"operation": "groups.*", "probability": 0.1, "action": "status", "status": 503}' \
        '{"operation": "memberships.*", "probability": 0.1, "action": "truncate"}' \
        '{"operation": "groups.patch", "probability": 0.2, "action": "status", "status": 400, "code": "bad_field"}'
    meta "${all[@]}" -o json
    expect 5
    jq -e '.summary | .failed > 0 and .unknown == 0 and .skipped > 0' <<< "$output"
    faults
    meta runs retry last -y -o json
    expect 0
    # with what waited for it
    jq -e '.summary.changed == 180' <<< "$output"
    meta runs resume last -y
    expect 0 "nothing is left to do"
    is_replaced
}

@test "where each deletion lowers membership_count, a run that was cut off sets it back" {
    world --membership-delete shrink --transition-ms 50
    managed=$(sim_state '[.groups[] | select(.managed).template]')
    group=$(sim_state -r '[.groups[] | select(.managed | not)][-1]')
    name=$(sim_state -r --arg id "$(jq -r .template <<< "$group")" '.templates[] | select(.id == $id).name')
    [ -n "$managed" ]
    "$BUILD/vpcmeta" template replace "$name" --hop-limit 33 --update-groups --roll --poll-interval 20ms -y -q > /dev/null 2>&1 3>&- &
    pid=$!
    for _ in $(seq 500); do
        [ "$(writes | jq -r 'select(.method == "DELETE").path' | wc -l)" -lt 1 ] || break
        sleep 0.01
    done
    kill -9 "$pid"
    wait "$pid" 2> /dev/null || true
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary.changed == 3' <<< "$output"
    sim_state -e --argjson group "$group" '.groups[] | select(.id == $group.id) | .membership_count == $group.membership_count'
}

@test "a roll that could not set membership_count back fails, and a retry does it" {
    world --membership-delete shrink
    group=$(sim_state -r '[.groups[] | select(.managed | not)][-1]')
    name=$(sim_state -r --arg id "$(jq -r .template <<< "$group")" '.templates[] | select(.id == $id).name')
    # the first PATCH moves the group
    faults '{"operation": "groups.patch", "nth": 2, "action": "status", "status": 400, "code": "bad_field"}'
    meta template replace "$name" --hop-limit 33 --update-groups --roll --poll-interval 20ms -y -o json
    expect 5
    jq -e '.results[2] | .outcome == "failed" and (.reason | test("setting it back failed.*bad_field"))' <<< "$output"
    meta runs retry last -y -o json
    expect 0
    # what there was before the first deletion stays in the record
    jq -e --argjson group "$group" '.summary.changed == 3 and .results[2].after.stale_members == 0 and .results[2].before ==
        {membership_count: $group.members, stale_members: $group.members}' <<< "$output"
    sim_state -e --argjson group "$group" '.groups[] | select(.id == $group.id) | .membership_count == $group.membership_count'
}

@test "an interrupt in the middle of a roll sets membership_count back, and leaves a run that resume finishes" {
    world --membership-delete shrink --transition-ms 300
    group=$(sim_state -r '[.groups[] | select(.managed | not)][-1]')
    name=$(sim_state -r --arg id "$(jq -r .template <<< "$group")" '.templates[] | select(.id == $id).name')
    "$BUILD/vpcmeta" template replace "$name" --hop-limit 33 --update-groups --roll --poll-interval 2s -y -q > /dev/null 2>&1 3>&- &
    pid=$!
    for _ in $(seq 500); do
        [ "$(writes | jq -r 'select(.method == "DELETE").path' | wc -l)" -lt 1 ] || break
        sleep 0.01
    done
    kill -INT "$pid"
    wait "$pid" && false || [ $? -eq 130 ]
    sim_state -e --argjson group "$group" '.groups[] | select(.id == $group.id) | .membership_count == $group.membership_count'
    [ "$(writes | jq -r 'select(.method == "DELETE").path' | wc -l)" -eq 1 ]
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary.changed == 3 and .results[2].after.stale_members == 0' <<< "$output"
}

@test "a group that somebody moves meanwhile is a conflict and stays; the rest of its chain is not begun" {
    world --latency-ms 20
    group=$(sim_state -r '.groups[0]')
    name=$(sim_state -r --arg id "$(jq -r .template <<< "$group")" '.templates[] | select(.id == $id).name')
    other=$(sim_state -r '.groups[1].template')
    faults '{"operation": "templates.create", "nth": 1, "action": "latency", "ms": 1500}'
    "$BUILD/vpcmeta" template replace "$name" --hop-limit 33 --update-groups --roll --delete-old --poll-interval 20ms -y -o json \
        > run 2> err 3>&- &
    pid=$!
    for _ in $(seq 300); do
        [ ! -e "$HISTORY" ] || [ "$(query "select count(*) from step where stage = 'intended'" 2> /dev/null)" != "[1]" ] || break
        sleep 0.01
    done
    sim_curl PATCH "/v1/instance_groups/$(jq -r .id <<< "$group")" -H 'Content-Type: application/merge-patch+json' \
        -d "{\"instance_template\": {\"id\": \"$other\"}}" > /dev/null
    wait "$pid" && false || [ $? -eq 5 ]
    jq -e '[.results[] | [.action, .outcome]] == [["create", "changed"], ["move", "failed"], ["roll", "skipped"],
        ["delete", "skipped"]] and (.results[1].reason | test("by another writer"))' run
    [ "$(sim_state -r '.groups[0].template')" = "$other" ]
}

@test "what has the name of the new template and is another one is found out before a group is moved" {
    world
    group=$(sim_state -r '.groups[0]')
    old=$(sim_state --arg id "$(jq -r .template <<< "$group")" '.templates[] | select(.id == $id)')
    name=$(jq -r .name <<< "$old")
    faults '{"operation": "templates.create", "nth": 1, "action": "hang", "ms": 20000}'
    "$BUILD/vpcmeta" template replace "$name" --hop-limit 33 --update-groups -y -q > /dev/null 2>&1 3>&- &
    pid=$!
    for _ in $(seq 300); do
        [ ! -e "$HISTORY" ] || [ "$(query "select count(*) from step where stage = 'intended'" 2> /dev/null)" != "[1]" ] || break
        sleep 0.01
    done
    kill -9 "$pid"
    wait "$pid" 2> /dev/null || true
    faults
    # the same settings, but other keys
    jq --arg name "$name-r2" --arg id "$(jq -r .id <<< "$old")" -n '{name: $name, source_template: {id: $id}, keys: [],
        metadata_service: {enabled: false, protocol: "http", response_hop_limit: 33}}' |
        jq --argjson old "$old" '.metadata_service.enabled = $old.enabled | .metadata_service.protocol = $old.protocol' > body
    sim_curl POST /v1/instance/templates -H 'Content-Type: application/json' -d @body | jq -e .id
    meta runs resume last -y -o json
    expect 1
    jq -e '.results[0].outcome == "failed" and (.results[0].reason | test("differs from its source.*keys")) and
        .results[1].outcome == "skipped"' <<< "$output"
    [ "$(sim_state -r '.groups[0].template')" = "$(jq -r .id <<< "$old")" ]
}
