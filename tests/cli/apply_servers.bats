#!/usr/bin/env bats
# What a plan does to servers: so many down at a time as the policy says, each one once, as many as it was said.
load client
load screen

teardown() {
    sim_stop
}

fleet() { # VPCSIM-ARGS...
    client_start --region us-south --mix plain --seed 7 --transition-ms 300 "$@"
}

policy() { # MAX_UNAVAILABLE
    cat > policy.yaml << END
version: 1
apply: {restart: needed, roll: true, max_unavailable: $1}
rules:
  - {name: all, metadata_service: {enabled: true, protocol: https}}
END
}

# Most servers that were stopped and not yet started again, at once.
most_down() {
    writes | jq -sc '[.[] | select(.status == 201 and (.path | endswith("/actions")))] |
        reduce .[] as $e ({now: 0, most: 0}; .now += (if $e.body.type == "stop" then 1 else -1 end) |
            .most = ([.now, .most] | max)) | .most'
}

# Accepted stops, as "ID" lines.
stopped() {
    writes | jq -r 'select(.status == 201 and .body.type? == "stop") | (.path / "/")[-2]'
}

@test "a share of max_unavailable is one of the servers that are restarted, whatever else the plan does" {
    fleet --instances 6 --templates 6 --groups 1 --bare-metal 2
    policy 50%
    meta plan --policy policy.yaml --out plan.json -o json
    restarts=$(jq .summary.restarts <<< "$output")
    [ "$restarts" -ge 4 ]
    [ "$(jq .summary.would_change <<< "$output")" -ge $((2 * restarts + 2)) ]
    meta apply plan.json -y --poll-interval 100ms
    expect 0
    [ "$(stopped | wc -l)" -eq "$restarts" ]
    [ "$(most_down)" -eq $((restarts / 2)) ]
}

@test "members that a roll replaces are not changed, also where their group has the right template already" {
    fleet --instances 8 --templates 2 --groups 1 --bare-metal 0
    policy 100%
    template=$(sim_state -r '.groups[0].template')
    meta template replace "$template" --enabled true --protocol https --update-groups --delete-old -y
    expect 0
    members=$(sim_state -c '[.instances[] | select(.group != null) | .id]')
    [ "$(jq length <<< "$members")" -ge 1 ]
    clear_log
    meta plan --policy policy.yaml --out plan.json -o json
    jq -e --argjson members "$members" '[.results[] | select(.action == "roll")] | length == 1' <<< "$output"
    jq -e --argjson members "$members" '[.results[] | select(.id | IN($members[]))] |
        length == ($members | length) and
        all(.[]; .outcome == "skipped" and (.reason | startswith("it is replaced: this plan rolls instance group")))' <<< "$output"
    meta apply plan.json -y --poll-interval 100ms
    expect 0
    for id in $(jq -r '.[]' <<< "$members"); do
        [ "$(writes | grep -c "/instances/$id")" -eq 0 ]
    done
    meta audit --policy policy.yaml
    expect 0
}

@test "members that are not stale are changed beside those that a roll replaces" {
    fleet --instances 8 --templates 2 --groups 1 --bare-metal 0
    policy 100%
    template=$(sim_state -r '.groups[0].template')
    meta template replace "$template" --enabled true --protocol https --update-groups --delete-old --roll --poll-interval 20ms -y
    expect 0
    member=$(sim_state -r '[.instances[] | select(.group != null)][0].id')
    sim_curl PATCH "/v1/instances/$member" -H 'Content-Type: application/merge-patch+json' \
        -d '{"metadata_service":{"protocol":"http"}}' > /dev/null
    meta plan --policy policy.yaml -o json
    jq -e --arg id "$member" '.results[] | select(.id == $id) | .outcome == "would_change"' <<< "$output"
}

@test "the question counts the restarts that the plan counts: a server that is stopped is not restarted" {
    fleet --instances 4 --templates 0 --groups 0 --bare-metal 0 --transition-ms 1
    policy 1
    sim_curl POST "/v1/instances/$(sim_state -r '.instances[0].id')/actions" -H 'Content-Type: application/json' \
        -d '{"type":"stop"}' > /dev/null
    await_count 1 sim_state '[.instances[] | select(.status == "stopped")] | length'
    meta plan --policy policy.yaml --out plan.json
    expect 0
    [[ $output == *"3 servers are restarted"* ]]
    for command in "apply plan.json" "apply --policy policy.yaml" "instance set --all --enabled true --restart needed"; do
        # shellcheck disable=SC2086 # words of a command
        screen 100x40 $command << END
expect \? \[y/N\] $
send n
end
END
        shows '  3: stopped and started, which interrupts what runs on them, 1 at a time'
    done
    screen 100x40 instance set --all --enabled true << END
expect \? \[y/N\] $
send n
end
END
    shows '  3 of them need a stop and a start afterwards'
}

# An apply that is killed while servers are stopped for their restart.
killed() {
    fleet --instances 4 --templates 0 --groups 0 --bare-metal 0
    policy 100%
    meta plan --policy policy.yaml --out plan.json -q
    "$BUILD/vpcmeta" apply plan.json -y -q > /dev/null 2>&1 3>&- &
    local pid=$!
    await_count 1 sim_state '[.instances[] | select(.status == "stopping" or .status == "stopped")] | length'
    kill -KILL "$pid"
    wait "$pid" || true
    await_count 4 sim_state '[.instances[] | select(.status == "stopped" or .status == "running")] | length'
    await_count 1 sim_state '[.instances[] | select(.status == "stopped")] | length'
    down=$(sim_state '[.instances[] | select(.status == "stopped")] | length')
    clear_log
}

all_run() {
    [ "$(sim_state -r '[.instances[].status] | unique | join(" ")')" = running ]
}

@test "what a killed run has stopped is started by its rollback, and said before" {
    killed
    meta runs rollback last -n
    expect 0
    [ "$(grep -c '^restart' <<< "$output")" -ge "$down" ]
    meta runs rollback last -y
    expect 0
    all_run
    [ "$(stopped | wc -l)" -eq 0 ]
    [ "$(sim_state '[.instances[] | select(.enabled)] | length')" -eq 0 ]
    # a stop of later is nobody's business
    sim_curl POST "/v1/instances/$(sim_state -r '.instances[0].id')/actions" -H 'Content-Type: application/json' \
        -d '{"type":"stop"}' > /dev/null
    await_count 1 sim_state '[.instances[] | select(.status == "stopped")] | length'
    meta apply --policy policy.yaml -y --poll-interval 100ms
    expect 0
    [ "$(sim_state '[.instances[] | select(.status == "stopped")] | length')" -eq 1 ]
}

@test "what a killed run has stopped is started by the next apply, of a file or of a policy" {
    for again in "apply plan.json" "apply --policy policy.yaml"; do
        killed
        # shellcheck disable=SC2086 # words of a command
        meta $again -y --poll-interval 100ms
        expect 0
        all_run
        meta apply plan.json -y -o json
        expect 0
        jq -e '.summary.changed == 0' <<< "$output"
        sim_stop
    done
}
