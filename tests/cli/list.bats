#!/usr/bin/env bats
# list: the whole inventory, or exactly the part that was selected, the same in every form.
load client

teardown() {
    sim_stop
}

# The list as -o json should have it, made from the simulator's state: KIND COLLECTION
wanted_items() {
    sim_state -c --arg kind "$1" "[.$2[] | {kind: \$kind, region, id, name, crn, status, zone, vpc, architecture,
        enabled, protocol, response_hop_limit}] | sort_by(.id)"
}

names() {
    meta instance list -o csv --fields name --no-headers "$@"
}

# NAMES-FILTER ARGS...: the list with ARGS has exactly the instances for which the filter over the state holds
selects() {
    local filter=$1
    shift
    names "$@"
    expect 0
    diff <(sort <<< "$output") <(sim_state -r ".instances[] | select($filter) | .name" | sort)
    [ -n "$output" ] || { echo "the filter selects nothing: $filter"; return 1; }
}

@test "every server of every page, with what the API says about it" {
    client_start --instances 250 --bare-metal 4
    meta instance list -o json
    expect 0
    # of none of them a run is recorded: false where the service is off, else unknown
    jq -e 'all(.items[]; .restart_needed == if .enabled and .status != "stopped" then null else false end)' <<< "$output"
    diff <(jq -S '.items | sort_by(.id) | map(del(.restart_needed))' <<< "$output") <(wanted_items instance instances | jq -S .)
    jq -e '.schema_version == 1 and .complete == true and (has("missing") | not)' <<< "$output"
    [ "$(sim_log -r 'select(.path == "/v1/instances") | .query.limit' | sort -u)" = 100 ]
    meta bare-metal list -o json
    diff <(jq -S '.items | sort_by(.id)' <<< "$output") <(wanted_items bare-metal bare_metal_servers | jq -S .)
    jq -e 'all(.items[]; .response_hop_limit == null)' <<< "$output"
}

@test "a fleet of several thousand is listed whole and once" {
    client_start --instances 3000
    meta instance list --jq '[.items[].id] | length, (unique | length)'
    expect 0
    [ "$output" = $'3000\n3000' ]
    [ "$(sim_count POST /identity/token)" -eq 1 ]
}

@test "a template without a metadata block reads as off, http, 1" {
    client_start --instances 0 --templates 40
    meta template list -o json
    expect 0
    sim_state -c '[.templates[] | [.id, .enabled, .protocol, .response_hop_limit]] | sort' > wanted
    jq -c '[.items[] | [.id, .enabled, .protocol, .response_hop_limit]] | sort' <<< "$output" | diff wanted -
    sim_curl GET /v1/instance/templates | jq -e 'any(.templates[]; has("metadata_service") | not)'
}

@test "json, jsonl, csv, yaml and the table say the same" {
    client_start --instances 30
    meta instance list -o json
    jq -S '.items' <<< "$output" > wanted
    meta instance list -o jsonl
    diff wanted <(jq -sS . <<< "$output")
    meta instance list -o yaml
    echo "$output" > yaml
    meta instance list -o csv
    echo "$output" > csv
    python3 - << 'PYTHON'
import csv, json
wanted = json.load(open("wanted"))
text = lambda v: "" if v is None else str(v).lower() if isinstance(v, bool) else str(v)
rows = list(csv.DictReader(open("csv", newline="")))
assert rows == [{k: text(v) for k, v in item.items()} for item in wanted], "csv differs"
try:
    import yaml
except ImportError:
    raise SystemExit(0)
assert yaml.safe_load(open("yaml"))["items"] == wanted, "yaml differs"
PYTHON
    meta instance list --fields name,enabled,protocol,response_hop_limit --no-headers
    diff <(awk '{$1=$1} 1' <<< "$output") <(jq -r '.[] | "\(.name) \(.enabled) \(.protocol) \(.response_hop_limit)"' wanted)
}

@test "--fields orders and limits, --no-headers leaves out the headings, --jq works on the JSON" {
    client_start --instances 5
    meta instance list --fields name,id -o csv
    [ "${lines[0]}" = name,id ]
    meta instance list --fields name,id -o json
    jq -e '.items[0] | keys_unsorted == ["name", "id"]' <<< "$output"
    meta instance list --no-headers --fields name
    [ "${#lines[@]}" -eq 5 ]
    meta instance list --jq '.items | length'
    [ "$output" = 5 ]
}

