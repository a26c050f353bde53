#!/usr/bin/env bats
# vpcmeta metadata, as a server runs it on itself: tokens, certificates, metadata, and what it says where none come.
load client

PROFILE=Profile-7dd5ae61-4a0a-4d9a-a4f4-4c0d4ee0a7a2

teardown() {
    sim_stop
    [ -z "${FAKE_PID:-}" ] || kill "$FAKE_PID" 2> /dev/null || true
}

# usage: server_start [VPCSIM-ARGS...]: this is the server `self`, with the service on http and a default trusted profile.
server_start() {
    client_start --instances 1 --mix plain --transition-ms 1 --metadata-instance self "$@"
    vpcmeta instance show web-0001 --as-body ${SIM_CA:+--ca-file "$SIM_CA"} > self.json 2> /dev/null
    vpcmeta instance create -f self.json --name self --enabled true --protocol http --auto-link true \
        --trusted-profile "$PROFILE" --yes ${SIM_CA:+--ca-file "$SIM_CA"} 2> /dev/null
    rm -r "$HOME/.local" # the record of that run
    await_count 1 started
    unset VPC_URL VPC_APIKEY IBMCLOUD_IAM_API_ENDPOINT # a server has no credentials
    export IBMCLOUD_CR_VPC_URL=$SIM_BASE
    clear_log
}

started() {
    sim_curl GET /v1/instances | jq '[.instances[] | select(.name == "self" and .status == "running")] | length'
}

# usage: fake BODY [STATUS]: a service that answers everything with that body, and writes down what it is asked. With
# TOKEN=yes the first question, for an identity token, is answered well; BODY2 is the second page of a list.
fake() {
    [ -z "${FAKE_PID:-}" ] || kill "$FAKE_PID"
    rm -f fake.port
    BODY=$1 STATUS=${2:-200} python3 -c '
import http.server, os
class Fake(http.server.BaseHTTPRequestHandler):
    def answer(self):
        with open("fake.log", "a") as log:
            log.write(f"{self.command} {self.path} {sorted(self.headers.keys())}\n")
        good = self.command == "PUT" and "TOKEN" in os.environ
        page = os.environ["BODY2"] if "start=2" in self.path else os.environ["BODY"]
        body = (b"{\"access_token\":\"eyJh.e30.c\",\"expires_in\":300}" if good else page.encode())
        self.send_response(200 if good else int(os.environ["STATUS"]))
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_PUT = do_POST = do_CONNECT = answer
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Fake)
open("fake.new", "w").write(str(server.server_port))
os.rename("fake.new", "fake.port")
server.serve_forever()' 3>&- 4>&- &
    FAKE_PID=$!
    until [ -s fake.port ]; do sleep 0.02; done
    FAKE=http://127.0.0.1:$(cat fake.port)
}

claims() { # of a token
    cut -d. -f2 | tr _- /+ | sed 's/$/===/' | base64 -d 2> /dev/null
}

@test "a server gets an identity token of itself: bare, or as JSON, and without any credential" {
    server_start
    meta metadata token
    expect 0
    [[ $output =~ ^eyJ[A-Za-z0-9_.-]+$ ]]
    [ -z "$stderr" ]
    [ "$(sim_log '[.method, .path]')" = '["PUT","/identity/v1/token"]' ]
    meta metadata token --expires-in 1h -o json
    expect 0
    [ "$(jq -c '[.schema_version, .expires_in, (.access_token | length > 99)]' <<< "$output")" = '[1,3600,true]' ]
    VPC_VPC_IMS_VERSION=2022-03-01 meta metadata token
    expect 0
    [ "$(sim_log '.path' | tail -1)" = '"/instance_identity/v1/token"' ]
    [ ! -e "$HOME/.local/state/vpcmeta" ]
}

@test "a nonce is a random one or a given one, and must come back in the answer and in the token" {
    server_start
    meta metadata token --nonce --expires-in 5 -o json
    expect 0
    first=$(jq -r .nonce <<< "$output")
    [[ $first =~ ^[0-9a-f]{32}$ ]]
    [ "$(jq -r .access_token <<< "$output" | claims | jq -r .nonce)" = "$first" ]
    meta metadata token -o json --jq .nonce --nonce
    expect 0
    [ "$output" != "$first" ]
    for given in '--nonce k3v2-9f' '--nonce=k3v2-9f'; do
        meta metadata token $given -o json --jq .nonce
        expect 0
        [ "$output" = k3v2-9f ]
    done
    claims=$(printf '{"nonce":"other"}' | base64 | tr -d =)
    for answer in '' ',"nonce":"other"' ',"nonce":"k3v2-9f"'; do
        fake "{\"access_token\":\"eyJh.$claims.c2ln\",\"expires_in\":300$answer}"
        meta metadata token --nonce k3v2-9f --metadata-url "$FAKE"
        expect 1 nonce
        [ -z "$output" ]
        [[ $stderr != *eyJh* ]]
    done
}

