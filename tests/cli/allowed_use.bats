#!/usr/bin/env bats
# What allowed_use forbids gets no request; what could not be checked is left to the API; little is read for it.
load client

teardown() {
    sim_stop
}

golden="metadata_service.enabled == true && metadata_service.protocol == 'https'"

# A fleet of equal instances, disabled and http, of an image without a rule, changed by a jq program over GET /_sim/state
# where $image is the id of that image and $other the id of another.
fleet() {
    local size=$1 program=$2
    shift 2
    client_environment
    sim_start --mix plain --instances "$size" --bare-metal 0 --groups 0 --templates 0 "$@"
    image=$(sim_state -r '.images[0].id')
    other=$(sim_state -r '.images[1].id')
    # shellcheck disable=SC2016 # jq's own variables
    sim_state --arg image "$image" --arg other "$other" '.images[].instance = null |
        .instances[] |= (.image = $image | .boot_allowed_use = null | .profile = "bx2-4x16") |
        '"$program" > state
    sim_stop
    client_start --load state "$@"
}

# How many GETs there were of images and of volumes, other ones counted once more: "4 12".
reads() {
    echo "$(sim_count GET '/v1/images/*') $(sim_count GET '/v1/volumes/*')"
}

reasons() {
    jq -r '.results[] | select(.outcome == "skipped") | .reason' <<< "$output" | sort | uniq -c | sed 's/^ *//'
}

@test "a thousand instances of images that allow everything cost one request an image and none a volume" {
    fleet 1000 '.instances |= (to_entries | map(.value.image = (if .key % 3 == 0 then $other else $image end) | .value))'
    meta instance set --all --enabled true --protocol https -y -o json
    expect 0
    jq -e '.summary.changed == 1000' <<< "$output"
    [ "$(reads)" = "2 0" ]
    clear_log
    meta instance set --all --enabled true --protocol https -y
    expect 0
    [ "$(reads)" = "0 0" ]
}

@test "an image's expression that permits the settings is enough; volumes are not read" {
    fleet 30 ".images[0].instance = \"$golden\" | .instances[].boot_allowed_use = \"$golden\""
    meta instance set --all --enabled true --protocol https -y -o json
    expect 0
    jq -e '.summary.changed == 30' <<< "$output"
    [ "$(reads)" = "1 0" ]
}

@test "what the boot volume forbids is skipped with expression and values, and never sent; again: no write at all" {
    fleet 40 ".images[0].instance = \"metadata_service.protocol == 'http'\" |
        .instances[:12][].boot_allowed_use = \"metadata_service.protocol == 'http'\" | .instances[12:][].image = \$other"
    for round in 1 2; do
        clear_log
        meta instance set --all --enabled true --protocol https -y -o json
        expect 0
        jq -e --argjson changed "$((round == 1 ? 28 : 0))" '.summary.changed == $changed and .summary.skipped == 12' <<< "$output"
        [ "$(reasons | grep -c "allows only .metadata_service.protocol == 'http'.: metadata_service.protocol would be 'https'$")" -eq 12 ]
        reasons | grep -q '^1 volume r006-'
        [ "$(writes | wc -l)" -eq "$((round == 1 ? 28 : 0))" ]
        [ "$(reads)" = "$((round == 1 ? 2 : 1)) 12" ]
    done
    [ "$(sim_state '[.instances[] | select(.boot_allowed_use and .enabled)] | length')" -eq 0 ]
}

@test "the volume's own expression counts, not the image's" {
    fleet 20 '.images[0].instance = "metadata_service.enabled == false"'
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 20' <<< "$output"
    [ "$(reads)" = "1 20" ]
}

@test "an instance of a volume or a snapshot has its volume read" {
    fleet 10 '.instances[].image = null | .instances[:3][].boot_allowed_use = "!metadata_service.enabled"'
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 7 and .summary.skipped == 3' <<< "$output"
    [ "$(reads)" = "0 10" ]
    [ "$(writes | wc -l)" -eq 7 ]
    reasons | grep -q 'allows only .!metadata_service.enabled.: metadata_service.enabled would be true'
}

@test "the settings that stay count as well, and vcpu" {
    fleet 6 '.instances[].image = null |
        .instances[0].boot_allowed_use = "metadata_service.protocol == \"https\" || !metadata_service.enabled" |
        .instances[1].boot_allowed_use = "vcpu.count > 4 || !metadata_service.enabled" |
        .instances[2].boot_allowed_use = "vcpu.count == 4" |
        .instances[3].boot_allowed_use = "enable_secure_boot || !metadata_service.enabled"'
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 3 and .summary.skipped == 3' <<< "$output"
    reasons | grep -q "metadata_service.enabled would be true, metadata_service.protocol would be 'http'$"
    reasons | grep -q 'metadata_service.enabled would be true, vcpu.count is 4$'
    reasons | grep -q 'enable_secure_boot is false, metadata_service.enabled would be true$'
}

