#!/usr/bin/env bats
# What is printed to run next fits what went wrong, and works when pasted.
load client
load runs

teardown() {
    sim_stop
}

start() {
    client_start "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

patches='"operation": "instances.patch"'

@test "what would be refused again is not said to be retried; what may succeed later is" {
    start --instances 6 --mix plain
    faults "{$patches, \"nth\": 2, \"action\": \"status\", \"status\": 400}"
    meta instance set --all --hop-limit 3 -y
    expect 5 "1 failed: sent again, the same request would be refused again"
    [[ $stderr != *"runs retry"* ]]
    faults "{$patches, \"nth\": 2, \"action\": \"status\", \"status\": 403}"
    meta instance set --all --hop-limit 4 -y
    expect 5 "  try again what failed (1):
    vpcmeta runs retry "
}

@test "a name that is taken is not retried" {
    start --instances 3 --templates 2
    template=$(sim_curl GET /v1/instance/templates | jq -r '.templates[0].name')
    printf '%s\n' other "$(sim_curl GET /v1/instances | jq -r '.instances[0].name')" > names
    meta instance create --template "$template" --from names -y
    expect 5 "1 failed: sent again, the same request would be refused again"
    [[ $stderr != *"runs retry"* ]]
}

@test "instance storage is named with its option, spot servers are restarted by hand" {
    start --instances 60 --seed 3
    sim_curl GET '/v1/instances?limit=100' | jq -c '.instances[] | select(.metadata_service.enabled == false and .status == "running")' > able
    spot=$(jq -r 'select(.availability.class == "spot") | .name' able | head -1)
    disk=$(jq -r 'select(.availability.class == "standard" and .disks != [] and .vcpu.architecture != "s390x") | .name' able | head -1)
    [ -n "$spot" ]
    [ -n "$disk" ]
    meta instance set "$spot" --enabled true -y
    expect 0 "1 of them is a spot server: stop and start it by hand"
    [[ $stderr != *"instance restart"* ]]
    meta instance set "$disk" --enabled true -y
    expect 0 "    vpcmeta instance restart $disk --allow-disk-loss"
    [[ $stderr != *"restart --all"* ]]
    next=$(sed -n 's/^    vpcmeta \(instance restart .*\)/\1/p' <<< "$stderr")
    # shellcheck disable=SC2086 # the words of a command
    meta $next -y --poll-interval 100ms -o json
    expect 0
    jq -e '.summary.changed == 1' <<< "$output"
}

@test "servers of several regions are named so that no other one has the word" {
    start --instances 60 --seed 3 --region us-south,eu-de
    disks='[.items[] | select(.architecture == "amd64" and .status == "running" and .enabled == false) | .id]'
    meta instance list --region us-south,eu-de --where '.disks != [] and .availability.class == "standard"' -o json
    ids=$(jq -r "$disks[]" <<< "$output" | head -4)
    [ -n "$ids" ]
    # shellcheck disable=SC2086 # words
    meta instance set $ids --region us-south,eu-de --enabled true -y
    expect 0 " --allow-disk-loss --region us-south,eu-de"
    next=$(sed -n 's/^    vpcmeta \(instance restart .*--allow-disk-loss.*\)/\1/p' <<< "$stderr")
    # shellcheck disable=SC2086 # the words of a command
    meta $next -y --poll-interval 100ms -o json
    expect 0
    [ "$(jq .summary.changed <<< "$output")" -eq "$(wc -w <<< "$ids")" ]
}

@test "after an interrupt there is one command, the same everywhere" {
    start --instances 60 --mix plain --latency-ms 30
    set -m # without job control a command in the background ignores SIGINT
    "$BUILD/vpcmeta" instance set --all --enabled true -y -j 2 > /dev/null 2> said 3>&- &
    pid=$!
    await_writes 6
    kill -INT "$pid"
    wait "$pid" && false || [ $? -eq 130 ]
    set +m
    run=$(vpcmeta runs list -o json | jq -r '.items[0].run')
    [ "$(grep -o 'vpcmeta [a-z].*' said)" = "vpcmeta runs resume $run" ]
    meta runs show
    expect 0 "    vpcmeta runs resume $run"
    [ "$(grep -o 'vpcmeta [a-z].*' <<< "$stderr" | wc -l)" -eq 1 ]
    meta runs resume "$run" -y
    expect 0 "60 selected: 60 changed"
}

@test "what is unknown is settled by runs resume, and that is the hint" {
    client_start --instances 2 --mix plain
    faults '{"operation":"instances.patch","nth":1,"action":"stale","reads":100}'
    meta instance set --all --enabled true -y -o json
    [ "$(jq .summary.unknown <<< "$output")" -eq 1 ]
    [[ $stderr == *"  find out what is unknown (1):
    vpcmeta runs resume "* ]]
    [[ $stderr != *"runs retry"* ]]
}

# What follows "vpcmeta" in the first printed command of these words.
printed() {
    sed -n "s/^.*vpcmeta \($1 .*\)/\1/p" <<< "$stderr" | head -1
}

@test "a command for servers names their region, one for a run needs only what was given" {
    start --region us-south,eu-de --instances 6 --mix plain --templates 4 --groups 2
    export VPC_URL=$SIM_BASE/eu-de/v1
    meta instance set --all --enabled true -y -o json
    expect 0
    restart=$(printed "instance restart")
    rollback=$(printed "runs rollback")
    [ "$restart" = "instance restart $(jq -r '[.results[].name] | join(" ")' <<< "$output") --region eu-de" ]
    [[ $rollback != *" --"* ]]
    export VPC_URL=$SIM_URL # another shell
    # shellcheck disable=SC2086 # the words of a command
    meta $rollback -y
    expect 0 "6 changed"
    [[ $(printed "runs rollback") != *" --"* ]]
    meta instance set --all --enabled true -y --region us-south
    expect 0
    [[ $(printed "instance restart") == *" --region us-south" && $(printed "runs rollback") == *" --region us-south" ]]
    template=$(sim_curl GET /eu-de/v1/instance_groups | jq -r '.instance_groups[0].instance_template.name')
    VPC_URL=$SIM_BASE/eu-de/v1 meta template replace "$template" --hop-limit 7 -y
    expect 0
    [[ $(printed "template replace") == *" --update-groups --region eu-de" ]]
    VPC_URL=$SIM_BASE/eu-de/v1 meta template replace "$template" --hop-limit 8 --update-groups -y
    expect 0
    [[ $(printed "template replace") == *" --roll --region eu-de" ]]
}
