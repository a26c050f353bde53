#!/usr/bin/env bats
# vpcmeta schema list, show, check: offline, without credentials.
bats_require_minimum_version 1.5.0

setup() {
    VPCMETA=${BUILD:?}/vpcmeta
    BODIES=$BATS_TEST_DIRNAME/../data/bodies
    cd "$BATS_TEST_TMPDIR" || return
    # No credentials, no endpoint: the commands may not ask for any.
    export HOME=$BATS_TEST_TMPDIR
    unset "${!VPC_@}" "${!IBMCLOUD_@}" IC_API_KEY IBM_CREDENTIALS_FILE || true
}

# Runs vpcmeta; $status, $output (standard output) and $stderr afterwards.
vpcmeta() {
    status=0
    output=$("$VPCMETA" "$@" 2> stderr) || status=$?
    stderr=$(cat stderr)
}

# Asserts with both sides in the log.
same() {
    [ "$1" = "$2" ] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2"; return 1; }
}

contains() {
    case $1 in *"$2"*) ;; *) printf 'got:            %s\nwanted in there: %s\n' "$1" "$2"; return 1 ;; esac
}

body() {
    cat > body.json
}

@test "list shows every named schema with the request it is the body of" {
    vpcmeta schema list
    same "$status" 0
    same "$stderr" ""
    contains "$output" "instance_patch"
    contains "$output" "PATCH /instances/{id}"
    vpcmeta schema list -o json
    same "$(jq -r '.schema_version, (.items | length), .complete' <<< "$output" | xargs)" "1 20 true"
    same "$(jq -r '.items[] | select(.name == "instance_create") | .request' <<< "$output")" "POST /instances"
}

@test "list fits a terminal of 80 columns" {
    vpcmeta schema list
    [ "$(wc -L <<< "$output")" -le 120 ]
}

@test "show prints the file byte for byte" {
    "$VPCMETA" schema show instance_patch > shown
    cmp shown "$BATS_TEST_DIRNAME/../../schemas/instance_patch.json"
}

@test "show of an unknown name names the nearest" {
    vpcmeta schema show instance_pach
    same "$status" 2
    same "$output" ""
    contains "$stderr" 'did you mean "instance_patch"?'
}

@test "show --bundle prints a document that needs no other" {
    "$VPCMETA" schema show instance_create --bundle > bundle.json
    vpcmeta schema check --schema bundle.json "$BODIES/instance-prototype-by-image-network-attachment.json"
    same "$status" 0
    vpcmeta schema check --schema bundle.json "$BODIES/instance-patch-metadata.json"
    same "$status" 2
}

@test "check tells what a body is, by its shape" {
    vpcmeta schema check "$BODIES/instance-prototype-by-volume-network-interface.json"
    same "$status" 0
    same "$output" "valid: instance_create (instance by volume with network interfaces)"
    same "$stderr" ""
}

@test "check names every schema that a body is valid as" {
    vpcmeta schema check "$BODIES/instance-prototype-by-source-template.json"
    same "$status" 0
    same "$output" "valid: instance_create (instance by source template)
valid: instance_template_create (template by source template)"
}

@test "check of several files says which is which and goes on after a fault" {
    body <<< '{"metadata_service":{"response_hop_limit":65}}'
    vpcmeta schema check "$BODIES/bare-metal-stop-request.json" body.json "$BODIES/instance-action-request.json"
    same "$status" 2
    same "$(wc -l <<< "$output")" 2
    contains "$output" "bare-metal-stop-request.json: valid: bare_metal_server_stop"
    contains "$output" "instance-action-request.json: valid: instance_action"
    contains "$stderr" "body.json:1:43: /metadata_service/response_hop_limit: "
}

