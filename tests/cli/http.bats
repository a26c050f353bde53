#!/usr/bin/env bats
# Connections, certificates, credentials and secrets, as the whole program handles them.
bats_require_minimum_version 1.5.0
load sim
load front

vpcmeta() {
    "$BUILD/vpcmeta" "$@"
}

setup() {
    # nothing of the machine's own settings
    unset "${!IC_@}" "${!IBMCLOUD_@}" "${!IBM_@}" "${!VPC_@}" VCAP_SERVICES
    export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    unset XDG_CONFIG_HOME XDG_CACHE_HOME
}

teardown() {
    front_stop
    sim_stop
}

use_sim() {
    sim_start "$@"
    export VPC_URL=$SIM_URL VPC_AUTH_URL=$SIM_BASE
}

@test "certificates are verified, and --ca-file names further authorities" {
    use_sim --instances 3 --tls
    export IC_API_KEY=$SIM_API_KEY
    vpcmeta instance list --ca-file "$SIM_CA" > /dev/null
    before=$(wc -l < "$SIM_LOG")
    run vpcmeta instance list --trace "$BATS_TEST_TMPDIR/trace"
    [ "$status" -eq 4 ]
    [[ $output == *"is not trusted: SSL certificate problem"*"--ca-file"* ]]
    [ "$(wc -l < "$SIM_LOG")" -eq "$before" ]
    [ "$(wc -l < "$BATS_TEST_TMPDIR/trace")" -eq 1 ]
    run vpcmeta instance list --ca-file /nonexistent
    [ "$status" -eq 2 ]
}

@test "a byte of a header that is not UTF-8 breaks neither the trace nor the document" {
    echo '{"rules": [{"operation": "instances.patch", "action": "status", "status": 400},
        {"operation": "instances.*", "action": "headers", "headers": {"X-Request-Id": "%FE%FFid"}}]}' > "$BATS_TEST_TMPDIR/rules"
    use_sim --instances 5 --mix plain --bare-metal 0 --scenario "$BATS_TEST_TMPDIR/rules"
    export IC_API_KEY=$SIM_API_KEY
    cd "$BATS_TEST_TMPDIR"
    run vpcmeta instance set --all --enabled true -y --trace trace
    [ "$status" -eq 1 ]
    [ "$(jq -r 'select(.method == "PATCH" and (.problem | contains("request \\xfe\\xff"))) | .status' trace | sort -u)" = 400 ]
    vpcmeta instance set --all --enabled true -y -o json > out || [ $? -eq 1 ]
    jq -e '[.causes[].count] == [5] and (.causes[0].example.request_id | startswith("\\xfe\\xff"))' out
    jq -e '[.results[].request_id | startswith("\\xfe\\xff")] == [true, true, true, true, true]' out
}

@test "https to a server without TLS fails" {
    use_sim --instances 3
    run vpcmeta instance list --auth none --endpoint "https://127.0.0.1:$SIM_PORT/v1"
    [ "$status" -eq 1 ]
    [[ $output == *"127.0.0.1 port $SIM_PORT"*"rite http://127.0.0.1:$SIM_PORT"* ]]
}

@test "HTTP/2 carries everything over one connection where it is offered" {
    sim_start --instances 300 --templates 0 --bare-metal 0
    front_start
    export IC_API_KEY=$SIM_API_KEY
    cd "$BATS_TEST_TMPDIR"
    vpcmeta instance set --all --enabled true --hop-limit 7 -y --ca-file "$FRONT_CA" --trace trace > /dev/null || [ $? -eq 5 ]
    [ "$(front_versions trace)" = 2 ]
    [ "$(front_connections trace)" -eq 1 ]
    [ "$(jq -s 'map(select(.method == "PATCH")) | length' trace)" -gt 200 ]
}

