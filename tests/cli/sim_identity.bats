#!/usr/bin/env bats
# The identity API, IAM and the transport of vpcsim, spoken to as the documentation's own curl lines do it.
load sim

setup() {
    merge='Content-Type: application/merge-patch+json'
    address=http://169.254.169.254
    name=https://api.metadata.cloud.ibm.com
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    sim_stop
}

# curl as on a server: the link-local address and the name lead to the simulator
server_curl() {
    curl -sS --max-time "${PATIENCE:-5}" ${SIM_CA:+--cacert "$SIM_CA"} --connect-to "169.254.169.254:80:127.0.0.1:$SIM_PORT" \
        --connect-to "api.metadata.cloud.ibm.com:443:127.0.0.1:$SIM_PORT" --connect-to "api.metadata.cloud.ibm.com:80:127.0.0.1:$SIM_PORT" "$@"
}

# one answer: status line and body apart
answer() {
    status_code=$(server_curl -o "$BATS_TEST_TMPDIR/body" -w '%{http_code}' "$@") || return
    output=$(cat "$BATS_TEST_TMPDIR/body")
}

# an instance with the service on since its creation; its id in $id
create_instance() {
    local image subnet
    image=$(sim_curl GET "${REGION:-}/v1/images?limit=100" | jq -r 'first(.images[] | select(.operating_system.architecture == "amd64" and .status == "available")) | .id')
    subnet=$(sim_curl GET "${REGION:-}/v1/subnets" | jq -c '.subnets[0] | {id, zone: .zone.name, vpc: .vpc.id}')
    id=$(jq -cn --arg image "$image" --argjson subnet "$subnet" --argjson more "${1:-{\}}" '{name: "asker",
        profile: {name: "bx2-2x8"}, image: {id: $image}, zone: {name: $subnet.zone}, vpc: {id: $subnet.vpc},
        primary_network_attachment: {virtual_network_interface: {subnet: {id: $subnet.id}}},
        metadata_service: {enabled: true}} + $more' |
        sim_curl POST "${REGION:-}/v1/instances" -H 'Content-Type: application/json' -d @- | jq -r .id)
    [ "$id" != null ]
}

claims() {
    jq -rR 'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d' <<< "$1"
}

# an identity token in $token
take_token() {
    token=$(server_curl -X PUT "$address/identity/v1/token?version=2025-08-26" -H 'Metadata-Flavor: ibm' | jq -r .access_token)
    [ "$token" != null ]
}

@test "the documentation's token lines work as written: a form type, any type, none, and older dates" {
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker
    create_instance
    answer -X PUT "$address/instance_identity/v1/token?version=2022-03-01" -H "Metadata-Flavor: ibm" -d '{"expires_in":3600}'
    [ "$status_code" = 200 ]
    [ "$(jq .expires_in <<< "$output")" = 3600 ]
    for date in 2022-03-01 2024-11-12 2025-06-30 2025-08-26; do
        answer -X PUT "$address/identity/v1/token?version=$date" -H "Metadata-Flavor: ibm" -H "Accept: application/json" -d '{"expires_in":60,"nonce":"n-1"}'
        [ "$status_code" = 200 ]
        [ "$(jq -c '[.expires_in, .nonce]' <<< "$output")" = '[60,"n-1"]' ]
    done
    answer -X PUT "$address/identity/v1/token?version=2025-08-26" -H "Metadata-Flavor: ibm" -H 'Content-Type: text/plain' -d '{}'
    [ "$status_code" = 200 ]
    answer -X PUT "$address/identity/v1/token?version=2025-08-26" -H "Metadata-Flavor: ibm" -H 'Content-Type:'
    [ "$status_code $(jq .expires_in <<< "$output")" = '200 300' ]
    token=$(jq -r .access_token <<< "$output")
    for scheme in bearer BEARER Bearer; do
        answer -X GET "$address/metadata/v1/instance?version=2022-03-01" -H "Accept: application/json" -H "Authorization: $scheme $token" -d '{"ignored":1}'
        [ "$status_code $(jq -r .id <<< "$output")" = "200 $id" ]
    done
    [ "$(sim_curl GET /v1/instances -H "authorization: bearer $(sim_token)" -o /dev/null -w '%{http_code}')" = 200 ]
}

