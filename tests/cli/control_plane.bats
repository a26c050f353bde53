#!/usr/bin/env bats
# vpcsim's control plane takes what the facts allow and nothing else: preconditions, tokens, volumes, profiles, bodies.
load sim

json='Content-Type: application/json'
merge='Content-Type: application/merge-patch+json'

teardown() {
    sim_stop
}

# ask METHOD PATH [CURL-ARGS...]: $code and $body.
ask() {
    code=$(sim_curl "$@" -o "$SIM_DIR/body" -w '%{http_code}')
    body=$(cat "$SIM_DIR/body")
}

first_id() {
    sim_state -r ".${1:-instances}[0].id"
}

# etag ID: of the instance, with W/ and quotes.
etag() {
    sim_curl GET "/v1/instances/$1" -D - -o "$SIM_DIR/body" | tr -d '\r' | sed -n 's/^ETag: //p'
}

@test "If-Match is * or a list of ETags, compared as they were sent" {
    sim_start --instances 1 --mix plain
    local id now bare wanted value bad=0 hop=2
    id=$(first_id)
    while IFS='|' read -r wanted value; do
        now=$(etag "$id") bare=${now#W/}
        value=${value//NOW/$now} value=${value//BARE/$bare}
        ask PATCH "/v1/instances/$id" -H "$merge" -H "If-Match: $value" \
            -d "{\"metadata_service\":{\"response_hop_limit\":$((hop++))}}"
        [ "$code" = "$wanted" ] || { echo "If-Match: $value: $code, not $wanted: $body" && bad=1; }
        [ "$code" = 200 ] || [ "$(jq -r '.errors[0].target.name' <<< "$body")" = If-Match ] || bad=1
        [ "$code" = 200 ] || [ "$(etag "$id")" = "$now" ] || { echo "$value: changed" && bad=1; }
    done << 'ROWS'
200|*
200|NOW
200|W/"other", NOW
200|NOW,W/"other"
200|  NOW ,
200|W/"a,b", NOW
200|"", NOW
412|BARE
412|W/"other"
412|W/"other", "another"
400|*, NOW
400|NOW NOW
400|unquoted
400|W/unquoted
400|w/"other"
400|W/"a b"
400|"open
400|,
ROWS
    [ "$bad" = 0 ]
}

@test "lines of If-Match are one list" {
    sim_start --instances 1 --mix plain
    local id
    id=$(first_id)
    ask DELETE "/v1/instances/$id" -H 'If-Match: W/"other"' -H 'If-Match: "more"'
    [ "$code" = 412 ]
    ask DELETE "/v1/instances/$id" -H 'If-Match: W/"other"' -H "If-Match: $(etag "$id")"
    [ "$code" = 204 ]
}

@test "a volume has every member that the SDK's type requires" {
    sim_start --instances 4
    local required='["active","adjustable_capacity_states","adjustable_iops_states","attachment_state","bandwidth",
        "busy","capacity","created_at","crn","encryption","health_reasons","health_state","href","id","iops","name",
        "profile","resource_group","resource_type","status","status_reasons","storage_generation","user_tags",
        "volume_attachments","zone"]'
    ask GET /v1/volumes
    jq -e --argjson required "$required" '(.volumes | length) > 4 and all(.volumes[]; $required - keys == [])' <<< "$body"
    # an attachment refers to its instance, and the instance has the same one
    jq -e '[.volumes[].volume_attachments[]] | length == 4 and all(.[]; (.delete_volume_on_instance_delete | type) ==
        "boolean" and .type == "boot" and (.instance | keys) == ["crn", "href", "id", "name"])' <<< "$body"
    local attachment
    attachment=$(jq -c '[.volumes[].volume_attachments[]][0]' <<< "$body")
    ask GET "/v1/instances/$(jq -r .instance.id <<< "$attachment")"
    jq -e --argjson a "$attachment" '.boot_volume_attachment | .id == $a.id and .href == $a.href and .name == $a.name
        and .device == $a.device' <<< "$body"
}

