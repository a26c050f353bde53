#!/usr/bin/env bats
# What a server says in an error is shown, whatever shape it has: the API's, a gateway's, a firewall's. No secret is.
load client

teardown() {
    sim_stop
}

# The words that are shown when every request of an operation is answered with this status and body.
shown() { # OPERATION STATUS BODY-AS-JSON WORDS
    faults "{\"operation\":\"$1\",\"action\":\"status\",\"status\":$2,\"body\":$3}"
    meta instance list
    expect 1 "$4"
}

@test "the text of an error is shown in all the shapes that servers give it" {
    client_start --instances 2
    shown instances.list 403 '"RBAC: access denied"' "403 RBAC: access denied"
    shown instances.list 400 '{"description":"the plan has ended"}' "400 the plan has ended"
    shown instances.list 400 '{"error":{"message":"no backend"}}' "400 no backend"
    shown instances.list 400 '{"error":"quota is used up"}' "400 quota is used up"
    shown instances.list 422 '{"detail":[{"loc":["query","limit"],"msg":"too large"}]}' "422 too large (query.limit)"
    shown instances.list 403 '{"incidentID":"4711-0815","code":"BXNIM0513E"}' "403 BXNIM0513E, incident 4711-0815"
    shown instances.list 400 '{"title":"Bad plan","detail":"not yours"}' "400 Bad plan: not yours"
    shown instances.list 403 '"<html><title>Blocked</title><p>Rule 17</p></html>"' '403 "Blocked: Rule 17" (a web page'
    shown instances.list 400 '"bell \u0007\u001b[31mred"' '400 bell \x07\x1b[31mred'
    shown instances.list 400 "\"$(printf 'x%.0s' $(seq 2000))\"" "xxx..."
}

@test "four causes in one error are all shown, in a row of a result, too" {
    client_start --instances 1 --mix plain
    faults '{"operation":"instances.patch","action":"status","status":400,"body":{"trace":"t-9","errors":[
        {"code":"bad_field","message":"first."},{"code":"bad_field","message":"second."},
        {"code":"over_quota","message":"third."},{"code":"conflict","message":"fourth."}]}}'
    meta instance set --all --enabled true -y -o json
    expect 1 "fourth"
    jq -e '.results[0].reason | contains("bad_field: first; bad_field: second; over_quota: third; conflict: fourth [trace t-9")' \
        <<< "$output"
}

@test "a wrong base path is seen in the message" {
    client_start --instances 1
    VPC_URL=$SIM_BASE/vpc meta instance list
    expect 1 "(GET $SIM_BASE/vpc/instances"
    [[ $stderr != *"version="* ]]
}

@test "IAM errors are read by the same rule" {
    client_start --instances 1
    faults '{"operation":"iam.token","action":"status","status":403,"body":"RBAC: access denied"}'
    meta instance list
    expect 4 "RBAC: access denied"
    faults '{"operation":"iam.token","action":"status","status":400,"body":{"errorCode":"BXNIM0415E","errorMessage":"Key not found"}}'
    meta instance list
    expect 4 "BXNIM0415E: Key not found"
}

@test "the role stands behind what the server says, the trace at the end, whatever the server writes" {
    client_start --instances 1 --mix plain
    faults '{"operation":"instances.list","action":"status","status":403,"body":{"trace":"t-9","errors":[
        {"code":"denied","message":"no [trace forged] here"}]}}'
    meta instance list
    expect 1 "403 denied: no [trace forged] here; it takes the role Viewer on VPC Infrastructure Services (is.instance.instance.list) [trace t-9"
}

@test "an error does not say a thing twice" {
    client_start --instances 1 --mix plain
    run --separate-stderr env -u HOME -u XDG_STATE_HOME "$BUILD/vpcmeta" instance set --all --enabled true -y
    expect 1 "nothing was sent: there is no folder to record what is changed: set XDG_STATE_HOME"
    [ "$(grep -o 'nothing was sent' <<< "$stderr" | wc -l)" -eq 1 ]
    meta instance list --endpoint http://127.0.0.1:1/v1 --auth none --outage-timeout 0
    expect 1 "no connection to 127.0.0.1 port 1 ("
    [[ $stderr == *" attempts). Check that the program is running there"* ]]
}

@test "a token that a server repeats is not shown" {
    client_start --instances 1 --mix plain
    faults '{"operation":"instances.patch","action":"status","status":400,"body":"cannot read {authorization} now"}'
    meta instance set --all --enabled true -y -o json --trace trace.jsonl
    expect 1 "cannot read Bearer ****"
    [[ $output$stderr != *eyJ* ]]
    jq -e '.results[0].reason | test("cannot read Bearer [*]+ now")' <<< "$output"
    run -1 grep eyJ trace.jsonl
}

@test "a gateway's 404 does not say that a server or a zone does not exist" {
    client_start --instances 3 --mix plain
    local id
    id=$(sim_state -r '.instances[0].id')
    faults '{"operation":"instances.get","action":"status","status":404,"body":"html"}'
    meta instance show "$id" --outage-timeout 0
    expect 1 "404"
    [[ $stderr != *"there is no instance"* ]]
    meta instance set "$id" --enabled true -y -o json --outage-timeout 0
    expect 1
    jq -e '[.summary.changed, .summary.skipped] == [0, 0]' <<< "$output"
    faults '{"path":"/v1/regions/*/zones*","action":"status","status":404,"body":"html"}'
    meta instance list --zone us-south-9 --outage-timeout 0
    expect 1 "404"
}