@test "an identity token says who has it: audience, addresses, subnets, VPC, and the nonce" {
    sim_start --instances 1 --region us-south,eu-de --mix plain --transition-ms 0 --metadata-instance asker
    REGION=/eu-de create_instance
    answer -X PUT "$address/identity/v1/token?version=2025-08-26" -H 'Metadata-Flavor: ibm' -d '{"nonce":"k3v2-9f"}'
    claims "$(jq -r .access_token <<< "$output")" > "$BATS_TEST_TMPDIR/claims"
    jq -e --arg id "$id" '.iss == "VSI-CR_eu-de" and .aud[0] == .iss and (.aud | length) == 2 and .nonce == "k3v2-9f"
        and .exp - .iat == 300 and .iaas.instanceID == $id and (.iaas.crn | endswith($id)) and .iaas.profile_name == "bx2-2x8"
        and .iaas.zone == "eu-de-1" and .iaas.region == "eu-de" and (.iaas.accountID | length) == 32
        and (.iaas.resource_group_id | length) == 32 and (.ip_addresses[0].address | startswith("10."))
        and (.subnets[0] | keys) == ["crn", "id", "name"] and (.vpc | keys) == ["crn", "id", "name"]' "$BATS_TEST_TMPDIR/claims"
}

@test "what the identity API refuses, with its own codes and the status in the body" {
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker
    create_instance
    take_token
    while IFS='|' read -r want method path body flavor; do
        args=(-X "$method" "$address$path")
        [ -z "$body" ] || args+=(-d "$body")
        [ -z "$flavor" ] || args+=(-H "Metadata-Flavor: $flavor")
        case $path in */iam_tokens* | */certificates*) args+=(-H "Authorization: Bearer $token") ;; esac
        answer "${args[@]}"
        got="$status_code $(jq -r '"\(.errors[0].code) \(.errors[0].target.name // "-") \(.status_code)"' <<< "$output")"
        [ "$got" = "$want" ] || { echo "$method $path $body: $got, not $want"; return 1; }
    done << 'EOF'
400 missing_value Metadata-Flavor 400|PUT|/identity/v1/token?version=2025-08-26|{}|
400 invalid_value Metadata-Flavor 400|PUT|/identity/v1/token?version=2025-08-26|{}|google
400 invalid_request - 400|PUT|/identity/v1/token?version=2025-08-26|expires_in=3600|ibm
400 invalid_value expires_in 400|PUT|/identity/v1/token?version=2025-08-26|{"expires_in":4}|ibm
400 invalid_value expires_in 400|PUT|/identity/v1/token?version=2025-08-26|{"expires_in":"60"}|ibm
400 invalid_value nonce 400|PUT|/identity/v1/token?version=2025-08-26|{"nonce":""}|ibm
400 unknown_field life 400|PUT|/identity/v1/token?version=2025-08-26|{"life":4}|ibm
400 missing_value version 400|PUT|/identity/v1/token|{}|ibm
400 invalid_value version 400|PUT|/identity/v1/token?version=2021-01-01|{}|ibm
404 not_found - 404|PUT|/instance_identity/v1/token?version=2025-08-26|{}|ibm
404 not_found - 404|PUT|/identity/v1/tokens?version=2025-08-26|{}|ibm
404 not_found - 404|GET|/metadata/v1/volume_attachment?version=2025-08-26||
405 invalid_request - 405|POST|/identity/v1/token?version=2025-08-26|{}|ibm
400 missing_field trusted_profile 400|POST|/identity/v1/iam_tokens?version=2025-08-26||
400 missing_field csr 400|POST|/identity/v1/certificates?version=2025-08-26||
401 unauthenticated Authorization 401|POST|/instance_identity/v1/iam_token?version=2025-01-01||
EOF
}