@test "nothing is read for a hop limit, for what is as wanted, and for what is skipped anyhow" {
    fleet 10 '.images[0].instance = "false" | .instances[].boot_allowed_use = "true" |
        .instances[0].lifecycle_state = "suspended"'
    meta instance set --all --hop-limit 2 -y
    expect 0
    meta instance set --all --enabled false --protocol http -y
    expect 0
    [ "$(reads)" = "0 0" ]
    meta instance set --all --enabled true -y
    expect 0
    [ "$(reads)" = "1 9" ]
}

@test "a dry run shows what would be skipped and why" {
    fleet 5 '.instances[].image = null | .instances[].boot_allowed_use = "metadata_service.enabled == false"'
    meta instance set --all --enabled true -n -o json
    expect 0 "0 of 5 would change"
    [ "$(reasons | wc -l)" -eq 5 ]
    [ "$(writes | wc -l)" -eq 0 ]
    meta instance set --all --enabled true -n --exit-code
    expect 0
}

@test "what cannot be decided here is sent with one warning; the API decides" {
    fleet 8 '.images[0].instance = "tomorrow.count > 1" |
        .instances[:3][].boot_allowed_use = "gpu.count == 0"'
    meta instance set --all --enabled true -y -o json
    expect 0 "allowed_use of 3 servers could not be checked, the API decides"
    [[ $stderr == *'`gpu.count == 0`, column 1: gpu.count is not known'* ]]
    [ "$(grep -c 'allowed_use' <<< "$stderr")" -eq 1 ]
    jq -e '.summary.changed == 8' <<< "$output"
    [ "$(reads)" = "1 8" ]
}

@test "what the API refuses all the same is skipped as ever" {
    fleet 4 '.instances[0].boot_allowed_use = "metadata_service.enabled == false"'
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 3 and .summary.skipped == 1' <<< "$output"
    [ "$(reads)" = "1 0" ]
    reasons | grep -q allowed_use_violation
}

@test "an image or a volume that may not be read, is gone, or fails, decides nothing" {
    local code
    fleet 6 '.instances[4:][].image = null'
    for code in 403 404 500; do
        meta instance set --all --enabled false -y
        clear_log
        faults "{\"path\": \"/v1/images/*\", \"action\": \"status\", \"status\": $code}" \
            "{\"path\": \"/v1/volumes/*\", \"action\": \"status\", \"status\": $code}"
        meta instance set --all --enabled true -y -o json
        expect 0 "allowed_use of 6 servers could not be checked, the API decides"
        [[ $stderr == *"could not be read"*"$code"* ]]
        jq -e '.summary.changed == 6' <<< "$output"
        case $code in
            403) [ "$(reads)" = "1 2" ] ;;
            404) [ "$(reads)" = "1 6" ] ;; # an image that is gone: the volumes themselves
        esac
        faults '{"path": "/nothing", "action": "reset"}'
    done
}

@test "each region's images are read there" {
    client_start --region us-south,eu-de --mix plain --instances 6 --groups 0
    meta instance set --all --region us-south,eu-de --enabled true -y
    expect 0
    [ "$(sim_log -r 'select(.path | contains("/images/")) | "\(.path | split("/v1/")[0]) \(.status)"' | sort -u |
        paste -sd,)" = "/eu-de 200,/us-south 200" ]
}

@test "the boot disk of a bare metal server is in its own answer: nothing more is read" {
    client_environment
    sim_start --bare-metal 4 --instances 0 --all-disabled
    sim_state '.bare_metal_servers[].profile = "bx2-metal-96x384" | .bare_metal_servers[0].boot_allowed_use = "enable_secure_boot" |
        .bare_metal_servers[1].boot_allowed_use = "!enable_secure_boot" |
        .bare_metal_servers[2].boot_allowed_use = "metadata_service.enabled"' > state
    sim_stop
    client_start --load state
    before=$(sim_state -c '[.bare_metal_servers[].id]')
    meta bare-metal set --all --enabled true -y -o json
    expect 0 "allowed_use of 1 server could not be checked"
    [ "$(jq -c '[.results[] | {key: .id, value: .outcome}] | from_entries as $o | $before | map($o[.])' \
        --argjson before "$before" <<< "$output")" = '["skipped","changed","skipped","changed"]' ]
    # an expression that the API itself cannot evaluate is its own to refuse
    reasons | grep -q '^1 its boot disk allows only `enable_secure_boot`: enable_secure_boot is false$'
    [ "$(reads)" = "0 0" ]
    [ "$(writes | wc -l)" -eq 3 ]
}

@test "an interrupt while expressions are read changes nothing" {
    fleet 20 '.'
    faults '{"path": "/v1/images/*", "action": "hang", "ms": 20000}'
    set -m # without job control a command in the background ignores SIGINT
    "$BUILD/vpcmeta" instance set --all --enabled true -y > out 2> err &
    pid=$!
    set +m
    for _ in $(seq 500); do [ "$(sim_count GET '/v1/instances')" -eq 0 ] || break; sleep 0.02; done
    for _ in 1 2; do kill -INT "$pid" 2> /dev/null || true; sleep 0.1; done
    status=0
    wait "$pid" || status=$?
    [ "$status" -eq 130 ]
    grep -q 'nothing was changed' err
    [ "$(writes | wc -l)" -eq 0 ]
}
