#!/usr/bin/env bats
# One verdict on one body: what `schema check` says is what `create` does.
load client

bodies=$BATS_TEST_DIRNAME/../data/bodies
by_image=$bodies/instance-prototype-by-image-network-attachment.json
metal=$bodies/bare-metal-prototype-by-network-attachment.json

setup() {
    client_start --region eu-de --instances 2 --templates 1 --bare-metal 1
}

teardown() {
    sim_stop
}

# KIND SCHEMA FILE STATUS: both end so, with and without --as
both() {
    local kind=$1 schema=$2 file=$3 wanted=$4
    meta schema check --as "$schema" "$file"
    expect "$wanted" "${5:-}"
    meta "$kind" create -f "$file" --dry-run
    expect "$wanted" "${6:-${5:-}}"
    meta schema check "$file"
    expect "$wanted" "${5:-}"
}

# moves the members of initialization to the top level, as some examples of the vendor have them
flatten() {
    jq '. + (.initialization | {'"$1"'}) | .initialization |= del('"$(sed 's/[a-z_]*/.&/g; s/\.,/,/g; s/\.$//' <<< "$1")"')' "$metal"
}

@test "members of a bare metal body that belong in initialization are moved by create, and check says so" {
    for members in image keys default_trusted_profile user_data image,keys,default_trusted_profile,user_data; do
        flatten "$members" > body.json
        meta schema check --as bare_metal_server_create body.json
        expect 0
        for member in ${members//,/ }; do
            expect 0 "\`$member\` belongs in \`initialization\`"
        done
        meta schema check body.json
        expect 0 'belongs in `initialization`'
        grep -q '^valid: bare_metal_server_create' <<< "$output"
        meta bare-metal create -f body.json --dry-run
        expect 0 'under "initialization"'
    done
    clear_log
    meta bare-metal create -y -f body.json
    expect 0
    [ "$(writes | jq -S .body)" = "$(jq -S . "$metal")" ]
}

@test "a bare metal body without initialization is found to be one, too" {
    flatten image,keys,default_trusted_profile,user_data | jq 'del(.initialization)' > body.json
    meta schema check body.json
    expect 0 'belongs in `initialization`'
    [[ $output == *bare_metal_server_create* ]]
    meta bare-metal create -f body.json --dry-run
    expect 0
}

@test "a member in both places is refused by both" {
    jq '.image = .initialization.image' "$metal" > body.json
    both bare-metal bare_metal_server_create body.json 2 'stands at the top level and in "initialization"'
}

@test "numbers without a fraction are integers, and are sent as such" {
    for number in 2.0 2e0 20e-1 0.2e1; do
        jq . "$by_image" | sed "s/\"response_hop_limit\": 1/\"response_hop_limit\": $number/" > body.json
        grep -qF "$number" body.json
        both instance instance_create body.json 0
        clear_log
        meta instance create -y -f body.json --name "n-${number//[.e]/-}x"
        expect 0
        grep -qE '"response_hop_limit": ?2[,}]' "$SIM_LOG"
    done
    jq . "$by_image" | sed 's/"response_hop_limit": 1/"response_hop_limit": 1.5/' > body.json
    both instance instance_create body.json 2 "must be an integer"
    for number in 1e300 9007199254740993.0 99999999999999999999; do
        jq . "$by_image" | sed "s/\"response_hop_limit\": 1/\"response_hop_limit\": $number/" > body.json
        both instance instance_create body.json 2 "body.json:"
    done
}

@test "the dots of a documentation example are told from a slip" {
    for dots in . ... …; do
        printf '{\n  "name": "x",\n  %s\n  "zone": {"name": "eu-de-1"}\n}\n' "$dots" > body.json
        both instance instance_create body.json 2 "body.json:3:3: the dots stand for what was left out"
        printf '{\n  "name": "x"\n  %s\n}\n' "$dots" > body.json
        both instance instance_create body.json 2 "body.json:3:3: the dots stand for what was left out"
        printf '{\n  "keys": [\n    {"id": "a"},\n    %s\n  ]\n}\n' "$dots" > body.json
        both instance instance_create body.json 2 "body.json:4:5: the dots stand for what was left out"
    done
    printf '{"metadata_service": {"response_hop_limit": .5}}' > body.json
    both instance instance_create body.json 2 "write a digit before"
}

@test "a property that the schemas do not know is refused, and both ways are named" {
    jq '.newer = {a: 1} | .metadata_service.newest = 2' "$by_image" > body.json
    both instance instance_create body.json 2 --allow-unknown
    both instance instance_create body.json 2 --schema-dir
    both instance instance_create body.json 2 'unknown property `newest`'
    [ "$(requests)" -eq 0 ]
}

@test "--allow-unknown warns of each, checks the rest, and sends it" {
    jq '.newer = {a: 1} | .metadata_service.newest = 2 | .primary_network_attachment.virtual_network_interface.other = [1]' \
        "$by_image" > body.json
    for command in "schema check" "schema check --as instance_create" "instance create --dry-run -f"; do
        # shellcheck disable=SC2086
        meta ${command} body.json --allow-unknown
        expect 0 "warning: body.json:"
        for pointer in /newer /metadata_service/newest /primary_network_attachment/virtual_network_interface/other; do
            expect 0 " $pointer: "
        done
        [ "$(grep -c '^warning: body.json:' <<< "$stderr")" -eq 3 ]
    done
    jq -e '.newer.a == 1' <<< "$output"
    clear_log
    meta instance create -y -f body.json --allow-unknown
    [ "$(writes | jq -c '[.body.newer, .body.metadata_service.newest]')" = '[{"a":1},2]' ]
    expect 1 "is unknown"
    jq '.metadata_service.enabled = "yes"' body.json > wrong.json
    clear_log
    for command in "schema check" "instance create -f"; do
        # shellcheck disable=SC2086
        meta ${command} wrong.json --allow-unknown
        expect 2 "/metadata_service/enabled: must be true or false"
    done
    [ "$(requests)" -eq 0 ]
    meta schema check body.json --allow-unknown -o json
    jq -e '.valid and (.results[0].unknown | length == 3)' <<< "$output"
}

@test "a half-written body of a creation is not only called a valid change" {
    echo '{"name":"web-01","profile":{"name":"bx2-2x8"},"metadata_service":{"enabled":true}}' > body.json
    meta schema check body.json
    expect 0 "it could also be an unfinished body of"
    [[ $output == "valid: instance_patch"* && $stderr == *instance_create* ]]
    meta schema check body.json -o json
    jq -e '.results[0] | .schemas == ["instance_patch"] and (.could_be | index("instance_create"))' <<< "$output"
    meta schema check --as instance_patch body.json
    expect 0
    [ -z "$stderr" ]
    meta schema check "$by_image"
    [[ $stderr != *unfinished* ]]
}

# FILE POINTERS...: names at these places may begin with a digit, at `elsewhere` they may not
names_in() {
    local kind=$1 schema=$2 file=$3 place name
    shift 3
    for place; do
        for name in 0-eth 10g-uplink-a a 1a eth0; do
            jq --arg name "$name" "$place = \$name" "$file" > body.json
            meta schema check --as "$schema" body.json
            expect 0
        done
        for name in 0 -a a- 10 0- ''; do
            jq --arg name "$name" "$place = \$name" "$file" > body.json
            meta schema check --as "$schema" body.json
            expect 2 "$(sed 's/\[0\]/\/0/g; s/\./\//g' <<< "$place"): "
        done
    done
}

@test "what belongs to a network may have a name that begins with a digit, and nothing else may" {
    jq '.network_attachments = [.primary_network_attachment] |
        .cluster_network_attachments = [{cluster_network_interface: {subnet: {id: "a"}}}]' "$by_image" > full.json
    vni=primary_network_attachment.virtual_network_interface
    names_in instance instance_create full.json .primary_network_attachment.name .network_attachments[0].name \
        ".$vni.name" ".$vni.primary_ip.name" .cluster_network_attachments[0].name \
        .cluster_network_attachments[0].cluster_network_interface.name
    names_in bare-metal bare_metal_server_create "$metal" .primary_network_attachment.name .network_attachments[0].name \
        ".$vni.name"
    for place in .name .boot_volume_attachment.volume.name .boot_volume_attachment.name; do
        jq "$place = \"0-eth\"" "$by_image" > body.json
        both instance instance_create body.json 2
    done
    jq '.name = "0-eth"' "$metal" > body.json
    both bare-metal bare_metal_server_create body.json 2
    jq --arg n 0-eth '.primary_network_attachment |= (.name = $n | .virtual_network_interface.name = $n |
        .virtual_network_interface.primary_ip.name = $n)' "$by_image" > body.json
    clear_log
    meta instance create -y -f body.json
    expect 0
    jq --arg n 0-eth '.primary_network_attachment |= (.name = $n | .virtual_network_interface.name = $n)' "$metal" > body.json
    meta bare-metal create -y -f body.json
    expect 0
}

