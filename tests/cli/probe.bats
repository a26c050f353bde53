#!/usr/bin/env bats
# metadata probe: what a server finds out about its metadata service, in each of the situations that operators meet.
load client
load screen

PROFILE=Profile-9f2d0c1e-7b3a-4d55-8e61-2a4c6b8d0f13

teardown() {
    sim_stop
}

# an instance with the service on since its creation; $1: more of its body
create_asker() {
    local image subnet body=${1:-}
    image=$(sim_curl GET '/v1/images?limit=100' | jq -r 'first(.images[] | select(.operating_system.architecture == "amd64" and .status == "available")) | .id')
    subnet=$(sim_curl GET /v1/subnets | jq -c '.subnets[0] | {id, zone: .zone.name, vpc: .vpc.id}')
    jq -cn --arg image "$image" --argjson subnet "$subnet" --argjson more "${body:-null}" '{name: "asker",
        profile: {name: "bx2-2x8"}, image: {id: $image}, zone: {name: $subnet.zone}, vpc: {id: $subnet.vpc},
        primary_network_attachment: {virtual_network_interface: {subnet: {id: $subnet.id}}},
        metadata_service: {enabled: true}} * ($more // {})' |
        sim_curl POST /v1/instances -H 'Content-Type: application/json' -d @- | jq -e '.status != null'
}

