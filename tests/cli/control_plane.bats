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