@test "piped output has no colour and no progress; --color always has" {
    client_start --instances 5
    meta instance list
    [[ $output$stderr != *$'\033'* ]]
    meta instance list --color always
    [[ $output == *$'\033'* ]]
}

@test "on a terminal of 80 columns no line is longer than that" {
    client_start --instances 60 --bare-metal 2 --templates 3
    for kind in instance bare-metal template; do
        run script -qec "stty cols 80; $BUILD/vpcmeta $kind list" /dev/null
        [ "$status" -eq 0 ]
        sed 's/\x1b\[[0-9;]*[mK]//g; s/\r//' <<< "$output" | awk 'length > 80 { print; bad = 1 } END { exit bad }'
        [[ $output == *ENABLED* ]]
    done
}

@test "each selector selects" {
    client_start --instances 120 --all-disabled
    meta instance set --name 'web-*' --protocol https -y -q
    one=$(sim_state -r '.instances[7].name')
    vpc_id=$(sim_state -r '.instances[7].vpc_id')
    group=$(sim_state -r '.instances[7].resource_group')
    selects ".name == \"$one\"" "$one"
    selects ".name == \"$one\"" "$(sim_state -r '.instances[7].id')"
    selects ".name == \"$one\"" "$(sim_state -r '.instances[7].crn')"
    selects true --all
    selects '.name | startswith("web-")' --name 'web-*'
    selects '.name | startswith("web-") or startswith("db-")' --name 'web-*,db-*'
    selects ".name == \"$one\"" --name "$one"
    selects '.vpc == "vpc-prod"' --vpc vpc-prod
    selects ".vpc_id == \"$vpc_id\"" --vpc "$vpc_id"
    selects '.vpc == "vpc-prod" or .vpc == "vpc-dev"' --vpc vpc-prod,vpc-dev
    selects ".resource_group == \"$group\"" --resource-group "$group"
    selects '.zone == "us-south-2"' --zone us-south-2
    selects '.status == "stopped"' --status stopped
    selects '.protocol == "https"' --where '.metadata_service.protocol == "https"'
    selects '.architecture == "s390x" | not' --where '.vcpu.architecture != "s390x"'
    selects '.name | startswith("web-") | not' --exclude 'web-*'
    selects '.zone == "us-south-2" and (.name | startswith("web-")) and (.name | endswith("1") | not) and .status == "running"' \
        --zone us-south-2 --name 'web-*' --exclude '*1' --where '.status == "running"'
}

@test "filters that the API has are sent to it, the others are not" {
    client_start --instances 20 --bare-metal 2
    queries() { sim_log -c 'select(.path | startswith("/v1/")) | .query | del(.version, .generation, .limit, .start)' | sort -u; }
    one=$(sim_state -r '.instances[3].name')
    while IFS='|' read -r wanted args; do
        clear_log
        eval "names $args"
        expect 0
        [ "$(queries)" = "$wanted" ] || { echo "$args: $(queries)"; return 1; }
    done << LIST
{"name":"$one"}|--name $one
{"name":"$one"}|$one
{}|--name 'web-*'
{"vpc.name":"vpc-prod"}|--vpc vpc-prod
{"vpc.id":"$(sim_state -r '.instances[3].vpc_id')"}|--vpc $(sim_state -r '.instances[3].vpc_id')
{"resource_group.id":"$(sim_state -r '.instances[3].resource_group')"}|--resource-group $(sim_state -r '.instances[3].resource_group')
{}|--zone us-south-1 --status running --where .enable_secure_boot --exclude 'db-*'
LIST
}

@test "--from reads names, ids and CRNs; comments, blank lines and CRLF do not matter; - is standard input" {
    client_start --instances 20
    printf '# the canaries\r\n%s\r\n\r\n  %s  # by id\n%s' "$(sim_state -r '.instances[0].name')" \
        "$(sim_state -r '.instances[1].id')" "$(sim_state -r '.instances[2].crn')" > list
    sim_state -r '.instances[0:3][].name' | sort > wanted
    names --from list
    expect 0
    diff wanted <(sort <<< "$output")
    names --from - < list
    diff wanted <(sort <<< "$output")
    names --from <(cat list)
    diff wanted <(sort <<< "$output")
    names --from list --exclude "$(head -1 wanted)"
    [ "${#lines[@]}" -eq 2 ]
}

