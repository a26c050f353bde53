#!/usr/bin/env bats
# Regions: a row has the region of its resource, an endpoint of another region is refused, and no token goes to a host
# that nobody vouches for.
load client

by_image=$(realpath "$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-attachment.json")

teardown() {
    sim_stop
}

# Every command that works in regions.
commands() {
    cat << LINES
instance list
instance show api-0001
bare-metal list
template list
group list
audit
instance set api-0001 --enabled true -y
instance set --all --enabled true -n
instance restart api-0001 --always -y
bare-metal set --all --enabled true -y
template replace --all --enabled true -y
instance create -f $by_image --name new-1 -y
LINES
}

@test "a region that an endpoint does not serve is refused by every command, and nothing is written" {
    client_start --instances 3
    meta instance set api-0001 --enabled true --hop-limit 7 -y
    expect 0
    clear_log
    while read -r command; do
        for region in eu-de nonsense; do
            meta $command --region "$region" < /dev/null
            expect 2 "--region $region: the API has no such region that is available (available: us-south)"
            [[ $stderr == *"$SIM_URL serves us-south"* ]]
            [ -z "$(writes)" ]
        done
        [[ $stderr != *"did you mean"* ]]
    done < <(commands)
    # a recorded run knows where it was
    meta runs rollback last -y --region eu-de
    expect 2 "was in region us-south, and --region says eu-de: leave out --region"
    [ -z "$(writes)" ]
    meta instance list --region us-soth
    expect 2 "did you mean us-south?"
    meta instance list --region us-south -o csv --fields region --no-headers
    expect 0
    [ "$(sort -u <<< "$output")" = us-south ]
}

@test "a host that names its region is refused for another one, without a request" {
    client_start --instances 3
    meta instance set api-0001 --enabled true --hop-limit 7 -y
    expect 0
    clear_log
    unset VPC_URL
    while IFS='|' read -r variable url; do
        while read -r command; do
            run --separate-stderr env "$variable=$url" "$BUILD/vpcmeta" $command --region eu-de < /dev/null
            expect 2 "--region eu-de: the endpoint https://us-south."
            [[ $stderr == *"serves us-south"*"--endpoint"* ]]
        done < <(commands)
        [ "$(requests)" -eq 0 ]
        run --separate-stderr env "$variable=$url" "$BUILD/vpcmeta" instance list --region us-suoth
        expect 2 "serves us-south; did you mean us-south?"
    done << 'LINES'
IBMCLOUD_IS_NG_API_ENDPOINT|us-south.iaas.cloud.ibm.com
IBMCLOUD_IS_NG_API_ENDPOINT|https://us-south.private.iaas.cloud.ibm.com/v1
VPC_URL|https://us-south.iaas.cloud.ibm.com/v1
LINES
}

@test "rows, runs and what is written have the region of the resource, wherever the endpoint leads" {
    client_start --region us-south,eu-de --instances 3
    for region in us-south eu-de; do
        meta instance set --name 'api-*' --enabled true --hop-limit 3 -y -o json --region "$region"
        expect 0
        jq -e --arg region "$region" '.results | length > 0 and all(.[]; .region == $region)' <<< "$output"
        meta runs show last -o json --region "$region"
        jq -e --arg region "$region" '[.. | .region? // empty] | unique == [$region]' <<< "$output"
    done
    sim_state -e '[.instances[] | select(.response_hop_limit == 3) | .region] | unique == ["eu-de", "us-south"]'
    meta instance create -f "$by_image" --name new-2 -y --region eu-de,eu-de
    expect 0
    # what is created has the region of the answer, also where none is known before
    meta instance create -f "$by_image" --name new-1 -y -o json --endpoint "$SIM_BASE/eu-de/v1"
    expect 0
    meta runs show last -o json --endpoint "$SIM_BASE/eu-de/v1"
    jq -e '[.results[].region] == ["eu-de"]' <<< "$output"
    # without --region an endpoint of an unknown host is taken as it is
    for url in "$SIM_BASE/eu-de/v1|eu-de" "$SIM_BASE/v1|us-south"; do
        meta instance list --endpoint "${url%|*}" -o csv --fields region --no-headers
        expect 0
        [ "$(sort -u <<< "$output")" = "${url#*|}" ]
    done
    meta instance list --region us-south,eu-de,us-south -o csv --fields region,name --no-headers
    expect 0
    [ "$(sort -u <<< "$output" | wc -l)" -eq "$(wc -l <<< "$output")" ]
    meta instance list --region us-south,us-south --jq '.items | length'
    expect 0
    [ "$output" = 3 ]
}

