#!/usr/bin/env bats
# vpcsim by itself: it must be strict, or it proves nothing about vpcmeta.
load sim

teardown() {
    sim_stop
}

@test "the first line says where it listens, and SIGTERM ends it cleanly" {
    sim_start --instances 3
    [[ $SIM_URL == http://127.0.0.1:*/v1 ]]
    sim_stop
}

@test "instances come in pages whose links name the region's real host" {
    sim_start --instances 7 --templates 0 --bare-metal 0
    page=$(sim_curl GET '/v1/instances?limit=3')
    [ "$(jq -r '.total_count, .limit, (.instances | length)' <<< "$page" | paste -sd' ')" = "7 3 3" ]
    next=$(jq -r .next.href <<< "$page")
    [[ $next == https://us-south.iaas.cloud.ibm.com/v1/instances\?start=*\&limit=3 ]]
}