@test "bare metal asks by the new paths alone, whatever the date" {
    sim_start --instances 1 --bare-metal 1 --mix plain
    name=$(sim_curl GET /v1/bare_metal_servers | jq -r '.bare_metal_servers[0].name')
    sim_stop
    sim_start --instances 1 --bare-metal 1 --mix plain --metadata-instance "$name"
    server=$(sim_curl GET /v1/bare_metal_servers | jq -r '.bare_metal_servers[0].id')
    sim_curl PATCH "/v1/bare_metal_servers/$server" -H "$merge" -d '{"metadata_service":{"enabled":true}}' > /dev/null
    for date in 2022-03-01 2025-06-10 2025-08-26; do
        answer -X PUT "$address/identity/v1/token?version=$date" -H 'Metadata-Flavor: ibm' -d '{"expires_in":60}'
        [ "$status_code" = 200 ]
    done
    claims "$(jq -r .access_token <<< "$output")" | jq -e --arg id "$server" '.iaas.instanceID == $id and (.vpc.id | length) > 0
        and (.subnets | length) == 1'
    answer -X PUT "$address/instance_identity/v1/token?version=2022-03-01" -H 'Metadata-Flavor: ibm'
    [ "$status_code $(jq -r '.errors[0].code' <<< "$output")" = '404 not_found' ]
}

@test "a service that was off at creation answers fully only after a stop and start" {
    sim_start --instances 1 --mix plain --transition-ms 0
    id=$(sim_curl GET /v1/instances | jq -r '.instances[0].id')
    sim_curl PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"enabled":true}}' > /dev/null
    ask() { answer -X PUT "$address/identity/v1/token?version=2025-08-26" -H 'Metadata-Flavor: ibm'; }
    act() { sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d "{\"type\":\"$1\"}" > /dev/null; }
    ask
    [ "$status_code $(jq -r '.errors[0].code' <<< "$output")" = '500 service_error' ]
    act reboot
    sim_curl GET "/v1/instances/$id" > /dev/null
    ask
    [ "$status_code" = 500 ]
    act stop
    sim_curl GET "/v1/instances/$id" | jq -e '.status == "stopped"'
    act start
    sim_curl GET "/v1/instances/$id" | jq -e '.status == "running"'
    ask
    [ "$status_code" = 200 ]
}

@test "IAM answers in its own container, whatever is wrong" {
    sim_start --instances 1
    token=$(sim_token)
    while IFS='|' read -r want method path type body bearer; do
        answer -X "$method" "$SIM_BASE$path" -H "Content-Type:$type" -d "$body" -H "Authorization:${bearer:+ $bearer}"
        got="$status_code $(jq -r '"\(.errorCode) \(has("errors"))"' <<< "$output")"
        [ "$got" = "$want false" ] || { echo "$method $path $body: $got, not $want"; return 1; }
        jq -e '(.errorMessage | length) > 0 and (.context | has("requestId", "requestType", "url"))' <<< "$output"
    done << EOF
405 BXNIM9405E|PUT|/identity/token| application/x-www-form-urlencoded|a=b|
415 BXNIM9415E|POST|/identity/token| application/json|{}|
400 BXNIM0109E|POST|/identity/token| application/x-www-form-urlencoded|{"grant_type":"x"}|
400 BXNIM0109E|POST|/identity/token| application/x-www-form-urlencoded|grant_type=a&grant_type=b|
400 BXNIM0109E|POST|/identity/token| application/x-www-form-urlencoded|grant_type=%zz|
404 BXNIM9404E|POST|/identity/other| application/x-www-form-urlencoded|a=b|
401 BXNIM0308E|POST|/v1/profiles/Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2/links| application/json|{}|
401 BXNIM0407E|POST|/v1/profiles/Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2/links| application/json|{}|Bearer x.y.z
400 BXNIM0109E|POST|/v1/profiles/Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2/links| application/json|{|Bearer $token
415 BXNIM9415E|POST|/v1/profiles/Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2/links| text/plain|{}|bearer $token
405 BXNIM9405E|PUT|/v1/profiles/Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2/links| application/json|{}|bearer $token
404 BXNIM9404E|POST|/v1/profiles/Profile-1/others| application/json|{}|bearer $token
404 BXNIM9404E|POST|/v1/profiles/Profile-1/links| application/json|{}|bearer $token
EOF
}

# whether an answer to a GET of the path arrives when the client drops what has fewer hops left: one word a limit
hops() {
    python3 - "$SIM_PORT" "$@" << 'EOF'
import socket, sys
port, host, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
for least in map(int, sys.argv[4:]):
    six = ":" in host
    client = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
    client.setsockopt(socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP, 73 if six else 21, least)  # MINHOPCOUNT, MINTTL
    client.settimeout(0.3)
    try:
        client.connect((host, port))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        print("answer" if client.recv(1) else "closed")
    except TimeoutError:
        print("none")
EOF
}

@test "answers of the metadata service survive as many hops as the server allows, at once after a change" {
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker
    [ "$(hops 127.0.0.1 / 64)" = answer ]
    create_instance '{"metadata_service": {"enabled": true, "response_hop_limit": 3}}'
    path="/metadata/v1/instance?version=2025-08-26"
    [ "$(hops 127.0.0.1 "$path" 3 4 | paste -sd' ')" = 'answer none' ]
    [ "$(hops ::1 "$path" 3 4 | paste -sd' ')" = 'answer none' ]
    sim_curl PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"response_hop_limit":5}}' > /dev/null
    [ "$(hops 127.0.0.1 "$path" 4 5 6 | paste -sd' ')" = 'answer answer none' ]
}