@test "more names than are worth a request each are found as well" {
    client_start --instances 300
    sim_state -r '.instances[0:150][].name' | sort > wanted
    names --from wanted
    expect 0
    diff wanted <(sort <<< "$output")
}

@test "a name that nobody has is an error that lists it, and only it" {
    client_start --instances 5
    meta instance list "$(sim_state -r '.instances[0].name')" nobody
    expect 1 'there is no instance "nobody"'
    [ -z "$output" ]
}

@test "a name that two regions have is an error that lists both" {
    client_start --region us-south --instances 3
    name=$(sim_state -r '.instances[0].name')
    jq '.instances[0].region = "eu-de" | .instances[0].id += "0" | .instances += [$one] | {instances}' \
        --argjson one "$(sim_state '.instances[0]')" <(sim_state .) > twice.json
    sim_stop
    client_start --load twice.json
    meta instance show "$name" --region all
    expect 1 "\"$name\" names 2 resources"
    meta instance list --region all -o csv --fields region --no-headers
    [ "$(sort -u <<< "$output" | paste -sd,)" = eu-de,us-south ]
}

@test "a region that the API does not have is an error, not a hole in the list" {
    client_start --region us-south,eu-de --instances 5
    meta instance list --region us-south,eu-dee
    expect 2 "--region eu-dee: the API has no such region that is available (available: "
    [ -z "$output" ]
    meta instance list --region us-south,eu-de -o csv --fields region --no-headers
    expect 0
    [ "$(sort -u <<< "$output" | paste -sd,)" = eu-de,us-south ]
}

@test "--trusted-profile-details reads each server's initialization" {
    client_start --instances 40
    meta instance list --trusted-profile-details -o json
    expect 0
    sim_state -c '[.instances[] | {id, profile: (.default_trusted_profile // {} | .id)}] | sort_by(.id)' > wanted
    jq -c '[.items[] | {id, profile: (.default_trusted_profile // {} | .target.id)}] | sort_by(.id)' <<< "$output" |
        diff wanted -
    jq -e 'any(.items[]; .default_trusted_profile != null)' <<< "$output"
    [ "$(sim_count GET '/v1/instances/*/initialization')" -eq 40 ]
}

@test "output that cannot be written is an error, a reader that has enough is none" {
    client_start --instances 200
    for form in table json jsonl csv yaml; do
        run bash -c "$BUILD/vpcmeta instance list -o $form > /dev/full"
        [ "$status" -eq 1 ]
        [[ $output == *"No space left"* ]]
        run bash -c "$BUILD/vpcmeta instance list -o $form 2> err | head -1 > /dev/null"
        [ ! -s err ]
    done
}

@test "control characters in an answer never reach the terminal raw" {
    client_start --instances 3
    faults '{"operation": "instances.list", "action": "status", "status": 400, "code": "evil\u001b[31m\u009b2J"}'
    meta instance list
    expect 1 evil
    [[ $stderr != *$'\033'* && $stderr != *$'\302\233'* ]]
}

@test "the name of a VPC selects templates, which know only its id, at the price of one list of VPCs" {
    local id
    client_start --templates 40
    id=$(sim_curl GET /v1/vpcs | jq -r '.vpcs[] | select(.name == "vpc-prod") | .id')
    clear_log
    meta template list --vpc vpc-prod -o json
    expect 0
    [ "$(requests)" -eq 3 ]
    diff <(jq -r '.items[].id' <<< "$output" | sort) \
        <(sim_curl GET /v1/instance/templates | jq -r --arg id "$id" '.templates[] | select(.vpc.id == $id) | .id' | sort)
    jq -e '(.items | length > 0) and all(.items[]; .vpc == "vpc-prod")' <<< "$output"
}

@test "a long list is read by VPC, each item once; where the VPCs cannot be read, as one" {
    client_start --instances 2500
    meta instance list -o json
    expect 0
    [ "$(jq '[.items[].id] | unique | length' <<< "$output")" -eq 2500 ]
    [ "$(sim_log -r '.query["vpc.id"] // empty' | sort -u | wc -l)" -gt 1 ]
    faults '{"operation": "vpcs.list", "action": "status", "status": 403}'
    clear_log
    meta instance list -o json
    expect 0
    [ "$(jq '[.items[].id] | unique | length' <<< "$output")" -eq 2500 ]
    [ "$(sim_log -r '.query["vpc.id"] // empty' | wc -l)" -eq 0 ]
}
