#!/usr/bin/env bats
# Logins without a secret: a server by its identity, a container by the token that its platform gives it.
load client

PROFILE=Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2

teardown() {
    sim_stop
}

# As sim_curl, with a token of its own: tokens live for seconds here.
api() {
    SIM_TOKEN=
    sim_curl "$@"
}

# ARGS...: a simulator whose first instance asks its metadata service, and nothing secret in the environment
server_start() {
    client_start --transition-ms 1 "$@"
    unset VPC_APIKEY
    asker=$(api GET '/v1/instances?limit=1' | jq -r '.instances[0].id')
    set_service '{"enabled": true}'
    api POST "/v1/instances/$asker/actions" -H 'Content-Type: application/json' -d '{"type":"stop"}' > /dev/null
    await_status stopped
    api POST "/v1/instances/$asker/actions" -H 'Content-Type: application/json' -d '{"type":"start"}' > /dev/null
    await_status running
    link_profile
    clear_log
}

await_status() {
    local i
    for ((i = 0; i < 200; i++)); do
        [ "$(api GET "/v1/instances/$asker" | jq -r .status)" != "$1" ] || return 0
        sleep 0.02
    done
    return 1
}

set_service() {
    api PATCH "/v1/instances/$asker" -H 'Content-Type: application/merge-patch+json' \
        -d "{\"metadata_service\": $1}" > /dev/null
}

link_profile() {
    local crn
    crn=$(api GET "/v1/instances/$asker" | jq -r .crn)
    sim_http -f -X POST "$SIM_BASE/v1/profiles/$PROFILE/links" -H "Authorization: Bearer $(SIM_TOKEN=; sim_token)" \
        -H 'Content-Type: application/json' -d "{\"cr_type\":\"VSI\",\"link\":{\"crn\":\"$crn\"}}" > /dev/null
}

identities() {
    sim_log 'select(.method == "PUT" and (.path | endswith("identity/v1/token")) and .status == 200)' | wc -l
}

iam_tokens() {
    sim_log 'select(.method == "POST" and (.path | test("identity/v1/iam_tokens?$")) and .status == 200)' | wc -l
}

@test "a server with a linked profile sets 500 servers with no secret while its tokens live five seconds" {
    server_start --instances 500 --mix plain --all-disabled --token-life 5s --latency-ms 35
    run --separate-stderr env -u VPC_APIKEY VPC_IAM_PROFILE_ID="$PROFILE" "$BUILD/vpcmeta" instance set --all \
        --hop-limit 2 -y -j 4 -o json --auth vpc --metadata-url "$SIM_BASE" --trace trace -v
    expect 0
    jq -e '.summary.changed == 500 and all(.results[]; .attempts == 1)' <<< "$output"
    [ "$(identities)" -ge 2 ]
    [ "$(iam_tokens)" -ge 2 ]
    [ "$(identities)" -eq "$(iam_tokens)" ]
    [ "$(sim_count POST /identity/token)" -eq 0 ]
    # neither token stands anywhere
    grep -q iam_tokens trace
    run -1 grep -rqE 'eyJ[A-Za-z0-9_-]{10}' trace "$HOME"
    [[ $stderr != *eyJ* && $output != *eyJ* ]]
    meta runs show last
    grep -Eq '^IDENTITY +profile 2c6f0e1b \(iam-Profile-2c6f0e1b-[^)]*\), acting for [a-z0-9-]+ \([0-9a-f_-]+\)$' <<< "$output"
}

@test "a token that the API refuses is replaced once, and auth token prints one that it takes" {
    server_start --instances 20 --mix plain --all-disabled
    export VPC_IAM_PROFILE_ID=$PROFILE
    faults '{"operation": "instances.patch", "nth": 8, "action": "expire_token"}'
    meta instance set --all --hop-limit 2 -y -o json --auth vpc --metadata-url "$SIM_BASE"
    expect 0
    jq -e '.summary.changed == 20 and all(.results[]; .attempts == 1)' <<< "$output"
    [ "$(identities)" -eq 2 ]
    [ "$(iam_tokens)" -eq 2 ]
    # the command that is printed works as it stands
    [[ $stderr == *"vpcmeta runs rollback "*" --metadata-url $SIM_BASE --auth vpc"* ]]
    meta auth token --auth vpc --metadata-url "$SIM_BASE"
    expect 0
    curl -sSf -H "Authorization: Bearer $output" "$SIM_URL/instances?version=2026-01-01&generation=2" > /dev/null
    meta instance list --vpc-cri
    expect 2 "write --auth vpc"
}

