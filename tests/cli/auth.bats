#!/usr/bin/env bats
# auth: which credential is used, and that no secret is ever shown but by `auth token`.
load client

teardown() {
    sim_stop
}

# WORDS ARGS...: auth status names this source and has a token
uses() {
    local words=$1
    shift
    meta auth status -o json "$@"
    expect 0
    [[ $(jq -r .credential <<< "$output") == *"$words"* ]] || { echo "$output"; return 1; }
    jq -e '.token == true and .expires_in > 0' <<< "$output"
    [[ $output$stderr != *"$SIM_API_KEY"* ]]
}

@test "status tells the source of the credential and the endpoint, and that IAM takes it" {
    client_start --instances 0
    uses VPC_APIKEY
    jq -e --arg url "$SIM_URL" '.endpoint == $url and (.endpoint_source | test("VPC_URL"))' <<< "$output"
    meta auth status
    expect 0
    [[ $output == *"credential"*"VPC_APIKEY"* ]]
}

@test "credentials come from option, variables and files, in this order" {
    client_start --instances 0
    unset VPC_APIKEY
    printf 'VPC_APIKEY=%s\nVPC_URL=%s\n' "$SIM_API_KEY" "$SIM_URL" > named.env
    chmod 600 named.env
    IBM_CREDENTIALS_FILE=$PWD/named.env uses named.env
    cp named.env "$HOME/ibm-credentials.env"
    uses "$HOME/ibm-credentials.env"
    rm "$HOME/ibm-credentials.env"
    IBMCLOUD_API_KEY=$SIM_API_KEY uses IBMCLOUD_API_KEY
    IC_API_KEY=$SIM_API_KEY uses IC_API_KEY
    echo "$SIM_API_KEY" > key
    chmod 600 key
    IC_API_KEY=wrong uses key --api-key-file key
    IC_API_KEY=wrong uses "--api-key-file -" --api-key-file - < key
}

@test "a credentials file in the current folder is ignored unless it is named" {
    client_start --instances 0
    unset VPC_APIKEY
    printf 'VPC_APIKEY=%s\n' "$SIM_API_KEY" > ibm-credentials.env
    meta auth status
    expect 4 "no credentials"
    [ "$(requests)" -eq 0 ]
}

@test "no credentials at all is status 4 with what to do, and no request" {
    client_start --instances 1
    unset VPC_APIKEY
    for command in "auth status" "auth token" "instance list" "instance set --all --enabled true -y" \
        "bare-metal list" "template list"; do
        meta $command
        expect 4 "--api-key-file FILE"
        [ "$(requests)" -eq 0 ]
    done
}

@test "a key that IAM refuses is status 4, asked once, and not shown" {
    client_start --instances 1
    export VPC_APIKEY=not-the-right-key
    for command in "auth status" "auth token" "instance list" "instance set --all --enabled true -y"; do
        clear_log
        meta $command
        expect 4
        [ "$(requests)" -eq 1 ]
        [[ $output$stderr != *not-the-right-key* ]]
    done
}

# CLAIMS: a JSON web token that has them
token_with() {
    printf 'eyJhbGciOiJub25lIn0.%s.x' "$(printf '%s' "$1" | base64 -w0 | tr '+/' '-_' | tr -d =)"
}

@test "status says who the token is of, in which account, until when, and where IAM is" {
    client_start --instances 0
    meta auth status
    expect 0
    grep -Eq '^identity +Sim Operator \(operator@example.com, IBMid-SIM\)$' <<< "$output"
    grep -Eq '^account +3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b$' <<< "$output"
    grep -Eq '^valid until +[0-9-]+ [0-9:]+ [+-][0-9]{4} \(in (59m|1h)\)$' <<< "$output"
    grep -Eq '^method +iam$' <<< "$output"
    grep -Eq "^iam url +$SIM_BASE \(environment variable IBMCLOUD_IAM_API_ENDPOINT\)$" <<< "$output"
    meta auth status -o json
    expect 0
    jq -e --arg iam "$SIM_BASE" '.account == "3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b" and .iam_id == "IBMid-SIM" and .name == "Sim Operator"
        and .decoded and .method == "iam" and .iam_url == $iam and (.expires_at | fromdateiso8601) > now + 3000
        and (has("acting_for") | not)' <<< "$output"
}

@test "a profile that was assumed is shown with who is behind it" {
    client_start --instances 0
    unset VPC_APIKEY
    VPC_BEARER_TOKEN=$(token_with '{"iam_id":"iam-Profile-7","name":"fleet","sub_type":"Profile","exp":4000000000,
        "account":{"bss":"abc"},"authn":{"iam_id":"IBMid-9","name":"Ann Lee"}}') meta auth status
    expect 0
    grep -Eq '^identity +fleet \(iam-Profile-7\), acting for Ann Lee \(IBMid-9\)$' <<< "$output"
    grep -Eq '^valid until +2096-10-0' <<< "$output"
}

@test "a token that cannot be decoded is said to be one, and so is the lack of any" {
    client_start --instances 0 --auth off
    unset VPC_APIKEY
    VPC_BEARER_TOKEN=opaque-token-1 meta auth status
    expect 0
    grep -Eq '^identity +not known: the token is no JSON web token' <<< "$output"
    VPC_BEARER_TOKEN=opaque-token-1 meta auth status --jq '[.decoded, .account, .iam_id, .expires_at]'
    expect 0
    [ "$output" = '[false,null,null,null]' ]
    meta auth status --auth none
    expect 0
    grep -Eq '^identity +not known: requests go without a token' <<< "$output"
}

@test "token prints the token and nothing else; the API takes it; a bearer token is used as it is" {
    client_start --instances 3
    meta auth token
    expect 0
    [ "${#lines[@]}" -eq 1 ]
    [ -z "$stderr" ]
    token=$output
    curl -sSf -H "Authorization: Bearer $token" "$SIM_URL/instances?version=2026-01-01&generation=2" > /dev/null
    clear_log
    unset VPC_APIKEY
    VPC_BEARER_TOKEN=$token meta instance list --jq '.items | length'
    expect 0
    [ "$output" = 3 ]
    [ "$(sim_count POST /identity/token)" -eq 0 ]
}

@test "--auth none sends no token at all" {
    client_start --instances 3 --auth off
    unset VPC_APIKEY
    meta instance list --auth none --jq '.items | length'
    expect 0
    [ "$output" = 3 ]
    [ "$(sim_log 'select(.authorization)')" = "" ]
}

@test "neither key nor token is in output, trace, messages or process arguments" {
    client_start --instances 30 --all-disabled --latency-ms 20
    faults '{"operation": "instances.patch", "nth": 3, "action": "status", "status": 400}'
    "$BUILD/vpcmeta" instance set --all --enabled true -y -v -o json -j 2 --trace trace > out 2> err &
    pid=$!
    for _ in $(seq 200); do # until it has taken the place of the shell
        tr '\0' '\n' < "/proc/$pid/cmdline" > arguments
        ! grep -q -- --trace arguments || break
        sleep 0.01
    done
    wait "$pid" || true
    meta instance list -v --trace trace
    printf '%s%s' "$output" "$stderr" >> out
    [ -s trace ]
    grep -qx -- --trace arguments
    token=$(vpcmeta auth token)
    [ "${#token}" -gt 30 ]
    run -1 grep -F -e "$SIM_API_KEY" -e "${token:0:30}" -e "Bearer" out err trace arguments
    jq -es 'length > 30 and all(.[]; .method and .url and .request_id)' trace
}