@test "newer hardware is there: its profile can be read, and servers are made of it" {
    sim_start --instances 1 --mix plain --transition-ms 0
    local name subnet bad=0
    for name in nxf-1x1 nxf-2x2 bx3d-4x20 cx3d-4x10 mx3d-8x80 bxf-24x96 mxf-4x32 vx3d-16x256 ux2d-200x5600 ox2-8x64 bz2e-2x8 \
        gx3-16x80x1l4 gx3d-160x1792x8h200 gx3d-160x1792x8gaudi3 gx3d-208x1792x8mi300x; do
        ask GET "/v1/instance/profiles/$name"
        [ "$code:$(jq -r '.name' <<< "$body")" = "200:$name" ] || { echo "$name: $code" && bad=1; }
    done
    for name in bmx2-48x768 bx3-metal-48x256 bx3d-metal-192x1024 cx3d-metal-64x128 mx3d-metal-128x1024 vx3-metal-16x256; do
        ask GET "/v1/bare_metal_server/profiles/$name"
        [ "$code:$(jq -r '.name' <<< "$body")" = "200:$name" ] || { echo "$name: $code" && bad=1; }
    done
    [ "$bad" = 0 ]
    ask GET /v1/instances
    subnet=$(jq -c '.instances[0].primary_network_interface.subnet | {id}' <<< "$body")
    ask POST /v1/instances -H "$json" -d "$(jq -c --argjson subnet "$subnet" '.instances[0] | {image: {id: .image.id},
        zone: {name: .zone.name}, profile: {name: "gx3d-160x1792x8gaudi3"},
        primary_network_interface: {subnet: $subnet}}' <<< "$body")"
    [ "$code" = 201 ]
    jq -e '.gpu == {count: 8, manufacturer: "intel", memory: 128, model: "gaudi3"} and .vcpu.architecture == "amd64"
        and (.disks | length) == 8' <<< "$body"
}

@test "every body of the documentation is accepted where what it names exists" {
    sim_start --region eu-de --instances 1 --mix plain --templates 6
    local file path wanted bad=0
    for file in "$BATS_TEST_DIRNAME"/../data/bodies/*-prototype-*.json; do
        case ${file##*/} in
        instance-template-*) path=/v1/instance/templates ;;
        instance-*) path=/v1/instances ;;
        *) path=/v1/bare_metal_servers ;;
        esac
        # its network properties are not of the kind that the source template has
        [[ $file == *by-source-template-with-image* ]] && wanted=400 || wanted=201
        ask POST "$path" -H "$json" --data-binary "@$file"
        [ "$code" = "$wanted" ] || { echo "${file##*/}: $code $body" && bad=1; }
        sim_http -X POST "$SIM_BASE/_sim/reset" > /dev/null
    done
    [ "$bad" = 0 ]
}

@test "what belongs to a body is taken in every form, and near misses are refused with their place" {
    sim_start --region eu-de --instances 1 --mix plain --transition-ms 0
    local base status target change bad=0 path
    base=$(jq -c 'del(.name)' "$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-interface.json")
    while IFS='|' read -r wanted target change; do
        for path in /v1/instances /v1/instance/templates; do
            ask POST "$path" -H "$json" -d "$(jq -c "$change" <<< "$base")"
            [ "$code" = "$wanted" ] || { echo "$path $change: $code $body" && bad=1; }
            [ -z "$target" ] || [ "$(jq -r '.errors[0].target.name' <<< "$body")" = "$target" ] ||
                { echo "$path $change: $body" && bad=1; }
        done
    done << 'ROWS'
201||.
201||.cluster_network_attachments = [{name: "c0", cluster_network_interface: {id: "02b7-1"}}, {cluster_network_interface: {href: "https://h/1"}}]
201||.cluster_network_attachments = [{cluster_network_interface: {subnet: {id: "02b7-1"}}}]
201||.cluster_network_attachments = [{cluster_network_interface: {auto_delete: true, name: "n", subnet: {href: "https://h/1"}, primary_ip: {address: "10.1.0.6", auto_delete: false, name: "ip"}}}]
201||.cluster_network_attachments = [{cluster_network_interface: {primary_ip: {id: "02b7-1"}}}]
400|cluster_network_attachments.cluster_network_interface.subnet|.cluster_network_attachments = [{cluster_network_interface: {auto_delete: true}}]
400|cluster_network_attachments[0].cluster_network_interface.subnet.crn|.cluster_network_attachments = [{cluster_network_interface: {subnet: {crn: "crn:v1"}}}]
400|cluster_network_attachments[0].cluster_network_interface.security_groups|.cluster_network_attachments = [{cluster_network_interface: {subnet: {id: "02b7-1"}, security_groups: []}}]
400|cluster_network_attachments[0].cluster_network_interface|.cluster_network_attachments = [{name: "c0"}]
400|cluster_network_attachments[0].cluster_network_interface|.cluster_network_attachments = [{cluster_network_interface: {id: "02b7-1", name: "both"}}]
400|primary_network_interface.primary_ip.address|.primary_network_interface.primary_ip = {address: "2001:db8::5"}
400|primary_network_interface.primary_ip.address|.primary_network_interface.primary_ip = {address: "10.0.0.256"}
201||.profile = {name: "nxf-1x1"}
201||.vcpu = {percentage: 25}
201||.threads_per_core = 1
201||.boot_volume_attachment = {volume: {profile: {name: "sdp"}, bandwidth: 1000, iops: 3000, capacity: 250}}
201||.volume_attachments = [{volume: {profile: {name: "general-purpose"}, capacity: 10, user_tags: ["env:prod"]}}]
400|profile|.profile = {name: "no-such-1x1"}
ROWS
    [ "$bad" = 0 ]
}