@test "with --tls one port serves https to all, and http to the server that has the service on it" {
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker --tls
    create_instance
    ask() { answer -X PUT "$1/identity/v1/token?version=2025-08-26" -H 'Metadata-Flavor: ibm' -d '{"expires_in":300}'; }
    ask "$address"
    [ "$status_code" = 200 ]
    ask http://api.metadata.cloud.ibm.com
    [ "$status_code" = 200 ]
    PATIENCE=0.3 run ! ask "$name"
    sim_curl PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"protocol":"https"}}' > /dev/null
    ask "$name"
    [ "$status_code" = 200 ]
    PATIENCE=0.3 run ! ask "$address"
    # the certificate is one of the name, not of the address
    PATIENCE=1 run server_curl --connect-to "169.254.169.254:443:127.0.0.1:$SIM_PORT" https://169.254.169.254/metadata/v1/instance
    [ "$status" -eq 60 ]
    # the control plane and IAM are https only
    answer "http://127.0.0.1:$SIM_PORT/v1/instances?version=2026-09-01&generation=2" -H "Authorization: Bearer $(sim_token)"
    [ "$status_code $(jq -r '.errors[0].code' <<< "$output")" = '400 bad_request' ]
    answer "http://127.0.0.1:$SIM_PORT/identity/token" -d grant_type=x
    [ "$status_code $(jq -r .errorCode <<< "$output")" = '400 BXNIM0109E' ]
    # a client that says nothing holds nobody up
    exec 9<> "/dev/tcp/127.0.0.1/$SIM_PORT"
    ask "$name"
    [ "$status_code" = 200 ]
    exec 9>&-
}

# TYPE FIELD=VALUE...: one login at IAM; status and errorCode or "-" in $got
login() {
    local grant=$1 args=() field
    shift
    for field in "$@"; do args+=(--data-urlencode "$field"); done
    answer "$SIM_BASE/identity/token" --data-urlencode "grant_type=urn:ibm:params:oauth:grant-type:$grant" "${args[@]}"
    got="$status_code $(jq -r '.errorCode // "-"' <<< "$output")"
}

