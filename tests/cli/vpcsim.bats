#!/usr/bin/env bats
# vpcsim by itself: it must be strict, or it proves nothing about vpcmeta.
load sim

scenarios=$BATS_TEST_DIRNAME/../data/scenarios
json='Content-Type: application/json'
merge='Content-Type: application/merge-patch+json'

teardown() {
    sim_stop
}

# expect STATUS METHOD PATH [CURL-ARGS...]: fails with the body when the status is another one.
expect() {
    local wanted=$1 got
    shift
    sim_curl "$@" -o "$SIM_DIR/body" -D "$SIM_DIR/headers" -w '%{http_code}' > "$SIM_DIR/status" || true
    got=$(cat "$SIM_DIR/status")
    body=$(cat "$SIM_DIR/body" 2> /dev/null || true)
    tr -d '\r' < "$SIM_DIR/headers" > "$SIM_DIR/headers.raw"
    headers=$(cat "$SIM_DIR/headers.raw")
    rm -f "$SIM_DIR/body"
    if [ "$got" != "$wanted" ]; then
        echo "$*: $got instead of $wanted: $body" >&2
        return 1
    fi
}

# code CODE [TARGET]: the first error of the last body.
code() {
    [ "$(jq -r '.errors[0].code' <<< "$body")" = "$1" ] || { echo "$body" >&2; return 1; }
    [ -z "${2:-}" ] || [ "$(jq -r '.errors[0].target.name' <<< "$body")" = "$2" ] || { echo "$body" >&2; return 1; }
    jq -e '.trace | length == 36' <<< "$body" > /dev/null
}

first_id() {
    sim_state -r "[.instances[] | select(${1:-true})][0].id"
}

@test "a text that cannot be written is an error" {
    local asked
    for asked in --man --help --version --assumptions --copies "--completion bash" "__complete --re"; do
        run bash -c "'$BUILD/vpcsim' $asked > /dev/full"
        [ "$status" -eq 1 ] || { echo "$asked: $status" && return 1; }
        [ "$output" = "vpcsim: cannot write the output: No space left on device" ]
    done
}

