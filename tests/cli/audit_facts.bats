#!/usr/bin/env bats
# What an audit reads beyond records, also of an API that fails: nothing twice, each gap is named once, the rest is judged.
load client

teardown() {
    sim_stop
}

# policy LINES: a policy file of these rules
policy() {
    printf 'version: 1\nrules:\n%s\n' "$1" > "$BATS_TEST_TMPDIR/policy.yaml"
}

no_profiles='  - {name: servers, kinds: [instance, bare-metal], trusted_profile: {forbidden: true}}'

# audit [ARGS...]: as JSON, by the policy of the test
audit() {
    meta audit --policy "$BATS_TEST_TMPDIR/policy.yaml" -o json "$@"
}

# Of the last audit: ids of the findings of the rule that have the result.
ids() {
    jq -r --arg rule "$1" --arg result "$2" '[.findings[] | select(.rule == $rule and .result == $result) | .id] |
        sort | join(" ")' <<< "$output"
}

# Ids of servers that have a trusted profile and fulfil the jq predicate, by the simulator.
with_profile() {
    sim_state "[(.instances[], .bare_metal_servers[]) | select(.default_trusted_profile != null) | select(${1:-true}) | .id] |
        sort | join(\" \")" | jq -r .
}

missing() {
    jq -r '.missing // [] | .[]' <<< "$output"
}

@test "initializations are read only where a rule asks, and only of the servers that it holds for" {
    client_start --instances 40 --bare-metal 4
    meta audit -o json
    expect 3
    [ "$(sim_count GET '*/initialization')" -eq 0 ]
    clear_log
    policy '  - {name: web, kinds: [instance], where: {name: ["web-*"]}, trusted_profile: {forbidden: true}}'
    audit --severity low
    web=$(sim_state '[.instances[] | select(.name | startswith("web-"))] | length')
    [ "$web" -gt 0 ]
    [ "$(sim_count GET '*/initialization')" -eq "$web" ]
    [ "$(ids profile-forbidden fail)" = "$(with_profile '.name | startswith("web-")')" ]
    clear_log
    meta audit --trusted-profile-details -o json
    [ "$(sim_count GET '*/initialization')" -eq 44 ]
}

@test "every server's profile is found, of every kind and region, while pages fail in passing" {
    client_start --region us-south,eu-de --instances 150 --bare-metal 4
    policy "$no_profiles"
    found=$(with_profile)
    [ -n "$found" ]
    for how in '"action": "status", "status": 429, "retry_after": 1' '"action": "truncate"' '"action": "reset"'; do
        clear_log
        faults "{\"path\": \"*initialization\", \"nth\": [3, 40, 200], $how}" \
            '{"operation": "instances.list", "nth": 2, "action": "truncate"}'
        audit --region all
        expect 3
        jq -e '.complete' <<< "$output" > /dev/null
        [ "$(ids profile-forbidden fail)" = "$found" ]
        # a page that comes twice asks for nothing twice
        [ "$(sim_count GET '*/initialization')" -eq 311 ]
    done
}

@test "what may not be read of one region is one line a kind; the rest is judged, with status 5" {
    client_start --region us-south,eu-de --instances 30 --bare-metal 6
    policy "$no_profiles"
    faults '{"path": "/eu-de/v1/bare_metal_servers/*/initialization", "action": "status", "status": 403}'
    audit --region all
    expect 5
    jq -e '.complete == false' <<< "$output" > /dev/null
    [[ $(missing) == "initializations of 6 bare metal servers of eu-de: 403"* ]]
    [ "$(missing | wc -l)" -eq 1 ]
    [ "$(ids profile-forbidden fail)" = "$(with_profile '(.kind == "bare_metal_server" and .region == "eu-de") | not')" ]
    unread=$(sim_state '[.bare_metal_servers[] | select(.region == "eu-de") | .id] | sort | join(" ")' | jq -r .)
    [ "$(ids profile-forbidden cannot_tell)" = "$unread" ]
}

@test "a region that is down is named for each kind, and the others are judged" {
    client_start --region us-south,eu-de --instances 30
    policy "$no_profiles"
    faults '{"path": "/eu-de/v1/*", "action": "status", "status": 403}'
    audit --region all
    expect 5
    [ "$(missing | grep -c '^listing .* in eu-de: 403')" -eq 4 ]
    [ "$(ids profile-forbidden fail)" = "$(with_profile '.region == "us-south"')" ]
}

@test "a server that is deleted after it was listed is no finding and no gap" {
    client_start --instances 30 --bare-metal 0
    policy "$no_profiles"
    faults '{"operation": "instances.initialization", "limit": 1, "action": "delete"}'
    audit -v
    [ "$(jq '.complete, .summary.resources.instance' <<< "$output" | tr '\n' ' ')" = "true 29 " ]
    [ "$(missing)" = "" ]
    [ "$(ids profile-forbidden cannot_tell)" = "" ]
    [[ $stderr == *"1 resource was deleted while the lists were read"* ]]
}

@test "an answer that stays broken, and a deadline, leave a gap that is named" {
    client_start --instances 12 --bare-metal 2
    policy "$no_profiles"
    faults '{"operation": "bare_metal_servers.initialization", "action": "edit", "set": {"/default_trusted_profile": 7}}'
    audit
    expect 5
    [[ $(missing) == "initializations of 2 bare metal servers of us-south: "* ]]
    [ "$(ids profile-forbidden fail)" = "$(with_profile '.kind == "instance"')" ]
    faults '{"operation": "bare_metal_servers.initialization", "action": "hang", "ms": 20000}'
    audit --deadline 1
    expect 5
    [[ $(missing) == *"initializations of 2 bare metal servers of us-south: "* ]]
    [ "$(ids profile-forbidden fail)" = "$(with_profile '.kind == "instance"')" ]
}

@test "profiles are allowed by name: the account's list is read once, and without it nothing is claimed" {
    client_start --instances 40 --bare-metal 2
    allowed=$(sim_state '[.instances[] | .default_trusted_profile.id | select(. != null)][0]' | jq -r .)
    name=$(sim_http "$SIM_BASE/v1/profiles/$allowed" -H "Authorization: Bearer $(sim_token)" | jq -r .name)
    policy "  - {name: servers, kinds: [instance, bare-metal], trusted_profile: {allowed: ['$name']}}"
    clear_log
    audit
    [ "$(sim_count GET /v1/profiles)" -eq 1 ]
    [ "$(ids profile-not-allowed fail)" = "$(with_profile ".default_trusted_profile.id != \"$allowed\"")" ]
    faults '{"operation": "iam.profiles.list", "action": "status", "status": 403}'
    audit
    expect 5
    [[ $(missing) == "names of the trusted profiles of account "*": 403"* ]]
    # IAM's own refusal is final
    [ "$(sim_count GET /v1/profiles)" -eq 2 ]
    [ "$(ids profile-not-allowed fail)" = "" ]
    [ "$(ids profile-not-allowed cannot_tell)" = "$(with_profile)" ]
}

@test "predicates are judged once a resource, on pages that come and go" {
    client_start --instances 250 --bare-metal 0 --groups 0 --templates 0
    policy '  - {name: stopped, where: {jq: ".status == \"stopped\""}, metadata_service: {enabled: false}}
  - {name: rest, where: {jq: ".status != \"stopped\" and .lifecycle_state == \"stable\""}, metadata_service: {enabled: true}}'
    faults '{"operation": "instances.list", "nth": [2, 4], "action": "truncate"}'
    audit --all
    stopped=$(sim_state '[.instances[] | select(.status == "stopped" and .enabled) | .id] | sort | join(" ")' | jq -r .)
    [ -n "$stopped" ]
    [ "$(ids enabled-where-forbidden fail)" = "$stopped" ]
    unmanaged=$(sim_state '[.instances[] | select(.status != "stopped" and .lifecycle_state != "stable") | .id] | sort | join(" ")' | jq -r .)
    [ "$(ids unmanaged fail)" = "$unmanaged" ]
    policy '  - {name: slip, where: {jq: ".name"}, metadata_service: {enabled: true}}'
    audit
    expect 2 "slip"
}

@test "the user_data of a template is looked at, and never shown" {
    client_start --instances 4 --templates 1
    body=$("$BUILD/vpcmeta" schema example instance_template_create |
        jq '. + {name: "tpl-secret", user_data: "#cloud-config\npassword: Vb7Kq2xx\n",
                 metadata_service: {enabled: true, protocol: "https"}}')
    sim_curl POST /v1/instance/templates -H 'Content-Type: application/json' -d "$body" > made.json
    made=$(jq -r .id made.json)
    [ "$made" != null ]
    meta audit -v --trace trace.jsonl -o json
    [ "$(ids secret-in-user-data fail)" = "$made" ]
    [[ $(jq -r '.findings[] | select(.rule == "secret-in-user-data").message' <<< "$output") == *"a password"* ]]
    [[ $output$stderr$(cat trace.jsonl) != *Vb7Kq2xx* ]]
}

@test "an image is read once, whatever the number of its servers" {
    client_start --instances 60 --mix varied
    policy '  - {name: all, metadata_service: {enabled: true, protocol: https}}'
    audit --rule allowed-use
    [ "$(sim_log 'select(.path | test("/images/")) | .path' | sort | uniq -d)" = "" ]
    [ "$(sim_log 'select(.path | test("/volumes/")) | .path' | sort | uniq -d)" = "" ]
    [ -n "$(ids allowed-use fail)" ]
}

@test "a policy brings its regions and its key, and the command line overrules both" {
    client_start --region us-south,eu-de --instances 4
    mkdir policies
    printf '%s' "$SIM_API_KEY" > policies/key
    chmod 600 policies/key
    printf 'version: 1\nregions: [eu-de]\ncredentials: {api_key_file: key}\nrules:\n  - {name: all, metadata_service: {enabled: true}}\n' \
        > policies/p.yaml
    unset VPC_APIKEY
    export VPC_URL=$SIM_BASE/v1
    meta audit --policy policies/p.yaml -o json
    expect 3
    [ "$(jq -r '.summary.regions | keys | join(" ")' <<< "$output")" = "eu-de" ]
    meta audit --policy policies/p.yaml --region us-south -o json
    expect 3
    [ "$(jq -r '.summary.regions | keys | join(" ")' <<< "$output")" = "us-south" ]
    printf 'wrong-key-0123456789' > other
    chmod 600 other
    meta audit --policy policies/p.yaml --api-key-file other -o json
    expect 4
}

@test "the key of a policy is for commands that are given none, and a file of it that cannot be opened is named with its place" {
    client_start --instances 2
    mkdir policies
    printf 'version: 1\ncredentials:\n  api_key_file: key\nrules:\n  - {name: all, metadata_service: {enabled: true}}\n' \
        > policies/p.yaml
    # the environment has a key: that of the policy is not looked for
    meta audit --policy policies/p.yaml -o json
    expect 3
    IC_API_KEY=$VPC_APIKEY VPC_APIKEY='' meta audit --policy policies/p.yaml -o json
    expect 3
    unset VPC_APIKEY
    clear_log
    meta audit --policy policies/p.yaml -o json
    expect 2 "policies/p.yaml:3:17: /credentials/api_key_file: cannot open policies/key: No such file or directory"
    [ "$(requests)" -eq 0 ]
    meta policy check policies/p.yaml
    expect 0
}

@test "a boot volume may forbid what its image permits, and many volumes are read by the page" {
    client_environment
    sim_start --mix plain --instances 30 --bare-metal 0 --groups 0 --templates 0
    sim_state '.images[].instance = null | .instances |= map(.profile = "bx2-4x16" | .enabled = false |
        .boot_allowed_use = "true") | .instances[:2][].boot_allowed_use = "metadata_service.enabled == false"' > state
    sim_stop
    client_start --load state
    policy '  - {name: all, metadata_service: {enabled: true, protocol: https}}'
    audit
    [ "$(jq '[.findings[] | select(.rule == "allowed-use" and .result == "fail")] | length' <<< "$output")" -eq 2 ]
    [ "$(sim_count GET /v1/volumes) $(sim_count GET '/v1/volumes/*')" = "1 0" ]
    meta plan --policy "$BATS_TEST_TMPDIR/policy.yaml" -o json
    expect 0
    jq -e '.summary.would_change == 28 and ([.results[] | select(.outcome == "skipped") |
        .reason | select(test("allows only"))] | length) == 2' <<< "$output"
    meta apply --policy "$BATS_TEST_TMPDIR/policy.yaml" -y -o json
    expect 0
    faults '{"path": "/v1/volumes", "action": "status", "status": 403}'
    audit
    [ -n "$(ids allowed-use cannot_tell)" ]
}

