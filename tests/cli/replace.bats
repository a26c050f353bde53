#!/usr/bin/env bats
# template replace: new templates take the place of others, step by step, and only as far as was asked for.
load client

setup() {
    client_start --region eu-de --instances 60 --templates 8 --bare-metal 0 --groups 4 --transition-ms 1
    used=$(sim_state -r '.groups[2].template as $id | .templates[] | select(.id == $id).name')
    free=$(sim_state -r '[.groups[].template] as $used | [.templates[] | select(.id as $id | $used | index($id) | not)
        | select(.protocol == "http" and .default_trusted_profile == null)][0].name')
    group=$(sim_state -r '.groups[2].name')
}

teardown() {
    sim_stop
}

replace() { meta template replace "$@" -o json -y; }

# The template of that name in the simulator, through jq
template() { sim_state -S --arg name "$1" ".templates[] | select(.name == \$name) | ${2:-.}"; }
# The name of the template that the group uses
template_of() { sim_state -r --arg name "$1" '(.groups[] | select(.name == $name).template) as $id | .templates[] | select(.id == $id).name'; }

@test "a template is made from the old one with the settings over it, and nothing else is touched" {
    replace "$free" --enabled true --hop-limit 2
    expect 0
    jq -e --arg name "$free-r2" '.summary == {selected: 1, changed: 1, unchanged: 0, skipped: 0, failed: 0, unknown: 0} and
        (.results[0] | .action == "create" and .kind == "template" and .name == $name and .before.enabled == false and
            .after.enabled == true and .after.response_hop_limit == 2)' <<< "$output"
    diff <(writes | jq -S .body) <(jq -nS --arg id "$(template "$free" .id | jq -r .)" --arg name "$free-r2" '{name: $name,
        source_template: {id: $id}, metadata_service: {enabled: true, protocol: "http", response_hop_limit: 2}}')
    diff <(template "$free" 'del(.id, .crn, .name, .enabled, .response_hop_limit, .prototype.metadata_service)') \
        <(template "$free-r2" 'del(.id, .crn, .name, .enabled, .response_hop_limit, .prototype.metadata_service)')
    [ "$(template "$free-r2" '[.enabled, .protocol, .response_hop_limit]' | jq -c .)" = '[true,"http",2]' ]
}

@test "what is as wanted is left alone, and says so" {
    replace "$free" --protocol http
    expect 0 "1 unchanged"
    jq -e '.summary.unchanged == 1 and .results[0].outcome == "unchanged"' <<< "$output"
    [ -z "$(writes)" ]
}

@test "groups that still use the old one are named with the command that moves them, and it works" {
    replace "$used" --protocol https --enabled true
    expect 0 "still using $used: instance group $group"
    [ "$(template_of "$group")" = "$used" ]
    next=$(grep -o 'next: vpcmeta template replace .*' <<< "$stderr" | sed 's/^next: vpcmeta //')
    clear_log
    # shellcheck disable=SC2086 # the command is words
    meta $next -y -o json
    expect 0
    jq -e '.summary.changed == 1 and .summary.unchanged == 1' <<< "$output"
    [ "$(writes | jq -r .method)" = PATCH ]
    [ "$(template_of "$group")" = "$used-r2" ]
}

@test "--update-groups moves every group that uses the old one; members stay until they are rolled" {
    replace "$used" --protocol https --enabled true --update-groups
    expect 0
    jq -e --arg group "$group" --arg old "$used" '[.results[].action] == ["create", "move"] and
        (.results[1] | .kind == "group" and .name == $group and .before.instance_template.name == $old and
            .after.instance_template.name == $old + "-r2")' <<< "$output"
    [ "$(template_of "$group")" = "$used-r2" ]
    [ -n "$(template "$used")" ]
    meta group list "$group" -o json
    jq -e '.items[0] | .stale_members == .members and .members == 4' <<< "$output"
}

@test "--roll replaces the members, never more than --max-unavailable at a time, --delete-old ends it" {
    replace "$used" --protocol https --enabled true --update-groups --roll --delete-old --max-unavailable 50% --poll-interval 20ms
    expect 0 "filling pools of load balancers: $group (pool-1)"
    jq -e '[.results[] | [.action, .outcome]] == [["create", "changed"], ["move", "changed"], ["roll", "changed"],
        ["delete", "changed"]] and .results[2].before == {membership_count: 4, stale_members: 4} and
        .results[2].after == {membership_count: 4, stale_members: 0}' <<< "$output"
    [ -z "$(template "$used")" ]
    meta group list "$group" -o json
    jq -e '.items[0] | .stale_members == 0 and .members == 4 and .status == "healthy" and .protocol == "https"' <<< "$output"
    # two, and no more before the group was looked at
    [ "$(sim_log -r 'if .method == "DELETE" and (.path | contains("memberships")) then "D"
        elif .method == "GET" and (.path | contains("memberships")) then "G" else empty end' | tr -d '\n' | tr -s G)" = GDDGDDG ]
}

