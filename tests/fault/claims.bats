#!/usr/bin/env bats
# No claim that was not read: answers that show nothing or the state from before, states that refuse a change for a
# while, servers that are gone, and servers that ask for more time than there is.
load ../cli/client

teardown() {
    sim_stop
}

@test "a patch that is answered with the state from before is changed when a later read shows it, and can be rolled back" {
    client_start --instances 20 --mix plain
    faults '{"operation":"instances.patch","action":"stale","ms":600}'
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 20 and all(.results[]; .outcome == "changed" and .after.enabled)' <<< "$output"
    [ "$(settings | jq -c '[.[][0]] | unique')" = '[true]' ]
    faults '{"operation":"instances.patch","action":"stale","reads":1,"limit":3}'
    meta runs rollback last -y
    expect 0
    [ "$(settings | jq -c '[.[][0]] | unique')" = '[false]' ]
}

@test "a change that is never to be seen is unknown; resume settles it, and rollback takes it back" {
    client_start --instances 3 --mix plain
    before=$(settings)
    faults '{"operation":"instances.patch","action":"stale","reads":0,"ms":60000}'
    meta instance set --all --enabled true -y -o json
    expect 1
    jq -e '.summary.unknown == 3 and .summary.failed == 0 and
        all(.results[]; .reason | contains("accepted the change, but does not show it"))' <<< "$output"
    [ "$(sim_count PATCH '*')" -eq 3 ] # it is not sent again
    faults
    meta runs resume last -y -o json
    expect 0
    jq -e '.summary.changed == 3 and .summary.unknown == 0' <<< "$output"
    [ "$(sim_count PATCH '*')" -eq 3 ]
    faults '{"operation":"instances.patch","action":"stale","reads":0,"ms":60000}'
    meta instance set --all --hop-limit 5 -y
    faults
    meta runs rollback last -y
    expect 0
    [ "$(settings | jq -c '[.[][2]] | unique')" = "$(jq -c '[.[][2]] | unique' <<< "$before")" ]
}

@test "an answer without a body says that the write was accepted: the resource is read and compared" {
    client_start --instances 6 --bare-metal 2 --groups 1 --mix plain
    for code in 200 202 204; do
        clear_log
        faults '{"operation":"*.patch","action":"status","status":'$code',"body":"empty","when":"after"}'
        meta instance set --all --hop-limit $((code - 190)) -y -o json
        expect 0
        jq -e '.summary.changed == .summary.selected and all(.results[]; .attempts == 1)' <<< "$output"
        [ "$(settings | jq -c '[.[][2]] | unique')" = "[$((code - 190))]" ]
    done
    meta bare-metal set --all --protocol https -y
    expect 0
    # the same without effect: accepted, and never done
    faults '{"operation":"*.patch","action":"status","status":202,"body":"empty"}'
    meta instance set --all --hop-limit 7 -y -o json
    expect 1
    jq -e '.summary.unknown == .summary.selected' <<< "$output"
    faults '{"operation":"*.patch","action":"status","status":204,"body":"empty","when":"after"}' \
        '{"operation":"templates.create","action":"status","status":201,"body":"empty","when":"after"}'
    meta template replace --all --where '.name | endswith("2") | not' --hop-limit 9 --update-groups -y -o json
    expect 0
    jq -e 'all(.results[]; .outcome == "changed")' <<< "$output"
}

@test "a creation that is answered with nothing or nonsense is looked for by its name, once" {
    client_start --instances 1
    source=$(sim_state -r '.templates[0].name')
    for body in '"empty"' '"created!"' '"<html>ok</html>"'; do
        clear_log
        faults '{"operation":"templates.create","action":"status","status":201,"body":'"$body"',"when":"after"}'
        meta template create --source-template "$source" --hop-limit 9 --name "tpl-$((++n))" -o json
        [ "$(sim_count POST /v1/instance/templates)" -eq 1 ]
        expect 0
        jq -e '.summary.changed == 1 and .results[0].id != ""' <<< "$output"
    done
    # accepted without a word, and never done: it is not sent again
    clear_log
    faults '{"operation":"templates.create","action":"status","status":202,"body":"empty"}'
    meta template create --source-template "$source" --hop-limit 9 --name tpl-never -o json
    expect 1 "the API accepted it, but does not list it"
    jq -e '.summary.unknown == 1' <<< "$output"
    [ "$(sim_count POST /v1/instance/templates)" -eq 1 ]
}

@test "a state that refuses a change and passes is waited for" {
    client_start --instances 6 --mix plain --transition-ms 1200
    faults '{"operation":"instances.patch","during":["pending","starting","stopping","restarting"],"action":"status","status":409,
        "code":"instance_busy"}' '{"operation":"instances.patch","nth":[1,3],"action":"change","set":{"status":"restarting"}}'
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 6 and .summary.skipped == 0' <<< "$output"
    [ "$(sim_log 'select(.status == 409)' | wc -l)" -gt 0 ]
    [ "$(settings | jq -c '[.[][0]] | unique')" = '[true]' ]
}

