#!/usr/bin/env bats
# vpcmeta group: instance groups with the settings of the template each uses.
load sim

bats_require_minimum_version 1.5.0

setup() {
    export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    sim_start --instances 20 --templates 12 --bare-metal 0 --groups 6
    export VPC_URL=$SIM_URL IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE IC_API_KEY=$SIM_API_KEY
}

teardown() {
    sim_stop
}

group() { "$BUILD/vpcmeta" group "$@"; }

# What groups have to show, from the state.
groups_by_jq='. as $state | [.groups[] | .template as $id | ($state.templates[] | select(.id == $id)) as $t
    | {id, name, template: $t.name, template_id: $id, enabled: $t.enabled, protocol: $t.protocol,
       response_hop_limit: $t.response_hop_limit}] | sort_by(.name)'

@test "list shows each group with the settings of its template" {
    run --separate-stderr -0 group list -o json
    [ "$stderr" = "" ]
    jq -e '.schema_version == 1 and .complete and (.items | length == 6)' <<< "$output"
    diff <(jq -S '[.items[] | {id, name, template, template_id, enabled, protocol, response_hop_limit}]
                  | sort_by(.name)' <<< "$output") <(sim_state -S "$groups_by_jq")
    jq -e '.items | all(.kind == "group" and .membership_count >= 0 and .crn != null)' <<< "$output"
}

@test "the table names the template and what it sets" {
    run --separate-stderr -0 group list
    [[ ${lines[0]} == *NAME*ENABLED*PROTOCOL*HOPS*TEMPLATE* ]]
    [[ $output == *"$(sim_state -r '.groups[0].name')"* ]]
    run --separate-stderr -0 group list -o csv
    [ "${#lines[@]}" -eq 7 ]
}

@test "members, and those made from another template, are counted over all pages" {
    name=$(sim_state -r '.groups[0].name')
    sim_curl PATCH "/v1/instance_groups/$(sim_state -r '.groups[0].id')" -H 'Content-Type: application/merge-patch+json' \
        -d '{"membership_count": 120}' > /dev/null
    for _ in $(seq 200); do
        [ "$(sim_state '.groups[0].members')" -lt 120 ] || break
        sleep 0.05
    done
    run --separate-stderr -0 group list -o json
    diff <(jq -S '[.items[] | {id, members, stale_members}] | sort_by(.id)' <<< "$output") \
        <(sim_state -S '. as $state | [.groups[] | . as $group | {id, members,
            stale_members: ([$state.memberships[] | select(.group == $group.id and .template != $group.template)] | length)}]
            | sort_by(.id)')
    jq -e --arg name "$name" '.items | any(.stale_members > 0) and any(.name == $name and .members == 120)' <<< "$output"
    [ "$(sim_count GET "/v1/instance_groups/*/memberships")" -eq 7 ]
    diff <(jq -S '[.items[] | {id, managed: (.managers != null)}] | sort_by(.id)' <<< "$output") \
        <(sim_state -S '[.groups[] | {id, managed}] | sort_by(.id)')
    jq -e 'any(.items[]; .load_balancer_pool == "pool-1")' <<< "$output"
}

@test "members that cannot be read make the list incomplete" {
    sim_http -X POST -H 'Content-Type: application/json' "$SIM_BASE/_sim/faults" \
        -d '{"rules":[{"path":"/v1/instance_groups/*/memberships","nth":1,"action":"status","status":403}]}'
    run --separate-stderr -1 group list -o json
    jq -e '(.complete | not) and ([.items[] | select(.stale_members == null)] | length == 1)' <<< "$output"
    [[ $stderr == *"incomplete"*"members of instance group"* ]]
}

@test "groups are selected as anything else" {
    name=$(sim_state -r '.groups[0].name')
    id=$(sim_state -r '.groups[0].id')
    for selector in "$name" "$id" "--name $name" "--where .id==\"$id\""; do
        # shellcheck disable=SC2086 # options and their values are words
        run --separate-stderr -0 group list $selector -o json
        [ "$(jq -r '.items[].id' <<< "$output")" = "$id" ]
    done
    run --separate-stderr -0 group list --exclude '*' -o json
    [ "$(jq -c .items <<< "$output")" = "[]" ]
    run --separate-stderr -1 group list no-such-group
    [[ $stderr == *'there is no instance group "no-such-group"'* ]]
}

@test "show gives single groups with the template's default trusted profile" {
    name=$(sim_state -r '.groups[1].name')
    run --separate-stderr -0 group show "$name" -o json
    [ "$(jq -r '.items[].name' <<< "$output")" = "$name" ]
    jq -e '.items[0] | has("default_trusted_profile")' <<< "$output"
    run --separate-stderr -2 group show
    run --separate-stderr -1 group show no-such-group
}

@test "templates that cannot be read make the list incomplete" {
    sim_http -X POST -H 'Content-Type: application/json' "$SIM_BASE/_sim/faults" \
        -d '{"rules":[{"path":"/v1/instance/templates","action":"status","status":403}]}'
    run --separate-stderr -1 group list -o json
    jq -e '(.complete | not) and (.items | length == 6) and (.items | all(.enabled == null))' <<< "$output"
    [[ $stderr == *"incomplete"*"instance templates"* ]]
}
