#!/usr/bin/env bats
# What an audit makes of templates, of the groups that use them and of records that lack something; `policy explain`
# shows the same.
load client

teardown() {
    sim_stop
}

# edit OPERATION NAME SET [REMOVE]: a fault rule that shows the record so
edit() {
    jq -nc --arg operation "$1" --arg name "$2" --argjson set "$3" --argjson remove "${4:-[]}" \
        '{operation: $operation, action: "edit", record: {name: $name}, set: $set, remove: $remove}'
}

service() {
    printf '{"/metadata_service":{"enabled":%s,"protocol":"%s","response_hop_limit":%s}%s}' "$@"
}

# audit ARGS...: the JSON in a.json
audit() {
    vpcmeta audit --no-store -q -o json "$@" > a.json || [[ $? == [35] ]]
}

# found NAME: the rules that the resource fails, with their result
found() {
    jq -r --arg name "$1" '[.findings[] | select(.name == $name) | .rule + "=" + .result] | sort | join(" ")' a.json
}

# explained NAME [ARGS...]: settings and results of policy explain
explained() {
    vpcmeta policy explain "$@" -o json | jq -r '[.items[].settings[] | .setting + "=" + .result] | join(" ")'
}

# judged WANTED ENABLED PROTOCOL RULE SETTING=RESULT: the rule of $group and what its $template has
judged() {
    printf 'version: 1\nrules: [{name: g, kinds: [group], %s}]\n' "$1" > g.yaml
    faults "$(edit 'templates.*' "$template" "$(service "$2" "$3" 1 '')")"
    audit --policy g.yaml --rule group-template
    same "$(jq '.findings | length' a.json)" 1
    [[ $(jq -r '.findings[0].message' a.json) == "template $template: $4"* ]]
    same "$(explained "$group" --policy g.yaml)" "$5"
}

templates() {
    sim_state '[.templates[].name]' | jq -r '.[]'
}

@test "the architecture of a template is that of its profile, and of a profile that is unknown nothing is claimed" {
    client_start --instances 4 --bare-metal 0 --templates 4 --groups 0
    mapfile -t names < <(templates)
    s390=',"/profile":{"name":"bz2-4x16"}'
    faults "$(edit 'templates.*' "${names[0]}" "$(service true https 1 "$s390")")" \
        "$(edit 'templates.*' "${names[1]}" "$(service false https 1 "$s390")")" \
        "$(edit 'templates.*' "${names[2]}" "$(service true https 1 ',"/profile":{"name":"bx2-0x0"}')")"
    audit
    same "$(found "${names[0]}")" "unsupported-architecture=fail"
    same "$(found "${names[1]}")" ""
    same "$(found "${names[2]}")" "unsupported-architecture=cannot_tell"
    same "$(jq -r --arg name "${names[2]}" '.findings[] | select(.name == $name) | .message' a.json)" \
        "cannot tell without the architecture of profile bx2-0x0, which does not exist"
    [[ $(jq -r --arg name "${names[0]}" '.findings[] | select(.name == $name) | .fix' a.json) == *" --enabled false "* ]]
    same "$(explained "${names[1]}" | cut -d' ' -f 1-3)" "enabled=not_applicable protocol=not_applicable response_hop_limit=not_applicable"
    same "$(explained "${names[0]}" | cut -d' ' -f 1)" "enabled=differs"
    faults '{"path": "*/instance/profiles/*", "action": "status", "status": 403}'
    audit
    same "$(jq .complete a.json)" false
    [[ $(jq -r '.missing[]' a.json) == *"architecture of profile "*" of us-south: 403"* ]]
    # nothing that is asked for needs a profile
    clear_log
    audit --rule enabled-over-http,template-over-http
    same "$(jq .complete a.json)" true
    same "$(sim_count GET '*/instance/profiles/*')" 0
}

@test "a template that is off is judged by what it stores for its servers" {
    client_start --instances 0 --bare-metal 0 --templates 2 --groups 0
    mapfile -t names < <(templates)
    faults "$(edit 'templates.*' "${names[0]}" "$(service false http 9 '')")" \
        "$(edit 'templates.*' "${names[1]}" "$(service false https 1 '')")"
    for wanted in "{enabled: false, protocol: https, response_hop_limit: {max: 2}}" "{protocol: https}"; do
        printf 'version: 1\nrules: [{name: a, metadata_service: %s}]\n' "$wanted" > p.yaml
        audit --policy p.yaml
        same "$(found "${names[0]}")" "stored-while-disabled=fail"
        same "$(found "${names[1]}")" ""
        [[ $(explained "${names[0]}" --policy p.yaml) == *protocol=differs* ]]
        [[ $(explained "${names[1]}" --policy p.yaml) == *protocol=fulfilled* ]]
        [[ $(jq -r '.findings[0].fix' a.json) == "vpcmeta template replace ${names[0]} --protocol https "* ]]
    done
}