@test "a trusted profile gives a token to who is linked to it, and to no other" {
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker
    create_instance '{"default_trusted_profile": {"auto_link": false, "target": {"id": "Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2"}}}'
    crn=$(sim_curl GET "/v1/instances/$id" | jq -r .crn)
    take_token
    iam() { answer -X POST "$address/identity/v1/iam_tokens?version=2025-08-26" -H "Authorization: Bearer $token" ${1:+-d "$1"}; }
    profile=$(sim_profile web)
    for body in '' '{}' "{\"trusted_profile\":{\"id\":\"$profile\"}}" \
        '{"trusted_profile":{"id":"Profile-00000000-93d4-4a7e-8b55-0d1f7a90c3e2"}}'; do
        iam "$body"
        [ "$status_code $(jq -r '.errors[0].code' <<< "$output")" = '400 profile_not_linked' ]
    done
    for body in '{"trusted_profile":{"id":"web"}}' '{"trusted_profile":{}}' '{"trusted_profile":{"name":"web"}}' \
        "{\"trusted_profile\":{\"crn\":\"crn:v1:bluemix:public:iam-identity::a/other::profile:$profile\"}}"; do
        iam "$body"
        [ "$status_code $(jq -r '.errors[0].code' <<< "$output")" = '400 invalid_value' ]
    done
    linked=$(sim_profile shop VSI "$crn")
    iam "{\"trusted_profile\":{\"id\":\"$linked\"}}"
    [ "$status_code" = 200 ]
    claims "$(jq -r .access_token <<< "$output")" | jq -e --arg id "$linked" --arg crn "$crn" '.iam_id == "iam-" + $id and .id == .iam_id
        and .sub_type == "Profile" and .name == "shop" and .authn.sub == "crn-" + $crn and .authn.name == "asker" and (.account.bss | length) == 32'
    iam "{\"trusted_profile\":{\"crn\":\"crn:v1:bluemix:public:iam-identity::a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::profile:$linked\"}}"
    [ "$status_code" = 200 ]
    # the identity token is one that IAM takes, too
    login cr-token "cr_token=$token" "profile_id=$linked"
    [ "$got" = '200 -' ]
    login cr-token "cr_token=$token" "profile_name=web"
    [ "$got" = '400 BXNIM0398E' ]
    sim_http "$SIM_BASE/v1/profiles/$linked" -H "Authorization: Bearer $(sim_token)" | jq -e --arg id "$linked" '.name == "shop" and .iam_id == "iam-" + $id'
    answer "$SIM_BASE/v1/profiles/Profile-00000000-93d4-4a7e-8b55-0d1f7a90c3e2" -H "Authorization: Bearer $(sim_token)"
    [ "$status_code" = 404 ]
}

@test "containers log in with the tokens that IAM knows at that moment, operators assume profiles that exist" {
    cd "$BATS_TEST_TMPDIR"
    echo first > tokens
    sim_start --instances 1 --cr-token fixed --cr-token @tokens
    profile=$(sim_profile fleet IKS_SA crn:v1:bluemix:public:containers-kubernetes:us-south:a/x:cluster::)
    unlinked=$(sim_profile other)
    access=$(sim_token)
    while IFS='|' read -r want grant fields; do
        # shellcheck disable=SC2086 # several fields
        login "$grant" $fields
        [ "$got" = "$want" ] || { echo "$grant $fields: $got, not $want"; return 1; }
    done << EOF
200 -|cr-token|cr_token=fixed profile_id=$profile
200 -|cr-token|cr_token=first profile_name=fleet
400 BXNIM0407E|cr-token|cr_token=other profile_name=fleet
400 BXNIM0109E|cr-token|cr_token=first
400 BXNIM0398E|cr-token|cr_token=first profile_name=nobody
400 BXNIM0398E|cr-token|cr_token=first profile_id=$unlinked
400 BXNIM0398E|cr-token|cr_token=first profile_id=$profile profile_name=other
200 -|assume|access_token=$access profile_id=$profile
200 -|assume|access_token=$access profile_name=other account=3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b
400 BXNIM0109E|assume|access_token=$access profile_name=other
400 BXNIM0109E|assume|access_token=$access profile_id=$profile account=3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b
400 BXNIM0398E|assume|access_token=$access profile_name=other account=another
400 BXNIM0398E|assume|access_token=$access profile_id=Profile-1
400 BXNIM0407E|assume|access_token=x.y.z profile_id=$profile
EOF
    echo second > tokens
    login cr-token cr_token=first profile_name=fleet
    [ "$got" = '400 BXNIM0407E' ]
    login cr-token cr_token=second profile_name=fleet
    [ "$got" = '200 -' ]
    claims "$(jq -r .access_token <<< "$output")" | jq -e '.sub_type == "Profile" and .name == "fleet"'
}