@test "the first line says where it listens, and SIGTERM ends it cleanly" {
    sim_start --instances 3
    [[ $SIM_URL == http://127.0.0.1:*/v1 ]]
    sim_stop
}

@test "wrong options are usage errors that name the option" {
    run "$BUILD/vpcsim" --instances many
    [ "$status" -eq 2 ]
    [[ $output == *--instances*many* ]]
    run "$BUILD/vpcsim" --no-such-thing
    [ "$status" -eq 2 ]
    [[ $output == *--no-such-thing* ]]
    run "$BUILD/vpcsim" --scenario /nonexistent
    [ "$status" -eq 2 ]
}

@test "it says what it assumes where the facts are silent" {
    run "$BUILD/vpcsim" --assumptions
    [ "$status" -eq 0 ]
    [[ $output == *If-Match*412* ]]
}

@test "the same seed gives the same fleet, another seed another" {
    sim_start --instances 30 --seed 7
    one=$(sim_state -S 'del(.links)')
    sim_stop
    sim_start --instances 30 --seed 7
    [ "$(sim_state -S 'del(.links)')" = "$one" ]
    sim_stop
    sim_start --instances 30 --seed 8
    [ "$(sim_state -S 'del(.links)')" != "$one" ]
}

@test "the fleet is mixed like a real one, and plain when told so" {
    sim_start --instances 500 --templates 12
    sim_state -e '[.instances[].enabled] | (map(select(.)) | length) as $on | $on > 150 and $on < 350'
    sim_state -e '[.instances[].protocol] | unique == ["http", "https"]'
    sim_state -e '[.instances[].response_hop_limit] | max > 2'
    sim_state -e '[.instances[].status] | unique | contains(["failed", "running", "stopped"])'
    sim_state -e '[.instances[].architecture] | unique == ["amd64", "s390x"]'
    sim_state -e '[.instances[] | select(.architecture == "s390x" and .enabled)] == []'
    sim_state -e '[.instances[].name] | length == (unique | length)'
    sim_state -e '[.templates[] | .prototype.metadata_service] | contains([null])'
    sim_stop
    sim_start --instances 50 --mix plain
    sim_state -e '[.instances[] | [.enabled, .protocol, .response_hop_limit, .status, .architecture]] | unique ==
                  [[false, "http", 1, "running", "amd64"]]'
}

@test "instances come in pages whose links name the region's real host" {
    sim_start --instances 7 --groups 0
    expect 200 GET '/v1/instances?limit=3'
    [ "$(jq -c '[.total_count, .limit, (.instances | length)]' <<< "$body")" = "[7,3,3]" ]
    [ "$(jq -r .first.href <<< "$body")" = "https://us-south.iaas.cloud.ibm.com/v1/instances?limit=3" ]
    next=$(jq -r .next.href <<< "$body")
    [[ $next == https://us-south.iaas.cloud.ibm.com/v1/instances\?start=*\&limit=3 ]]
    expect 200 GET '/v1/instances'
    [ "$(jq -c '[.limit, .next]' <<< "$body")" = "[50,null]" ]
}

@test "pages neither skip nor repeat what stays while others go" {
    sim_start --instances 9 --groups 0 --mix plain --transition-ms 0
    expect 200 GET '/v1/instances?limit=3'
    seen=$(jq -r '.instances[].id' <<< "$body")
    start=$(jq -r '.next.href | capture("start=(?<s>[^&]*)").s' <<< "$body")
    gone=$(sim_state -r '.instances[0, 3].id')
    for id in $gone; do expect 204 DELETE "/v1/instances/$id"; done
    while [ -n "$start" ]; do
        expect 200 GET "/v1/instances?limit=3&start=$start"
        seen="$seen $(jq -r '.instances[].id' <<< "$body")"
        start=$(jq -r '.next.href // "" | capture("start=(?<s>[^&]*)").s // ""' <<< "$body")
    done
    [ "$(wc -w <<< "$seen")" -eq 8 ]
    [ "$(tr ' ' '\n' <<< "$seen" | sort -u | wc -l)" -eq 8 ]
}

@test "limits out of range and invented start tokens are refused" {
    sim_start --instances 3
    for limit in 0 101 x -1; do
        expect 400 GET "/v1/instances?limit=$limit"
        code bad_field limit
    done
    expect 400 GET '/v1/instances?start=abc'
    code bad_field start
}

@test "filters select, unknown ones are refused" {
    sim_start --instances 60
    vpc=$(sim_state -r '.instances[0].vpc_id')
    expect 200 GET "/v1/instances?vpc.id=$vpc&limit=100"
    [ "$(jq .total_count <<< "$body")" = "$(sim_state --arg v "$vpc" '[.instances[] | select(.vpc_id == $v)] | length')" ]
    expect 200 GET "/v1/instances?vpc.name=vpc-prod&limit=100"
    [ "$(jq -r '[.instances[].vpc.name] | unique[]' <<< "$body")" = vpc-prod ]
    expect 200 GET "/v1/instances?name=$(sim_state -r '.instances[5].name')"
    [ "$(jq .total_count <<< "$body")" = 1 ]
    group=$(sim_state -r '.groups[0].id')
    expect 200 GET "/v1/instances?instance_group_membership.instance_group.id=$group"
    [ "$(jq .total_count <<< "$body")" = "$(sim_state --arg g "$group" '[.instances[] | select(.group == $g)] | length')" ]
    expect 400 GET '/v1/instances?status=running'
    code bad_field status
    expect 400 GET '/v1/instances?limit=1&limit=2'
    expect 400 GET '/v1/instances?=x'
}

@test "version and generation are required and checked" {
    sim_start --instances 1
    bare() { sim_http -H "Authorization: Bearer $(sim_token)" -o "$SIM_DIR/body" -w '%{http_code}' "$SIM_URL/instances?$1"; }
    sim_token > /dev/null
    [ "$(bare 'generation=2')" = 400 ]
    [ "$(bare 'version=2026-09-01')" = 400 ]
    [ "$(bare 'version=2026-09-01&generation=1')" = 400 ]
    for version in 2018-12-31 2999-01-01 2026-9-1 2026-13-01 2026-02-30 yesterday; do
        [ "$(bare "version=$version&generation=2")" = 400 ]
        [ "$(jq -r '.errors[0].target | [.name, .type] | join(" ")' "$SIM_DIR/body")" = "version parameter" ]
    done
    [ "$(bare "version=$(date -u +%F)&generation=2")" = 200 ]
    [ "$(bare "version=2020-01-01&generation=2&maturity=beta")" = 400 ]
}

@test "unknown paths are 404, wrong methods 405 with Allow" {
    sim_start --instances 1
    expect 404 GET /v1/instance
    expect 404 GET /v1/instances/
    expect 404 GET /v1/instances/x/y/z
    expect 405 PUT /v1/instances
    grep -q '^Allow: GET, POST$' <<< "$headers"
    expect 405 PATCH /v1/bare_metal_servers/x/start
    expect 404 GET /v1/instances/0717_00000000-0000-4000-8000-000000000000
    code not_found id
}

@test "only tokens of its own IAM are taken, and only while they live" {
    sim_start --instances 1 --token-life 3
    run sim_http "$SIM_URL/instances?version=2026-09-01&generation=2" -o /dev/null -w '%{http_code}'
    [ "$output" = 401 ]
    run sim_http "$SIM_URL/instances?version=2026-09-01&generation=2" -H 'Authorization: Bearer a.b.c' -o /dev/null -w '%{http_code}'
    [ "$output" = 401 ]
    expect 200 GET /v1/instances
    # three seconds are enough for the request above on a busy machine, too
    until [ "$(sim_curl GET /v1/instances -o /dev/null -w '%{http_code}')" = 401 ]; do :; done
    sim_stop
    sim_start --instances 1 --auth off
    run sim_http "$SIM_URL/instances?version=2026-09-01&generation=2" -o /dev/null -w '%{http_code}'
    [ "$output" = 200 ]
}

@test "IAM takes the API key grant and refuses unknown keys in its own container" {
    sim_start --instances 1
    run sim_http "$SIM_BASE/identity/token" -d grant_type=urn:ibm:params:oauth:grant-type:apikey -d apikey=wrong
    [ "$(jq -r '.errorCode, .context.requestType' <<< "$output" | paste -sd' ')" = "BXNIM0415E incoming.Identity_Token" ]
    run sim_http "$SIM_BASE/identity/token" -d grant_type=other
    [[ $(jq -r .errorCode <<< "$output") == BXNIM* ]]
    run sim_http "$SIM_BASE/identity/token" --data-urlencode grant_type=urn:ibm:params:oauth:grant-type:apikey -d "apikey=$SIM_API_KEY"
    [ "$(jq -c '[.token_type, .expires_in, (.expiration > 1700000000)]' <<< "$output")" = '["Bearer",3600,true]' ]
    run -1 grep -F "$SIM_API_KEY" "$SIM_LOG"
}

@test "a patch changes what it names, and nothing else" {
    sim_start --instances 5 --mix plain
    id=$(first_id)
    before=$(sim_curl GET "/v1/instances/$id" | jq -S 'del(.metadata_service)')
    expect 200 PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"protocol":"https"}}'
    [ "$(jq -c .metadata_service <<< "$body")" = '{"enabled":false,"protocol":"https","response_hop_limit":1}' ]
    [ "$(jq -S 'del(.metadata_service)' <<< "$body")" = "$before" ]
    expect 200 PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"enabled":true,"response_hop_limit":64}}'
    [ "$(jq -c .metadata_service <<< "$body")" = '{"enabled":true,"protocol":"https","response_hop_limit":64}' ]
    expect 200 PATCH "/v1/instances/$id" -H "$merge" -d '{}'
}