@test "an IAM token is of the default trusted profile or of the one that is named, and errors have their remedy" {
    server_start
    meta metadata iam-token
    expect 0
    [[ $output =~ ^eyJ[A-Za-z0-9_.-]+$ ]]
    meta metadata iam-token --trusted-profile "$PROFILE" -o json --jq '.expires_in, .schema_version'
    expect 0
    [ "$output" = $'3600\n1' ]
    meta metadata iam-token --trusted-profile "crn:v1:bluemix:public:iam-identity::a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::profile:$PROFILE"
    expect 0
    export TOKEN=yes
    meta metadata iam-token --trusted-profile Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2
    expect 1 trusted-profile
    fake '{"errors":[{"code":"profile_not_linked","message":"Not linked."}],"status_code":400}' 400
    meta metadata iam-token --metadata-url "$FAKE"
    expect 1 "'vpcmeta metadata probe --metadata-url $FAKE' prints the command"
    fake '{"errors":[{"code":"missing_field","message":"No.","target":{"name":"trusted_profile","type":"field"}}]}' 400
    meta metadata iam-token --metadata-url "$FAKE"
    expect 1 'has no default trusted profile: name one that is linked to it, with --trusted-profile ID|CRN'
    fake '{"errors":[{"code":"unauthenticated","message":"Expired."}],"status_code":401}' 401
    meta metadata iam-token --metadata-url "$FAKE"
    expect 4 "date -u"
    fake '{"errors":[{"code":"unauthorized","message":"Not enabled."}],"status_code":403}' 403
    meta metadata iam-token --metadata-url "$FAKE"
    expect 1 "stop and start the server"
    unset TOKEN
    fake '{"errors":[{"code":"not_found","message":"No such path."}],"status_code":404}' 404
    meta metadata iam-token --metadata-url "$FAKE"
    expect 1 "VPC_VPC_IMS_VERSION=2022-03-01"
}

@test "metadata is read by the path that people write" {
    server_start
    while IFS='~' read -r path filter wanted; do
        meta metadata get $path --jq "$filter"
        expect 0
        [ "$output" = "$wanted" ] || { echo "$path: $output"; return 1; }
    done << 'ROWS'
~.name~self
instance~.name~self
/metadata/v1/instance/~.name~self
initialization~.default_trusted_profile.auto_link~true
instance/initialization~has("keys")~true
network_interfaces~.network_interfaces | length~1
instance/volume_attachments~.volume_attachments[0].type~boot
placement_groups~keys_unsorted - ["total_count"]~["placement_groups"]
virtual_network_interfaces~keys[0]~virtual_network_interfaces
ROWS
    id=$(vpcmeta metadata get network_interfaces --jq '.network_interfaces[0].id')
    meta metadata get "network_interfaces/$id" --jq .id
    [ "$output" = "$id" ]
    meta metadata get -o yaml
    expect 0
    [[ $output == *"name: self"* ]]
    meta metadata get --fields name,zone
    [[ $output == *"zone.name"*us-south* ]]
    meta metadata get keys/none
    expect 1 "404 not_found"
    clear_log
    while IFS='|' read -r path words; do
        meta metadata get "$path"
        expect 2 "$words"
    done << 'ROWS'
instnace|did you mean instance?
network-interfaces|did you mean network_interfaces?
instance/volume_attachment/abc|did you mean instance/volume_attachments/abc?
keyz|did you mean keys?
../identity/v1/token|no path
instance?version=1|no path
keys/a/b|no path
ROWS
    [ ! -s "$SIM_LOG" ]
    run vpcmeta __complete metadata get instance/n
    [[ $output == *instance/network_interfaces* ]]
}

@test "a list that comes in pages is read whole" {
    client_environment
    export TOKEN=yes BODY2='{"placement_groups":[{"id":"b"}],"total_count":2}'
    fake '{"placement_groups":[{"id":"a"}],"first":{"href":"x"},"limit":1,"total_count":2,"next":{"href":"http://h/p?limit=1&start=2"}}'
    meta metadata get placement_groups -o json --metadata-url "$FAKE"
    expect 0
    [ "$(jq -c . <<< "$output")" = '{"placement_groups":[{"id":"a"},{"id":"b"}],"total_count":2}' ]
}

