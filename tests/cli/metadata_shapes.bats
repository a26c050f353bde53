#!/usr/bin/env bats
# The bodies of the simulator's metadata API: the documented members, and the same ids as the control plane has.
load sim
load data_plane

data=$BATS_TEST_DIRNAME/../data

teardown() {
    sim_stop
}

# A simulator whose asker is an instance with everything, created with metadata on.
start() {
    sim_start --instances 60 --transition-ms 0 --metadata-instance self "${@:2}"
    asker_create self http "${1:-.}"
    asker_token
}

# What the first document has and the second one lacks, or has as another type: paths, one a line.
missing() {
    jq -rn --slurpfile wanted "$1" --slurpfile got "$2" '
        def kinds: [paths(..) as $p | [($p | map(if type == "number" then 0 else . end)), (getpath($p) | type)]] | unique;
        ($wanted[0] | kinds) - ($got[0] | kinds) | .[] | "\(.[0] | map(tostring) | join(".")): \(.[1])"'
}

@test "the instance and its initialization have every member of the documented examples" {
    start
    asker_get instance > "$SIM_DIR/instance"
    run missing "$data/metadata_instance.json" "$SIM_DIR/instance"
    [ -z "$output" ] || { echo "$output" && return 1; }
    # what it refers to has these members and no other: no href, no resource_type, no device
    parts='[.boot_volume_attachment, .boot_volume_attachment.volume, .image, .profile, .vpc, .zone | keys]'
    [ "$(jq -c "$parts" "$SIM_DIR/instance")" = "$(jq -c "$parts" "$data/metadata_instance.json")" ]
    jq -e '[.. | objects | .created_at? // empty] | length > 1 and
        all(.[]; test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"))' "$SIM_DIR/instance"
    asker_get instance/initialization > "$SIM_DIR/initialization"
    parts='[., .default_trusted_profile, .default_trusted_profile.target, .keys[0] | keys]'
    [ "$(jq -c "$parts" "$SIM_DIR/initialization")" = "$(jq -c "$parts" "$data/metadata_initialization.json")" ]
    run missing "$data/metadata_initialization.json" "$SIM_DIR/initialization"
    [ -z "$output" ] || { echo "$output" && return 1; }
}

@test "every list and every item has the members that the documentation names" {
    start
    while read -r path filter members; do
        asker_get "$path" > "$SIM_DIR/list"
        jq -e --arg members "$members" "[$filter] | length > 0 and all(.[]; . as \$item |
            \$members | split(\" \") | all(.[]; . as \$name | \$item | has(\$name)))" "$SIM_DIR/list" > /dev/null ||
            { echo "$path $filter: $members" >&2; cat "$SIM_DIR/list" >&2; return 1; }
    done << 'CASES'
instance . availability_policy bandwidth boot_volume_attachment disks lifecycle_reasons lifecycle_state metadata_service
instance . network_attachments network_interfaces placement_target primary_network_attachment primary_network_interface
instance . software_attachments startable status_reasons total_network_bandwidth total_volume_bandwidth volume_attachments
instance . cluster_network_attachments confidential_compute_mode enable_secure_boot health_state numa_count resource_type
instance .metadata_service enabled protocol response_hop_limit
instance .disks[] created_at id interface_type name resource_type size
instance .primary_network_interface id name primary_ip primary_ipv4_address resource_type subnet
instance/initialization .default_trusted_profile auto_link target
instance/initialization .keys[] crn fingerprint id name
instance/network_interfaces .network_interfaces[] allow_ip_spoofing created_at floating_ips id name port_speed primary_ipv4_address
instance/network_interfaces .network_interfaces[] resource_type security_groups status subnet type
instance/network_attachments .network_attachments[] id lifecycle_state name primary_ip subnet type virtual_network_interface
instance/volume_attachments .volume_attachments[] bandwidth created_at delete_volume_on_instance_delete device id name status type
instance/volume_attachments .volume_attachments[].volume crn id name
virtual_network_interfaces .virtual_network_interfaces[] allow_ip_spoofing crn id ips mac_address name primary_ip subnet target
virtual_network_interfaces .virtual_network_interfaces[] protocol_state_filtering_mode security_groups vpc zone
keys .keys[] created_at crn fingerprint id length name public_key type
placement_groups . first limit placement_groups total_count
placement_groups .placement_groups[] created_at crn id lifecycle_state name resource_type strategy
CASES
    [ "$(asker_get instance/volume_attachments | jq -c '[.volume_attachments[] | [.type, .status]]')" = \
        '[["boot","attached"],["data","attached"],["data","attached"]]' ]
    [ "$(asker_get keys | jq -c '.keys | map(.type) | sort')" = '["ed25519","rsa"]' ]
    # public keys are as long as real ones (RFC 4253 6.6)
    asker_get keys | jq -r '.keys[].public_key' > "$SIM_DIR/keys"
    while read -r type blob name; do
        [ "$(base64 -d <<< "$blob" | head -c $((4 + ${#type})) | tail -c ${#type})" = "$type" ]
        [[ "$type $(base64 -d <<< "$blob" | wc -c) $name" =~ ^ssh-(ed25519 51|rsa 535)\ ops- ]]
    done < "$SIM_DIR/keys"
    # known issue of the service: the maker of the processors may be empty
    [ "$(asker_get instance | jq -c '.vcpu | [.architecture, .count, .manufacturer]')" = '["amd64",4,""]' ]
}

@test "ids and names are the control plane's, whose hrefs are left out" {
    start
    sim_curl GET "/v1/instances/$ASKER_ID" > "$SIM_DIR/control"
    asker_get instance > "$SIM_DIR/data"
    pairs='[paths(type == "object" and has("id")) as $p | getpath($p) | [$p, .id, .name, .crn]] | sort'
    jq "[$pairs[] | select(.[0][0] | IN(\"resource_group\") | not)]" "$SIM_DIR/control" > "$SIM_DIR/one"
    jq "$pairs" "$SIM_DIR/data" > "$SIM_DIR/two"
    # of the device of a volume, the instance shows nothing
    jq '[.[] | select(.[0][-1] != "device")]' "$SIM_DIR/one" | diff - "$SIM_DIR/two"
    [ "$(jq -c '[.id, .name, .crn, .status, .metadata_service]' "$SIM_DIR/data")" = \
        "$(jq -c '[.id, .name, .crn, .status, .metadata_service]' "$SIM_DIR/control")" ]
    for path in instance instance/initialization instance/network_interfaces instance/network_attachments keys \
        instance/volume_attachments virtual_network_interfaces placement_groups; do
        [ "$(asker_get "$path" | jq '[.. | objects | .href? // empty | select(test("iaas.cloud"))] | length')" = 0 ]
    done
    [ "$(sim_curl GET /v1/keys | jq -c '[.keys[:2][] | [.id, .fingerprint, .public_key, .length, .type]] | sort')" = \
        "$(asker_get keys | jq -c '[.keys[] | [.id, .fingerprint, .public_key, .length, .type]] | sort')" ]
    [ "$(sim_curl GET "/v1/instances/$ASKER_ID/initialization" | jq -c '[.keys[].id]')" = \
        "$(asker_get instance/initialization | jq -c '[.keys[].id]')" ]
}

@test "an item is what its list has under that id; other ids and paths are not found" {
    start
    while read -r path name; do
        asker_get "$path" | jq -c ".$name[]" > "$SIM_DIR/items"
        [ -s "$SIM_DIR/items" ]
        while read -r item; do
            [ "$(asker_get "$path/$(jq -r .id <<< "$item")" | jq -c .)" = "$item" ]
        done < "$SIM_DIR/items"
        asker_get "$path/r006-00000000-0000-4000-8000-000000000000" > "$SIM_DIR/body"
        [ "$(cat "$SIM_DIR/code") $(jq -c '[.status_code, .errors[0].code]' "$SIM_DIR/body")" = '404 [404,"not_found"]' ]
        asker_get "$path/No.Such" > "$SIM_DIR/body"
        [ "$(cat "$SIM_DIR/code") $(jq -c '[.status_code, .errors[0].code]' "$SIM_DIR/body")" = '404 [404,"invalid_value"]' ]
    done << 'CASES'
instance/network_interfaces network_interfaces
instance/network_attachments network_attachments
instance/volume_attachments volume_attachments
virtual_network_interfaces virtual_network_interfaces
keys keys
placement_groups placement_groups
CASES
    id=$(asker_get instance/volume_attachments | jq -r '.volume_attachments[0].id')
    for path in "instance/volume_attachment/$id" "bare_metal_servers/$ASKER_ID/initialization" instances nothing; do
        asker_get "$path" > "$SIM_DIR/body"
        [ "$(cat "$SIM_DIR/code") $(jq .status_code "$SIM_DIR/body")" = '404 404' ] || { echo "$path" >&2; return 1; }
    done
    asker_get instance -X DELETE > "$SIM_DIR/body"
    [ "$(cat "$SIM_DIR/code") $(jq .status_code "$SIM_DIR/body")" = '405 405' ]
}

@test "placement groups come in pages, by links of the data plane" {
    start
    [ "$(asker_get 'placement_groups?limit=1' | jq -c '[.limit, .total_count, has("next"), (.placement_groups | length)]')" = \
        '[1,1,false,1]' ]
    [ "$(asker_get placement_groups | jq -r .first.href)" = "$SIM_BASE/metadata/v1/placement_groups?limit=50" ]
    for query in limit=0 limit=101 limit=x start=first limits=1; do
        asker_get "placement_groups?$query" > "$SIM_DIR/body"
        [ "$(cat "$SIM_DIR/code") $(jq -c '[.status_code, .errors[0].code]' "$SIM_DIR/body")" = '400 [400,"invalid_value"]' ]
    done
    # generation is not used here, whatever it is
    asker_get 'instance?generation=2' > /dev/null
    [ "$(cat "$SIM_DIR/code")" = 200 ]
}

@test "an instance without a group, keys and attachments has empty lists; Windows has a password" {
    sim_start --instances 60 --transition-ms 0 --metadata-instance self
    windows=$(sim_curl GET /v1/images | jq '[.images[] | select(.name | test("windows"))][0].id')
    asker_create self http "del(.placement_target, .user_data, .default_trusted_profile, .volume_attachments)
        | .image.id = $windows | .primary_network_interface = .primary_network_attachment.virtual_network_interface
        | del(.primary_network_attachment)"
    asker_token
    [ "$(asker_get placement_groups | jq -c '[.placement_groups, .total_count]')" = '[[],0]' ]
    [ "$(asker_get virtual_network_interfaces | jq -c .)" = '{"virtual_network_interfaces":[]}' ]
    [ "$(asker_get instance/network_attachments | jq -c .)" = '{"network_attachments":[]}' ]
    [ "$(asker_get instance/network_interfaces | jq '.network_interfaces | length')" = 1 ]
    [ "$(asker_get instance/software_attachments | jq -c .)" = '{"software_attachments":[]}' ]
    asker_get instance/initialization > "$SIM_DIR/body"
    jq -e '(has("default_trusted_profile") | not) and .user_data == "" and (.password | has("encrypted_password"))
        and (.password.encryption_key.fingerprint | startswith("SHA256:"))' "$SIM_DIR/body"
}

@test "a bare metal server can read its own initialization, and nothing else" {
    sim_start --instances 60 --transition-ms 0 --metadata-instance self
    asker_create_bare_metal self http
    asker_token
    sim_curl GET "/v1/bare_metal_servers/$ASKER_ID/initialization" > "$SIM_DIR/control"
    asker_get "bare_metal_servers/$ASKER_ID/initialization" > "$SIM_DIR/data"
    [ "$(jq -c keys "$SIM_DIR/data")" = '["default_trusted_profile","image","keys","user_accounts","user_data"]' ]
    [ "$(jq -c '[.default_trusted_profile.target.id, .image.id, .keys[].id]' "$SIM_DIR/data")" = \
        "$(jq -c '[.default_trusted_profile.target.id, .image.id, .keys[].id]' "$SIM_DIR/control")" ]
    [ "$(jq '[.. | objects | .href? // empty] | length' "$SIM_DIR/data")" = 0 ]
    other=$(sim_curl GET /v1/bare_metal_servers | jq -r '[.bare_metal_servers[].id] - ["'"$ASKER_ID"'"] | .[0]')
    for path in "bare_metal_servers/$other/initialization" "bare_metal_servers/$ASKER_ID" instance keys placement_groups \
        instance/initialization instance/network_interfaces virtual_network_interfaces; do
        asker_get "$path" > "$SIM_DIR/body"
        [ "$(cat "$SIM_DIR/code") $(jq -c '[.status_code, .errors[0].code]' "$SIM_DIR/body")" = '404 [404,"not_found"]' ]
    done
}

@test "a server of a copy reads the same as the server that was copied" {
    start
    paths='instance instance/network_interfaces instance/network_attachments instance/volume_attachments placement_groups
        virtual_network_interfaces'
    # what no record of an instance says, a copy of instances alone makes up
    unknown='del(.first, .placement_groups[]?.created_at) | del(.. | objects | .security_groups)'
    for path in $paths; do
        asker_get "$path" | jq -S "$unknown" > "$BATS_TEST_TMPDIR/${path//\//.}"
    done
    sim_curl GET '/v1/instances?name=self' > "$BATS_TEST_TMPDIR/instances.json"
    sim_stop
    sim_start --load "$BATS_TEST_TMPDIR/instances.json" --metadata-instance self
    asker_token
    for path in $paths; do
        asker_get "$path" | jq -S "$unknown" | diff "$BATS_TEST_TMPDIR/${path//\//.}" -
    done
}

@test "a copy with records of other shapes is answered all the same" {
    cat > "$BATS_TEST_TMPDIR/odd.json" << 'RECORD'
[{"id":"0717_11111111-1111-4111-8111-111111111111","name":"self","status":"running","created_at":7,"vcpu":3,"image":[],
  "crn":"crn:v1:bluemix:public:is:us-south-1:a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::instance:0717_11111111-1111-4111-8111-111111111111",
  "metadata_service":{"enabled":true,"protocol":"http","response_hop_limit":1},"boot_volume_attachment":null,
  "volume_attachments":[1,null,{"id":5}],"network_interfaces":[{},3],"primary_network_interface":4,"disks":"none",
  "network_attachments":[null,{"virtual_network_interface":{"id":"v"}}],"placement_target":"x",
  "cluster_network_attachments":{"a":1}}]
RECORD
    sim_start --load "$BATS_TEST_TMPDIR/odd.json" --metadata-instance self
    asker_token
    for path in instance instance/network_interfaces instance/network_attachments instance/volume_attachments \
        instance/cluster_network_attachments placement_groups virtual_network_interfaces; do
        asker_get "$path" | jq -e 'type == "object"' > /dev/null
        [ "$(cat "$SIM_DIR/code")" = 200 ]
    done
    # the copy has no initialization, and the keys are in there
    for path in instance/initialization keys; do
        asker_get "$path" | jq -e '.errors[0].code == "not_found"' > /dev/null
        [ "$(cat "$SIM_DIR/code")" = 404 ]
    done
    [ "$(asker_get instance | jq -c '[.id, .vcpu, .image]')" = '["0717_11111111-1111-4111-8111-111111111111",3,[]]' ]
}