@test "bad patches are refused with the field, and change nothing" {
    sim_start --instances 5 --mix plain
    id=$(first_id)
    before=$(sim_state -S)
    while read -r field document; do
        expect 400 PATCH "/v1/instances/$id" -H "$merge" -d "$document"
        code bad_field "$field"
    done <<'CASES'
metadata_service.response_hop_limit {"metadata_service":{"response_hop_limit":65}}
metadata_service.response_hop_limit {"metadata_service":{"response_hop_limit":0}}
metadata_service.response_hop_limit {"metadata_service":{"response_hop_limit":"2"}}
metadata_service.response_hop_limit {"metadata_service":{"response_hop_limit":2.5}}
metadata_service.enabled {"metadata_service":{"enabled":"true"}}
metadata_service.enabled {"metadata_service":{"enabled":null}}
metadata_service.protocol {"metadata_service":{"protocol":"ftp"}}
metadata_service.protocol {"metadata_service":{"protocol":"HTTPS"}}
metadata_service.hop_limit {"metadata_service":{"hop_limit":2}}
metadata_service {"metadata_service":null}
metadata_service {"metadata_service":true}
default_trusted_profile {"default_trusted_profile":{"target":{"id":"Profile-1"}}}
CASES
    expect 400 PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":'
    expect 400 PATCH "/v1/instances/$id" -H "$merge" -d '[]'
    expect 400 PATCH "/v1/instances/$id" -H "$merge" -d '{"name":"Web_01"}'
    code validation_invalid_name name
    expect 400 PATCH "/v1/instances/$id" -H "$merge" -d "{\"name\":\"$(sim_state -r '.instances[1].name')\"}"
    code validation_unique_failed name
    expect 400 PATCH "/v1/instances/$id" -H "$merge" -d '{"name":"Web_01","metadata_service":{"protocol":"ftp"}}'
    [ "$(jq '.errors | length' <<< "$body")" = 2 ]
    expect 409 PATCH "/v1/instances/$id" -H "$merge" -d '{"enable_secure_boot":true}'
    expect 415 PATCH "/v1/instances/$id" -H "$json" -d '{"metadata_service":{"enabled":true}}'
    expect 415 POST /v1/instances -H "$merge" -d '{}'
    [ "$(sim_state -S)" = "$before" ]
}

@test "the ETag guards instances against lost updates" {
    sim_start --instances 2 --mix plain
    id=$(first_id)
    expect 200 GET "/v1/instances/$id"
    etag=$(sed -n 's/^ETag: //p' <<< "$headers")
    [[ $etag == W/\"*\" ]]
    expect 200 PATCH "/v1/instances/$id" -H "$merge" -H "If-Match: $etag" -d '{"metadata_service":{"enabled":true}}'
    [ "$(sed -n 's/^ETag: //p' <<< "$headers")" != "$etag" ]
    expect 412 PATCH "/v1/instances/$id" -H "$merge" -H "If-Match: $etag" -d '{"metadata_service":{"enabled":false}}'
    code precondition_failed If-Match
    expect 412 DELETE "/v1/instances/$id" -H "If-Match: $etag"
    sim_state -e '.instances[0].enabled'
    expect 428 PATCH "/v1/instances/$id" -H "$merge" -d '{"reservation_affinity":{"pool":[]}}'
}

@test "the metadata service cannot be enabled on s390x" {
    sim_start --instances 300
    id=$(first_id '.architecture == "s390x" and .lifecycle_state == "stable"')
    expect 400 PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"enabled":true}}'
    code bad_field metadata_service.enabled
}

@test "a bare metal server is started, stopped and restarted only from a state at rest" {
    local server
    sim_start --instances 0 --bare-metal 6 --mix plain --transition-ms 0
    server=/v1/bare_metal_servers/$(sim_state -r '[.bare_metal_servers[] | select(.status == "running")][0].id')
    expect 409 POST "$server/start" -d ''
    expect 400 POST "$server/stop" -H 'Content-Type: application/json' -d '{"type":"gentle"}'
    expect 204 POST "$server/restart" -d ''
    await_bare "$server" running
    expect 204 POST "$server/stop" -H 'Content-Type: application/json' -d '{"type":"hard"}'
    await_bare "$server" stopped
    expect 409 POST "$server/restart" -d ''
    expect 409 POST "$server/stop" -H 'Content-Type: application/json' -d '{"type":"hard"}'
    expect 204 POST "$server/start" -d ''
    await_bare "$server" running
    expect 404 POST /v1/bare_metal_servers/nothing/start -d ''
}

# SERVER STATUS: waits until the simulator has the server in that status
await_bare() {
    for _ in $(seq 200); do
        [ "$(sim_state -r --arg id "${1##*/}" '.bare_metal_servers[] | select(.id == $id).status')" != "$2" ] || return 0
        sleep 0.01
    done
    return 1
}

@test "bare metal has no hop limit and takes the other settings" {
    sim_start --instances 1 --bare-metal 6 --mix plain
    id=$(sim_state -r '.bare_metal_servers[0].id')
    expect 200 PATCH "/v1/bare_metal_servers/$id" -H "$merge" -d '{"metadata_service":{"enabled":true,"protocol":"https"}}'
    [ "$(jq -c .metadata_service <<< "$body")" = '{"enabled":true,"protocol":"https"}' ]
    run -1 grep -i '^ETag' <<< "$headers"
    expect 400 PATCH "/v1/bare_metal_servers/$id" -H "$merge" -d '{"metadata_service":{"response_hop_limit":2}}'
    code bad_field metadata_service.response_hop_limit
    expect 202 DELETE "/v1/bare_metal_servers/$id"
}

@test "instances pass through their statuses with the clock" {
    sim_start --instances 1 --mix plain --transition-ms 1
    id=$(first_id)
    expect 409 POST "/v1/instances/$id/actions" -H "$json" -d '{"type":"start"}'
    code conflict type
    expect 400 POST "/v1/instances/$id/actions" -H "$json" -d '{"type":"pause"}'
    expect 201 POST "/v1/instances/$id/actions" -H "$json" -d '{"type":"stop"}'
    until [ "$(sim_curl GET "/v1/instances/$id" | jq -r .status)" = stopped ]; do :; done
    expect 409 POST "/v1/instances/$id/actions" -H "$json" -d '{"type":"reboot"}'
    expect 201 POST "/v1/instances/$id/actions" -H "$json" -d '{"type":"start"}'
    until [ "$(sim_curl GET "/v1/instances/$id" | jq -r .status)" = running ]; do :; done
}

@test "a patch that the boot volume does not allow is refused" {
    sim_start --instances 1 --mix plain --transition-ms 0
    image=$(sim_state -r '.images[] | select(.name == "golden-ubuntu-2404").id')
    subnet=$(sim_curl GET /v1/subnets | jq -r '.subnets[0] | "\(.id) \(.zone.name)"')
    document() {
        jq -n --arg image "$image" --arg subnet "${subnet% *}" --arg zone "${subnet#* }" --argjson metadata "$1" \
            '{name: "strict-1", image: {id: $image}, zone: {name: $zone}, metadata_service: $metadata,
              primary_network_interface: {subnet: {id: $subnet}}}'
    }
    expect 400 POST /v1/instances -H "$json" -d "$(document '{"enabled":true,"protocol":"http"}')"
    code allowed_use_violation
    expect 201 POST /v1/instances -H "$json" -d "$(document '{"enabled":true,"protocol":"https"}')"
    id=$(jq -r .id <<< "$body")
    expect 400 PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"protocol":"http"}}'
    code allowed_use_violation
    expect 200 PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"response_hop_limit":2}}'
    expect 400 PATCH "/v1/images/$image" -H "$merge" -d '{"allowed_use":{"instance":"metadata.enabled"}}'
    code allowed_use_invalid
}