@test "no secret shows anywhere" {
    use_sim --instances 20 --bare-metal 0
    key=Sup3r-Secret_Key+0123456789
    cd "$BATS_TEST_TMPDIR"
    for given in "$key" "$SIM_API_KEY"; do
        export IC_API_KEY=$given
        vpcmeta -v instance list --trace trace.list >> out 2>> err || true
        vpcmeta -v instance set --all --enabled true --hop-limit 3 -y --trace trace.set >> out 2>> err || true
        vpcmeta auth status >> out 2>> err || true
        vpcmeta doctor >> out 2>> err || true
        vpcmeta shell -c 'instance list; auth status' >> out 2>> err || true
    done
    grep -q BXNIM0415E err
    run grep -rFl -e "$key" -e "$(jq -rn --arg key "$key" '$key | @uri')" -e "$SIM_API_KEY" .
    [ "$status" -eq 1 ]
    token=$(vpcmeta auth token)
    [ ${#token} -gt 20 ]
    run grep -rFl -e "${token##*.}" -e "${token:0:30}" .
    [ "$status" -eq 1 ]
    run grep -rFil -e bearer -e authorization trace.list trace.set
    [ "$status" -eq 1 ]
}

@test "a token never leaves over plain http to another machine" {
    export IC_API_KEY=key-that-stays-here
    run vpcmeta instance list --endpoint http://192.0.2.1/v1 --iam-url http://127.0.0.1:1 --trace "$BATS_TEST_TMPDIR/trace"
    [ "$status" -ne 0 ]
    [[ $output == *"not sent over plain http to 192.0.2.1"* ]]
    [ ! -s "$BATS_TEST_TMPDIR/trace" ]
    run vpcmeta auth token --iam-url http://192.0.2.1
    [ "$status" -ne 0 ]
    [[ $output == *"not sent over plain http to 192.0.2.1"* ]]
}

@test "a proxy of the environment is used, but not for this machine" {
    use_sim --instances 3
    export IC_API_KEY=$SIM_API_KEY http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1
    vpcmeta instance list > /dev/null
    run vpcmeta instance list --endpoint https://example.invalid/v1 --auth none --deadline 1
    [ "$status" -ne 0 ]
    [[ $output == *"127.0.0.1 port 1"* || $output == *deadline* ]]
}

@test "no credentials is exit 4 and says what to do" {
    run vpcmeta instance list --endpoint http://127.0.0.1:1/v1
    [ "$status" -eq 4 ]
    [[ $output == *"--api-key-file"*"IC_API_KEY"*"--auth none"* ]]
}

@test "a key from a file, from standard input, from a credentials file" {
    use_sim --instances 3
    cd "$BATS_TEST_TMPDIR"
    (umask 077 && echo "$SIM_API_KEY" > key && printf '{"apikey":"%s"}' "$SIM_API_KEY" > key.json)
    vpcmeta instance list --api-key-file key > /dev/null
    vpcmeta instance list --api-key-file key.json > /dev/null
    vpcmeta instance list --api-key-file - < key > /dev/null
    IC_API_KEY=@key vpcmeta instance list > /dev/null
    unset VPC_URL VPC_AUTH_URL
    (umask 077 && printf 'VPC_URL=%s\nVPC_AUTH_URL=%s\nVPC_APIKEY=%s\n' "$SIM_URL" "$SIM_BASE" "$SIM_API_KEY" > creds)
    IBM_CREDENTIALS_FILE=creds vpcmeta instance list > /dev/null
    # the folder one stands in decides nothing
    mv creds ibm-credentials.env
    HOME=/nonexistent run vpcmeta instance list
    [ "$status" -eq 4 ]
    vpcmeta instance list > /dev/null # but the home folder does
}

@test "a refused key is exit 4 with IAM's code, and is asked for once" {
    use_sim --instances 3
    IC_API_KEY=wrong-key-0123456789 run vpcmeta instance list
    [ "$status" -eq 4 ]
    [[ $output == *BXNIM0415E* ]]
    [ "$(sim_count POST /identity/token)" -eq 1 ]
}

@test "one token serves a fleet, and an expired one is replaced" {
    use_sim --instances 150 --bare-metal 0
    export IC_API_KEY=$SIM_API_KEY
    vpcmeta instance set --all --enabled true --hop-limit 9 -y > /dev/null || [ $? -eq 5 ]
    [ "$(sim_count POST /identity/token)" -eq 1 ]
    sim_stop
    use_sim --instances 150 --bare-metal 0 --token-life 2 --latency-ms 40
    vpcmeta instance set --all --enabled true --hop-limit 9 -y -j 2 -o json > "$BATS_TEST_TMPDIR/out" || [ $? -eq 5 ]
    # what the image forbids is refused; nothing else fails
    [ "$(jq '[.results[] | select(.outcome == "failed" or .outcome == "unknown") | select(.http_status != 400)] | length' \
        "$BATS_TEST_TMPDIR/out")" -eq 0 ]
    [ "$(sim_log 'select(.method == "PATCH" and .status == 200)' | wc -l)" -eq "$(jq .summary.changed "$BATS_TEST_TMPDIR/out")" ]
    # the crowd that finds its token expired asks for one new token, not each for its own
    tokens=$(sim_count POST /identity/token)
    [ "$tokens" -ge 2 ]
    [ "$tokens" -le 12 ]
}

@test "a trace that cannot be written whole is an error, at the end too" {
    use_sim --instances 3
    export IC_API_KEY=$SIM_API_KEY
    run --separate-stderr "$BUILD/vpcmeta" instance list -o json --trace /dev/full
    [ "$status" -eq 1 ]
    [ "$(jq '.items | length' <<< "$output")" -eq 3 ] # what was asked for is printed all the same
    [ "$(grep -c "^error: --trace: requests are missing from the file: No space left on device" <<< "$stderr")" -eq 1 ]
    run vpcmeta instance list --trace /nonexistent/trace
    [ "$status" -eq 2 ]
}

@test "IAM that is down, answers a page or no token is exit 4" {
    use_sim --instances 3
    export IC_API_KEY=$SIM_API_KEY
    IBMCLOUD_IAM_API_ENDPOINT=http://127.0.0.1:1 run vpcmeta instance list --deadline 20
    [ "$status" -eq 4 ]
    for action in '"action": "status", "status": 200, "body": "html"' '"action": "status", "status": 200, "body": "empty"' \
        '"action": "status", "status": 503' '"action": "edit", "remove": ["/access_token"]'; do
        sim_http -f -X POST -H 'Content-Type: application/json' "$SIM_BASE/_sim/faults" \
            --data "{\"seed\": 1, \"rules\": [{\"operation\": \"iam.token\", $action}]}"
        run vpcmeta instance list
        [ "$status" -eq 4 ]
    done
}

@test "a proxy that is none is refused before anything is sent, without its password" {
    use_sim --instances 1
    export IC_API_KEY=$SIM_API_KEY
    for proxy in 'http://user:s3cr3t pass@[::1' 'htp://user:s3cr3tpass@127.0.0.1:1' 'user:s3cr3tpass@127.0.0.1:abc'; do
        https_proxy=$proxy run vpcmeta instance list
        [ "$status" -eq 2 ]
        [[ $output == *https_proxy* && $output != *s3cr3t* ]]
    done
    [ "$(sim_count POST /identity/token)" -eq 0 ]
    https_proxy=socks5://user:pass@127.0.0.1:1 vpcmeta instance list > /dev/null # this machine's own addresses need none
}