@test "no secret of a login is in the arguments, in a core file or readable by other processes" {
    server_start --instances 30 --mix plain --all-disabled --latency-ms 30 --cr-token cr-token.hidden
    sim_profile fleet CE crn:v1:bluemix:public:codeengine:us-south:a/x:project:: > /dev/null
    clear_log
    echo cr-token.hidden > token
    limit=2
    for login in "vpc VPC_IAM_PROFILE_ID=$PROFILE VPC_AUTH_URL=$SIM_BASE" \
        "container VPC_IAM_PROFILE_NAME=fleet VPC_CR_TOKEN_FILENAME=token"; do
        # shellcheck disable=SC2086 # several variables
        env ${login#* } "$BUILD/vpcmeta" instance set --all --hop-limit "$limit" -y -j 1 --auth "${login%% *}" \
            --trace trace > out 2> err &
        pid=$!
        await_count 8 requests
        kill -STOP "$pid"
        limit=3
        cat "/proc/$pid/cmdline" > arguments
        grep -Eq '^Max core file size +0 +0 ' "/proc/$pid/limits"
        # what may not be dumped belongs to root, whoever runs it
        [ "$(stat -c %U "/proc/$pid/mem")" = root ]
        kill -CONT "$pid"
        wait "$pid"
        run -1 grep -rqaE 'eyJ[A-Za-z0-9_-]{10}|cr-token\.' arguments out err trace "$HOME"
        clear_log
    done
}

@test "the profile, the address and the version come from the variables of the SDKs and of ibmcloud" {
    server_start --instances 1
    local crn=crn:v1:bluemix:public:iam-identity::a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::profile:$PROFILE
    VPC_AUTH_TYPE=VPC VPC_AUTH_URL=$SIM_BASE/ VPC_IAM_PROFILE_ID=$PROFILE meta auth status
    expect 0
    grep -Eq '^method +vpc$' <<< "$output"
    grep -Eq '^credential +the identity of this server$' <<< "$output"
    grep -Eq "^profile +$PROFILE \(environment variable VPC_IAM_PROFILE_ID\)$" <<< "$output"
    grep -Eq "^metadata url +$SIM_BASE \(environment variable VPC_AUTH_URL\), version 2025-08-26$" <<< "$output"
    [ "$(grep -Ec '^iam url' <<< "$output")" -eq 0 ]
    VPC_AUTH_TYPE=Vpc VPC_AUTH_URL=$SIM_BASE VPC_IAM_PROFILE_CRN=$crn meta auth status -o json
    expect 0
    jq -e --arg crn "$crn" '.method == "vpc" and .profile == $crn and .token and .iam_url == null and .expires_in > 0
        and .profile_source == "environment variable VPC_IAM_PROFILE_CRN"' <<< "$output"
    IBMCLOUD_CR_VPC_URL=$SIM_BASE IBMCLOUD_CR_PROFILE=$crn meta auth status -o json --auth vpc
    expect 0
    jq -e --arg url "$SIM_BASE" '.metadata_url == $url and .metadata_url_source == "environment variable IBMCLOUD_CR_VPC_URL"
        and .profile_source == "environment variable IBMCLOUD_CR_PROFILE"' <<< "$output"
    [ "$(sim_log 'select(.path == "/identity/v1/token" or .path == "/identity/v1/iam_tokens")' | wc -l)" -eq 6 ]
    clear_log
    for name in VPC_VPC_IMS_VERSION VPC_SERVICE_VERSION; do
        export "$name=2022-03-01"
        VPC_IAM_PROFILE_ID=$PROFILE meta auth status --auth vpc --metadata-url "$SIM_BASE"
        expect 0
        unset "$name"
    done
    [ "$(sim_log 'select(.path == "/instance_identity/v1/iam_token")' | wc -l)" -eq 2 ]
    [ "$(iam_tokens)" -eq 2 ]
    # a server without a default profile compares itself by the one that is named
    VPC_IAM_PROFILE_ID=$PROFILE meta metadata probe --auth vpc --metadata-url "$SIM_BASE" -o json
    jq -e 'any(.checks[]; .check == "control_plane" and .result == "pass")' <<< "$output"
    VPC_IAM_PROFILE_ID=$PROFILE meta doctor --auth vpc --metadata-url "$SIM_BASE"
    grep -Eq '^iam +ok +not asked: the metadata service of this server gives the token$' <<< "$output"
    grep -Eq "^metadata service +ok +$SIM_BASE \(--metadata-url\)$" <<< "$output"
    grep -Eq '^token +ok ' <<< "$output"
}

@test "what a login of a server or a container cannot use is refused before any call" {
    server_start --instances 1
    export VPC_URL=$SIM_URL
    local crn=crn:v1:bluemix:public:iam-identity::a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::profile:Profile-1
    # a case: WORDS|METHOD|VARIABLES
    while IFS='|' read -r words method variables; do
        clear_log
        # shellcheck disable=SC2086 # several variables
        run --separate-stderr env $variables "$BUILD/vpcmeta" auth status --auth "$method" --metadata-url "$SIM_BASE"
        expect 2 "$words"
        [ "$(requests)" -eq 0 ]
    done << END
VPC_VPC_IMS_VERSION: "2024-01-01" is not a version|vpc|VPC_VPC_IMS_VERSION=2024-01-01
VPC_SERVICE_VERSION: "latest" is not a version|vpc|VPC_SERVICE_VERSION=latest
the id or the CRN of a trusted profile, not both|vpc|VPC_IAM_PROFILE_ID=Profile-1 VPC_IAM_PROFILE_CRN=$crn
the id or the CRN of a trusted profile, not its name|vpc|VPC_IAM_PROFILE_NAME=fleet
the id or the CRN of a trusted profile, not its name|vpc|IBMCLOUD_CR_PROFILE=fleet
a container's login needs the trusted profile|container|VPC_URL=$SIM_URL
set VPC_IAM_PROFILE_ID=Profile-1, or|container|VPC_IAM_PROFILE_CRN=$crn
END
    meta auth status --auth vpc --metadata-url "$SIM_BASE/identity"
    expect 2 "has no path"
}

@test "a login that is refused is exit 4 and says what to do" {
    server_start --instances 1
    export VPC_AUTH_TYPE=vpc VPC_AUTH_URL=$SIM_BASE
    meta instance list
    expect 4 "This server has no default trusted profile: name one that is linked to it, with VPC_IAM_PROFILE_ID"
    VPC_IAM_PROFILE_ID=Profile-1c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2 meta instance list
    expect 4 "profile_not_linked"
    [[ $stderr == *"Link the profile to this server"*"named by environment variable VPC_IAM_PROFILE_ID"* ]]
    set_service '{"enabled": false}'
    SECONDS=0
    VPC_IAM_PROFILE_ID=$PROFILE meta instance list --timeout 1s
    expect 4 "'vpcmeta metadata probe --metadata-url $SIM_BASE' finds out why"
    [ "$SECONDS" -le 4 ]
}

@test "over https, and over the protocol that is found out" {
    server_start --instances 1 --tls
    export VPC_IAM_PROFILE_ID=$PROFILE
    set_service '{"protocol": "https"}'
    for url in "$SIM_BASE" "127.0.0.1:$SIM_PORT"; do
        meta auth status -o json --auth vpc --ca-file "$SIM_CA" --metadata-url "$url"
        expect 0
        jq -e --arg url "https://127.0.0.1:$SIM_PORT" '.metadata_url == $url and .token' <<< "$output"
    done
}

@test "https has a head start, and a certificate that does not pass is said before the silence of http" {
    server_start --instances 1 --tls
    export VPC_IAM_PROFILE_ID=$PROFILE
    set_service '{"protocol": "https"}'
    # the silent one would be waited for; a server that took the address could answer it first
    for call in "auth token --auth vpc" "metadata token"; do
        clear_log
        # shellcheck disable=SC2086 # several words
        meta $call --ca-file "$SIM_CA" --metadata-url "127.0.0.1:$SIM_PORT"
        expect 0
        [ "$(sim_log 'select(.method == "PUT")' | wc -l)" -eq 1 ]
        # shellcheck disable=SC2086 # several words
        meta $call --metadata-url "127.0.0.1:$SIM_PORT" --timeout 500ms
        [ "$status" -ne 0 ]
        [[ $stderr == *certificate*--ca-file* && $stderr != *"gave no answer"* ]]
    done
}

@test "a shell finds the service again when its protocol has changed" {
    server_start --instances 1 --tls
    set_service '{"protocol": "https"}'
    mkfifo to
    "$BUILD/vpcmeta" shell --ca-file "$SIM_CA" --metadata-url "127.0.0.1:$SIM_PORT" --timeout 1s < to > out 2> err 7>&- &
    pid=$!
    exec 7> to
    echo "metadata get --jq .name" >&7
    await_count 1 grep -c web-0001 out
    set_service '{"protocol": "http"}'
    echo "metadata get --jq .name" >&7
    await_count 2 grep -c web-0001 out
    exec 7>&-
    wait "$pid"
}

@test "a shell keeps the session of the API beside that of the metadata service" {
    server_start --instances 1
    printf '%s\n' "instance list" "metadata get" "instance list" "metadata get" |
        VPC_APIKEY=$SIM_API_KEY "$BUILD/vpcmeta" shell --metadata-url "$SIM_BASE" > out
    [ "$(sim_count POST /identity/token)" -eq 1 ]
    [ "$(identities)" -eq 1 ]
}

@test "commands for the metadata service find it where the login does" {
    server_start --instances 1
    printf 'VPC_AUTH_TYPE=vpc\nVPC_AUTH_URL=%s\nVPC_SERVICE_VERSION=2022-03-01\n' "$SIM_BASE" > ibm-credentials.env
    chmod 600 ibm-credentials.env
    export IBM_CREDENTIALS_FILE=$PWD/ibm-credentials.env
    meta metadata token
    expect 0
    [ "$(sim_log 'select(.path == "/instance_identity/v1/token" and .status == 200)' | wc -l)" -eq 1 ]
    meta metadata token --api-version 2025-08-26
    expect 0
    [ "$(sim_log 'select(.path == "/identity/v1/token" and .status == 200)' | wc -l)" -eq 1 ]
    meta metadata token --api-version 2021-01-01
    expect 2 "--api-version"
    unset IBM_CREDENTIALS_FILE
    VPC_AUTH_URL=$SIM_BASE meta metadata token --auth vpc
    expect 0
}

@test "settings of other tools that a server's login does not use do not stop it" {
    server_start --instances 1
    IC_IAM_PROFILE_NAME=fleet IBMCLOUD_IAM_API_ENDPOINT=http://10.0.0.5 VPC_IAM_PROFILE_ID=$PROFILE meta auth token \
        --auth vpc --metadata-url "$SIM_BASE"
    expect 0
    IC_IAM_PROFILE_NAME=fleet meta auth token --auth vpc --metadata-url "$SIM_BASE"
    expect 4 "This server has no default trusted profile"
}

@test "a server that sets its own service to https in the middle logs in again over https" {
    server_start --instances 30 --mix plain --all-disabled --latency-ms 60 --token-life 2s --tls
    export VPC_IAM_PROFILE_ID=$PROFILE
    meta instance set --all --enabled true --protocol https -y -j 1 -o json --auth vpc --ca-file "$SIM_CA" \
        --metadata-url "127.0.0.1:$SIM_PORT" --timeout 1s --trace trace
    expect 0
    jq -e '.summary.changed == 30' <<< "$output"
    jq -se '[.[] | select((.url | contains("/identity/v1/iam_tokens")) and .status == 200) | .url[0:6]] | unique
        == ["http:/", "https:"]' trace
}

@test "a container's token is read again at each request, from where the SDKs and ibmcloud keep it" {
    local known=$BATS_TEST_TMPDIR/known
    echo cr-token.first > "$known"
    client_start --instances 25 --mix plain --all-disabled --token-life 2s --latency-ms 60 --cr-token "@$known" \
        --cr-token cr-token.value
    unset VPC_APIKEY
    local profile
    profile=$(sim_profile fleet IKS_SA crn:v1:bluemix:public:containers-kubernetes:us-south:a/x:cluster::)
    clear_log
    cp "$known" token
    VPC_CR_TOKEN_FILENAME=$PWD/token VPC_IAM_PROFILE_NAME=fleet "$BUILD/vpcmeta" instance set --all --hop-limit 2 -y -j 1 \
        -o json -v --trace trace > out 2> err &
    pid=$!
    await_count 1 sim_count POST /identity/token
    echo cr-token.second | tee -a "$known" > token.new
    mv token.new token
    cp token "$known"
    wait "$pid"
    jq -e '.summary.changed == 25' out
    [ "$(sim_count POST /identity/token)" -ge 2 ]
    run -1 grep -rqE 'cr-token\.' trace out err "$HOME"
    clear_log
    IBMCLOUD_CR_TOKEN=@token IBMCLOUD_CR_PROFILE=fleet meta auth status
    expect 0
    grep -Eq '^method +container$' <<< "$output"
    grep -Eq '^credential +file token \(environment variable IBMCLOUD_CR_TOKEN\)$' <<< "$output"
    grep -Eq '^profile +fleet \(environment variable IBMCLOUD_CR_PROFILE\)$' <<< "$output"
    IBMCLOUD_CR_TOKEN=cr-token.value meta auth status --auth container -o json
    expect 2 "IBMCLOUD_CR_PROFILE"
    IBMCLOUD_CR_TOKEN=cr-token.value IC_IAM_PROFILE_ID=$profile meta auth status --auth container -o json
    expect 0
    jq -e --arg id "$profile" '.credential == "environment variable IBMCLOUD_CR_TOKEN" and .profile == $id' <<< "$output"
    [ "$(sim_count POST /identity/token)" -eq 2 ]
    IBMCLOUD_CR_TOKEN=cr-token.old IBMCLOUD_CR_PROFILE=fleet meta instance list
    expect 4 "IAM refused the compute resource token (environment variable IBMCLOUD_CR_TOKEN) for the trusted profile fleet"
    [[ $stderr == *"BXNIM0407E"*"The token has expired"* && $stderr != *cr-token.old* ]]
    IBMCLOUD_CR_TOKEN=@token IBMCLOUD_CR_PROFILE=other meta instance list
    expect 4 "Check that the profile (environment variable IBMCLOUD_CR_PROFILE) exists and is linked"
    rm token
    VPC_AUTH_TYPE=Container VPC_CR_TOKEN_FILENAME=token VPC_IAM_PROFILE_ID=Profile-7 meta instance list
    expect 4 "the compute resource token cannot be read"
    [[ $stderr == *"VPC_CR_TOKEN_FILENAME"* && $stderr == *"token"* ]]
    VPC_AUTH_TYPE=container VPC_IAM_PROFILE_ID=Profile-7 meta instance list
    expect 4 "--auth container: the compute resource token cannot be read: none of these files is there: /var/run/secrets/tokens/vault-token, "
}

@test "with nothing configured the error names the logins that need no secret" {
    client_start --instances 1
    unset VPC_APIKEY
    meta instance list
    expect 4 "--auth vpc"
    [[ $stderr == *"--auth container"* ]]
    [ "$(requests)" -eq 0 ]
}