@test "a group is judged by every check of templates, by its own rule, and explain shows what its template has" {
    client_start --instances 4 --bare-metal 0 --templates 4 --groups 1
    group=$(vpcmeta group list -o json | jq -r '.items[0].name')
    template=$(vpcmeta group list -o json | jq -r '.items[0].template')
    profile=',"/default_trusted_profile":{"auto_link":false,"target":{"id":"Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2"}}'
    faults "$(edit 'templates.*' "$template" "$(service true https 1 ',"/user_data":"PASSWORD=hunter2xyz"')")"
    audit --rule group-template
    [[ $(jq -r '.findings[0].message' a.json) == "template $template: secret-in-user-data; "* ]]
    same "$(grep -c hunter2xyz a.json || true)" 0
    judged 'trusted_profile: {required: true}' true https profile-missing trusted_profile=differs
    judged 'metadata_service: {protocol: https}' true http template-over-http protocol=differs
    printf 'version: 1\nrules: [{name: g, kinds: [group], trusted_profile: {forbidden: true}}]\n' > g.yaml
    faults "$(edit 'templates.*' "$template" "$(service true https 3 "$profile")")"
    audit --policy g.yaml --rule group-template
    [[ $(jq -r '.findings[0].message' a.json) == "template $template: profile-forbidden, hop-limit-with-profile; no command fixes profile-forbidden: "* ]]
    same "$(explained "$group" --policy g.yaml)" "trusted_profile=differs"
    faults "$(edit 'templates.*' "$template" "$(service true https 1 '')")"
    audit --policy g.yaml --rule group-template
    same "$(jq -c '[(.findings | length), .summary.checks["group-template"].pass]' a.json)" "[0,1]"
    same "$(explained "$group" --policy g.yaml)" "trusted_profile=fulfilled"
}

@test "what a record does not say is neither right nor wrong" {
    client_start --instances 3 --bare-metal 1 --templates 0 --groups 0
    server=$(sim_state '.instances[0].name' | jq -r .)
    metal=$(sim_state '.bare_metal_servers[0].name' | jq -r .)
    faults "$(edit instances.list "$server" "$(service true https 1 '')" '["/vcpu"]')" \
        "$(edit bare_metal_servers.list "$metal" '{}' '["/cpu"]')"
    audit
    same "$(jq .complete a.json)" false
    same "$(jq -c '.missing | sort' a.json)" "[\"bare metal server $metal in us-south: cpu is absent\",\"instance $server in us-south: vcpu is absent\"]"
    [[ $(found "$server") == *unsupported-architecture=cannot_tell* ]]
    faults "$(edit instances.list "$server" "$(service true https 1 '')" '["/image","/boot_volume_attachment"]')"
    audit
    same "$(jq .complete a.json)" false
    [[ $(jq -r '.missing[]' a.json) == "allowed_use of instance $server (us-south): its answer says neither its image nor what it boots from" ]]
    [[ $(found "$server") == *allowed-use=cannot_tell* ]]
}

@test "with a history that cannot be read nothing is known of pending restarts" {
    client_start --instances 3 --bare-metal 0 --templates 0 --groups 0
    vpcmeta instance set --all --enabled true -y -q > /dev/null
    vpcmeta audit -q > /dev/null || [ $? -eq 3 ]
    history=$HOME/.local/state/vpcmeta/history.db
    [ -s "$history" ]
    rm -f "$history"-*
    head -c 8192 /dev/urandom > "$history"
    audit --rule restart-pending
    on=$(sim_state '[.instances[] | select(.enabled and .status != "stopped")] | length')
    [ "$on" -gt 0 ]
    same "$(jq -c '.summary.checks["restart-pending"] | [.fail, .cannot_tell]' a.json)" "[0,$on]"
}

@test "a predicate that fails on one record names it and the way round it, and stands on one line in tables" {
    client_start --instances 3 --bare-metal 0 --templates 0 --groups 0
    server=$(sim_state '.instances[0].name' | jq -r .)
    cat > p.yaml << 'END'
version: 1
rules:
  - name: stock
    where:
      jq: |
        .image.name
        | startswith("ibm-")
    metadata_service: {enabled: true}
END
    faults "$(edit instances.list "$server" '{}' '["/image"]')"
    meta audit --policy p.yaml --no-store -o json
    expect 2 "\`jq\` of the rule \"stock\" on instance $server (us-south): "
    [[ $stderr == *'(.image.name // "")'* ]]
    meta policy check p.yaml
    expect 0
    [[ $output == *'jq .image.name | startswith("ibm-")'* ]]
}