@test "allowed_use is evaluated as its language says" {
    sim_start --instances 0 --transition-ms 0
    image=$(sim_state -r '.images[] | select(.name == "golden-ubuntu-2404").id')
    good=$(jq -n --arg image "$image" --argjson s "$(sim_curl GET /v1/subnets | jq -c '.subnets[0] | [.id, .zone.name]')" \
        '{image: {id: $image}, zone: {name: $s[1]}, profile: {name: "bx2-4x16"}, enable_secure_boot: true,
          metadata_service: {enabled: true, protocol: "https"}, primary_network_interface: {subnet: {id: $s[0]}}}')
    while IFS='|' read -r wanted expression; do
        expect 200 PATCH "/v1/images/$image" -H "$merge" -d "$(jq -n --arg e "$expression" '{allowed_use: {instance: $e}}')"
        expect "$wanted" POST /v1/instances -H "$json" -d "$good" || { echo "$expression" >&2; return 1; }
    done <<'CASES'
201|true
400|false
201|enable_secure_boot
400|!enable_secure_boot
201|!!enable_secure_boot
201|metadata_service.enabled == true && metadata_service.protocol == 'https'
400|metadata_service.protocol == "HTTPS"
201|metadata_service.protocol != "http"
201|false || true && true
201|true || false && false
400|(true || false) && false
201|vcpu.count >= 4 && vcpu.count <= 4
400|vcpu.count > 4 || vcpu.count < 4
201|metadata_service.protocol in ['http', "https"]
400|gpu.model in []
400|vcpu.count in [1, 2, 3]
201|gpu.count == 0 && gpu.model == ''
201|"a" < "b"
CASES
    while read -r expression; do
        expect 400 PATCH "/v1/images/$image" -H "$merge" -d "$(jq -n --arg e "$expression" '{allowed_use: {instance: $e}}')"
        code allowed_use_invalid
    done <<'CASES'
true &&
(true
vcpu.count == "4"
metadata_service.hop_limit == 1
enable_secure_boot == 1
vcpu.count
has(vcpu)
true false
'open
1.5 == 1
true > false
vcpu.count in 4
CASES
}

@test "instances made with a linked profile say so, and links end with them" {
    sim_start --instances 0 --transition-ms 0
    document=$(jq -n --arg image "$(sim_state -r '.images[0].id')" \
        --argjson s "$(sim_curl GET /v1/subnets | jq -c '.subnets[0] | [.id, .zone.name]')" \
        '{name: "linked-1", image: {id: $image}, zone: {name: $s[1]}, primary_network_interface: {subnet: {id: $s[0]}},
          default_trusted_profile: {target: {id: "Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2"}}}')
    expect 201 POST /v1/instances -H "$json" -d "$document"
    id=$(jq -r .id <<< "$body")
    expect 200 GET "/v1/instances/$id/initialization"
    [ "$(jq -c '.default_trusted_profile | [.auto_link, .target.id]' <<< "$body")" = '[true,"Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2"]' ]
    [ "$(sim_state '[.links[] | select(.crn | endswith("'"$id"'"))] | length')" = 1 ]
    expect 400 POST /v1/instances -H "$json" -d "$document"
    code validation_unique_failed name
    expect 204 DELETE "/v1/instances/$id"
    expect 404 GET "/v1/instances/$id"
    [ "$(sim_state '[.links[] | select(.crn | endswith("'"$id"'"))] | length')" = 0 ]
}

@test "create bodies of no variant or of two are refused" {
    sim_start --instances 0
    good=$(jq -n --arg image "$(sim_state -r '.images[0].id')" \
        --argjson s "$(sim_curl GET /v1/subnets | jq -c '.subnets[0] | [.id, .zone.name]')" \
        '{name: "new-1", image: {id: $image}, zone: {name: $s[1]}, primary_network_interface: {subnet: {id: $s[0]}}}')
    while read -r field change; do
        expect 400 POST /v1/instances -H "$json" -d "$(jq "$change" <<< "$good")"
        code bad_field "$field"
    done <<'CASES'
zone del(.zone)
image del(.image)
primary_network_attachment del(.primary_network_interface)
primary_network_interface .network_attachments = []
image .image.crn = "crn:x"
catalog_offering .catalog_offering = {version: {crn: "crn:x"}}
default_trusted_profile.target.name .default_trusted_profile = {auto_link: true, target: {name: "x"}}
default_trusted_profile.target .default_trusted_profile = {auto_link: true}
metadata_servise .metadata_servise = {}
CASES
    [ "$(sim_state '.instances | length')" = 0 ]
}

@test "templates keep what they were given, and only their name can change" {
    sim_start --instances 0 --templates 1 --groups 1
    id=$(sim_state -r '.templates[0].id')
    expect 201 POST /v1/instance/templates -H "$json" -d "{\"source_template\":{\"id\":\"$id\"},\"name\":\"copy-1\",\"metadata_service\":{\"enabled\":true}}"
    [ "$(jq -c .metadata_service <<< "$body")" = '{"enabled":true}' ]
    copy=$(jq -r .id <<< "$body")
    expect 400 PATCH "/v1/instance/templates/$copy" -H "$merge" -d '{"metadata_service":{"enabled":false}}'
    expect 200 PATCH "/v1/instance/templates/$copy" -H "$merge" -d '{"name":"copy-2"}'
    expect 409 DELETE "/v1/instance/templates/$id"
    expect 204 DELETE "/v1/instance/templates/$copy"
}

@test "groups refuse linking templates, refill, and follow their template" {
    sim_start --instances 40 --templates 12 --groups 2 --transition-ms 1
    group=$(sim_state -r '.groups[0].id')
    linking=$(sim_state -r '[.templates[] | select(.default_trusted_profile.auto_link)][0].id')
    expect 400 PATCH "/v1/instance_groups/$group" -H "$merge" -d "{\"instance_template\":{\"id\":\"$linking\"}}"
    expect 201 POST /v1/instance/templates -H "$json" \
        -d "$(sim_state -c '.groups[0].template as $t | {name: "hard-1", source_template: {id: $t}, metadata_service: {enabled: true, protocol: "https", response_hop_limit: 1}}')"
    template=$(jq -r .id <<< "$body")
    expect 200 PATCH "/v1/instance_groups/$group" -H "$merge" -d "{\"instance_template\":{\"id\":\"$template\"}}"
    members() { sim_curl GET "/v1/instance_groups/$group/memberships" | jq -r "[.memberships[] | $1] | unique | join(\" \")"; }
    [[ $(members .instance_template.id) != "$template" ]]
    for id in $(members .id); do expect 204 DELETE "/v1/instance_groups/$group/memberships/$id"; done
    until [ "$(sim_curl GET "/v1/instance_groups/$group" | jq -r .status)/$(members .instance_template.id)" = "healthy/$template" ]; do :; done
    sim_state -e --arg g "$group" '[.instances[] | select(.group == $g) | [.enabled, .protocol]] | unique == [[true, "https"]]'
    sim_state -e '.groups[0] | .membership_count == .members'
}

@test "profiles are paginated and shaped by the version's date" {
    sim_start --instances 0
    SIM_VERSION=2026-04-06 expect 200 GET /v1/instance/profiles
    [ "$(jq -c 'keys, (.profiles[0].vcpu_count | keys)' <<< "$body" | paste -sd' ')" = '["profiles"] ["type","value"]' ]
    SIM_VERSION=2026-04-07 expect 200 GET '/v1/instance/profiles?limit=2'
    [ "$(jq -c '.profiles | length' <<< "$body")" = 2 ]
    SIM_VERSION=2026-09-01 expect 200 GET /v1/instance/profiles/bx2-4x16
    [ "$(jq -c .vcpu_count <<< "$body")" = '{"default":4,"type":"enum","values":[4]}' ]
}

@test "every region is served under its name, and GET /regions leads back here" {
    sim_start --region us-south,eu-de --instances 4
    endpoint=$(sim_curl GET /v1/regions | jq -r '.regions[] | select(.name == "eu-de").endpoint')
    [ "$endpoint" = "$SIM_BASE/eu-de" ]
    expect 200 GET /eu-de/v1/instances
    [[ $(jq -r '.instances[0].zone.name' <<< "$body") == eu-de-? ]]
    [[ $(jq -r .first.href <<< "$body") == https://eu-de.iaas.cloud.ibm.com/v1/* ]]
}

@test "the log tells what was received before the answer is there" {
    sim_start --instances 1
    id=$(first_id)
    expect 200 PATCH "/v1/instances/$id" -H "$merge" -H 'If-Match: *' -H 'X-Request-Id: r-1' -d '{"metadata_service":{"enabled":false}}'
    expect 200 GET "/v1/instances/$id" -H 'X-Request-Id: r-2' -A tester/1
    grep -q '^x-request-id: r-2$' <<< "$headers"
    line=$(sim_log 'select(.x_request_id == "r-2")')
    [ "$(jq -c '[.method, .operation, .user_agent, .status, .query.generation]' <<< "$line")" = '["GET","instances.get","tester/1",200,"2"]' ]
    [[ $(jq -r .authorization <<< "$line") == Bearer#???????? ]]
    run -1 grep -F "$SIM_TOKEN" "$SIM_LOG"
    [ "$(sim_count GET '/v1/instances/*')" -eq 1 ]
}

# scenario JSON: these faults from now on.
scenario() {
    [ "$(sim_http -X POST "$SIM_BASE/_sim/faults" -H "$json" -d "$1" -w '%{http_code}')" = 204 ]
}

# bad_scenario JSON WORDS: it is refused, and the answer has these words.
bad_scenario() {
    body=$(sim_http -X POST "$SIM_BASE/_sim/faults" -H "$json" -d "$1")
    code bad_scenario
    [[ $body == *"$2"* ]] || { echo "$1: $body" >&2; return 1; }
}

# statuses N: how N requests in a row end, as "COUNT STATUS ..."; the headers of the last one go to $SIM_DIR/headers.
statuses() {
    yes "url=$SIM_URL/instances?limit=1&version=2026-09-01&generation=2" | head "-$1" > "$SIM_DIR/urls"
    sim_http -K "$SIM_DIR/urls" -H "Authorization: Bearer $(sim_token)" -D "$SIM_DIR/all" -o /dev/null -w '%{stderr}%{http_code}\n' \
        > /dev/null 2> "$SIM_DIR/codes"
    tr -d '\r' < "$SIM_DIR/all" | tac | awk 'NF == 0 { blocks++ } blocks < 2' > "$SIM_DIR/headers"
    sort "$SIM_DIR/codes" | uniq -c | xargs
}

@test "the rate limit lets the burst pass and answers 429 beyond it" {
    sim_start --instances 1 --rate 1 --burst 5 --retry-after --rate-headers
    sim_token > /dev/null
    # a token more for each second that a busy machine may need
    read -r served _ refused _ <<< "$(statuses 25)"
    [ "$served" -ge 5 ]
    [ "$refused" -gt 10 ]
    [ "$(head -n 5 "$SIM_DIR/codes" | sort -u)" = 200 ]
    grep -q '^Retry-After: 1$' "$SIM_DIR/headers"
    grep -q '^X-RateLimit-Limit: 1$' "$SIM_DIR/headers"
    sim_log 'select(.fault == "rate") | .status' | sort -u | grep -qx 429
}

@test "a scenario has a rate limit: buckets and windows, Retry-After and X-RateLimit headers as asked for" {
    sim_start --instances 1 --rate 1 --burst 2
    sim_token > /dev/null
    scenario '{"rate": {"per_second": 0.01, "burst": 5}}'
    [ "$(statuses 8)" = '5 200 3 429' ]
    run -1 grep -Ei '^(Retry-After|X-RateLimit)' "$SIM_DIR/headers"
    scenario '{"rate": [{"per_second": 0.01, "burst": 5, "retry_after": 0}]}'
    [ "$(statuses 6)" = '5 200 1 429' ]
    grep -q '^Retry-After: 0$' "$SIM_DIR/headers"
    scenario '{"rate": {"per_second": 0.01, "burst": 1, "retry_after": "exact"}}'
    [ "$(statuses 2)" = '1 200 1 429' ]
    grep -Eq '^Retry-After: (99|100)$' "$SIM_DIR/headers"
    scenario '{"rate": {"requests": 3, "window_s": 600, "retry_after": "exact", "headers": true}}'
    [ "$(statuses 5)" = '3 200 2 429' ]
    grep -Eq '^Retry-After: (59[0-9]|600)$' "$SIM_DIR/headers"
    grep -q '^X-RateLimit-Limit: 3$' "$SIM_DIR/headers"
    grep -q '^X-RateLimit-Remaining: 0$' "$SIM_DIR/headers"
    [ $(($(sed -n 's/^X-RateLimit-Reset: //p' "$SIM_DIR/headers") - $(date +%s))) -gt 500 ]
    # without one the limit of the command line is in force again
    scenario '{"rules": []}'
    read -r served _ refused _ <<< "$(statuses 12)"
    [ "$served" -ge 2 ]
    [ "$refused" -gt 3 ]
}

@test "the rate limit changes after so many requests, and what is no limit is refused" {
    sim_start --instances 1
    sim_token > /dev/null
    scenario '{"rate": [{"requests": 4, "window_s": 600}, {"after_requests": 4}, {"after_requests": 10, "requests": 2, "window_s": 600}]}'
    [ "$(statuses 14)" = '12 200 2 429' ]
    for step in '{"per_second": 0}' '{"per_second": 5, "requests": 5, "window_s": 1}' '{"requests": 5}' '{"burst": 3}' \
        '{"per_second": 5, "retry_after": "soon"}' '{"per_secnd": 5}' '7'; do
        bad_scenario "{\"rate\": [{\"per_second\": 5}, $step]}" 'rate, step 2'
    done
    bad_scenario '{"seed": 1}' 'array'
    bad_scenario '{"rats": {}, "rules": []}' 'did you mean rate'
    bad_scenario '{"rules": {}}' 'array'
}

@test "the counters tell clients apart by token and by user agent" {
    sim_start --instances 1
    sim_token > /dev/null
    scenario '{"rate": {"requests": 4, "window_s": 600}}'
    for agent in one/1 two/2 two/2; do expect 200 GET /v1/instances -A "$agent"; done
    SIM_TOKEN=
    expect 200 GET /v1/instances -A one/1
    expect 429 GET /v1/instances -A one/1
    [ "$(sim_http "$SIM_BASE/_sim/counters" | jq -c '[.clients | to_entries[] | [(.key | sub("#[0-9a-f]{8}"; "")), .value.requests, .value.served, .value["429"]]]')" = \
        '[["Bearer one/1",1,1,0],["Bearer two/2",2,2,0],["Bearer one/1",2,1,1]]' ]
    for i in 1 2 3 4 5 6 7; do
        sim_curl GET /v1/instances -A "agent/$i" > /dev/null
        [ "$(sim_http "$SIM_BASE/_sim/counters" | jq '[.clients[].requests] | add')" = $((5 + i)) ]
    done
}

@test "a header is set to any bytes, and other faults fire beside it" {
    sim_start --instances 1
    scenario '{"rules": [{"action": "headers", "headers": {"X-Request-Id": "a%FF%fe%25b", "X-More": "1"}}, {"operation": "instances.get", "action": "status", "status": 503}]}'
    expect 200 GET /v1/instances
    LC_ALL=C grep -aq $'^X-Request-Id: a\xff\xfe%b$' "$SIM_DIR/headers.raw"
    [ "$(LC_ALL=C grep -aic '^x-request-id' "$SIM_DIR/headers.raw")" -eq 1 ]
    expect 503 GET "/v1/instances/$(first_id)"
    grep -aq '^X-More: 1$' "$SIM_DIR/headers.raw"
    for value in '"a%0d"' '"%00"' '"%g0"' '"%4"' '""' 7; do
        bad_scenario "{\"rules\": [{\"action\": \"headers\", \"headers\": {\"x-a\": $value}}]}" 'header x-a must'
    done
    bad_scenario '{"rules": [{"action": "headers", "headers": {"x a": "1"}}]}' 'header x a must'
    bad_scenario '{"rules": [{"action": "headers"}]}' 'headers must be'
}

@test "records are edited in answers: those that match, by JSON pointer, and the store keeps what it has" {
    sim_start --instances 3 --mix plain
    id=$(first_id)
    scenario '{"rules": [{"operation": "instances.*", "action": "edit", "record": {"id": "'"$id"'"}, "set": {"/metadata_service": {"enabled": null}, "/a/b": [1]}, "remove": ["/zone", "/vcpu/count"]},
        {"operation": "instances.*", "action": "edit", "record": {"/a/b": [1]}, "set": {"/a/b/-": 2}}]}'
    expect 200 GET "/v1/instances/$id"
    [ "$(jq -c '[.metadata_service, .zone, .vcpu.count, .vcpu.architecture, .a.b]' <<< "$body")" = '[{"enabled":null},null,null,"amd64",[1,2]]' ]
    expect 200 GET /v1/instances
    [ "$(jq -c '[.instances[] | .a.b]' <<< "$body")" = '[[1,2],null,null]' ]
    scenario '{"rules": [{"operation": "instances.list", "action": "edit", "record": {"name": "*"}, "set": {"": 7}},
        {"operation": "instances.list", "action": "edit", "remove": ["/total_count"]}, {"operation": "instances.get", "action": "edit", "record": {"id": "other"}, "set": {"": 7}}]}'
    expect 200 GET /v1/instances
    [ "$(jq -c '[.instances, .total_count]' <<< "$body")" = '[[7,7,7],null]' ]
    expect 200 GET "/v1/instances/$id"
    [ "$(jq -r .id <<< "$body")" = "$id" ]
    [ "$(sim_log 'select(.fault == "edit") | .operation' | xargs)" = 'instances.get instances.list instances.list' ]
    bad_scenario '{"rules": [{"action": "edit"}]}' 'edit needs'
    bad_scenario '{"rules": [{"action": "edit", "set": {"zone": 1}}]}' 'zone is no JSON pointer'
    bad_scenario '{"rules": [{"action": "edit", "remove": [7]}]}' 'item 1 is no JSON pointer'
    bad_scenario '{"rules": [{"action": "edit", "record": [], "remove": ["/a"]}]}' 'record must be an object'
}

@test "a fault that is replaced while its answer waits does no harm" {
    sim_start --instances 1 --latency-ms 300
    scenario '{"rules": [{"operation": "instances.list", "action": "content_type", "type": "text/of-its-own"}]}'
    sim_token > /dev/null
    sim_curl GET /v1/instances -D "$SIM_DIR/late" -o /dev/null 3>&- &
    pid=$!
    while [ "$(sim_count GET /v1/instances)" -eq 0 ]; do sleep 0.01; done
    scenario '{"rules": []}'
    wait "$pid"
    grep -q '^Content-Type: text/of-its-own' "$SIM_DIR/late"
}

@test "a port that is taken is an error that says so, on either loopback address" {
    sim_start --instances 1
    run "$BUILD/vpcsim" --port "$SIM_PORT"
    [ "$status" -eq 1 ]
    [[ $output == "vpcsim: port $SIM_PORT "*"in use"*--port* ]]
    python3 -c '
import socket, subprocess, sys
s = socket.socket(socket.AF_INET6)
s.bind(("::1", 0)); s.listen()
r = subprocess.run([sys.argv[1], "--port", str(s.getsockname()[1])], capture_output=True, text=True, timeout=20)
sys.exit(0 if r.returncode == 1 and "in use" in r.stderr else r.stderr)' "$BUILD/vpcsim"
    expect 200 GET /v1/instances
}

@test "every kind of fault looks as it should" {
    sim_start --instances 3 --mix plain
    id=$(first_id)
    fault() { sim_http -X POST "$SIM_BASE/_sim/faults" -H "$json" -d "{\"rules\":[{\"path\":\"/v1/*\",\"limit\":1,$1}]}"; }
    get() { sim_curl GET "/v1/instances/$id" -o "$SIM_DIR/body" -D "$SIM_DIR/headers" -w '%{http_code}' 2> "$SIM_DIR/curl"; }
    fault '"action":"status","status":429,"retry_after":"date:3"'
    [ "$(get)" = 429 ]
    grep -q '^Retry-After: ..., .* GMT' "$SIM_DIR/headers"
    fault '"action":"status","status":502'
    [ "$(get)" = 502 ]
    grep -q '^Content-Type: text/html' "$SIM_DIR/headers"
    fault '"action":"truncate"'
    run get
    [ "$status" -eq 18 ]
    fault '"action":"reset"'
    run get
    [ "$status" -eq 56 ]
    fault '"action":"hang","ms":20'
    run get
    [ "$status" -eq 52 ]
    fault '"action":"drip","bytes":3000,"interval_ms":1'
    [ "$(get)" = 200 ]
    jq -e .id "$SIM_DIR/body"
    fault '"action":"garbage"'
    [ "$(get)" = 200 ]
    run ! jq -e . "$SIM_DIR/body"
    fault '"action":"content_type"'
    [ "$(get)" = 200 ]
    grep -q '^Content-Type: text/html' "$SIM_DIR/headers"
    fault '"action":"expire_token"'
    [ "$(get)" = 401 ]
    SIM_TOKEN=
    [ "$(get)" = 200 ]
}

@test "a reset after the commit leaves the change, one before it does not" {
    sim_start --instances 2 --mix plain
    id=$(first_id)
    for when in before after; do
        sim_http -X POST "$SIM_BASE/_sim/faults" -H "$json" -d "{\"rules\":[{\"method\":\"PATCH\",\"action\":\"reset\",\"when\":\"$when\"}]}"
        run sim_curl PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"enabled":true}}'
        [ "$status" -eq 56 ]
        [ "$(sim_state '.instances[0].enabled')" = "$([ "$when" = after ] && echo true || echo false)" ]
    done
}

