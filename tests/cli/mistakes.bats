#!/usr/bin/env bats
# Typical mistakes: what people type, and the message that leads them on.
load client

teardown() {
    sim_stop
}

@test "a field is named by its heading as well, in any case, wherever there are fields" {
    client_start --instances 3 --mix plain
    meta instance list --fields NAME,HOPS,Arch -o csv
    expect 0
    [ "${lines[0]}" = name,response_hop_limit,architecture ]
    meta instance list --fields name,response-hop-limit -o json
    expect 0
    jq -e '.items[0] | keys == ["name", "response_hop_limit"]' <<< "$output"
    meta instance show api-0001 --fields Name,ARCH
    expect 0
    [ "$output" = $'name          api-0001\narchitecture  amd64' ]
    meta audit --fields SEVERITY,Rule -o csv
    expect 3
    [ "${lines[0]}" = severity,rule ]
    meta instance set --all --hop-limit 3 -y --fields NAME,Outcome -o csv
    expect 0
    [ "${lines[1]}" = api-0001,changed ]
    meta runs list --fields RUN,STATE -o csv
    expect 0
    [ "${lines[0]}" = run,state ]
    meta instance list --fields HOPSS
    expect 2 "--fields HOPSS: there is no such field: did you mean HOPS? (there are: kind, "
}