@test "volumes are listed while servers are still being read: nothing waits for the end of another reading" {
    client_start --instances 250 --bare-metal 0 --mix plain --latency-ms 10
    policy "$no_profiles"
    audit
    [ "$(sim_count GET '*/initialization')" -eq 250 ]
    sim_log .path > paths
    [ "$(grep -n '"/v1/volumes' paths | tail -n 1 | cut -d : -f 1)" -lt \
        "$(grep -n '/initialization"' paths | tail -n 1 | cut -d : -f 1)" ]
}

@test "images and volumes that cannot be read make an audit incomplete, with one line for each region and kind" {
    client_start --region us-south,eu-de --instances 40 --bare-metal 2
    faults '{"path": "*/images/*", "action": "status", "status": 403}' \
        '{"path": "*/volumes/*", "action": "status", "status": 403}'
    meta audit --region all --rule allowed-use --no-store -o json
    expect 5
    [ "$(jq .complete <<< "$output")" = false ]
    missing | grep -Eq '^allowed_use of [0-9]+ images? of us-south: .*403'
    missing | grep -Eq '^allowed_use of [0-9]+ images? of eu-de: .*403'
    [ "$(missing | sort | uniq -d | wc -l)" -eq 0 ]
    said=$(jq -r '[.findings[] | select(.result == "cannot_tell").message] | .[0]' <<< "$output")
    [[ "$said" == "cannot tell: image "*" could not be read: "*403* ]]
}