@test "a certificate is a real one, for a request whose subject holds what it may" {
    cd "$BATS_TEST_TMPDIR"
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker
    create_instance
    take_token
    # SUBJECT OPENSSL-ARGS...: asks for a certificate of a new key
    certify() {
        local subject=$1
        shift
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -subj "$subject" -out request.pem "$@" 2> /dev/null
        jq -Rs '{csr: ., expires_in: 600}' request.pem > body.json
        answer -X POST "$address/identity/v1/certificates?version=2025-08-26" -H "Authorization: Bearer $token" -d @body.json
    }
    certify '/C=DE/ST=Hesse/L=Frankfurt/O=Shop/OU=web'
    [ "$status_code" = 200 ]
    jq -e '.expires_in == 600 and (.certificates | length) == 2 and (.id | length) == 36' <<< "$output"
    jq -r '.certificates[0]' <<< "$output" > leaf.pem
    jq -r '.certificates[1]' <<< "$output" > intermediate.pem
    openssl verify -partial_chain -CAfile intermediate.pem leaf.pem
    [ "$(openssl x509 -in leaf.pem -noout -subject -nameopt RFC2253)" = 'subject=OU=web,O=Shop,L=Frankfurt,ST=Hesse,C=DE' ]
    cmp <(openssl x509 -in leaf.pem -noout -pubkey) <(openssl ec -in key.pem -pubout 2> /dev/null)
    openssl x509 -in leaf.pem -noout -checkend 500
    run ! openssl x509 -in leaf.pem -noout -checkend 700
    certify '/O=Shop/CN=web'
    [ "$status_code $(jq -r '.errors[0] | "\(.code) \(.target.name)"' <<< "$output")" = '400 invalid_value csr' ]
    certify '/O=Shop' -addext subjectAltName=DNS:web
    [ "$status_code $(jq -r '.errors[0].message' <<< "$output")" = '400 The csr must not have extensions.' ]
    answer -X POST "$address/identity/v1/certificates?version=2025-08-26" -H "Authorization: Bearer $token" \
        -d '{"csr":"-----BEGIN CERTIFICATE REQUEST-----\nMIIEXAMPLE\n-----END CERTIFICATE REQUEST-----\n"}'
    [ "$status_code" = 400 ]
}

@test "tokens have the claims of the documentation and no others, and a signature of the size of RS256" {
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker
    create_instance
    answer -X PUT "$address/identity/v1/token?version=2025-08-26" -H 'Metadata-Flavor: ibm' -d '{"nonce":"n"}'
    token=$(jq -r .access_token <<< "$output")
    [ "$(claims "$token" | jq -c 'keys_unsorted | sort')" = '["aud","exp","iaas","iat","ip_addresses","iss","nonce","subnets","vpc"]' ]
    [ "$(cut -d. -f3 <<< "$token" | tr -d '\n' | wc -c)" -eq 342 ]
    claims "$(sim_token)" | jq -e 'has("iat") and has("exp") and ([has("serial", "use", "known_ms")] | any | not)'
    # what the signature holds is checked, too
    for changed in "A${token##*.}" "Z$(cut -c2- <<< "${token##*.}")" "$(cut -c1-340 <<< "${token##*.}")"; do
        answer "$address/metadata/v1/instance?version=2025-08-26" -H "Authorization: Bearer ${token%.*}.$changed"
        [ "$status_code" = 401 ]
    done
    answer -X POST "$address/identity/v1/iam_tokens?version=2025-08-26" -H "Authorization: Bearer $token" -d '{"trusted_profile":{"id":"my-profile"}}'
    [ "$status_code $(jq -c '.errors[0] | [.code, .target.value]' <<< "$output")" = '400 ["invalid_value","my-profile"]' ]
}

@test "the simulator's own paths take JSON of any content type, and the start says when a server that is not running asks" {
    sim_start --instances 1 --mix plain --transition-ms 0 --metadata-instance asker
    [ "$(sim_http -o /dev/null -w '%{http_code}' -X POST "$SIM_BASE/_sim/faults" -d '{"rules":[]}')" = 204 ]
    create_instance
    sim_curl POST "/v1/instances/$id/actions" -H 'Content-Type: application/json' -d '{"type":"stop"}' > /dev/null
    sim_curl GET /v1/instances | jq -c . > stopped
    sim_stop
    timeout 20 "$BUILD/vpcsim" --port 0 --load stopped --metadata-instance asker > said 2> /dev/null &
    server=$!
    for _ in $(seq 100); do
        grep -q '^metadata service' said && break
        sleep 0.05
    done
    kill "$server"
    grep -q '^metadata service: asked by asker (us-south): http, hop limit 1; no answer while the server is stopp' said
}