@test "a state that does not pass in time is skipped with the state as the reason" {
    client_start --instances 3 --mix plain --transition-ms 60000
    id=$(sim_state -r '.instances[1].id')
    sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d '{"type":"stop"}' > /dev/null
    faults '{"operation":"instances.patch","during":["stopping"],"action":"status","status":409}'
    meta instance set --all --enabled true --settle-timeout 1 -y -o json
    expect 0
    jq -e '.summary.changed == 2 and .summary.skipped == 1' <<< "$output"
    jq -e --arg id "$id" '.results[] | select(.id == $id) | .outcome == "skipped" and
        (.reason | contains("is stopping, still after 1s (--settle-timeout)"))' <<< "$output"
    meta instance set --all --enabled true --settle-timeout 0 -y -o json
    expect 0
    jq -e '.summary.skipped == 1' <<< "$output"
    meta runs resume last --settle-timeout 1 -y
    expect 0
}

@test "a restart waits for servers that start or restart by the doing of another, and skips what is gone" {
    client_start --instances 4 --groups 0 --mix plain --transition-ms 1500
    look="--poll-interval 100ms --max-unavailable 4"
    id=$(sim_state -r '.instances[1].id')
    act() {
        sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d "{\"type\":\"$1\"}" > /dev/null
    }
    act reboot
    faults '{"operation":"instances.get","nth":[1,2],"action":"delete"}'
    meta instance restart --all --always $look -y -o json
    expect 0
    jq -e --arg id "$id" '.summary.skipped >= 1 and .summary.changed >= 2 and .summary.changed + .summary.skipped == 4 and
        all(.results[] | select(.outcome == "skipped"); .reason == "deleted meanwhile" and .restart_needed == false)' <<< "$output"
    faults
    id=$(sim_state -r '.instances[0].id')
    act reboot
    meta instance restart "$id" --always $look -y -o json
    expect 0
    jq -e '.results[0].outcome == "changed"' <<< "$output"
    act reboot
    meta instance restart "$id" --always $look --settle-timeout 200ms -y -o json
    expect 0
    jq -e '.results[0] | .outcome == "skipped" and .reason == "is restarting, still after 200ms (--settle-timeout)"' <<< "$output"
    act reboot # it may be running again by now
    meta instance restart "$id" --always $look --settle-timeout 0 -y -o json
    jq -e '.results[0] | .outcome == "skipped" and (.reason | contains("only running servers are restarted"))' <<< "$output"
}

@test "a conflict that is about no state is tried once more, then fails with its text" {
    client_start --instances 2 --mix plain
    faults '{"operation":"instances.patch","action":"status","status":409,"body":{"errors":[{"code":"in_use","message":"volume in use"}]}}'
    meta instance set --all --enabled true -y -o json
    expect 1 "409 in_use: volume in use"
    [ "$(sim_count PATCH '*')" -eq 4 ]
}

@test "a state that came and went between two reads costs one more try" {
    client_start --instances 2 --mix plain
    faults '{"operation":"instances.patch","limit":1,"action":"status","status":409}'
    meta instance set --all --enabled true -y -o json
    expect 0 "2 changed"
    [ "$(sim_count PATCH '*')" -eq 3 ]
}

@test "a server that is deleted between list and change is skipped, which changes no exit status" {
    client_start --instances 4 --bare-metal 2 --groups 0 --mix plain
    faults '{"operation":"instances.patch","nth":2,"action":"delete"}'
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.changed == 3 and .summary.skipped == 1 and
        ([.results[] | select(.outcome == "skipped") | .reason] == ["deleted meanwhile"])' <<< "$output"
    faults '{"operation":"instances.get","nth":1,"action":"delete"}'
    meta instance set --all --enabled false -y -o json
    expect 0
    jq -e '.summary.changed == 2 and .summary.skipped == 1' <<< "$output"
    meta instance set --all --guard list --enabled true -y -o json
    expect 0
    faults '{"operation":"bare_metal_servers.patch","nth":1,"action":"delete"}'
    meta bare-metal set --all --enabled true --protocol https -y -o json
    expect 0
    jq -e '.summary.changed == 1 and .summary.skipped == 1' <<< "$output"
    # a gateway that knows no path is no proof that a server is gone
    faults '{"operation":"instances.[gp]*","action":"status","status":404,"body":"default backend - 404"}'
    meta instance set --all --enabled false -y -o json
    expect 1 "default backend - 404"
}

@test "a server that asks for a day is not waited for, and the message says so" {
    client_start --instances 2 --mix plain
    faults '{"operation":"instances.patch","nth":1,"action":"status","status":429,"retry_after":86400}'
    meta instance set --all --enabled true -y -o json
    expect 5 "the server asks to wait 1 day"
    jq -e '.summary.changed == 1 and .summary.failed == 1' <<< "$output"
}

@test "the scenarios of late, silent and busy servers end with what the simulator has" {
    for scenario in late-changes bodiless passing-states; do
        client_start --instances 60 --mix plain --transition-ms 300 --scenario "$BATS_TEST_DIRNAME/../data/scenarios/$scenario.json"
        meta instance set --all --enabled true --protocol https -y -o json
        expect 0
        jq -e '.summary.changed == 60' <<< "$output"
        [ "$(settings | jq -c '[.[][0:2]] | unique')" = '[[true,"https"]]' ]
        sim_stop
    done
    client_start --instances 60 --mix plain --scenario "$BATS_TEST_DIRNAME/../data/scenarios/gone.json"
    meta instance set --all --enabled true -y -o json
    expect 0
    jq -e '.summary.skipped > 0 and .summary.changed + .summary.skipped == 60' <<< "$output"
}
