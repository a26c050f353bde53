#!/usr/bin/env bats
# show: one resource or a few, by name, id or CRN, with their trusted profile.
load client
load screen

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

# KIND NAME: every heading of the list stands before a value of the show, in the same order, and nothing is called by
# the API's name where the list has another
shares_words() {
    local headings titles
    meta "$1" list "$2"
    expect 0
    headings=$(head -n 1 <<< "$output" | sed 's/   */\n/g; s/  /\n/g' | grep .)
    meta "$1" show "$2"
    expect 0
    titles=$(sed -E 's/  +.*//' <<< "$output")
    [ "$(grep -nxF -f <(echo "$headings") <<< "$titles" | cut -d: -f2)" = "$headings" ] || {
        printf '%s\n--- list has:\n%s\n' "$output" "$headings"
        return 1
    }
    [[ $output != *response_hop_limit* && $output != *null* ]]
}

@test "show has the words of list, in their order, in every kind" {
    client_start --instances 3 --bare-metal 1 --templates 1 --groups 1
    shares_words instance "$(sim_state -r '.instances[0].name')"
    grep -Eq '^HOPS +[0-9]+$' <<< "$output"
    shares_words template "$(sim_state -r '.templates[0].name')"
    shares_words bare-metal "$(sim_state -r '.bare_metal_servers[0].name')"
    shares_words group "$(vpcmeta group list --jq '.items[0].name')"
}

@test "several resources are blocks, also beside each other in a terminal that is too narrow for one line" {
    client_start --instances 3
    mapfile -t names < <(sim_state -r '.instances[0:2][].name')
    meta instance show "${names[@]}"
    expect 0
    [ "$(grep -c '^NAME ' <<< "$output")" -eq 2 ]
    [ "$(grep -c '^$' <<< "$output")" -eq 1 ]
    for size in 80x24 120x40 200x50; do
        screen_plain "$size" instance show "${names[@]}" --fields name,hops,enabled
        [ "$status" -eq 0 ]
        shows "^NAME +${names[1]}$"
        shows '^HOPS +[0-9]+$'
        fits "${size%x*}"
    done
}

@test "the trusted profile is shown by its id, not as JSON" {
    client_start --instances 40
    one=$(sim_state -c '[.instances[] | select(.default_trusted_profile)][0]')
    meta instance show "$(jq -r .name <<< "$one")"
    expect 0
    grep -Eq "^TRUSTED PROFILE +$(jq -r .default_trusted_profile.id <<< "$one") \(auto_link $(jq -r .default_trusted_profile.auto_link <<< "$one")\)$" <<< "$output"
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
