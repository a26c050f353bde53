#!/usr/bin/env bats
# doctor: what would be used, and whether it works.
load client
load screen

teardown() {
    sim_stop
}

@test "a set-up that works: every check is ok and the API is asked once" {
    client_start --instances 1
    meta doctor -o json
    expect 0
    jq -e '.ok == true and all(.checks[]; .state == "ok")' <<< "$output"
    for check in version "api version" schemas terminal "http library" endpoint credential token api; do
        jq -e --arg check "$check" 'any(.checks[]; .check == $check and .detail != "")' <<< "$output"
    done
    [ "$(sim_count GET /v1/regions)" -eq 1 ]
    meta doctor
    expect 0
    grep -Eq '^api  *ok .*answers in [0-9]+ ms' <<< "$output"
    [[ $output$stderr != *"$SIM_API_KEY"* ]]
}

@test "the check that fails says why, and the exit status is that of any other command" {
    client_start --instances 1
    VPC_APIKEY= meta doctor
    expect 4
    grep -q '^credential  *bad .*no credentials' <<< "$output"
    VPC_APIKEY=wrong meta doctor
    expect 4
    grep -q '^token  *bad .*BXNIM0415E' <<< "$output"
    faults '{"operation": "regions.list", "action": "status", "status": 400}'
    meta doctor -o json
    expect 1
    jq -e '.ok == false and any(.checks[]; .check == "api" and .state == "bad")' <<< "$output"
}

@test "schemas of one's own are counted, a folder that does not exist is a failed check" {
    client_start --instances 1
    meta doctor --schema-dir "$BATS_TEST_DIRNAME/../../schemas" -o json
    expect 0
    jq -e 'any(.checks[]; .check == "schemas" and (.detail | test(" from ")))' <<< "$output"
    meta doctor --schema-dir /nowhere
    expect 2
}

@test "endpoint, region, account, identity, IAM, rights, history and clock are shown, with where each came from" {
    client_start --instances 1 --region us-south,eu-de
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR
    for size in 80x24 120x40 200x50; do
        screen_plain "$size" doctor --region us-south
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        shows '^endpoint  +ok  +http://127.0.0.1:[0-9]+/'
        shows '^region  +ok  +us-south \(--region\)$'
        shows "^iam  +ok  +$SIM_BASE( |$)"
        shows '^credential  +ok  +environment variable VPC_APIKEY$'
        shows '^identity  +ok  +Sim Operator \(operator@example.com, IBMid-SIM\)$'
        shows '^account  +ok  +3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b$'
        shows '^tls  +ok  +not used: the endpoint is plain http$'
        shows "^clock  +ok  +the same as the server's"
        shows '^instances  +ok  +list: yes\. update: cannot be checked'
        shows '^history  +ok  +/'
    done
    shows '^instances .* which takes the role Editor on VPC Infrastructure Services$'
    [ -z "$(writes)" ]
    meta doctor -o json
    expect 0
    jq -e '.account == "3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b" and .identity.iam_id == "IBMid-SIM"
        and (.rights | map([.kind, .list, .update])) == [["instance", true, null], ["template", true, null], ["bare-metal", true, null]]' <<< "$output"
    IBMCLOUD_REGION=eu-de VPC_URL= meta doctor --auth none --timeout 1 --outage-timeout 0 --deadline 1
    grep -Eq '^region  +ok  +eu-de \(environment variable IBMCLOUD_REGION\)$' <<< "$output"
}

@test "each check is printed as it ends, also into a pipe" {
    client_start --instances 1
    faults '{"operation": "regions.list", "action": "latency", "ms": 20000}'
    : > out
    "$BUILD/vpcmeta" doctor > out 2> /dev/null 3>&- &
    pid=$!
    await_count 1 grep -c '^account ' out
    kill -0 "$pid"
    grep -q '^token  *ok' out
    run -1 grep '^api  ' out
    kill "$pid"
    wait "$pid" || true
}

@test "a right that is missing is bad and names the role; nothing is changed to find out" {
    client_start --instances 1 --templates 1
    faults '{"operation": "instances.list", "action": "status", "status": 403}'
    meta doctor
    expect 1
    grep -Eq '^instances  +bad  +list: no: 403 .*the role Viewer on VPC Infrastructure Services' <<< "$output"
    grep -Eq '^instance templates  +ok  +list: yes' <<< "$output"
    meta doctor -o json
    expect 1
    jq -e '.rights[0] == {"kind": "instance", "list": false, "update": null}' <<< "$output"
    [ -z "$(writes)" ]
}

@test "what cannot be checked is skipped with the check that failed, and a refused login is status 4" {
    client_start --instances 1
    VPC_APIKEY=wrong meta doctor
    expect 4
    grep -Eq '^token  +bad  +IAM refused' <<< "$output"
    for check in identity account api tls clock instances "instance templates" "bare metal servers"; do
        grep -Eq "^$check  +skipped  +not checked, because token is bad$" <<< "$output"
    done
    grep -Eq '^history  +ok' <<< "$output"
    VPC_APIKEY= meta doctor -o json
    expect 4
    jq -e '[.checks[] | select(.state == "skipped").check] | index("endpoint") and index("api") and index("token")' <<< "$output"
    # also where the regions have to be asked for
    VPC_APIKEY=wrong meta doctor --region all
    expect 4
    grep -Eq '^token  +bad  +IAM refused' <<< "$output"
    grep -Eq '^endpoint  +skipped  +not checked, because token is bad$' <<< "$output"
    meta doctor --region us-sooth
    expect 2
    grep -Eq '^endpoint  +bad  +--region us-sooth: ' <<< "$output"
    grep -Eq '^account  +ok' <<< "$output"
    grep -Eq '^region  +skipped  +not checked, because endpoint is bad$' <<< "$output"
    VPC_URL=http://127.0.0.1:1/v1 meta doctor
    expect 1
    grep -Eq '^api  +bad  +http://127.0.0.1:1/v1: no connection' <<< "$output"
    grep -Eq '^clock  +skipped  +not checked, because api is bad$' <<< "$output"
}

@test "the folder of the history is looked at, and not made" {
    client_start --instances 1
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    meta doctor
    expect 0
    grep -Eq "^history  +ok  +$XDG_STATE_HOME/vpcmeta will be made by the first run$" <<< "$output"
    [ ! -e "$XDG_STATE_HOME" ]
    mkdir -p -m 755 "$XDG_STATE_HOME/vpcmeta"
    meta doctor
    expect 0
    grep -Eq "^history .*mode 0755, can be written; others may enter it: chmod 700 $XDG_STATE_HOME/vpcmeta$" <<< "$output"
    XDG_STATE_HOME= HOME= meta doctor
    expect 1
    grep -Eq '^history  +bad  +there is no folder to record what is changed: set XDG_STATE_HOME' <<< "$output"
}

@test "a clock that is wrong is bad, and by how much; one that is nearly right is not" {
    client_start --instances 1
    faults '{"operation": "regions.list", "action": "headers", "headers": {"Date": "'"$(date -u -d '+1 hour' '+%a, %d %b %Y %T GMT')"'"}}'
    meta doctor
    expect 1
    grep -Eq "^clock  +bad  +(1h|59m[0-9]*s?) behind the server's: set the clock" <<< "$output"
    faults '{"operation": "regions.list", "action": "headers", "headers": {"Date": "'"$(date -u -d '-1 minute' '+%a, %d %b %Y %T GMT')"'"}}'
    meta doctor
    expect 0
    grep -Eq "^clock  +ok  +1m[0-9s]* ahead of the server's$" <<< "$output"
}
