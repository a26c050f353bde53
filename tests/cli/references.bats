#!/usr/bin/env bats
# References: the API refers to a resource by id, CRN, href or name, and each of them says the same to us.
load client

teardown() {
    sim_stop
}

# NAME ZONE VPC: creates a template whose zone and VPC are these identities
make_template() {
    local profile=${4:-'{"name": "bx2-2x8"}'}
    jq -n --arg name "$1" --argjson zone "$2" --argjson vpc "$3" --argjson profile "$profile" --arg image "$IMAGE" \
        --arg subnet "$SUBNET" '{name: $name, zone: $zone, vpc: $vpc, profile: $profile, image: {crn: $image},
        primary_network_interface: {subnet: {href: $subnet}}}' > "$1.json"
    sim_curl POST /v1/instance/templates -f -H 'Content-Type: application/json' --data "@$1.json" > "$1.answer"
}

setup_references() {
    client_start --instances 2 --templates 0
    local vpc
    SUBNET=$(sim_curl GET /v1/subnets | jq -r '[.subnets[] | select(.zone.name == "us-south-1")][0].href')
    vpc=$(sim_curl GET /v1/subnets | jq -c '[.subnets[] | select(.zone.name == "us-south-1")][0].vpc')
    IMAGE=$(sim_curl GET /v1/images | jq -r '.images[0].crn')
    VPC_NAME=$(jq -r .name <<< "$vpc")
    ZONE_HREF=$(sim_curl GET /v1/regions/us-south/zones/us-south-1 | jq -c '{href}')
    make_template by-id "$ZONE_HREF" "$(jq -c '{id}' <<< "$vpc")"
    make_template by-crn '{"name": "us-south-1"}' "$(jq -c '{crn}' <<< "$vpc")" \
        '{"href": "https://us-south.iaas.cloud.ibm.com/v1/instance/profiles/bx2-2x8"}'
    make_template by-href "$ZONE_HREF" "$(jq -c '{href}' <<< "$vpc")"
}

@test "a template's zone and VPC are shown by name, however the template refers to them" {
    setup_references
    meta template list -o json
    expect 0
    jq -e --arg vpc "$VPC_NAME" '.complete and (.items | length == 3) and
        all(.items[]; .vpc == $vpc and .zone == "us-south-1")' <<< "$output"
    meta template show by-crn -o json
    expect 0
    jq -e --arg vpc "$VPC_NAME" '.. | objects | select(has("vpc")) | .vpc == $vpc and .zone == "us-south-1"' <<< "$output"
}

@test "--zone and --vpc select templates, however they refer to zone and VPC" {
    setup_references
    local word
    for word in "$VPC_NAME" "$(jq -r .vpc.id by-id.json)" "$(jq -r .vpc.crn by-crn.json)"; do
        meta template list --vpc "$word" --zone us-south-1 -o csv --fields name,vpc --no-headers
        expect 0
        [ "$(sort <<< "${output//$'\r'/}")" = "by-crn,$VPC_NAME"$'\n'"by-href,$VPC_NAME"$'\n'"by-id,$VPC_NAME" ]
    done
}

@test "a template without a VPC has that of its subnet" {
    setup_references
    local name
    jq --arg name by-subnet 'del(.vpc) | .name = $name' by-id.json > by-subnet.json
    jq --arg subnet "$SUBNET" '{name: "by-attachment", zone, profile, image,
        primary_network_attachment: {virtual_network_interface: {subnet: {id: ($subnet | split("/") | last)}}}}' \
        by-id.json > by-attachment.json
    for name in by-subnet by-attachment; do
        sim_curl POST /v1/instance/templates -f -H 'Content-Type: application/json' --data "@$name.json"
    done
    meta template list -o json
    expect 0
    jq -e --arg vpc "$VPC_NAME" '(.items | length == 5) and all(.items[]; .vpc == $vpc)' <<< "$output"
    for name in "$VPC_NAME" "$(jq -r .vpc.id by-id.json)"; do
        meta template list --vpc "$name" -o json
        expect 0
        jq -e --arg vpc "$VPC_NAME" '(.items | length == 5) and all(.items[]; .vpc == $vpc)' <<< "$output"
    done
    meta template list --vpc vpc-dev -o json
    expect 0 "nothing was selected"
}

@test "a VPC whose name cannot be read is null and named, never an id" {
    setup_references
    faults '{"operation": "vpcs.list", "action": "status", "status": 403}'
    meta template list -o json
    expect 1 "incomplete"
    jq -e '.complete == false and (.items | length == 3) and all(.items[]; .vpc == null) and
        any(.missing[]; contains("by-crn"))' <<< "$output"
    meta template show by-id -o json
    expect 1 "incomplete"
    jq -e '.. | objects | select(has("vpc")) | .vpc == null' <<< "$output"
}

@test "the names of VPCs are read only where an answer lacks them" {
    setup_references
    clear_log
    meta instance list -o json
    expect 0
    [ "$(sim_count GET /v1/vpcs)" -eq 0 ]
    meta template list -o json
    expect 0
    [ "$(sim_count GET /v1/vpcs)" -eq 1 ]
}

@test "what is created from a source template is compared with it, however the body refers to it" {
    setup_references
    local identity
    for identity in id crn href; do
        jq --arg form "$identity" '{name: ("from-" + $form), source_template: {($form): .[$form]}}' by-id.answer > body.json
        clear_log
        meta template create -f body.json --enabled true -y
        expect 0
        [ "$(sim_count GET "/v1/instance/templates/$(jq -r .id by-id.answer)")" -ge 2 ] # before, and to compare
    done
}