@test "somebody else's change makes the ETag stale before the patch is looked at" {
    sim_start --instances 1 --mix plain --scenario "$scenarios/changed-etag.json"
    id=$(first_id)
    sim_http -X POST "$SIM_BASE/_sim/faults" -H "$json" \
        -d '{"rules":[{"operation":"instances.patch","nth":1,"action":"change","set":{"metadata_service":{"response_hop_limit":9}}}]}'
    expect 200 GET "/v1/instances/$id"
    etag=$(sed -n 's/^ETag: //p' <<< "$headers")
    expect 412 PATCH "/v1/instances/$id" -H "$merge" -H "If-Match: $etag" -d '{"metadata_service":{"enabled":true}}'
    [ "$(sim_state -c '.instances[0] | [.enabled, .response_hop_limit]')" = '[false,9]' ]
}

@test "every scenario that comes with it is one" {
    sim_start --instances 1
    for file in "$scenarios"/*.json; do
        run sim_http -X POST "$SIM_BASE/_sim/faults" -H "$json" -d "@$file" -w '%{http_code}'
        [ "$output" = 204 ] || { echo "$file: $output" >&2; return 1; }
    done
    run sim_http -X POST "$SIM_BASE/_sim/faults" -H "$json" -d '{"rules":[{"action":"explode"}]}'
    [[ $output == *"rule 1"*explode* ]]
}

@test "probabilities hit their share" {
    sim_start --instances 3 --scenario "$scenarios/server-errors.json"
    id=$(first_id)
    token=$(sim_token)
    yes "url=$SIM_URL/instances/$id?version=2026-09-01&generation=2" | head -600 > "$SIM_DIR/urls"
    sim_http -K "$SIM_DIR/urls" -H "Authorization: Bearer $token" -w '%{stderr}%{http_code}\n' > /dev/null 2> "$SIM_DIR/codes"
    bad=$(grep -c '^50' "$SIM_DIR/codes")
    [ "$bad" -gt 110 ]
    [ "$bad" -lt 220 ]
}

@test "https with a certificate that verifies against the file it wrote" {
    sim_start --instances 2 --tls
    [[ $SIM_URL == https://* ]]
    expect 200 GET /v1/instances
    sim_http "https://localhost:$SIM_PORT/_sim/counters" > /dev/null
    run curl -sS "$SIM_BASE/_sim/counters"
    [ "$status" -eq 60 ]
}

@test "its own dump loads into the same state, an export and raw collections too" {
    sim_start --instances 30 --templates 6 --groups 2 --bare-metal 3
    sim_state 'del(.links, .memberships[].id, .memberships[].name, .instances[].etag)' -S > "$BATS_TEST_TMPDIR/one"
    sim_state > "$BATS_TEST_TMPDIR/state.json"
    sim_curl GET '/v1/instances?limit=100' > "$BATS_TEST_TMPDIR/raw.json"
    sim_stop
    sim_start --load "$BATS_TEST_TMPDIR/state.json"
    sim_state 'del(.links, .memberships[].id, .memberships[].name, .instances[].etag)' -S > "$BATS_TEST_TMPDIR/two"
    cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
    sim_stop
    sim_start --load "$BATS_TEST_TMPDIR/raw.json"
    [ "$(sim_state -S '[.instances[] | [.id, .name, .zone, .vpc_id, .status, .enabled, .protocol, .response_hop_limit]]')" = \
        "$(jq -S '[.instances[] | [.id, .name, .zone, .vpc_id, .status, .enabled, .protocol, .response_hop_limit]]' "$BATS_TEST_TMPDIR/state.json")" ]
    sim_stop
    jq '{schema_version: 1, complete: true, items: [(.instances[], .bare_metal_servers[], .templates[]) |
         {kind, region, id, name, crn, status, zone, vpc, architecture, enabled, protocol, response_hop_limit}]}' \
        "$BATS_TEST_TMPDIR/state.json" > "$BATS_TEST_TMPDIR/export.json"
    sim_start --load "$BATS_TEST_TMPDIR/export.json"
    [ "$(sim_state -c '[(.instances, .bare_metal_servers, .templates) | length]')" = '[30,3,6]' ]
    echo '{"items":[{"kind":"instance","name":"x"}]}' > "$BATS_TEST_TMPDIR/bad.json"
    run "$BUILD/vpcsim" --load "$BATS_TEST_TMPDIR/bad.json"
    [ "$status" -eq 2 ]
    [[ $output == *"items[0]"* ]]
}

@test "a reset brings the first state back" {
    sim_start --instances 4 --mix plain
    before=$(sim_state -S)
    expect 200 PATCH "/v1/instances/$(first_id)" -H "$merge" -d '{"metadata_service":{"enabled":true}}'
    [ "$(sim_state -S)" != "$before" ]
    sim_http -X POST "$SIM_BASE/_sim/reset"
    [ "$(sim_state -S)" = "$before" ]
}

@test "the metadata service answers the instance that has it on, by the paths of the version" {
    sim_start --instances 2 --mix plain --transition-ms 0
    id=$(first_id)
    token() { sim_http -X PUT "$SIM_BASE/$1/v1/token?version=$2" -H 'Metadata-Flavor: ibm' -H "$json" -d "$3" --max-time 1; }
    run token identity 2025-08-26 '{}'
    [ "$status" -eq 28 ]
    expect 200 PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"enabled":true}}'
    for action in stop start; do
        expect 201 POST "/v1/instances/$id/actions" -H "$json" -d "{\"type\":\"$action\"}"
        expect 200 GET "/v1/instances/$id"
    done
    run token identity 2025-08-26 '{"expires_in":60,"nonce":"n-1"}'
    [ "$(jq -c '[.expires_in, .nonce]' <<< "$output")" = '[60,"n-1"]' ]
    identity=$(jq -r .access_token <<< "$output")
    run token instance_identity 2025-08-26 '{}'
    [ "$(jq -c '[.status_code, .errors[0].code]' <<< "$output")" = '[404,"not_found"]' ]
    run token instance_identity 2022-03-01 '{}'
    [ "$(jq .expires_in <<< "$output")" = 300 ]
    run token identity 2025-08-26 '{"expires_in":7200}'
    [ "$(jq -c '[.status_code, .errors[0].code]' <<< "$output")" = '[400,"invalid_value"]' ]
    run sim_http "$SIM_BASE/metadata/v1/instance?version=2025-08-26" -H "Authorization: Bearer $identity"
    [ "$(jq -r .id <<< "$output")" = "$id" ]
    run sim_http -X POST "$SIM_BASE/identity/v1/iam_tokens?version=2025-08-26" -H "Authorization: Bearer $identity"
    [ "$(jq -r '.errors[0].code' <<< "$output")" = missing_field ]
}

@test "a thousand connections wait at once without holding a thread" {
    sim_start --instances 2 --mix plain --latency-ms 300
    id=$(first_id)
    token=$(sim_token)
    yes "url=$SIM_URL/instances/$id?version=2026-09-01&generation=2" | head -250 > "$SIM_DIR/urls"
    for n in 1 2 3 4; do
        sim_http --parallel --parallel-immediate --parallel-max 250 -K "$SIM_DIR/urls" -H "Authorization: Bearer $token" \
            -o /dev/null -s > /dev/null 2>&1 3>&- &
        pids="${pids:-} $!"
    done
    for pid in $pids; do wait "$pid"; done
    [ "$(sim_http "$SIM_BASE/_sim/counters" | jq '.operations["instances.get"]["2xx"]')" -eq 1000 ]
    [ "$(sim_http "$SIM_BASE/_sim/counters" | jq '.max_in_flight')" -gt 100 ]
}

@test "a list of another region is served as that region, at /v1 too" {
    sim_start --region eu-de --instances 5
    sim_curl GET /v1/instances > "$BATS_TEST_TMPDIR/eu.json"
    sim_stop
    sim_start --load "$BATS_TEST_TMPDIR/eu.json"
    [ "$(sim_curl GET /v1/instances | jq '.instances | length')" -eq 5 ]
    [ "$(sim_curl GET /v1/regions | jq -r '.regions[].name')" = eu-de ]
}