# WORDS PROGRAM: the body by PROGRAM of the template by image is refused by both commands with the words
refused() {
    jq "$2" "$by_image" > body.json
    both instance instance_create body.json 2 "$1"
    [[ $stderr == *body.json:* ]]
}

@test "words of older APIs and of other tools are told what the API calls it, and are not let through as new" {
    refused '`primary_ip`, as {"address"' '.primary_ipv4_address = "10.0.0.1"'
    refused 'it is `primary_ip` now' '.primary_network_attachment.virtual_network_interface.primary_ipv4_address = "10.0.0.1"'
    refused 'renamed to `volume_bandwidth_qos_mode`' '.storage_qos_mode = "pooled"'
    refused 'write `profile`' '.flavor = "bx2-2x8"'
    refused '`user_tags` belongs in a volume' '.user_tags = ["a:b"]'
    refused 'it belongs in `volume`' '.boot_volume_attachment.user_tags = ["a:b"]'
    refused 'write `boot_volume_attachment`' '.boot_volume = {}'
    refused 'it belongs in `virtual_network_interface`' '.primary_network_attachment.subnet = {id: "a"}'
    refused 'write `enabled`' '.metadata_service.http_endpoint = "enabled"'
    refused 'write `response_hop_limit`' '.metadata_service.http_put_response_hop_limit = 1'
    refused "'ibmcloud resource groups' shows it" '.resource_group = {name: "default"}'
    refused "'ibmcloud iam trusted-profiles' shows the id" '.default_trusted_profile.target = {name: "p"}'
    refused 'which is not its IAM id' '.default_trusted_profile.target = {id: "iam-Profile-1"}'
    refused 'leave it out instead of null' '.metadata_service = null'
    refused 'write an object, {...}, of `id`' '.resource_group = "default"'
    refused 'the first is a letter' '.name = "Web_01"'
    jq '.flavor = "a"' "$by_image" > body.json
    meta instance create -f body.json --dry-run --allow-unknown
    expect 2 'write `profile`'
    jq '.metadata_service.response_hop_limit = 1' "$metal" > body.json
    both bare-metal bare_metal_server_create body.json 2 "a bare metal server has no hop limit"
}