start() {
    client_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker "${@:2}"
    create_asker "$1"
    for name in $(compgen -e | grep -iE '_proxy$'); do unset "$name"; done
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

# QUICK: no answer is expected, and there is no need to wait long for one
probe() {
    meta metadata probe --timeout ${QUICK:-1s} --metadata-url "${WAY:-http}://127.0.0.1:$SIM_PORT" ${SIM_CA:+--ca-file "$SIM_CA"} "$@"
}

# Lines of "CHECK RESULT": those of the last JSON answer, in which every row is whole and only a fail has a fix.
results() {
    jq -e --arg rows "$(cat)" '[.checks[] | .check + " " + .result] as $found |
        ($rows | split("\n")) - $found == [] and .schema_version == 1 and .complete and
        all(.checks[]; has("expected") and has("found") and .message != "" and (.fix == null or .result == "fail"))' <<< "$output" ||
        { echo "$output"; return 1; }
}

fix_of() {
    jq -r --arg check "$1" '.checks[] | select(.check == $check) | .fix' <<< "$output"
}

# What a terminal shows of it.
look() {
    screen_plain 80x24 metadata probe --timeout ${QUICK:-1s} --metadata-url "${WAY:-http}://127.0.0.1:$SIM_PORT" ${SIM_CA:+--ca-file "$SIM_CA"} "$@"
    fits 80
}

@test "on http: all as expected, compared with the control plane, exit 0" {
    start
    probe -o json
    expect 0
    results << 'EOF'
enabled pass
http_address pass
https_name not_applicable
protocol pass
token pass
metadata pass
iam_token not_applicable
hop_limit pass
second_hop note
proxy pass
user_data pass
control_plane pass
EOF
    jq -e '.settings.seen == {enabled: true, protocol: "http", response_hop_limit: 1, default_trusted_profile: null}
        and .settings.control_plane.response_hop_limit == 1 and .server.name == "asker"
        and (.checks[] | select(.check == "hop_limit") | .expected == 1 and .found == 1)' <<< "$output"
    look
    [ "$status" -eq 0 ]
    shows '^protocol +pass +http$'
    VPC_APIKEY= VPC_URL= probe -o json
    expect 0
    results <<< 'control_plane not_applicable'
}

@test "off: no answer at all within seconds, and the command that turns it on" {
    QUICK=300ms
    start '{"metadata_service": {"enabled": false}}'
    began=$SECONDS
    probe -o json asker
    expect 3
    [ $((SECONDS - began)) -lt 10 ]
    results << 'EOF'
enabled fail
token not_applicable
control_plane pass
EOF
    [ "$(fix_of enabled)" = "vpcmeta instance set asker --enabled true --region us-south" ]
    look asker
    [ "$status" -eq 3 ]
    shows '^enabled +fail +no answer at all: the control plane has the$'
    shows '^    vpcmeta instance set asker --enabled true --region us-south$'
    probe --expect-enabled false asker -o json
    expect 0
    VPC_APIKEY= probe --region eu-de
    expect 3
    [[ $output == *"vpcmeta instance set "*" --enabled true --region eu-de"* ]]
}

@test "created off, turned on and not restarted: stop and start, told apart from off" {
    start '{"metadata_service": {"enabled": false}}'
    vpcmeta instance set asker --enabled true -y -q
    probe -o json
    expect 3
    results << 'EOF'
enabled pass
token fail
metadata not_applicable
EOF
    # no server has the name of this machine: no command that fails when it is pasted
    [ "$(fix_of token)" = null ]
    [[ $output == *"with the name of this server in the place of NAME: 'vpcmeta instance restart NAME --always --region all'"* ]]
    [[ $output != *"restart $(hostname)"* ]]
    probe asker -o json
    expect 3
    [ "$(fix_of token)" = "vpcmeta instance restart asker --always --region us-south" ]
    jq -e '.settings.control_plane.restart_needed == true' <<< "$output"
    fix=$(fix_of token)
    look asker
    shows 'vpcmeta instance restart asker --always --region us-south'
    eval "$fix -y -q"
    probe -o json
    expect 0
    results <<< 'token pass'
}

@test "on https: the name and not the address, and what programs with the address need" {
    start '{"metadata_service": {"protocol": "https"}}' --tls
    probe -o json # with http: the other protocol is found all the same
    expect 0
    results << 'EOF'
http_address not_applicable
https_name pass
protocol pass
hop_limit pass
EOF
    [[ $output == *VPC_AUTH_URL=https://api.metadata.cloud.ibm.com* ]]
    WAY=https probe --expect-protocol http -o json
    expect 3
    [ "$(fix_of protocol)" = "vpcmeta instance set asker --protocol http --region us-south --ca-file $SIM_CA" ]
    look
    shows '^https_name +pass'
    QUICK=500ms SIM_CA= VPC_APIKEY= probe -o json
    expect 3
    results << 'EOF'
enabled fail
https_name note
EOF
    [[ $output == *"certificate is not trusted"* ]]
}

@test "the hop limit is seen as it is set, and a wrong one has its fix" {
    start '{"metadata_service": {"response_hop_limit": 3}}'
    probe -o json
    expect 0
    jq -e 'any(.checks[]; .check == "hop_limit" and .found == 3 and .result == "pass")
        and any(.checks[]; .check == "second_hop" and .found == true)' <<< "$output"
    probe --expect-hop-limit 2 -o json
    expect 3
    results <<< 'hop_limit fail'
    [ "$(fix_of hop_limit)" = "vpcmeta instance set asker --hop-limit 2 --region us-south" ]
    vpcmeta instance set asker --hop-limit 1 -y -q
    probe --expect-hop-limit 3 -o json
    [ "$(fix_of hop_limit)" = "vpcmeta instance set asker --hop-limit 3 --region us-south" ]
    jq -e 'all(.checks[]; .message | contains("--hop-limit 2") | not)' <<< "$output" # not two that undo each other
    vpcmeta instance set asker --hop-limit 3 -y -q
    look --expect-hop-limit 2
    shows '^hop_limit +fail +replies arrive with a TTL of 3 instead of 2$'
    vpcmeta instance set asker --hop-limit 2 -y -q
    VPC_APIKEY= probe --expect-hop-limit 2
    expect 0
}

@test "a default profile that is not linked: the link's command in full; one that is: pass; none: how to name one" {
    start "{\"default_trusted_profile\": {\"auto_link\": false, \"target\": {\"id\": \"$PROFILE\"}}, \"user_data\": \"secret words\"}"
    probe -o json
    expect 3
    results << 'EOF'
iam_token fail
user_data note
EOF
    [[ $(fix_of iam_token) == "ibmcloud iam trusted-profile-link-create $PROFILE --name asker --cr-type VSI --link-crn crn:v1:"*":instance:"* ]]
    probe --trace trace.jsonl -v -o json
    [ -s trace.jsonl ]
    # neither user_data nor the beginning of any token
    ! grep -rqE 'secret words|eyJ' trace.jsonl "$XDG_STATE_HOME" "$HOME" <<< '' || false
    [[ $output$stderr != *"secret words"* && $output$stderr != *eyJ* ]]
    jq -e '.checks[] | select(.check == "user_data") | .found.bytes == 12' <<< "$output"
    KUBERNETES_SERVICE_HOST=10.0.0.1 probe -o json
    [[ $output == *"users of this container other than root: "*"those of the server cannot be seen from here"* ]]
    crn=$(jq -r .server.crn <<< "$output")
    screen_plain 80x24 metadata probe --timeout 1s --metadata-url "http://127.0.0.1:$SIM_PORT"
    shows '^iam_token +fail +profile_not_linked'
    sim_http -f -X POST -H "Authorization: Bearer $(sim_token)" -H 'Content-Type: application/json' \
        "$SIM_BASE/v1/profiles/$PROFILE/links" \
        -d "{\"cr_type\": \"VSI\", \"link\": {\"crn\": \"$crn\"}}" > /dev/null
    probe -o json
    expect 0
    results <<< 'iam_token pass'
    probe --trusted-profile Profile-00000000-0000-0000-0000-000000000000
    expect 3
}

# later NAME [ARGS...]: a probe beside others, in JSON; `take NAME` gives it as `probe` does
later() {
    local name=$1
    shift
    (
        ended=0
        "$BUILD/vpcmeta" metadata probe --timeout 1s --metadata-url "http://127.0.0.1:$SIM_PORT" -o json "$@" > "$name.out" 2> "$name.err" || ended=$?
        echo "$ended" > "$name.status"
    ) 3>&- &
    LATER+=($!)
}

take() {
    wait "${LATER[@]}"
    status=$(cat "$1.status") output=$(cat "$1.out") stderr=$(cat "$1.err")
}

@test "a proxy of the environment is a finding, never used, and gone with NO_PROXY" {
    local proxy=http://127.0.0.1:1 LATER=()
    start
    http_proxy=$proxy later named
    NO_PROXY=intern.example http_proxy=$proxy later other
    no_proxy=169.254.169.254,api.metadata.cloud.ibm.com HTTP_PROXY=$proxy later listed
    no_proxy='169.254.0.0/16, .cloud.ibm.com' HTTP_PROXY=$proxy later covered
    HTTPS_PROXY=$proxy later unused
    take named
    expect 3
    results << 'EOF'
http_address pass
token pass
proxy fail
EOF
    [ "$(fix_of proxy)" = "export NO_PROXY=169.254.169.254,api.metadata.cloud.ibm.com" ]
    take other
    expect 3
    [ "$(fix_of proxy)" = 'export NO_PROXY="$NO_PROXY,169.254.169.254,api.metadata.cloud.ibm.com"' ]
    for name in listed covered; do
        take "$name"
        expect 0
        results <<< 'proxy pass'
    done
    take unused
    expect 0
    results <<< 'proxy note'
    http_proxy=$proxy look
    shows '^    export NO_PROXY=169.254.169.254,api.metadata.cloud.ibm.com$'
}

# answer PATH STATUS BODY: a rule of the simulator's faults
answer() {
    jq -nc --arg path "$1" --argjson status "$2" --arg body "$3" '{path: $path, action: "status", status: $status, body: $body}'
}

# granted CLAIMS: the body of an answer with an identity token of these claims
granted() {
    printf '{"access_token":"eyJhbGciOiJub25lIn0.%s.c2ln","expires_in":300}' "$(printf %s "$1" | base64 -w0 | tr '+/' '-_' | tr -d =)"
}

@test "whatever answers in the place of the service, no printed command runs what it says" {
    local hostile="\$(touch pwned)'; touch pwned; '\`touch pwned\`" server=crn:v1:bluemix:public:is:us-south-1:a/1::instance:0717_1
    local instance=/metadata/v1/instance
    start
    claim() { # CRN PROFILE
        faults "$(answer /identity/v1/token 200 "$(granted "$(jq -nc --arg crn "$1" --arg region "$hostile" '{iaas: {crn: $crn, instanceID: "0717_1", region: $region}}')")")" \
            "$(answer $instance 200 "$(jq -nc --arg name "$hostile" '{id: "0717_1", name: $name}')")" \
            "$(answer $instance/initialization 200 "$(jq -nc --arg id "$2" '{default_trusted_profile: {target: {id: $id}}}')")" \
            "$(answer /identity/v1/iam_tokens 400 '{"errors": [{"code": "profile_not_linked", "message": "No."}]}')"
    }
    export VPC_APIKEY=
    claim "$server" "$PROFILE"
    probe --expect-hop-limit 9 -o json
    expect 3
    # a name and a region that are none of the API do not get into a command at all
    [ "$(fix_of iam_token)" = "ibmcloud iam trusted-profile-link-create $PROFILE --name 0717_1 --cr-type VSI --link-crn $server" ]
    [ "$(fix_of hop_limit)" = "vpcmeta instance set 0717_1 --hop-limit 9 --region all" ]
    probe "$hostile" --expect-protocol https -o json
    eval "words=($(fix_of protocol))"
    [ "${words[3]}" = 0717_1 ] || [ "${words[3]}" = "$hostile" ]
    # what has not the form of a CRN or of an id gets no command
    claim "$server\$(touch pwned)" "$PROFILE"
    probe -o json
    results <<< 'iam_token fail'
    [ "$(fix_of iam_token)" = null ]
    claim "$server" "$PROFILE\$(touch pwned)"
    probe -o json
    [ "$(fix_of iam_token)" = null ]
    # the command takes an id, also where the profile is known by its CRN
    claim crn:v1:bluemix:public:is:us-south-1:a/1::bare-metal-server:1 "crn:v1:bluemix:public:iam-identity::a/1::profile:$PROFILE"
    probe -o json
    [[ $(fix_of iam_token) == "ibmcloud iam trusted-profile-link-create $PROFILE --name "*" --cr-type BMS "* ]]
    [ ! -e pwned ]
}

@test "what answers without being the metadata service is no answer of it" {
    start
    export VPC_APIKEY=
    for status in 200 302 404 405; do
        faults "$(answer '*/token' $status '<html><title>Log in to this network</title></html>')"
        probe -o json
        expect 3
        results << 'EOF'
enabled fail
http_address note
token not_applicable
EOF
        [[ $output == *"something else answers there, not the metadata service of a VPC server"* ]]
        jq -e '.settings.seen.enabled == null and .settings.seen.protocol == null' <<< "$output"
    done
    probe -o json --expect-enabled false
    expect 0
    results <<< 'enabled cannot_tell'
    [[ $output != *"instance set"* ]]
    look
    shows '^enabled +fail +something else answers there'
}

@test "what could not be carried out: a refused credential, an unknown server, a deadline, a signal, usage" {
    start
    VPC_APIKEY=wrong probe -o json
    expect 4
    jq -e '.complete == false and (.missing | length) == 1 and any(.checks[]; .check == "control_plane" and .result == "cannot_tell")' <<< "$output"
    VPC_APIKEY=wrong probe --expect-hop-limit 9
    expect 3
    probe no-such-server
    expect 2 '"no-such-server"'
    VPC_APIKEY= meta metadata probe --metadata-url http://127.0.0.1:1 -o json
    expect 3
    [ "$(fix_of enabled)" = "ip route get 169.254.169.254" ]
    [[ $output == *"cannot be reached from here"* ]]
    probe --expect-hop-limit 65
    expect 2
    probe one two
    expect 2
    vpcmeta instance set asker --enabled false -y -q
    VPC_APIKEY= run timeout -s INT 0.5 "$BUILD/vpcmeta" metadata probe --metadata-url "$SIM_BASE"
    [ "$status" -eq 124 ]
    [[ $output == *interrupted* ]]
    http_proxy=http://127.0.0.1:1 QUICK=9s probe --deadline 1s --expect-hop-limit 2 -o json
    expect 1 deadline
    # what had been found out by then, and nothing that only the rest could have shown
    jq -e '.complete == false and .missing == ["the deadline has passed"] and .settings.seen.enabled == null
        and ([.checks[] | select(.result == "fail") | .check] == ["proxy"])
        and (.checks[] | select(.check == "https_name") | .result == "note")
        and all(.checks[] | select(.check | IN("enabled", "http_address", "protocol", "token", "iam_token", "hop_limit", "user_data"));
            .result == "cannot_tell" and (.message | contains("the deadline has passed")))' <<< "$output"
    look --deadline 300ms
    [ "$status" -eq 1 ]
    shows '^enabled +cannot_tell +not known: the deadline has passed'
}

@test "the name of another server is a fail of its own: the server of the token is compared; one that exists nowhere is refused" {
    local id
    start '{"metadata_service": {"response_hop_limit": 2}}'
    other=$(sim_state -r 'first(.instances[] | select(.name != "asker") | .name)')
    vpcmeta instance set "$other" --protocol https --hop-limit 4 -y -q
    probe "$other" -o json
    expect 3
    results << 'EOF'
server fail
protocol pass
hop_limit pass
control_plane pass
EOF
    jq -e --arg other "$other" '[.checks[] | select(.result == "fail")] | length == 1 and .[0].expected == $other and .[0].found == "asker"' <<< "$output"
    jq -e '.checks[] | select(.check == "control_plane") | .message | startswith("compared with instance asker in")' <<< "$output"
    eval "$(fix_of server) --timeout 1s"
    look "$other"
    [ "$status" -eq 3 ]
    shows "^server +fail +this server is asker, as its identity token says,$"
    VPC_APIKEY= probe "$other" -o json
    expect 3
    results <<< 'server fail'
    id=$(jq -r .server.id <<< "$output")
    for word in asker "$id" "$(jq -r .server.crn <<< "$output")"; do
        probe "$word" -o json
        expect 0
        results <<< 'server pass'
    done
    probe nosuch -o json
    expect 2 '"nosuch"'
    jq -e 'any(.checks[]; .check == "token" and .result == "pass")' <<< "$output"
    # and with no answer: the same, and no command with that name
    meta metadata probe nosuch --metadata-url http://127.0.0.1:1 -o json
    expect 2 '"nosuch"'
    [[ $output != *"set nosuch"* ]]
}

@test "without an answer, a name or a credential there is no command that fails when it is pasted" {
    QUICK=300ms
    start '{"metadata_service": {"enabled": false}}'
    for key in "" "$VPC_APIKEY"; do
        VPC_APIKEY=$key probe -o json
        expect 3
        [ "$(fix_of enabled)" = null ]
        [[ $output == *"with the name of this server in the place of NAME: 'vpcmeta instance set NAME --enabled true --region all"* ]]
        [[ $output != *"$(hostname) --"* ]]
    done
    VPC_APIKEY= probe asker -o json
    [ "$(fix_of enabled)" = "vpcmeta instance set asker --enabled true --region all" ]
}

@test "https in the control plane and plain http at its port: said in words, and no command that helps nothing" {
    start '{"metadata_service": {"enabled": false}}'
    faults '{"path": "/v1/instances*", "action": "edit", "record": {"name": "asker"},
        "set": {"/metadata_service/protocol": "https", "/metadata_service/enabled": true}}'
    QUICK=1s probe asker -o json
    expect 3
    results <<< 'https_name note'
    [[ $output == *"127.0.0.1 port $SIM_PORT speaks plain http, not TLS"* ]]
    [[ $output != *OpenSSL* && $output != *routines* && $output != *"getent hosts"* ]]
}

@test "bare metal has no response hop limit, and none can be expected of it" {
    client_start --instances 1 --bare-metal 1 --transition-ms 0 --metadata-instance bm-001
    sim_state '.bare_metal_servers[0] | {name, enabled}'
    vpcmeta bare-metal set bm-001 --enabled true -y -q || true
    vpcmeta bare-metal set bm-001 --protocol http -y -q || true
    probe -o json
    expect 0
    results << 'EOF'
token pass
hop_limit not_applicable
second_hop note
EOF
    jq -e '.settings.seen.response_hop_limit == null and (.checks[] | select(.check == "hop_limit") | .expected == null and .found == null)' <<< "$output"
    for key in "" "$VPC_APIKEY"; do
        VPC_APIKEY=$key probe --expect-hop-limit 1
        expect 2 "--expect-hop-limit: this is a bare metal server, and those have no response hop limit"
    done
}