@test "an instance lists the cluster networks that it was attached to" {
    sim_start --region eu-de --instances 1 --mix plain
    ask POST /v1/instances -H "$json" --data-binary \
        "@$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-with-everything.json"
    [ "$code" = 201 ]
    jq -e '.href as $href | .cluster_network_attachments | map(.name) == ["cna-0", "cluster-attachment-2"] and
        all(.[]; .resource_type == "instance_cluster_network_attachment" and
            .href == $href + "/cluster_network_attachments/" + .id)' <<< "$body"
}

@test "with lenient profiles any well-formed name is hardware, and its members are what the name says" {
    sim_start --region eu-de --instances 1 --mix plain --lenient-profiles
    local base name wanted bad=0
    base=$(jq -c 'del(.name)' "$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-interface.json")
    while IFS='|' read -r name wanted; do
        ask POST /v1/instances -H "$json" -d "$(jq -c --arg name "$name" '.profile = {name: $name}' <<< "$base")"
        [ "$code" != 201 ] || code=$(jq -c '[.vcpu.architecture, .vcpu.count, .memory, .gpu.count, .gpu.model,
            (.disks | length)]' <<< "$body")
        [ "$code" = "$wanted" ] || { echo "$name: $code" && bad=1; }
    done << 'ROWS'
bx9d-4x20|["amd64",4,20,null,null,1]
cx4-1x2|["amd64",1,2,null,null,0]
gx4-32x256x2b200|["amd64",32,256,2,"b200",0]
bz9-4x16|400
bx9|400
bx9-4|400
bx9-0x4|400
bx9-4x20x|400
bx9-4x20x2|400
BX9-4x20|400
bx9-metal-4x20|400
-4x20|400
bx9-4x20/../x|400
ROWS
    [ "$bad" = 0 ]
    ask GET /v1/instance/profiles/zx7-3x5
    [ "$code" = 200 ]
    ask GET /v1/instance/profiles/bz9-4x16
    [ "$(jq -r .vcpu_architecture.value <<< "$body")" = s390x ]
    ask GET /v1/bare_metal_server/profiles/bx9d-metal-48x256
    [ "$(jq -c '[.cpu_architecture.value, .memory.value]' <<< "$body")" = '["amd64",256]' ]
    ask GET /v1/instance/profiles/gx9-8x64x1b300
    [ "$(jq -c '[.gpu_model.values, .gpu_manufacturer.values]' <<< "$body")" = '[["b300"],["nvidia"]]' ]
    # reading one makes none, naming one in a request for a server does
    ask GET '/v1/instance/profiles?limit=100'
    [ "$(jq -c '[.profiles[].name | select(test("^(zx7|gx9|cx4)"))]' <<< "$body")" = '["cx4-1x2"]' ]
    ask GET '/v1/instance/profiles?limit=100'
    jq -e '[.profiles[].name] | index("bx9d-4x20") != null' <<< "$body"
    ask GET /v1/instance/profiles/nonsense
    [ "$code" = 404 ]
}

@test "the word bearer is taken in any case, and nothing else in its place" {
    sim_start --instances 1 --mix plain
    local token value wanted code bad=0
    token=$(sim_token)
    while IFS='|' read -r wanted value; do
        code=$(sim_http -o /dev/null -w '%{http_code}' -H "Authorization: ${value/TOKEN/$token}" \
            "$SIM_URL/instances?version=2026-09-01&generation=2")
        [ "$code" = "$wanted" ] || { echo "${value%TOKEN}: $code" && bad=1; }
    done << 'ROWS'
200|Bearer TOKEN
200|bearer TOKEN
200|BEARER TOKEN
200|bEaReR TOKEN
401|TOKEN
401|Basic TOKEN
401|Bearer
401|BearerTOKEN
401|Bearer TOKEN more
401|Bearer x
ROWS
    [ "$bad" = 0 ]
}