@test "a certificate is signed for a request that the service takes, and others are refused before they are sent" {
    server_start
    request() { openssl req -new -newkey rsa:2048 -nodes -keyout key.pem -out "$@" 2> /dev/null; }
    request good.pem -subj /C=DE/ST=BW/L=B/O=X/OU=Y
    request cn.pem -subj /O=X/CN=host
    request extension.pem -subj /O=X -addext subjectAltName=DNS:host
    meta metadata certificate --csr good.pem
    expect 0
    [ "$(grep -c 'BEGIN CERTIFICATE' <<< "$output")" = 2 ]
    meta metadata certificate --csr - --expires-in 10m -o json < good.pem
    expect 0
    [ "$(jq -c '[.schema_version, .expires_in, (.certificates | length)]' <<< "$output")" = '[1,600,2]' ]
    clear_log
    echo nothing > nothing.pem
    while IFS='|' read -r file words; do
        meta metadata certificate --csr "$file"
        expect 2 "$words"
    done << 'ROWS'
cn.pem|the subject has CN, but the service takes C, ST, L, O and OU only
extension.pem|extensions (subjectAltName)
key.pem|is a private key, not a certificate signing request, and was not sent
nothing.pem|is not a certificate signing request in PEM
absent.pem|cannot open absent.pem
ROWS
    [ ! -s "$SIM_LOG" ]
}

@test "a service that is off or in the other protocol ends the command soon, with what to do" {
    client_start --instances 1 --mix plain
    export IBMCLOUD_CR_VPC_URL=$SIM_BASE
    meta metadata get --timeout 400ms
    expect 1 "the metadata service at $SIM_BASE gave no answer within"
    [[ $stderr == *"speaks only https"*"hop limit"*"vpcmeta help metadata"* ]]
    meta metadata token --deadline 300ms
    expect 1 "the deadline has passed"
    meta metadata token --metadata-url "127.0.0.1:$SIM_PORT" --timeout 400ms
    expect 1 "no answer at https://127.0.0.1:$SIM_PORT or http://127.0.0.1:$SIM_PORT"
    "$BUILD/vpcmeta" metadata token > out 2> err &
    sleep 0.3
    kill -INT $!
    status=0
    wait $! || status=$?
    [ "$status" -eq 130 ]
    sim_stop
    meta metadata token
    expect 1 "no connection to 127.0.0.1 port $SIM_PORT"
}

@test "the protocol is found out where the address has none" {
    server_start --tls
    meta metadata get --jq .name --metadata-url "localhost:$SIM_PORT" --ca-file "$SIM_CA" -v
    expect 0 "the metadata service answers at http://localhost:$SIM_PORT"
    [ "$output" = self ]
}

@test "no proxy carries the requests, and no redirect is followed" {
    client_environment
    fake '{}' 307
    proxy=$FAKE
    meta metadata token --metadata-url "$FAKE"
    expect 1 "not followed"
    [ "$(wc -l < fake.log)" -eq 1 ]
    grep -q Metadata-Flavor fake.log
    rm fake.log
    for url in http://169.254.169.254 http://api.metadata.cloud.ibm.com https://api.metadata.cloud.ibm.com; do
        http_proxy=$proxy https_proxy=$proxy all_proxy=$proxy ALL_PROXY=$proxy meta metadata token --metadata-url "$url" --timeout 200ms
        expect 1
    done
    [ ! -e fake.log ]
    server_start
    http_proxy='no proxy at all' all_proxy=$proxy meta metadata get --jq .name
    expect 0
    [ "$output" = self ]
}

@test "tokens and user data are in no trace, no history and no detail" {
    server_start --metadata-instance self
    meta metadata iam-token --trace trace -v
    expect 0
    meta metadata get instance/initialization --trace trace -v
    expect 0
    [ "$(wc -l < trace)" -eq 4 ]
    [ "$(grep -cE 'eyJ|user_data' trace)" -eq 0 ]
    [[ $stderr != *eyJ* ]]
    [ ! -e "$HOME/.local/state/vpcmeta" ]
}

@test "slips are refused before anything is sent" {
    client_environment
    while IFS='|' read -r line words; do
        meta metadata $line
        expect 2 "$words"
    done << 'ROWS'
token --expires-in 4|out of range 5s..1h
token --expires-in 3601|out of range 5s..1h
token --expires-in 5.5|whole seconds
token now|takes no arguments
get instance keys|takes at most 1 argument
token --metadata-url http://127.0.0.1/v1|has no path: write http://127.0.0.1
token --metadata-url ftp://127.0.0.1|neither an http nor an https URL
token --metadata-url http://me:pw@127.0.0.1|holds a user name
token --metadata-url http://192.0.2.1|not sent over plain http to 192.0.2.1
certificate|needs --csr FILE
ROWS
    VPC_VPC_IMS_VERSION=2021-01-01 meta metadata token
    expect 2 "VPC_VPC_IMS_VERSION: \"2021-01-01\" is not a version"
    meta help metadata
    expect 0
    [[ $output == *"metadata certificate"* || $output == *"certificate  "* ]]
}
