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

@test "what an interrupted run has left is said before plans and audits of the same resources, until it is finished" {
    client_start --transition-ms 300 --mix plain --groups 0 --templates 0 --bare-metal 0 --instances 4
    policy
    meta plan --policy policy.yaml --out plan.json -q
    expect 0
    "$BUILD/vpcmeta" apply plan.json -y > /dev/null 2>&1 3>&- &
    await_count 4 eval 'writes | grep -c PATCH' # all are on; the stops follow
    kill -9 $!
    wait $! || true
    for command in "plan --policy policy.yaml" "audit --policy policy.yaml" "apply plan.json -n" "apply --policy policy.yaml -n"; do
        # shellcheck disable=SC2086 # words of a command
        meta $command -o json
        [[ $stderr == *"warning: run "*" (apply, begun "*"s ago) was interrupted: 4 of its steps on these resources are not done. "* ]]
        [ "$(grep -c 'was interrupted' <<< "$stderr")" -eq 1 ]
    done
    resume=${stderr##*Finish it first: vpcmeta }
    # other resources, and another account or API, have nothing to do with it
    meta plan --policy policy.yaml --name 'no-*'
    [[ $stderr != *interrupted* ]]
    meta runs show -o json
    jq -e '.state == "interrupted" and .interrupted_by == "it was cut off before it could end"' <<< "$output"
    eval "meta ${resume%%$'\n'*} -y"
    expect 0
    meta plan --policy policy.yaml
    expect 0
    [[ $stderr != *interrupted* ]]
    meta runs show -o json
    jq -e '.state == "done" and .interrupted_by == null' <<< "$output"
}

@test "what was done meanwhile is nothing that an interrupted run has left" {
    client_start --mix plain --groups 0 --templates 0 --bare-metal 0 --instances 4
    faults '{"operation":"instances.patch","nth":[1],"action":"status","status":403}'
    meta instance set --all --enabled true --max-failures 1 -j 1 -y
    expect 7
    meta audit
    [[ $stderr == *"interrupted: 3 of its steps"* ]]
    meta runs show
    [[ $output == *"interrupted: too many failures ended it"* ]]
    meta instance set --all --enabled true -y
    expect 0
    meta audit
    [[ $stderr != *interrupted* ]]
}

@test "what waits for what failed is tried again with it; resuming has nothing to do" {
    client_start --transition-ms 20 --mix plain --groups 1 --templates 2 --bare-metal 0 --instances 4
    policy
    sed -i 's/restart: needed,/update_groups: true, roll: true, delete_old: true,/; s/- name: all/&\n    kinds: [template, group]/' policy.yaml
    faults '{"operation":"templates.create","action":"status","status":403}'
    meta apply --policy policy.yaml -y
    expect 1 "4 not started: what it depends on was not done"
    [[ $stderr == *"runs retry"* && $stderr != *"runs resume"* ]]
    meta runs list -o json --jq '.items[0] | [.state, .summary.not_started]'
    [ "$output" = '["done",4]' ]
    faults
    meta runs resume last -y
    expect 1 "nothing is left to do"
    [[ $stderr != *"runs resume"* ]]
    meta runs retry last -y
    expect 0 "6 changed"
    meta plan --policy policy.yaml --exit-code
    expect 0
}