@test "where deleting members lowers membership_count it is set back; with a manager that is told and stops the roll" {
    sim_stop
    client_start --region eu-de --instances 60 --templates 8 --groups 4 --transition-ms 1 --membership-delete shrink
    replace "$used" --protocol https --enabled true --update-groups --roll --poll-interval 20ms
    expect 0
    meta group list "$group" -o json
    jq -e '.items[0] | .stale_members == 0 and .members == 4 and .membership_count == 4' <<< "$output"
    managed=$(sim_state -r '.groups[] | select(.managed).name')
    replace "$(template_of "$managed")" --protocol https --enabled true --update-groups --roll --delete-old --poll-interval 20ms
    expect 5 "(autoscale-1)"
    jq -e '.results[2] | .action == "roll" and .outcome == "failed" and (.reason | test("from 5 to 4.*manager"))' <<< "$output"
    jq -e '.results[3] | .action == "delete" and .outcome == "skipped"' <<< "$output"
    [ "$(writes | jq -r 'select(.method == "DELETE").path' | grep -c memberships)" -eq 5 ]
}

@test "members whose server stays are named before and after" {
    id=$(sim_state -r --arg name "$group" '.groups[] | select(.name == $name).id')
    member=$(sim_state -r --arg id "$id" '[.memberships[] | select(.group == $id)][1]')
    sim_curl PATCH "/v1/instance_groups/$id/memberships/$(jq -r .id <<< "$member")" \
        -H 'Content-Type: application/merge-patch+json' -d '{"delete_instance_on_membership_delete": false}' > /dev/null
    server=$(sim_state -r --arg id "$(jq -r .instance <<< "$member")" '.instances[] | select(.id == $id).name')
    replace "$used" --enabled true --update-groups --roll --poll-interval 20ms
    expect 0 "1 member stays behind as a server of its own (delete_instance_on_membership_delete is false) in $group"
    jq -e --arg server "$server" '.results[2] | .outcome == "changed" and (.reason | contains($server))' <<< "$output"
    sim_state -e --arg server "$server" 'any(.instances[]; .name == $server and .group == null)'
}

@test "a server that stays is named also where its name is the beginning of another's" {
    id=$(sim_state -r --arg name "$group" '.groups[] | select(.name == $name).id')
    for name in web-12 web-1; do
        member=$(sim_state --arg id "$id" --arg name "$name" \
            '[.memberships[] | select(.group == $id)][if $name == "web-12" then 0 else 1 end]')
        sim_curl PATCH "/v1/instance_groups/$id/memberships/$(jq -r .id <<< "$member")" \
            -H 'Content-Type: application/merge-patch+json' -d '{"delete_instance_on_membership_delete": false}' > /dev/null
        sim_curl PATCH "/v1/instances/$(jq -r .instance <<< "$member")" \
            -H 'Content-Type: application/merge-patch+json' -d "{\"name\": \"$name\"}" > /dev/null
    done
    replace "$used" --enabled true --update-groups --roll --poll-interval 20ms
    expect 0
    jq -e '.results[2].reason | endswith(": web-12, web-1")' <<< "$output"
}

@test "a roll in trouble stops after --heal-timeout, and what comes behind it is not begun" {
    sim_stop
    client_start --region eu-de --instances 60 --templates 8 --groups 4 --transition-ms 60000
    replace "$used" --enabled true --update-groups --roll --delete-old --poll-interval 20ms --heal-timeout 1s
    expect 5
    jq -e '.results[2] | .outcome == "failed" and (.reason | test("4 stale members left|3 stale members left"))' <<< "$output"
    jq -e '.results[3] | .outcome == "skipped" and (.reason | test("not started"))' <<< "$output"
    [ "$(writes | jq -r 'select(.method == "DELETE").path' | grep -c memberships)" -eq 1 ]
}

