# Helpers of tests that ask the identity and metadata API as a server: `load sim`, then `load data_plane`
#
#   asker_create NAME PROTOCOL [JQ-CHANGE]   makes an instance with everything that the API shows: keys, user data, a
#                                            linked trusted profile, a placement group, data volumes; sets ASKER_ID
#   asker_create_bare_metal NAME PROTOCOL    a bare metal server, likewise
#   asker_token                              an identity token in ASKER_TOKEN
#   asker_get PATH [CURL-ARGS...]            GET below /metadata/v1/; the body; its status is in $SIM_DIR/code
ASKER_PROFILE=Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2

asker_create() {
    local body
    body=$(jq -n --arg name "$1" --arg protocol "$2" --arg profile "$ASKER_PROFILE" \
        --argjson image "$(sim_curl GET /v1/images | jq '[.images[] | select(.name | test("ubuntu.*amd64"))][0].id')" \
        --argjson subnet "$(sim_curl GET /v1/subnets | jq '.subnets[0] | [.id, .zone.name]')" \
        --argjson keys "$(sim_curl GET /v1/keys | jq '[.keys[:2][] | {id}]')" \
        --argjson group "$(sim_curl GET /v1/instances | jq '[.instances[].placement_target.id // empty][0]')" \
        '{name: $name, image: {id: $image}, zone: {name: $subnet[1]}, profile: {name: "bx2d-4x16"}, keys: $keys,
          metadata_service: {enabled: true, protocol: $protocol, response_hop_limit: 2},
          primary_network_attachment: {virtual_network_interface: {subnet: {id: $subnet[0]}}},
          user_data: "#cloud-config\n", placement_target: {id: $group},
          volume_attachments: [range(2) | {volume: {profile: {name: "general-purpose"}, capacity: 10}}],
          default_trusted_profile: {auto_link: true, target: {id: $profile}}}')
    ASKER_ID=$(sim_curl POST /v1/instances -H 'Content-Type: application/json' -d "$(jq "${3:-.}" <<< "$body")" |
        tee "$SIM_DIR/created" | jq -r .id)
    [ "$ASKER_ID" != null ] || { cat "$SIM_DIR/created" >&2; return 1; }
}

asker_create_bare_metal() {
    local body
    body=$(jq -n --arg name "$1" --arg protocol "$2" --arg profile "$ASKER_PROFILE" \
        --argjson image "$(sim_curl GET /v1/images | jq '[.images[] | select(.name | test("ubuntu.*amd64"))][0].id')" \
        --argjson subnet "$(sim_curl GET /v1/subnets | jq '.subnets[0] | [.id, .zone.name]')" \
        --argjson keys "$(sim_curl GET /v1/keys | jq '[.keys[:2][] | {id}]')" \
        '{name: $name, zone: {name: $subnet[1]}, profile: {name: "bx2-metal-192x768"},
          metadata_service: {enabled: true, protocol: $protocol},
          primary_network_attachment: {virtual_network_interface: {subnet: {id: $subnet[0]}}},
          initialization: {image: {id: $image}, keys: $keys, user_data: "#cloud-config\n",
                           default_trusted_profile: {auto_link: true, target: {id: $profile}}}}')
    ASKER_ID=$(sim_curl POST /v1/bare_metal_servers -H 'Content-Type: application/json' -d "$body" |
        tee "$SIM_DIR/created" | jq -r .id)
    [ "$ASKER_ID" != null ] || { cat "$SIM_DIR/created" >&2; return 1; }
}

asker_token() {
    ASKER_TOKEN=$(sim_http -X PUT "$SIM_BASE/identity/v1/token?version=2025-08-26" -H 'Metadata-Flavor: ibm' --max-time 5 \
        -H 'Content-Type: application/json' -d '{"expires_in": 3600}' | jq -r .access_token)
    [ "${#ASKER_TOKEN}" -gt 100 ]
}

asker_get() {
    local path=$1
    shift
    case $path in
    *\?*) path="$path&version=2025-08-26" ;;
    *) path="$path?version=2025-08-26" ;;
    esac
    sim_http "$SIM_BASE/metadata/v1/$path" -H "Authorization: Bearer $ASKER_TOKEN" --max-time 5 \
        -w '%{stderr}%{http_code}' "$@" 2> "$SIM_DIR/code"
}