@test "every request body is valid as the schema its shape tells" {
    vpcmeta schema check -q "$BODIES"/*.json
    same "$status" 0
    same "$stderr" ""
}

@test "a fault names file, line, column, pointer, limit, value and rule, one line each, on standard error" {
    body <<'JSON'
{
  "metadata_service": {
    "enabled": true,
    "protocol": "ftp",
    "response_hop_limit": 65
  }
}
JSON
    vpcmeta schema check --as instance_patch body.json
    same "$status" 2
    same "$output" ""
    same "$(grep -c '^error: ' <<< "$stderr")" 2
    contains "$stderr" "error: body.json:4:17: /metadata_service/protocol: "
    contains "$stderr" "error: body.json:5:27: /metadata_service/response_hop_limit: "
    contains "$stderr" "64"
    contains "$stderr" "65"
    contains "$stderr" "(schemas/common/metadata.json#/"
}

@test "a misspelt member names its neighbour, at its own place" {
    body <<< '{"metadata_service":{"enabled":true,"protocoll":"https"}}'
    vpcmeta schema check --as instance_patch body.json
    same "$status" 2
    contains "$stderr" "body.json:1:37: /metadata_service/protocoll: "
    contains "$stderr" "protocol"
    contains "$stderr" "did you mean"
}

@test "a body that lacks something says which variant it was taken for" {
    jq 'del(.zone)' "$BODIES/instance-prototype-by-image-network-attachment.json" > body.json
    vpcmeta schema check body.json
    same "$status" 2
    contains "$stderr" "instance by image with network attachments"
    contains "$stderr" "zone"
    contains "$stderr" "is missing"
}

@test "a faulty body without --as says what it was taken for" {
    body <<< '{"metadata_service":{"response_hop_limit":0}}'
    vpcmeta schema check body.json
    same "$status" 2
    contains "$stderr" "body.json: taken for instance_patch"
    contains "$stderr" "--as"
    vpcmeta schema check -q body.json
    same "$(wc -l <<< "$stderr")" 1
}

@test "a hop limit on bare metal and a template by volume are refused" {
    body <<< '{"metadata_service":{"response_hop_limit":2}}'
    vpcmeta schema check --as bare_metal_server_patch body.json
    same "$status" 2
    contains "$stderr" "/metadata_service/response_hop_limit: "
    vpcmeta schema check --as instance_template_create "$BODIES/instance-prototype-by-volume-network-attachment.json"
    same "$status" 2
}

@test "a body that is like nothing asks for --as" {
    body <<< '{"unheard_of":1}'
    vpcmeta schema check body.json
    same "$status" 2
    same "$output" ""
    contains "$stderr" "--as"
}

@test "standard input is read for -" {
    vpcmeta schema check - < "$BODIES/instance-patch-metadata.json"
    same "$status" 0
    same "$output" "valid: instance_patch (change of an instance)"
    vpcmeta schema check - <<< '{"type":'
    same "$status" 2
    contains "$stderr" "standard input:"
}

@test "what is no JSON, not there or not readable is an error with its place" {
    printf '{\n  "type": stop\n}\n' > body.json
    vpcmeta schema check body.json
    same "$status" 2
    contains "$stderr" "error: body.json:2:"
    vpcmeta schema check nowhere.json
    same "$status" 2
    contains "$stderr" "nowhere.json"
}

@test "check -o json is one document with output units" {
    body <<< '{"metadata_service":{"response_hop_limit":65}}'
    vpcmeta schema check -o json body.json "$BODIES/bare-metal-stop-request.json"
    same "$status" 2
    same "$stderr" ""
    same "$(jq -c '[.schema_version, .valid, [.results[] | .verdict, .schemas, .recognized]]' <<< "$output")" \
        '[1,false,["invalid",["instance_patch"],true,"valid",["bare_metal_server_stop"],true]]'
    same "$(jq -c '.results[0].errors[0] | [.instanceLocation, .line, .column]' <<< "$output")" \
        '["/metadata_service/response_hop_limit",1,43]'
    jq -e '.results[0].errors[0] | has("keywordLocation") and has("absoluteKeywordLocation") and has("error")' \
        <<< "$output"
}

@test "any schema of draft 2020-12, with references into folders" {
    mkdir -p parts
    cat > pet.json <<'JSON'
{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"a pet","required":["legs"],
 "properties":{"legs":{"$ref":"https://example.org/parts/legs.json"},"owner":{"$ref":"http://other.test/o.json"},
               "born":{"format":"date"}}}
JSON
    echo '{"type":"integer","maximum":8}' > parts/legs.json
    echo '{"type":"string"}' > o.json
    map=(--map https://example.org/parts=parts --map http://other.test=.)
    echo '{"legs":4,"owner":"me","born":"yesterday"}' > body.json
    vpcmeta schema check --schema pet.json "${map[@]}" body.json
    same "$status" 0
    same "$output" "valid: pet.json (a pet)"
    vpcmeta schema check --schema pet.json --assert-format "${map[@]}" body.json
    same "$status" 2
    contains "$stderr" "/born: "
    echo '{"legs":100}' > body.json
    vpcmeta schema check --schema pet.json "${map[@]}" body.json
    same "$status" 2
    contains "$stderr" "/legs: "
    vpcmeta schema check --schema pet.json body.json
    same "$status" 2
    contains "$stderr" "pet.json#/properties/"
    contains "$stderr" "cannot be resolved"
}

@test "a schema may refer to ours and be stricter" {
    cat > strict.json <<'JSON'
{"title":"https only","$ref":"https://vpcmeta.dev/schemas/instance_patch.json",
 "properties":{"metadata_service":{"properties":{"protocol":{"const":"https"}}}}}
JSON
    echo '{"metadata_service":{"protocol":"https"}}' > body.json
    vpcmeta schema check --schema strict.json body.json
    same "$status" 0
    same "$output" "valid: strict.json (https only)"
    echo '{"metadata_service":{"protocol":"http"}}' > body.json
    vpcmeta schema check --schema strict.json body.json
    same "$status" 2
    contains "$stderr" "/metadata_service/protocol: "
    echo '{"metadata_service":{"hops":1}}' > body.json
    vpcmeta schema check --schema strict.json body.json
    same "$status" 2
    contains "$stderr" "/metadata_service/hops: "
}

@test "a schema from standard input; not two things from it" {
    vpcmeta schema check --schema - "$BODIES/bare-metal-stop-request.json" <<< '{"required":["type"]}'
    same "$status" 0
    same "$output" "valid: standard input"
    vpcmeta schema check --schema - - <<< '{}'
    same "$status" 2
    contains "$stderr" "once"
}

@test "a fault in a schema is an error that names its place" {
    echo '{"minimum":"5"}' > wrong.json
    echo 1 > body.json
    vpcmeta schema check --schema wrong.json body.json
    same "$status" 2
    contains "$stderr" "wrong.json"
    contains "$stderr" "/minimum"
}

@test "too much effort is undecided: neither valid nor invalid, in its own words" {
    echo '{"pattern":"^(a|aa)+$"}' > wrong.json
    printf '"%s!"' "$(printf 'a%.0s' {1..5000})" > body.json
    vpcmeta schema check --schema wrong.json body.json
    same "$status" 2
    same "$output" ""
    contains "$stderr" "undecided"
    vpcmeta schema check -o json --schema wrong.json body.json
    same "$(jq -r '.results[0].verdict' <<< "$output")" undecided
}

@test "options that do not go together are usage errors" {
    for options in "--as instance_patch --schema x.json" "--map http://a=b" "--assert-format" "--as no_such_schema"; do
        # shellcheck disable=SC2086 # several words
        vpcmeta schema check $options "$BODIES/instance-patch-metadata.json"
        same "$status" 2
        same "$output" ""
        [ -n "$stderr" ]
    done
    vpcmeta schema check --schema "$BODIES/x.json" --map nonsense "$BODIES/instance-patch-metadata.json"
    same "$status" 2
    contains "$stderr" "URI=DIR"
    vpcmeta schema check
    same "$status" 2
}

@test "--schema-dir lays the files of a folder over the embedded ones" {
    mkdir own
    echo '{"title":"a pet","type":"object","properties":{"legs":{"maximum":8}},"additionalProperties":false}' > own/pet.json
    echo '{"legs":4}' > body.json
    vpcmeta schema list --schema-dir own -o json
    same "$(jq -c '[.items[].name] | [index("pet") != null, index("instance_patch") != null]' <<< "$output")" "[true,true]"
    vpcmeta schema check --schema-dir own body.json
    same "$output" "valid: pet (a pet)"
    echo '{"legs":9}' > body.json
    vpcmeta schema check --schema-dir own body.json
    same "$status" 2
    contains "$stderr" "own/pet.json#/properties/legs/maximum"
    vpcmeta schema check --schema-dir own --as instance_patch body.json
    same "$status" 2
    contains "$stderr" "schemas/instance_patch.json#"
}

@test "one edited file of an export is enough for a property that is newer than the program" {
    vpcmeta schema export new/schemas
    same "$status" 1
    vpcmeta schema export all
    same "$status" 0
    diff -r all "$BATS_TEST_DIRNAME/../../schemas"
    vpcmeta schema export all
    same "$status" 2
    contains "$stderr" "--force"
    vpcmeta schema export all --force
    same "$status" 0
    mkdir -p own/common
    jq '."$defs".instance.properties.newer = {type: "integer"}' all/common/metadata.json > own/common/metadata.json
    jq '.metadata_service.newer = 1' "$BODIES/instance-prototype-by-image-network-attachment.json" > body.json
    vpcmeta schema check body.json
    same "$status" 2
    vpcmeta schema check body.json --schema-dir own
    same "$status" 0
    vpcmeta instance create -f body.json --schema-dir own --dry-run --endpoint http://127.0.0.1:1/v1 --auth none
    same "$status" 0
    same "$(jq .metadata_service.newer <<< "$output")" 1
    jq '.metadata_service.newer = "x"' body.json > wrong.json
    vpcmeta schema check wrong.json --schema-dir own
    same "$status" 2
    contains "$stderr" "own/common/metadata.json#"
}

@test "shared definitions are listed on demand and shown, but no body is one" {
    vpcmeta schema list --all -o json
    same "$(jq -c '[.items[].name | select(startswith("common/"))] | length > 5' <<< "$output")" true
    for name in $(jq -r '.items[].name' <<< "$output"); do
        "$VPCMETA" schema show "$name" | cmp - "$BATS_TEST_DIRNAME/../../schemas/$name.json"
    done
    echo '{}' > body.json
    vpcmeta schema check --as common/metadata body.json
    same "$status" 2
    contains "$stderr" "no body is one"
    vpcmeta schema show common/metadta
    same "$status" 2
    contains "$stderr" 'did you mean "common/metadata"?'
}

@test "control characters of a body never reach the terminal raw" {
    printf '{"metadata_service":{"protocol":"\\u001b[31mred"},"na\\u0007me":1}' > body.json
    vpcmeta schema check --as instance_patch body.json
    same "$status" 2
    run -1 grep $'\x1b\|\x07' stderr
}
