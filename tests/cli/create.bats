#!/usr/bin/env bats
# create: what the file and the flags say is what is sent, once, and nothing is sent that the schema refuses.
load client

bodies=$BATS_TEST_DIRNAME/../data/bodies

setup() {
    client_start --region eu-de --instances 2 --templates 2 --bare-metal 1
}

teardown() {
    sim_stop
}

profile=Profile-2c6f0e1b-93d4-4a7e-8b55-0d1f7a90c3e2
old_style=$bodies/instance-prototype-by-image-network-interface.json
by_image=$bodies/instance-prototype-by-image-network-attachment.json

# KIND FILE...: each is sent as it is and created as it says
creates() {
    local kind=$1 file
    shift
    for file in "$@"; do
        sim_stop
        setup
        meta "$kind" create -f "$bodies/$file" -y -o json
        expect 0
        [ "$(writes | wc -l)" -eq 1 ]
        # auto_link is sent also where the body leaves it to the API's default (vpc-api.md 3.3)
        diff <(writes | jq -S .body) <(jq -S '(.. | objects | .default_trusted_profile? // empty) |=
            ({auto_link: true} + .)' "$bodies/$file")
        [ "$(writes | jq -r .content_type)" = application/json ]
        jq -e --argjson sent "$(writes | jq .body)" '.summary == {selected: 1, changed: 1, unchanged: 0, skipped: 0,
            failed: 0, unknown: 0} and .results[0].attempts == 1 and .results[0].http_status == 201 and
            (.results[0].after | contains($sent.metadata_service // {}))' <<< "$output"
        id=$(jq -r '.results[0].id' <<< "$output")
        sim_state -e --arg id "$id" '[.instances, .templates, .bare_metal_servers | .[] | select(.id == $id)] | length == 1'
    done
}

@test "every variant of instance is created as its body says" {
    creates instance instance-prototype-by-{image,volume,source-snapshot}-network-{attachment,interface}.json \
        instance-prototype-by-catalog-offering-network-interface.json \
        instance-prototype-by-catalog-version-network-attachment.json instance-prototype-by-source-template.json
}

@test "every variant of template is created as its body says" {
    creates template instance-template-prototype-by-{image,catalog-offering,source-snapshot,source-template}.json
}

@test "bare metal servers of both network flavours are created as their bodies say" {
    creates bare-metal bare-metal-prototype-by-network-{attachment,interface}.json \
        bare-metal-prototype-with-{every-interface,pci-attachment}.json
}

@test "flags are laid over the file and change nothing else" {
    meta instance create -f "$old_style" --name other --enabled false --protocol http --hop-limit 5 \
        --trusted-profile "$profile" --auto-link false
    expect 0
    diff <(writes | jq -S .body) <(jq -S --arg id "$profile" '.name = "other" | .metadata_service = {enabled: false, protocol: "http",
        response_hop_limit: 5} | .default_trusted_profile = {target: {id: $id}, auto_link: false}' "$old_style")
}

@test "auto_link is always sent when a profile is given, as a CRN or an id" {
    jq 'del(.default_trusted_profile)' "$by_image" > body.json
    crn=crn:v1:bluemix:public:iam-identity::a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::profile:Profile-1
    meta instance create -f body.json --trusted-profile "$crn" -n
    jq -e --arg crn "$crn" '.default_trusted_profile == {auto_link: true, target: {crn: $crn}}' <<< "$output"
    meta instance create -f body.json --trusted-profile Profile-1 --auto-link false -n
    jq -e '.default_trusted_profile == {auto_link: false, target: {id: "Profile-1"}}' <<< "$output"
}

@test "a dry run prints what the same command without it sends, and sends nothing" {
    meta instance create -f "$by_image" --hop-limit 3 -n
    expect 0 "nothing was sent"
    [ "$(requests)" -eq 0 ]
    echo "$output" > shown
    meta instance create -f "$by_image" --hop-limit 3
    diff <(jq -S . shown) <(writes | jq -S .body)
    [ "$(writes | jq .body_size)" -eq "$(jq -cj . shown | wc -c)" ]
}

@test "the body may come from standard input" {
    meta instance create -f - < "$by_image"
    expect 0
    [ "$(writes | wc -l)" -eq 1 ]
}

@test "a bare metal body as the vendor documents it is mended, with a note" {
    file=$bodies/bare-metal-prototype-by-network-attachment.json
    jq '.image = .initialization.image | .keys = .initialization.keys |
        .default_trusted_profile = .initialization.default_trusted_profile |
        .initialization |= del(.image, .keys, .default_trusted_profile)' "$file" > documented.json
    meta bare-metal create -f documented.json
    expect 0 'note: moved image, keys, default_trusted_profile under "initialization"'
    diff <(writes | jq -S .body) <(jq -S . "$file")
}

@test "a body that breaks the schema is refused with file, line and column, and nothing is sent" {
    refused() { # WORDS ARGS...: exit 2, these words, no request
        local words=$1
        shift
        meta "$@"
        expect 2 "$words"
        [ "$(requests)" -eq 0 ]
    }
    jq '.metadata_service.response_hop_limit = 65' "$by_image" > bad.json
    line=$(grep -n response_hop_limit bad.json | cut -d: -f1)
    refused "bad.json:$line:" instance create -f bad.json
    jq 'del(.metadata_service.protocol) | .metadata_service.protocl = "http"' "$by_image" > bad.json
    refused 'did you mean `protocol`' instance create -f bad.json
    jq 'del(.zone)' "$by_image" > bad.json
    refused '`zone` is missing' instance create -f bad.json
    jq '.metadata_service.response_hop_limit = 2' "$bodies/bare-metal-prototype-by-network-attachment.json" > bad.json
    refused response_hop_limit bare-metal create -f bad.json
    refused /boot_volume_attachment/volume template create -f "$bodies/instance-prototype-by-volume-network-attachment.json"
    printf '{"name":\n "x",}\n' > bad.json
    refused bad.json:2: instance create -f bad.json
    printf '{"name": "x", "name": "y"}' > bad.json
    refused bad.json:1: instance create -f bad.json
    echo '[]' > bad.json
    refused 'bad.json:1:1: a request body is a JSON object' instance create -f bad.json
    refused "the document is empty" instance create -f - < /dev/null
    refused "cannot open nowhere.json" instance create -f nowhere.json
    refused "with -f FILE" instance create --enabled true
    refused '--name: "Foo_"' instance create -f "$by_image" --name Foo_
    jq 'del(.default_trusted_profile)' "$by_image" > body.json
    refused "--trusted-profile" instance create -f body.json --auto-link true
    refused "no response hop limit" bare-metal create -f "$by_image" --hop-limit 2
    refused "one region" instance create -f "$by_image" --region eu-de,us-south
}

@test "what the API refuses is told with its code, target, trace and request id" {
    jq '.zone.name = "eu-de-9"' "$by_image" > body.json
    meta instance create -f body.json -o json
    expect 1 "not_found"
    [[ $stderr == *"eu-de-9"*"trace "*"request "* ]]
    jq -e '.summary.failed == 1 and .results[0].outcome == "failed" and .results[0].http_status == 400 and
        (.results[0].reason | test("eu-de-9"))' <<< "$output"
}

@test "an existing template is not changed, and the way out is named" {
    meta template set "$(sim_state -r '.templates[0].name')" --enabled true -y
    expect 2 "template replace"
    [ "$(requests)" -eq 0 ]
}
