#!/usr/bin/env bats
# What a plan says of the time after it: the audit with the same policy finds nothing then that the plan did not name.
load client

teardown() {
    sim_stop
}

post() { # PATH BODY
    sim_curl POST "/v1/$1" -f -o /dev/null -H 'Content-Type: application/json' -d "$2"
}

# A template whose user_data holds a password, and two servers with a trusted profile: p1 on, p2 off with hop limit 2.
fleet() {
    local template profile
    client_start --region us-south --mix plain --seed 7 --transition-ms 1 --instances 3 --templates 1 --groups 0 --bare-metal 0
    template=$(sim_state -r '.templates[0].id')
    profile=$(sim_profile fleet-reader)
    post instance/templates "{\"name\":\"t-ud\",\"source_template\":{\"id\":\"$template\"},\"user_data\":\"#cloud-config\npassword: hunter2secret\n\",\"metadata_service\":{\"enabled\":false}}"
    post instances "{\"name\":\"p1\",\"source_template\":{\"id\":\"$template\"},\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\"},\"default_trusted_profile\":{\"target\":{\"id\":\"$profile\"},\"auto_link\":false}}"
    post instances "{\"name\":\"p2\",\"source_template\":{\"id\":\"$template\"},\"metadata_service\":{\"enabled\":false,\"response_hop_limit\":2},\"default_trusted_profile\":{\"target\":{\"id\":\"$profile\"},\"auto_link\":false}}"
    await_count 2 sim_state '[.instances[] | select(.status == "running" and (.name == "p1" or .name == "p2"))] | length'
}

policy() { # SETTINGS [APPLY]
    cat > policy.yaml << END
version: 1
apply: {restart: needed${2:-}}
rules:
  - {name: all, metadata_service: {$1}, trusted_profile: {auto_link: false}}
END
}

# The plan's `remaining` are the findings of the audit after apply, and there are some: [[CHECK, NAME], ...] in $left.
comes_true() {
    meta plan --policy policy.yaml -o json
    expect 0
    left=$(jq -c '[.results[] | .name as $name | .remaining[]? | [(.rule? // .), $name]] | sort' <<< "$output")
    meta apply --policy policy.yaml -y --poll-interval 100ms
    expect 0
    meta audit --policy policy.yaml -o json
    [ "$(jq -c '[.findings[] | [.rule, .name]] | sort' <<< "$output")" = "$left" ]
    [ "$left" != '[]' ]
}

@test "what turning the service on brings about is left, by server and by new template, and warned of where it is a secret" {
    fleet
    policy 'enabled: true, protocol: https, response_hop_limit: {max: 2}'
    meta plan --policy policy.yaml
    expect 0 "user_data that looks like a secret can be read"
    [[ $stderr == *"such as t-ud-r2"* ]]
    [[ $output == *"hop-limit-with-profile: "*"(comes with the change)"* ]]
    comes_true
    [ "$left" = '[["hop-limit-with-profile","p2"],["secret-in-user-data","t-ud-r2"]]' ]
}

@test "what turning the service off brings about is left beside what is so already" {
    fleet
    policy 'enabled: false'
    comes_true
    [ "$left" = '[["profile-while-disabled","p1"],["profile-while-disabled","p2"]]' ]
    meta plan --policy policy.yaml
    [[ $stderr != *secret* ]]
}

@test "in a varied fleet of every kind the audit afterwards finds what the plan named" {
    client_start --region us-south --mix real --seed 5 --transition-ms 1 --instances 40 --templates 6 --groups 2 --bare-metal 2
    cat > policy.yaml << 'END'
version: 1
rules:
  - {name: all, metadata_service: {enabled: false}, trusted_profile: {forbidden: true}}
END
    comes_true
}

@test "a list of templates that is refused in one region does not hide the rest of the plan" {
    client_start --region us-south,eu-de --mix plain --instances 3 --templates 2 --groups 1 --bare-metal 1
    unset VPC_URL
    export IBMCLOUD_IS_NG_API_ENDPOINT=$SIM_URL
    policy 'enabled: true'
    faults '{"path":"/eu-de/v1/instance/templates","action":"status","status":403}'
    for select in "" "--name *-0001"; do
        # shellcheck disable=SC2086 # words of a command
        meta plan --policy policy.yaml --region us-south,eu-de $select
        expect 5 "the plan is incomplete: listing instance templates in eu-de: 403"
        [[ $output == *"would change"* || $output == *"changes"* ]]
    done
    meta plan --policy policy.yaml --region us-south,eu-de --out plan.json -o json
    expect 5 "was not written"
    jq -e '.complete == false and (.missing | length >= 1) and .summary.would_change > 0 and (.results | length > 0)' <<< "$output"
    [ ! -e plan.json ]
}