@test "new names: -r2 or the next free one, a suffix, a name for one; what is taken or cannot be is refused" {
    replace "$free" --enabled true
    expect 0
    replace "$free" --enabled true --hop-limit 7
    expect 0
    jq -e --arg name "$free-r3" '.results[0].name == $name' <<< "$output"
    clear_log
    replace "$free" --enabled true --hop-limit 8 --name-suffix -r2
    expect 2 "$free-r2, is taken"
    replace "$free" --enabled true --hop-limit 8 --name "$free-r2"
    expect 2 "is taken"
    replace "$free" "$used" --enabled true --name other
    expect 2 "2 templates"
    replace "$free" --enabled true --name other --name-suffix -x
    expect 2 "contradict"
    for suffix in _x -X x-; do
        replace "$free" --enabled true --name-suffix "$suffix"
        expect 2 "can end no name"
    done
    [ -z "$(writes)" ]
    replace "$free" --enabled true --hop-limit 9 --name other
    expect 0
    [ -n "$(template other)" ]
    long=$(printf 'a%.0s' $(seq 63))
    sim_curl PATCH "/v1/instance/templates/$(template other .id | jq -r .)" -H 'Content-Type: application/merge-patch+json' \
        -d "{\"name\": \"$long\"}" > /dev/null
    replace "$long" --enabled true --hop-limit 10 --name-suffix -new
    expect 0
    jq -e --arg name "${long:0:59}-new" '.results[0].name == $name' <<< "$output"
}

@test "trusted profiles: auto_link is always sent, and groups get none that links by itself" {
    replace "$used" --trusted-profile Profile-1 --update-groups
    expect 2 "give --auto-link false"
    [ -z "$(writes)" ]
    replace "$used" --trusted-profile Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2 --auto-link false --update-groups
    expect 0
    writes | jq -se '.[0].body.default_trusted_profile == {auto_link: false, target: {id: "Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2"}}'
    clear_log
    # one that has a profile keeps it, explicitly
    linked=$(sim_state -r '[.templates[] | select(.default_trusted_profile.auto_link == true)][0].name')
    replace "$linked" --hop-limit 11
    expect 0
    writes | jq -e '.body.default_trusted_profile.auto_link == true'
    replace --all --auto-link false
    expect 0
    [ "$(sim_state '[.templates[] | select(.default_trusted_profile.auto_link == false)] | length')" -ge 2 ]
}

@test "usage: what to set and which templates; --roll without --update-groups" {
    replace "$free"
    expect 2 "nothing to set"
    replace --enabled true
    expect 2 "which instance templates"
    replace "$free" --enabled true --roll
    expect 2 "--update-groups"
    replace "$free" --hop-limit 65
    expect 2 "65"
    replace no-such-template --enabled true
    expect 1 "no-such-template"
    meta template replace "$free" --enabled true
    expect 2 "--yes"
    meta template set "$free" --enabled true
    expect 2 "template replace"
    [ -z "$(writes)" ]
}

@test "a dry run shows every step and sends nothing" {
    meta template replace --all --where '.metadata_service.protocol != "https"' --protocol https --update-groups --roll \
        --delete-old -n --exit-code
    expect 3 "nothing was sent"
    [[ $output == *"create"*"would change"*"move"*"roll"*"stale members"*"delete"* ]]
    [ -z "$(writes)" ]
}

@test "--delete-old leaves what a group uses" {
    replace "$used" "$free" --hop-limit 12 --delete-old
    expect 0
    jq -e --arg used "$used" --arg free "$free" '[.results[] | select(.action == "delete") | [.name, .outcome]] | sort ==
        ([[$used, "skipped"], [$free, "changed"]] | sort)' <<< "$output"
    [ -n "$(template "$used")" ]
    [ -z "$(template "$free")" ]
}

@test "a template made by create is deleted by rollback, unless a group uses it" {
    replace "$used" --hop-limit 12
    sim_curl PATCH "/v1/instance_groups/$(sim_state -r '.groups[2].id')" -H 'Content-Type: application/merge-patch+json' \
        -d "{\"instance_template\": {\"id\": $(template "$used-r2" .id)}}" > /dev/null
    meta runs rollback last -y
    expect 6 "used by instance group $group"
    sim_curl PATCH "/v1/instance_groups/$(sim_state -r '.groups[2].id')" -H 'Content-Type: application/merge-patch+json' \
        -d "{\"instance_template\": {\"id\": $(template "$used" .id)}}" > /dev/null
    meta runs rollback "$("$BUILD/vpcmeta" runs list -o json | jq -r '.items[-1].run')" -y
    expect 0
    [ -z "$(template "$used-r2")" ]
}