@test "where the API lists no regions, its records decide" {
    client_start --instances 3
    faults '{"operation": "regions.list", "action": "status", "status": 404}'
    for command in "instance list" "audit" "instance show api-0001" "instance set api-0001 --enabled true -y" \
        "instance set --all --enabled true -y"; do
        clear_log
        meta $command --region eu-de
        expect 2 "--region eu-de: the endpoint $SIM_URL serves us-south"
        [ -z "$(writes)" ]
        meta $command --region us-soth
        expect 2 "--region us-soth is not a known region: did you mean us-south?"
        [ -z "$(writes)" ]
    done
    meta instance list --region us-south --jq '.items | length'
    expect 0
    [ "$output" = 3 ]
}

@test "an endpoint that GET /regions names elsewhere gets no token" {
    client_start --region us-south,eu-de --instances 3
    local first=$SIM_PID log=$SIM_LOG base=$SIM_BASE
    sim_start --instances 3
    local other=$SIM_BASE other_log=$SIM_LOG second=$SIM_PID
    for endpoint in "$other" "https://127.0.0.1:1" "https://eu-de.iaas.cloud.ibm.com.evil.example" \
        "https://eu-de.iaas.cloud.ibm.com@127.0.0.1:1" "https://evil.example/.iaas.cloud.ibm.com" \
        "http://eu-de.iaas.cloud.ibm.com" "https://eu-de.iaas.cloud.ibm.com:8443" "${base/http:/https:}/eu-de"; do
        SIM_BASE=$base faults "{\"operation\": \"regions.list\", \"action\": \"edit\", \"record\": {\"name\": \"eu-de\"},
            \"set\": {\"/endpoint\": \"$endpoint\"}}"
        for region in all us-south,eu-de; do
            for command in "instance list" "instance set --all --enabled true -y"; do
                : > "$log"
                meta $command --region "$region"
                expect 2 "region eu-de: $base/v1 names the endpoint $endpoint"
                [[ $stderr == *"no token is sent there"* ]]
                [ "$(jq -r .path "$log" | sort -u)" = $'/identity/token\n/v1/regions' ]
            done
        done
    done
    [ ! -s "$other_log" ]
    kill "$first"
}

@test "listed endpoints are private where visibility or the endpoint in use is" {
    client_start --region us-south,eu-de --instances 1
    faults '{"operation": "regions.list", "action": "edit", "record": {"name": "eu-de"},
        "set": {"/endpoint": "https://eu-de.iaas.cloud.ibm.com"}}'
    meta doctor --region eu-de,us-south --timeout 1 --deadline 2
    [[ $output == *"https://eu-de.iaas.cloud.ibm.com/v1"* ]]
    IC_VISIBILITY=private meta doctor --region eu-de,us-south --timeout 1 --deadline 2
    [[ $output == *"https://eu-de.private.iaas.cloud.ibm.com/v1"* ]]
    [[ $output != *"https://eu-de.iaas.cloud.ibm.com"* ]]
    # the same without an endpoint for all regions
    printf '{"IBMCLOUD_IS_NG_API_ENDPOINT": {"private": {"us-south": "%s"}}}' "$SIM_URL" > endpoints.json
    unset VPC_URL
    export IC_VISIBILITY=private IC_ENDPOINTS_FILE_PATH=endpoints.json
    meta doctor --region all --timeout 1 --deadline 2
    [[ $output == *"$SIM_URL"*"https://eu-de.private.iaas.cloud.ibm.com/v1"* ]]
}

@test "an unknown region is refused by name when no endpoint is named" {
    client_start --instances 1
    unset VPC_URL
    for region in us-sooth nonsense-1; do
        meta instance list --region "$region" --auth none --deadline 20
        expect 2 "--region $region is not a known region"
    done
    meta instance list --region us-sooth --auth none
    expect 2 "did you mean us-south?"
    IC_REGION=us-sooth meta instance list --auth none
    expect 2 "us-sooth is not a known region: did you mean us-south?"
}