@test "a body with an image is told what an instance by image lacks" {
    lacks() {
        jq "$1" "$by_image" > body.json
        meta schema check --as instance_create body.json
        expect 2 "instance by image"
        [[ $stderr != *source_template* ]]
        meta instance create -f body.json --dry-run
        expect 2 "instance by image"
        [[ $stderr != *source_template* ]]
    }
    lacks 'del(.zone, .primary_network_attachment)'
    expect 2 '`zone` is missing'
    expect 2 '`primary_network_attachment` (instance by image with network attachments)'
    lacks 'del(.primary_network_attachment)'
    lacks '{name, image, profile}'
    lacks '{image}'
    lacks 'del(.zone, .primary_network_attachment) | del(.boot_volume_attachment.volume.profile)'
    jq '{boot_volume_attachment: {volume: {id: "r010-a"}}}' "$by_image" > body.json
    meta schema check --as instance_create body.json
    expect 2 "instance by volume"
    jq '{catalog_offering: {offering: {crn: "crn:v1:a:b:c:d:e:f:g:h"}}}' "$by_image" > body.json
    meta schema check --as instance_create body.json
    expect 2 "instance by catalog offering"
    jq 'del(.zone) | .source_template = {id: "a"} | .name = 5' "$by_image" > body.json
    meta schema check --as instance_create body.json
    expect 2 /name
    [[ $stderr != *zone* ]]
}

@test "an empty body is told the ways to say what to create" {
    echo '{}' > body.json
    for command in "schema check --as instance_create" "instance create --dry-run -f"; do
        # shellcheck disable=SC2086
        meta ${command} body.json
        expect 2 "needs one of these"
        for way in 'by image' 'by catalog offering' 'by volume' 'by source snapshot' 'by source template' '`image`' \
            '`source_template`'; do
            expect 2 "$way"
        done
    done
    meta template create -f body.json --dry-run
    expect 2 "template by image"
    [[ $stderr != *"by volume"* ]]
}

@test "recorded bodies have one verdict each, with a remedy where they are refused" {
    cases=$BATS_TEST_DIRNAME/../../../shared/cases/bodies
    [ -d "$cases" ] || skip "no recorded bodies here"
    for file in "$cases"/*.json; do
        kind=instance schema=instance_create wanted=2
        case $file in
            */v21*) continue ;; # a change, not a creation
            *bms*) kind=bare-metal schema=bare_metal_server_create ;;
            *template*) kind=template schema=instance_template_create ;;
        esac
        [[ $file != */v* ]] || wanted=0
        meta schema check --as "$schema" "$file"
        expect "$wanted"
        if [ "$wanted" -eq 2 ]; then
            grep -qE '^error: .*\.json:[0-9]+:[0-9]+: /.*(; |must be in the range|must have at most)' <<< "$stderr"
            [ "$(grep -c '; remove it;' <<< "$stderr")" -eq 0 ]
        fi
        case $file in *source-template-only*) continue ;; esac # needs the template
        meta "$kind" create -f "$file" --dry-run
        expect "$wanted"
    done
}