@test "a template is judged by what its image permits; one without a readable image cannot be told" {
    client_start --instances 20
    meta template list -o json
    disabled=$(jq -c '[.items[] | select(.enabled | not) | .id] | sort' <<< "$output")
    all=$(jq -c '[.items[].id] | sort' <<< "$output")
    faults '{"path": "*/images/*", "action": "edit", "set": {"/allowed_use": {"instance": "metadata_service.enabled == true"}}}'
    meta audit --rule allowed-use --no-store -o json
    of_templates='[.findings[] | select(.kind == "template" and .result == $result) | .id] | sort'
    [ "$(jq length <<< "$disabled")" -gt 0 ]
    failed=$(jq -c --arg result fail "$of_templates" <<< "$output")
    [ "$(jq length <<< "$failed")" -gt 0 ]
    [ "$(jq -nc "$failed - $disabled")" = '[]' ]
    [ "$(jq '[.findings[] | select(.result == "cannot_tell")] | length' <<< "$output")" -eq 0 ] # a snapshot is read, too
    faults '{"path": "*/images/*", "action": "status", "status": 403}' \
        '{"path": "*/snapshots/*", "action": "status", "status": 403}'
    meta audit --rule allowed-use --no-store -o json
    expect 5
    unsure=$(jq -c --arg result cannot_tell "$of_templates" <<< "$output")
    [ "$(jq -nc "$disabled - $unsure | length < 2")" = true ] # one may be made from a catalog offering
    [ "$(jq -nc "$unsure - $all")" = '[]' ]
}

