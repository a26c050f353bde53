#!/usr/bin/env bats
# A copy of a fleet answers as the fleet does: what is rehearsed on it happens there, too.
load client

compare=$BATS_TEST_DIRNAME/copy_compare.sh
commands=$BATS_TEST_DIRNAME/copy_commands.txt
scenarios=$BATS_TEST_DIRNAME/../data/scenarios

teardown() {
    sim_stop
}

# equal COUNT: all lines of the last run say so, and there are so many; the others are shown.
equal() {
    grep -v '^equal ' <<< "$output" && return 1
    [ "$status" -eq 0 ] || return 1
    [ "$(grep -c '^equal ' <<< "$output")" -eq "$1" ]
}

# reading: the commands before anything is changed, with any status.
reading() {
    grep -vE '^(set|set-again|restart|restart-dry|bare-metal-(set|off)|off|create|create-template|replace|rollback|.*-after) ' \
        "$commands" | sed 's/^\([^ ]*\) [0-9]/\1 ./'
}

@test "a fleet of three regions and its copy print the same, whatever is done to them" {
    run "$compare" "$BATS_TEST_TMPDIR" 11 20 --groups 3 --templates 8 --bare-metal 4
    equal "$(wc -l < "$commands")"
    # the fleet was a hard one: settings were refused, and some rules could not be evaluated
    grep -q allowed_use_violation "$BATS_TEST_TMPDIR/set.fleet"
    grep -q allowed_use_invalid "$BATS_TEST_TMPDIR/set.fleet"
    # and there was every kind of record
    jq -e '.complete and (.counts | length == 3 and ([.[] | keys[]] | unique | length) == 18)' "$BATS_TEST_TMPDIR/fleet.json"
}

@test "odd records are copied as they are: both lists lack the same" {
    reading > "$BATS_TEST_TMPDIR/reading"
    mkdir "$BATS_TEST_TMPDIR/odd"
    EXPORTED=1 COMMANDS=$BATS_TEST_TMPDIR/reading run "$compare" "$BATS_TEST_TMPDIR/odd" 4 20 --groups 2 --templates 6 \
        --bare-metal 3 --scenario "$scenarios/odd-copies.json"
    equal "$(wc -l < "$BATS_TEST_TMPDIR/reading")"
    grep -q 'instance api-0001 in us-south: metadata_service is absent' "$BATS_TEST_TMPDIR/odd/list.copy"
    grep -q 'bare metal server bm-002 in us-south: cpu is null' "$BATS_TEST_TMPDIR/odd/bare-metal.copy"
}

# on_copy FILES...: the simulator of the test with these files.
on_copy() {
    local files=() file
    for file in "$@"; do files+=(--load "$file"); done
    sim_stop
    client_start "${files[@]}"
}

@test "a list of groups can be loaded: the templates that it names are made up" {
    client_start --instances 20 --groups 3
    meta group list -o json
    expect 0
    groups=$(jq -c '[.items[] | [.id, .name, .instance_template // .template]]' <<< "$output")
    printf '%s' "$output" > "$BATS_TEST_TMPDIR/groups.json"
    on_copy "$BATS_TEST_TMPDIR/groups.json"
    meta group list -o json
    expect 0
    [ "$(jq -c '[.items[] | [.id, .name, .instance_template // .template]]' <<< "$output")" = "$groups" ]
}

@test "files of two regions are one fleet, and a further file replaces nothing" {
    client_start --region us-south,eu-de --instances 6 --seed 3
    meta instance list --region all -o json
    all=$(jq -c '[.items[].id]' <<< "$output")
    meta inventory export --region us-south -o south.json
    expect 0
    meta inventory export --region eu-de -o central.json
    expect 0
    on_copy south.json central.json
    meta instance list --region all -o json
    expect 0
    [ "$(jq -c '[.items[].id]' <<< "$output")" = "$all" ]
    meta group list --region all -o json
    expect 0
    [ "$(jq '.items | length' <<< "$output")" = 4 ]
}

@test "what allowed_use refuses on the fleet is refused on the copy" {
    client_start --instances 60 --mix varied --seed 6
    meta instance set --all --enabled true --protocol https --dry-run -o json
    expect 0
    planned=$(jq -c '.summary' <<< "$output")
    meta inventory export -o fleet.json
    expect 0
    meta instance set --all --enabled true --protocol https -y -o json --settle-timeout 1s
    refused=$(jq -c '[.results[] | select(.outcome != "changed" and .outcome != "unchanged") | [.name, .outcome]]' <<< "$output")
    [ "$(jq length <<< "$refused")" -gt 8 ]
    on_copy fleet.json
    meta instance set --all --enabled true --protocol https --dry-run -o json
    [ "$(jq -c '.summary' <<< "$output")" = "$planned" ]
    meta instance set --all --enabled true --protocol https -y -o json --settle-timeout 1s
    [ "$(jq -c '[.results[] | select(.outcome != "changed" and .outcome != "unchanged") | [.name, .outcome]]' <<< "$output")" = "$refused" ]
}

@test "the copy is in the account of the fleet" {
    client_start --instances 3
    meta inventory export -o fleet.json
    expect 0
    account=$(jq -r .account fleet.json)
    other=0123456789abcdef0123456789abcdef
    sed -i "s/$account/$other/g" fleet.json
    on_copy fleet.json
    meta instance list -o json
    expect 0
    jq -e --arg a "a/$other:" 'all(.items[]; .crn | contains($a))' <<< "$output"
    meta instance create --template "$(sim_state -r '.templates[0].name')" --name new-1 -y -o json
    expect 0
    meta instance show new-1 -o json
    jq -e --arg a "a/$other:" '.. | .crn? // empty | select(contains($a))' <<< "$output"
}

@test "a server can be made on the copy of an image that none has so far" {
    client_start --region eu-de --instances 3 --mix plain
    body=$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-interface.json
    image=$(sim_curl GET '/v1/images?limit=100' | jq -r '.images[] | select(.name == "ibm-redhat-9-6-minimal-amd64-2").id')
    jq --arg id "$image" '.image = {id: $id}' "$body" > body.json
    meta inventory export -o fleet.json
    expect 0
    on_copy fleet.json
    meta instance create -f body.json --name new-1 -y -o json
    expect 0
    meta instance list --where ".image.id == \"$image\"" -o json
    [ "$(jq -r '.items[].name' <<< "$output")" = new-1 ]
}

@test "templates alone make servers on the copy: what they name is made up" {
    client_start --instances 4 --templates 7
    local name number=0
    sim_curl GET /v1/instance/templates | jq .templates > templates.json
    on_copy templates.json
    for name in $(jq -r '.[].name' templates.json); do
        meta instance create --template "$name" --name "new-$((++number))" -y -o json
        expect 0
    done
    [ "$(sim_state '.instances | length')" -eq "$number" ]
    [ "$number" -eq 7 ]
}
