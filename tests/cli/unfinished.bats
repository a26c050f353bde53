#!/usr/bin/env bats
# What a run was to do and did not come to: said by its exit status, its rows, its last line, and by what comes after it.
load client

teardown() {
    sim_stop
}

# One server that is stopping by the doing of another, and stays so for a minute: $busy, its name.
busy_fleet() { # SERVERS
    client_start --transition-ms 60000 --mix plain --groups 0 --templates 0 --bare-metal 0 --instances "$1"
    busy=$(sim_state -r '.instances[0].name')
    sim_curl POST "/v1/instances/$(sim_state -r '.instances[0].id')/actions" -H 'Content-Type: application/json' -d '{"type":"stop"}'
    policy
}

policy() {
    cat > policy.yaml << 'END'
version: 1
rules:
  - name: all
    metadata_service: {enabled: true}
    apply: {restart: needed, max_unavailable: 100%}
END
}

# The last meta ended with 5, said so in its last line, and that line's command is about these servers.
is_unfinished() { # SERVERS...
    expect 5 "not restarted. Finish: "
    [[ ${stderr##*$'\n'} == *"Finish: vpcmeta instance restart $* --region us-south" ]]
}

@test "a restart that was asked for and not done in time is status 5, however often it is asked for" {
    busy_fleet 1
    meta plan --policy policy.yaml --out plan.json -q
    meta instance set --all --enabled true --restart needed --settle-timeout 200ms -y -o json
    is_unfinished "$busy"
    jq -e '.summary.changed == 1 and (.results[0] | .outcome == "changed" and .restart_needed and
        (.reason | startswith("not restarted: is stopping, still after 200ms")))' <<< "$output"
    for command in "instance set --all --enabled true --restart needed" "apply --policy policy.yaml" \
        "apply plan.json"; do
        # shellcheck disable=SC2086 # words of a command
        meta $command --settle-timeout 200ms -y -o json
        is_unfinished "$busy"
        jq -e '.summary.skipped == 1 and (.results[0] | .restart_needed and (.reason | contains("is stopping, still after 200ms")))' \
            <<< "$output"
    done
    meta runs list -o json --jq '[.items[] | [.state, .exit_status]] | unique'
    [ "$output" = '[["done",5]]' ]
    # where nothing but restarts is asked for, it is skipped as what cannot be restarted at all
    meta instance restart --all --settle-timeout 200ms -y
    expect 0 "1 skipped: is stopping, still after 200ms"
}

@test "beside others that were restarted each is named once, and counted once" {
    busy_fleet 3
    meta instance set "$busy" --enabled true --restart needed --settle-timeout 0 -y
    is_unfinished "$busy"
    policy
    sed -i 's/{enabled: true}/{enabled: true, protocol: https}/' policy.yaml
    # its setting and its restart are two steps of one server
    meta apply --policy policy.yaml "$busy" --settle-timeout 200ms -y
    is_unfinished "$busy"
    [[ $stderr == *"1 instance must be stopped and started"* ]]
    [[ $stderr == *"1 instance not restarted"* ]]
}

@test "an answer that does not come is no restart, either" {
    client_start --mix plain --groups 0 --templates 0 --bare-metal 0 --instances 1 --transition-ms 20
    faults '{"operation":"instances.get","nth":[2],"action":"status","status":403}'
    meta instance set --all --enabled true --restart needed --poll-interval 100ms -y -o json
    is_unfinished "$(sim_state -r '.instances[0].name')"
    jq -e '.results[0] | .outcome == "changed" and (.reason | startswith("not restarted: 403"))' <<< "$output"
    # what its last line names finishes it
    eval "meta ${stderr##*Finish: vpcmeta } -y --poll-interval 100ms"
    expect 0 "1 changed"
}
