#!/usr/bin/env bats
# A first body to edit: examples of the schemas, and the body of a server that exists.
load client

setup() {
    client_start --instances 12 --templates 4 --bare-metal 2
}

teardown() {
    sim_stop
}

# KIND COMMAND: every example of KIND's body is what its variant says, and the API takes it
examples_are_created() {
    local schema=$1 kind=$2 variant n=0
    for variant in $(examples_of "$schema"); do
        meta schema example "$schema" --variant "$variant"
        expect 0
        jq -S . <<< "$output" > body.json
        meta schema check --as "$schema" body.json
        expect 0
        n=$((n + 1))
        meta "$kind" create -y -f body.json --name "example-$n"
        expect 0
    done
    [ "$(writes | wc -l)" -eq "$n" ]
    [ "$n" -ge 2 ]
}

# the variants that a wrong one is answered with
examples_of() {
    meta schema example "$1" --variant nothing-of-this
    expect 2 "give one of: "
    tr -d , <<< "${stderr##*give one of: }"
}

@test "every example of an instance is valid, and the API creates it" {
    examples_are_created instance_create instance
}

@test "every example of a template is valid, and the API creates it" {
    examples_are_created instance_template_create template
}

@test "every example of a bare metal server is valid, and the API creates it" {
    examples_are_created bare_metal_server_create bare-metal
}

@test "a variant may be named by some of its words, with network attachments where it does not say" {
    for words in image "by image" image-network-attachment IMAGE; do
        meta schema example instance_create --variant "$words"
        expect 0 "instance by image with network attachments"
    done
    meta schema example instance_create --variant snapshot
    jq -e '.boot_volume_attachment.volume.source_snapshot and .primary_network_attachment' <<< "$output"
    meta schema example instance_create --variant "volume with network interfaces"
    jq -e '.boot_volume_attachment.volume.id and .primary_network_interface' <<< "$output"
}

@test "every schema has an example, and a format and --jq work on it" {
    meta schema list -o json
    for name in $(jq -r '.items[].name' <<< "$output"); do
        vpcmeta schema example "$name" 2> /dev/null | vpcmeta schema check --as "$name" -
    done
    meta schema example instance_create --jq .profile.name
    [ "$output" = bx2-4x16 ]
    meta schema example instance_create -o yaml
    grep -q '^metadata_service:$' <<< "$output"
    meta schema example instance_patch --variant image
    expect 2 "has no variants"
    meta schema example instance_creat
    expect 2 'did you mean "instance_create"?'
}

@test "completion offers the variants" {
    meta __complete schema example --variant volume-
    grep -q volume-network-interface <<< "$output"
    meta help schema example
    grep -q -- "--variant VARIANT" <<< "$output"
}

@test "the body of any instance creates one like it" {
    meta instance list -o json
    for name in $(jq -r '.items[].name' <<< "$output"); do
        meta instance show "$name" --as-body
        expect 0 user_data
        cat <<< "$output" > body.json
        meta schema check --as instance_create body.json
        expect 0
        meta instance create -f body.json --name "like-$name" --dry-run
        expect 0
        [ "$(jq -S 'del(.name)' <<< "$output")" = "$(jq -S . body.json)" ]
    done
    meta instance create -y -f body.json --name like-it -o json
    expect 0
    meta instance list "$name" like-it -o json
    jq -e '[.items[] | del(.name, .id, .crn, .status)] | .[0] == .[1]' <<< "$output"
}

@test "the body of a template is complete" {
    for name in $(sim_state -r '.templates[].name'); do
        meta template show "$name" --as-body
        expect 0
        cat <<< "$output" > body.json
        meta template create -f body.json --name "like-$name"
        expect 0
        [ "$(writes | tail -1 | jq -S '.body | del(.name)')" = "$(jq -S . body.json)" ]
    done
}

@test "the body of a bare metal server has image, keys and profile of its initialization" {
    meta bare-metal show bm-001 --as-body
    expect 0
    cat <<< "$output" > body.json
    jq -e '.initialization | .image.id and (.keys | length > 0)' body.json
    meta schema check --as bare_metal_server_create body.json
    expect 0
    meta bare-metal create -y -f body.json --name bm-new
    expect 0
}

@test "one body is made of one resource" {
    meta instance show web-0001 web-0002 --as-body
    expect 2 "give one instance"
    meta group show asg --as-body
    expect 2 "as-body"
}

@test "a server whose initialization may not be read still gives a body" {
    faults '{"path": "/v1/instances/*/initialization", "action": "status", "status": 403}'
    name=$(sim_state -r '.instances[0].name')
    meta instance show "$name" --as-body
    [ "$status" -ne 0 ]
    jq -e '.zone and .image and .metadata_service' <<< "$output"
    grep -q "keys, default_trusted_profile" <<< "$stderr"
}
