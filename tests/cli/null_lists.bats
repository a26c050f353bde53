#!/usr/bin/env bats
# Lists whose items end in NUL bytes, such as find -print0 writes: -0 reads them, and nothing cuts them.
load client

teardown() {
    sim_stop
}

@test "-0 reads the items of --from wherever there is --from, from a file and from standard input" {
    client_start --instances 6 --bare-metal 2 --templates 3 --groups 1
    local row kind from
    for row in "instance instances" "bare-metal bare_metal_servers" "template instance_templates"; do
        kind=${row% *}
        meta "$kind" list -o csv --fields name --no-headers
        expect 0
        head -n 2 <<< "$output" > wanted
        tr '\n' '\0' < wanted > list
        for from in list -; do
            meta "$kind" list -0 --from "$from" -o csv --fields name --no-headers < list
            expect 0
            diff <(sort wanted) <(sort <<< "$output")
        done
    done
    sim_state -j '.instances[0, 1] | .name + "\u0000"' > list
    meta instance set --null --from - --hop-limit 7 -y -o json < list
    expect 0
    jq -e '.summary.changed == 2' <<< "$output"
    sim_state -r '.instances[0, 1].name' | sort > wanted
    meta audit -0 --from list -o json --jq '.findings[].name'
    diff wanted <(sort -u <<< "$output")
    meta instance restart -0 --from list --always --dry-run -o json
    expect 0
    jq -e '.summary.selected == 2' <<< "$output"
    sim_state -j '.templates[0].name + "\u0000"' > list
    meta template replace -0 --from list --hop-limit 3 --dry-run -o json
    expect 0
    jq -e '.summary.selected == 1' <<< "$output"
}

@test "create -0 takes names that end in NUL bytes" {
    client_start --instances 1 --templates 2
    template=$(sim_curl GET /v1/instance/templates | jq -r '.templates[0].name')
    printf '%s\0' batch-a batch-b > names
    meta instance create --template "$template" -0 --from names -y -o json
    expect 0
    jq -e '[.results[].name] == ["batch-a", "batch-b"]' <<< "$output"
    sim_state -e '[.instances[].name] | contains(["batch-a", "batch-b"])'
}

# WORDS COMMAND... < LIST: refused before anything is sent
refused() {
    local words=$1
    shift
    clear_log
    meta "$@"
    expect 2 "$words"
    [ "$(requests)" -eq 0 ]
}

@test "what separates the items otherwise is refused with its item, and without -0 the message names it" {
    client_start --instances 3
    printf 'api-0001\0web-0002\0' > nul
    printf 'api-0001\nweb-0002\n' > lines
    printf 'api-0001\0\0web-0002\n\0' > mixed
    printf 'api-0001\0web\xff\0' > broken
    refused 'lines, item 1: --from: a newline in an item' instance set -0 --from lines --hop-limit 9 -y
    refused 'standard input, item 3: --from: a newline' instance set -0 --from - --hop-limit 9 -y < mixed
    refused 'broken, item 2: --from: what stands here is not UTF-8' instance list -0 --from broken
    refused 'nul:1:9: --from: NUL byte in the text: if NUL bytes separate the items, as those of find -print0, add -0' \
        instance set --from nul --hop-limit 9 -y
    refused 'add -0' instance create --template t --from nul -y
    refused '--null has no effect without --from' instance list -0
    refused '--null has no effect without --from' instance create --template t --name a -0 -y
    # an item is everything between two NUL bytes: no blank is trimmed, no comment is cut
    refused '" api-0001" is not a valid name' instance list -0 --from <(printf ' api-0001\0')
    refused '"api-0001 # x" is not a valid name' instance list -0 --from <(printf 'api-0001 # x\0')
    refused 'names nothing: one name, id or CRN before each NUL byte is wanted' instance list -0 --from <(printf '\0\0')
}

@test "a list of many items that NUL bytes end is read whole" {
    client_start --instances 300
    sim_state -j '.instances[0:150][] | .name + "\u0000"' > list
    meta instance list -0 --from list -o json
    expect 0
    jq -e '.items | length == 150' <<< "$output"
}
