#!/usr/bin/env bats
# vpcmeta metadata on the server itself: lists as rows, bare metal, the version date, and remedies that can be pasted.
load client
load data_plane

teardown() {
    sim_stop
}

status_of() { # KIND: how many of them called self are running
    sim_curl GET "/v1/$1?name=self" | jq "[.$1[] | select(.status == \"running\")] | length"
}

# usage: self_start CREATE-FUNCTION PROTOCOL KIND [VPCSIM-ARGS...]: this is the server `self`
self_start() {
    local create=$1 protocol=$2 kind=$3
    shift 3
    client_start --instances 60 --transition-ms 0 --metadata-instance self "$@"
    "$create" self "$protocol"
    await_count 1 status_of "$kind"
    unset VPC_URL VPC_APIKEY IBMCLOUD_IAM_API_ENDPOINT
    export IBMCLOUD_CR_VPC_URL=$SIM_BASE
    clear_log
}

@test "the items of a list are rows in CSV, in a table that is asked for, and with --fields" {
    self_start asker_create http instances
    meta metadata get keys -o csv
    expect 0
    [[ ${lines[0]} == name,id,* && ${lines[0]} == *,fingerprint* ]]
    [ "${#lines[@]}" -eq 3 ]
    meta metadata get keys --fields name,type --sort name:desc --limit 1
    expect 0
    [[ ${lines[0]} =~ ^NAME\ +TYPE$ && ${#lines[@]} -eq 2 ]]
    meta metadata get volume_attachments -o table
    expect 0
    [[ ${lines[0]} == NAME\ * && ${#lines[@]} -eq 4 && $output != *'{'* ]]
    meta metadata get instance/volume_attachments --fields id,volume -o json
    expect 0
    [ "$(jq -c '[(.volume_attachments | length), (.volume_attachments[0] | keys), (.volume_attachments[0].volume | type)]' <<< "$output")" = '[3,["id","volume"],"object"]' ]
    meta metadata get software_attachments -o csv
    expect 0
    [ "$output" = name,id ]
    meta metadata get keys
    expect 0
    [ "$(jq '.keys | length' <<< "$output")" = 2 ]
    meta metadata get keys --fields keys -o json
    [ "$(jq -c 'keys' <<< "$output")" = '["keys"]' ]
    meta metadata get keys --fields nmae
    expect 2 "no such field: did you mean name?"
    meta metadata get --limit 1
    expect 2 "for the rows of a list"
}

@test "a bare metal server finds its own id for what it reads, and is pointed to it" {
    self_start asker_create_bare_metal http bare_metal_servers
    for words in '' initialization instance/initialization "bare_metal_servers/$ASKER_ID/initialization"; do
        meta metadata get $words --jq .user_data
        expect 0
        [ "$output" = '#cloud-config' ] || { echo "$words: $output"; return 1; }
    done
    meta metadata get keys
    expect 1 "'vpcmeta metadata get initialization'"
}

@test "--api-version is the version of the service, whose default is not that of the VPC API" {
    self_start asker_create http instances
    while IFS='|' read -r words variable wanted; do
        clear_log
        VPC_VPC_IMS_VERSION=$variable meta metadata token $words --trace trace
        expect 0
        [[ $(jq -r .url trace) == *"$wanted" ]] || { cat trace; return 1; }
        rm trace
    done << 'ROWS'
||/identity/v1/token?version=2025-08-26
--api-version 2022-03-01||/instance_identity/v1/token?version=2022-03-01
--api-version 2025-08-25||/instance_identity/v1/token?version=2025-08-25
--api-version 2025-08-27|2022-03-01|/identity/v1/token?version=2025-08-27
ROWS
    clear_log
    meta metadata get --api-version 2022-02-28
    expect 2 "--api-version 2022-02-28 is not a version of the metadata service"
    meta metadata iam-token --api-version 2999-01-01
    expect 2 "out of range"
    meta metadata iam-token --api-version 2025-02-30
    expect 2 "is not a date"
    [ ! -s "$SIM_LOG" ]
}

@test "paths with signs that no id has are refused before anything is sent" {
    self_start asker_create http instances
    for path in ' ' 'instance#x' $'keys/a\nb' 'keys/a b' 'keys/..' '../../identity' 'keys/ä' $'keys/\x01' 'keys/a&b'; do
        meta metadata get "$path"
        expect 2 "no path"
    done
    [ ! -s "$SIM_LOG" ]
}

@test "a service that was off at creation, the other protocol and a missing link have their command in full" {
    client_start --instances 1 --mix plain --transition-ms 1 --metadata-instance web-0001
    export IBMCLOUD_CR_VPC_URL=$SIM_BASE
    meta metadata get --timeout 300ms
    expect 1 "--metadata-url https://127.0.0.1:$SIM_PORT)"
    meta metadata get --deadline 300ms
    expect 1 "the metadata service at $SIM_BASE has not answered: the deadline has passed"
    vpcmeta instance set web-0001 --enabled true --protocol http --yes 2> err
    for command in token iam-token get; do
        meta metadata $command
        expect 1 "500 service_error"
        [[ $stderr == *"'vpcmeta instance restart NAME --always'"*"'vpcmeta metadata probe --"* ]]
    done
    vpcmeta instance restart web-0001 --always --yes 2> err
    meta metadata token
    expect 0
    profile=Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2
    meta metadata iam-token --trusted-profile "$profile"
    expect 1 "'ibmcloud iam trusted-profile-link-create $profile --name "
    [[ $stderr == *" --cr-type VSI --link-crn crn:v1:"*":instance:"*"'"* ]]
}

@test "the life of a token is written as all times are" {
    self_start asker_create http instances
    while read -r given wanted; do
        meta metadata token --expires-in "$given" -o json --jq .expires_in
        expect 0
        [ "$output" = "$wanted" ]
    done << 'ROWS'
30s 30
5m 300
1h 3600
90 90
ROWS
}