@test "a program gets an object also where the regions cannot be listed" {
    client_start --region us-south,eu-de --instances 5
    printf 'version: 1\nrules:\n  - {name: all, metadata_service: {enabled: true}}\n' > "$BATS_TEST_TMPDIR/policy.yaml"
    faults '{"path": "*/regions", "action": "status", "status": 403}'
    for command in "audit" "instance list" "plan --policy $BATS_TEST_TMPDIR/policy.yaml" \
        "apply --policy $BATS_TEST_TMPDIR/policy.yaml --dry-run" "instance set --all --protocol https --dry-run"; do
        meta $command --region all -o json
        [ "$status" -ne 0 ]
        [ "$(jq -c '[.schema_version, .complete, (.missing | length > 0), .error != ""]' <<< "$output")" = '[1,false,true,true]' ]
    done
    meta audit --region all -o json
    [ "$(jq -c .findings <<< "$output")" = '[]' ]
    meta inventory export --region all
    [ "$(jq -c '[.complete, (.missing | length)]' <<< "$output")" = '[false,1]' ]
}

@test "profiles are read where the rule is known only once the VPC is named" {
    client_start --instances 40 --bare-metal 4
    vpcs=[$(vpcmeta instance list -o csv --no-headers --fields vpc | sort -u | paste -sd,)]
    policy "  - {name: placed, kinds: [instance], where: {vpc: $vpcs}, trusted_profile: {forbidden: true}}"
    audit
    found=$(ids profile-forbidden fail)
    [ -n "$found" ]
    faults '{"operation": "instances.list", "action": "edit", "remove": ["/vpc/name"]}'
    audit
    [ "$(ids profile-forbidden fail)" = "$found" ]
}

@test "audit and policy explain agree on the profiles of templates that are allowed by name" {
    client_start --instances 20 --templates 12
    policy "  - {name: templates, kinds: [template], trusted_profile: {allowed: [nosuch]}}"
    audit
    wrong=$(ids profile-not-allowed fail)
    [ -n "$wrong" ]
    meta policy explain $wrong --policy policy.yaml -o json
    [ "$(jq -r '[.items[] | select(.settings[]? | .setting == "trusted_profile" and .result == "differs") | .id] | sort | join(" ")' <<< "$output")" = "$wrong" ]
}
