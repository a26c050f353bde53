#!/usr/bin/env bats
# Servers and groups that others delete, rename, replace, move or resize in the middle: the outcome names it, and what
# has another id is another server, whatever it is called.
load ../cli/client
load ../cli/runs

teardown() {
    sim_stop
}

begin() {
    client_start --transition-ms 100 --mix plain --groups 0 "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

look='--poll-interval 100ms --max-unavailable 100%'

# The id of what has the name now.
id_of() {
    sim_state -r --arg name "$1" '[.instances[], .bare_metal_servers[]] | map(select(.name == $name))[0].id'
}

# The only result of the last meta has this outcome and this reason ("" for any), and the summary's exit status is 0.
outcome() {
    jq -e --arg outcome "$1" --arg reason "$2" '.results | map(select(.reason | contains("meanwhile"))) | length == 1 and
        (.[0] | .outcome == $outcome and (.reason | contains($reason)) and .restart_needed == false)' <<< "$output" ||
        { echo "$output"; return 1; }
}

@test "set: one that another took the name of is skipped, the new one is named and untouched, the command sets it" {
    begin --instances 3 --bare-metal 2
    for when in instances.get instances.patch; do
        faults "{\"operation\":\"$when\",\"nth\":1,\"action\":\"delete\",\"recreate\":true}"
        name= options='--enabled true --protocol https'
        meta instance set --all $options -y -o json
        expect 0 "  change the one that was deleted and created again meanwhile, and left alone:
    vpcmeta instance set"
        name=$(jq -r '.results[] | select(.outcome == "skipped").name' <<< "$output")
        outcome skipped "deleted and created again as $(id_of "$name") meanwhile; the new instance was left alone"
        jq -e '.results[] | select(.outcome == "skipped") | .id != "'"$(id_of "$name")"'"' <<< "$output"
        jq -e --arg id "$(id_of "$name")" '.[$id] == [false, "http", 1]' <<< "$(settings)"
        faults
        next=${stderr##*left alone:$'\n'    vpcmeta }
        next=${next%%$'\n'*}
        [[ $next == "instance set $(id_of "$name") --enabled true --protocol https"* ]]
        eval "meta $next -y"
        expect 0 "1 changed"
        meta instance set --all --enabled false --protocol http -y
    done
    faults '{"operation":"bare_metal_servers.patch","nth":1,"action":"delete","recreate":true}'
    meta bare-metal set --all --enabled true --protocol https -y -o json
    expect 0 "    vpcmeta bare-metal set"
    name=$(jq -r '.results[] | select(.outcome == "skipped").name' <<< "$output")
    outcome skipped "deleted and created again as $(id_of "$name") meanwhile"
}

@test "set: one that is renamed is changed, by its id, and the row keeps the name it was selected by" {
    begin --instances 2 --bare-metal 1
    name=$(sim_state -r '.instances[0].name')
    for guard in etag list; do
        faults '{"operation":"instances.patch","nth":1,"action":"change","set":{"name":"{name}-new"}}'
        meta instance set "$name" --enabled true --guard $guard --restart needed $look -y -o json
        expect 0
        outcome changed "was renamed to $name-new meanwhile"
        jq -e --arg name "$name" '.results[0].name == $name and .results[0].after.enabled' <<< "$output"
        meta runs show last -o json
        outcome changed "was renamed to $name-new meanwhile"
        meta runs show last
        [[ $output == *"enabled false -> true, restarted; was renamed to $name-new"* ]]
        faults
        name=$name-new
        meta instance set "$name" --enabled false -y
    done
    name=$(sim_state -r '.bare_metal_servers[0].name')
    faults '{"operation":"bare_metal_servers.get","nth":1,"action":"change","set":{"name":"other"}}'
    meta bare-metal set "$name" --enabled true --protocol https -y -o json
    expect 0
    outcome changed "was renamed to other meanwhile"
}

@test "restart: renamed, replaced or deleted at any moment is named, and none of them is left down" {
    begin --instances 1
    # the read before the stop, the stop, the look for stopped, the start, the look for running
    for rule in 'instances.get","nth":1' 'instances.action","nth":1' 'instances.get","nth":2' 'instances.action","nth":2' \
        'instances.get","nth":3'; do
        name=$(sim_state -r '.instances[0].name')
        faults "{\"operation\":\"$rule,\"action\":\"change\",\"set\":{\"name\":\"{name}-n\"}}"
        meta instance restart "$name" --always $look -y -o json
        expect 0
        outcome changed "was renamed to $name-n meanwhile"
        faults "{\"operation\":\"$rule,\"action\":\"delete\",\"recreate\":true}"
        meta instance restart --all --always $look -y -o json
        expect 0 "    vpcmeta instance restart"
        [[ $stderr != *"error:"* ]]
        outcome skipped "deleted and created again as $(id_of "$name-n") meanwhile"
        [ "$(sim_state -c '[.instances[].status]')" = '["running"]' ]
    done
    faults
    faults '{"operation":"instances.action","nth":2,"action":"delete"}'
    meta instance set --all --enabled true --restart needed $look -y -o json
    expect 0
    jq -e '.results[0] | .outcome == "changed" and .reason == "not restarted: deleted meanwhile" and .restart_needed == false' <<< "$output"
}

@test "resume, retry and rollback go by id: one that took over a name is never touched" {
    begin --instances 3
    name=$(sim_state -r '.instances[0].name')
    old=$(id_of "$name")
    meta instance set --all --enabled true -y
    run=$(vpcmeta runs list -o json | jq -r '.items[0].run')
    replace() {
        sim_curl DELETE "/v1/instances/$1" > /dev/null
        for _ in $(seq 100); do
            [ -n "$(sim_state -r --arg id "$1" '.instances[] | select(.id == $id) | .id')" ] || break
            sleep 0.02
        done
        meta instance create --template "$(sim_state -r '.templates[0].name')" --name "$name" --enabled true -y
        expect 0
    }
    replace "$old"
    new=$(id_of "$name")
    [ "$new" != "$old" ]
    clear_log
    meta runs rollback "$run" -y -o json
    expect 0 "2 changed"
    outcome skipped "deleted and created again as $new meanwhile"
    [ "$(sim_count PATCH "*$new*")" -eq 0 ]
    jq -e --arg id "$new" '.[$id][0]' <<< "$(settings)"
    # failed, and replaced before it is retried
    faults '{"operation":"instances.patch","action":"status","status":400}'
    meta instance set "$name" --hop-limit 5 -y
    expect 1
    run=$(vpcmeta runs list -o json | jq -r '.items[0].run')
    faults
    replace "$new"
    clear_log
    meta runs retry "$run" -y -o json
    expect 0
    outcome skipped "deleted and created again as $(id_of "$name") meanwhile"
    [ "$(writes | wc -l)" -eq 0 ]
    # cut off, and renamed before it is resumed
    faults '{"operation":"instances.patch","action":"hang","ms":5000}'
    "$BUILD/vpcmeta" instance set "$name" --hop-limit 6 -y > /dev/null 2>&1 3>&- &
    pid=$!
    clear_log
    await_writes 1
    kill -9 "$pid"
    wait "$pid" || true
    faults
    sim_curl PATCH "/v1/instances/$(id_of "$name")" -H 'Content-Type: application/merge-patch+json' -d '{"name":"renamed"}' > /dev/null
    meta runs resume last -y -o json
    expect 0
    jq -e --arg name "$name" '.results[0] | .name == $name and .outcome == "changed" and .reason == "was renamed to renamed meanwhile"' <<< "$output"
}

# A roll of five members in the background, with the first one deleted; what others do then is the test's.
begin_roll() {
    client_start --instances 10 --groups 1 --mix plain --transition-ms 20 "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    group=$(sim_state -r '.groups[0].id')
    template=$(sim_state -r '.groups[0].template')
    others PATCH '' '{"membership_count":5}'
    for _ in $(seq 200); do
        [ "$(sim_state -c '.groups[0] | [.members, .status]')" != '[5,"healthy"]' ] || break
        sleep 0.02
    done
    clear_log
    "$BUILD/vpcmeta" template replace "$template" --enabled true --protocol https --update-groups --roll \
        --poll-interval "$poll" -y -o json > rolled 2> errors 3>&- &
    pid=$!
    await_writes 3
}

end_roll() {
    status=0
    wait "$pid" || status=$?
    stderr=$(cat errors) output=$(cat rolled)
    expect "$1"
    jq -e --arg outcome "$2" --arg reason "$3" '.results[] | select(.action == "roll") | .outcome == $outcome and
        (.reason | contains($reason))' <<< "$output" || { echo "$output"; return 1; }
}

others() {
    sim_curl "$1" "/v1/instance_groups/$group$2" -H 'Content-Type: application/merge-patch+json' ${3:+-d "$3"} > /dev/null
}

@test "roll: a group that is renamed is rolled, one that is deleted is skipped, one that is moved is a conflict" {
    poll=500ms begin_roll
    others PATCH '' '{"name":"renamed-group"}'
    end_roll 0 changed "was renamed to renamed-group meanwhile"
    sim_stop
    poll=800ms begin_roll
    others DELETE ''
    end_roll 0 skipped "deleted"
    sim_stop
    poll=800ms begin_roll
    other=$(sim_state -c --arg id "$template" '(.templates[] | select(.id == $id).name) as $name |
        [.templates[] | select(.name | startswith($name) | not)][0]')
    others PATCH '' "{\"instance_template\":{\"id\":\"$(jq -r .id <<< "$other")\"}}"
    deleted=$(sim_count DELETE '*memberships*')
    end_roll 5 failed "moved to template $(jq -r .name <<< "$other") by another writer meanwhile"
    [ "$(sim_count DELETE '*memberships*')" -le $((deleted + 1)) ]
}

@test "roll: a size that others set meanwhile stays, and what deletions lowered is set back" {
    while read -r mode size; do
        poll=800ms begin_roll --membership-delete "$mode"
        others PATCH '' "{\"membership_count\":$size}"
        end_roll 0 changed "resized to $size members by another writer meanwhile"
        [ "$(sim_state '.groups[0].membership_count')" -eq "$size" ]
        sim_stop
    done <<< $'refill 2\nshrink 2'
}
