#!/usr/bin/env bats
# show: one resource or a few, by name, id or CRN, with their trusted profile.
load client

teardown() {
    sim_stop
}

@test "one server by name, id or CRN, in every kind" {
    client_start --instances 5 --bare-metal 2 --templates 2
    for pair in instance:instances bare-metal:bare_metal_servers template:templates; do
        for member in name id crn; do
            word=$(sim_state -r ".${pair#*:}[1].$member")
            meta "${pair%:*}" show "$word" -o json
            expect 0
            [ "$(jq -r ".items[].$member" <<< "$output")" = "$word" ]
        done
    done
}

@test "a single one is shown as lines of field and value" {
    client_start --instances 2
    name=$(sim_state -r '.instances[0].name')
    meta instance show "$name"
    expect 0
    grep -q "^name  *$name\$" <<< "$output"
    grep -Eq '^response_hop_limit  *[0-9]+$' <<< "$output"
}

@test "the trusted profile of a server is read from its initialization" {
    client_start --instances 40
    one=$(sim_state -c '[.instances[] | select(.default_trusted_profile)][0]')
    meta instance show "$(jq -r .name <<< "$one")" --jq '.items[0].default_trusted_profile'
    expect 0
    [ "$(jq -r .target.id <<< "$output")" = "$(jq -r .default_trusted_profile.id <<< "$one")" ]
    [ "$(jq -r .auto_link <<< "$output")" = "$(jq -r .default_trusted_profile.auto_link <<< "$one")" ]
}

@test "several are shown in one list; one that is missing fails all" {
    client_start --instances 5
    mapfile -t names < <(sim_state -r '.instances[0:3][].name')
    meta instance show "${names[@]}" -o json
    expect 0
    [ "$(jq '.items | length' <<< "$output")" -eq 3 ]
    meta instance show "${names[@]}" nobody -o json
    expect 1 'there is no instance "nobody"'
}
