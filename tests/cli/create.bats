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
    meta instance create -y -f "$old_style" --name other --enabled false --protocol http --hop-limit 5 \
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
    meta instance create -y -f "$by_image" --hop-limit 3
    diff <(jq -S . shown) <(writes | jq -S .body)
    [ "$(writes | jq .body_size)" -eq "$(jq -cj . shown | wc -c)" ]
}

@test "the body may come from standard input" {
    meta instance create -y -f - < "$by_image"
    expect 0
    [ "$(writes | wc -l)" -eq 1 ]
}

@test "a bare metal body as the vendor documents it is mended, with a note" {
    file=$bodies/bare-metal-prototype-by-network-attachment.json
    jq '.image = .initialization.image | .keys = .initialization.keys |
        .default_trusted_profile = .initialization.default_trusted_profile |
        .initialization |= del(.image, .keys, .default_trusted_profile)' "$file" > documented.json
    meta bare-metal create -y -f documented.json
    expect 0 'moved image, keys, default_trusted_profile under "initialization"'
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
    meta instance create -y -f body.json -o json
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

# --- exactly what was asked for, in its place -----------------------------------------------------------

# KIND FILTER OPTIONS -- FILE...: what is sent is the file's body changed by the jq filter, and nothing else
sends() {
    local kind=$1 filter=$2 options=() file
    shift 2
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    for file in "$@"; do
        sim_stop
        setup
        meta "$kind" create -y -f "$bodies/$file" "${options[@]}"
        expect 0
        [ "$(writes | wc -l)" -eq 1 ]
        diff <(writes | jq -S .body) <(jq -S --arg id "$profile" "$filter" "$bodies/$file")
    done
}

@test "options stand at the top of every variant of instance and template, and change nothing else" {
    local options=(--name other --enabled true --protocol https --hop-limit 1 --trusted-profile "$profile" --auto-link false)
    local filter='.name = "other" | .metadata_service = {enabled: true, protocol: "https", response_hop_limit: 1} |
        .default_trusted_profile = {target: {id: $id}, auto_link: false}'
    sends instance "$filter" "${options[@]}" -- \
        instance-prototype-by-{image,volume,source-snapshot}-network-{attachment,interface}.json \
        instance-prototype-by-catalog-offering-network-interface.json \
        instance-prototype-by-catalog-version-network-attachment.json instance-prototype-by-source-template.json
    sends template "$filter" "${options[@]}" -- \
        instance-template-prototype-by-{image,catalog-offering,source-snapshot,source-template}.json
}

@test "on bare metal the profile stands in the initialization, in both network flavours" {
    sends bare-metal '.name = "other" | .metadata_service = {enabled: true, protocol: "https"} |
        .initialization.default_trusted_profile = {target: {id: $id}, auto_link: false}' \
        --name other --enabled true --protocol https --trusted-profile "$profile" --auto-link false -- \
        bare-metal-prototype-by-network-{attachment,interface}.json
}

# --- many -----------------------------------------------------------------------------------------------

many=$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-interface.json

# A body that any number of instances can be made from.
plain_body() {
    jq 'del(.name, .boot_volume_attachment, .default_trusted_profile, .primary_network_interface.primary_ip,
        .volume_attachments, .network_interfaces)' "$many" > plain.json
}

@test "many are made of one body, with names that count or come from a file" {
    plain_body
    meta instance create -f plain.json --count 12 --name 'web-{:03}' --start-at 99 -y -o json
    expect 0
    [[ $stderr != *"only one of"* ]]
    jq -e '.summary == {selected: 12, changed: 12, unchanged: 0, skipped: 0, failed: 0, unknown: 0} and
        ([.results[].name] == [range(99; 111) | "web-" + (if . < 100 then "0" else "" end) + tostring]) and
        ([.results[].id] | unique | length) == 12 and all(.results[]; .before == {} and .http_status == 201 and
        .attempts == 1 and .request_id != "" and (.restart_needed | not))' <<< "$output"
    [ "$(writes | wc -l)" -eq 12 ]
    diff <(writes | jq -S '.body | del(.name)' | sort -u) <(jq -S . plain.json | sort -u)
    clear_log
    printf 'db-a  # the first\n\ndb-b\r\n' > names
    meta instance create -f plain.json --from names -y --hop-limit 2
    expect 0 "2 selected: 2 changed"
    # servers are not deleted by a rollback: none is offered
    [[ $stderr == *"runs show"* && $stderr != *rollback* ]]
    [ "$(writes | jq -c '[.body.name, .body.metadata_service.response_hop_limit]' | sort | paste -sd' ')" = '["db-a",2] ["db-b",2]' ]
}

@test "names are wanted for more than one, distinct, valid and short enough; nothing is sent before" {
    plain_body
    refused() { # WORDS ARGS...
        local words=$1
        shift
        meta instance create -f plain.json -y "$@"
        expect 2 "$words"
        [ "$(requests)" -eq 0 ]
    }
    refused "give --name 'web-{:03}'" --count 2
    refused "no counter" --count 2 --name web
    refused "more than one counter" --count 2 --name 'web-{}-{}'
    refused "say how many" --name 'web-{}'
    refused "is not a valid name" --count 2 --name 'Web-{}'
    refused "is not a valid name" --count 10 --name "a$(printf '%062d' 0 | tr 0 b){}"
    refused "--count" --count 0 --name 'web-{}'
    printf 'a\nb\na\n' > names
    refused "the name a is there twice" --from names
    refused "leave out --name" --from names --name 'web-{}'
    printf '#\n' > names
    refused "names nothing" --from names
    # without -y somebody must be there to be asked
    meta instance create -f plain.json --count 3 --name 'web-{}'
    expect 2 "3 instances would be created: cannot ask for confirmation (no terminal): add --yes"
    meta instance create -f plain.json --name web-1
    expect 2 "1 instance would be created: cannot ask for confirmation (no terminal): add --yes"
    [ "$(writes | wc -l)" -eq 0 ]
}

@test "one and several are asked about on a terminal" {
    plain_body
    dialogue() { # ARGS... < DIALOGUE
        run "$BATS_TEST_DIRNAME/pty_dialogue.py" "$BUILD/vpcmeta" instance create -f plain.json "$@"
    }
    dialogue --count 3 --name 'web-{}' <<< 'expect 3 instances will be created:
expect create +web-1 +would change
expect create +web-3 +would change
expect create 3 instances\? \[y/N\]
send n
end'
    [ "$status" -eq 1 ]
    [ "$(writes | wc -l)" -eq 0 ]
    dialogue --count 3 --name 'web-{}' <<< 'expect create 3 instances\?
send y
expect 3 changed
end'
    [ "$status" -eq 0 ]
    dialogue --count 101 --name 'many-{}' <<< 'expect type the number of instances to create them
send 101
expect 101 changed
end'
    [ "$status" -eq 0 ]
    dialogue --name one <<< 'expect create 1 instance\? \[y/N\]
send y
expect created instance one
end'
    [ "$status" -eq 0 ]
    [ "$(writes | wc -l)" -eq 105 ]
}

@test "a dry run of many prints the body once with the names, or every body for programs" {
    plain_body
    meta instance create -f plain.json --count 3 --name 'web-{}' -n
    expect 0 "3 times POST /instances: instance by image with network interfaces; nothing was sent"
    jq -e '.names == ["web-1", "web-2", "web-3"]' <<< "$output"
    diff <(jq -S .body <<< "$output") <(jq -S . plain.json)
    meta instance create -f plain.json --count 3 --name 'web-{}' -n -o json
    jq -e --slurpfile plain plain.json '.bodies == [range(1; 4) | {name: "web-\(.)"} + $plain[0]]' <<< "$output"
    [ "$(requests)" -eq 0 ]
    meta instance create -f plain.json --count 3 --name 'web-{}' -n --exit-code
    expect 3
}

@test "the preview tells what the API defaults and what cannot be changed later" {
    plain_body
    jq 'del(.metadata_service)' plain.json > bare.json
    meta instance create -f bare.json -n
    expect 0 "left to the API's defaults: enabled false, protocol http, hop limit 1, no trusted profile"
    [[ $stderr == *"cannot be changed later: only creation or a reinitialization"* ]]
    meta instance create -f bare.json -n --protocol https
    expect 0 "left to the API's defaults: enabled false, hop limit 1, no trusted profile"
    meta template create -f "$bodies/instance-template-prototype-by-image.json" -n
    expect 0 "cannot be changed later: any setting"
    meta bare-metal create -f "$bodies/bare-metal-prototype-by-network-interface.json" -n
    expect 0
    [[ $stderr != *"hop limit"* ]]
}

@test "what exists once and several would share is warned about" {
    meta instance create -f "$by_image" --count 2 --name 'web-{}' -n
    expect 0 "only one of 2 can have what the body says of boot_volume_attachment.volume.name"
    meta instance create -f "$by_image" -n
    [[ $stderr != *"only one of"* ]]
}

@test "the same command again makes nothing: what is there as asked is unchanged, what is not is a conflict" {
    plain_body
    meta instance create -f plain.json --count 4 --name 'web-{}' --trusted-profile "$profile" -y -o json
    expect 0
    first=$(jq -c '[.results[].id]' <<< "$output")
    meta instance create -f plain.json --count 5 --name 'web-{}' --trusted-profile "$profile" -y -o json
    expect 0
    jq -e --argjson first "$first" '.summary.unchanged == 4 and .summary.changed == 1 and [.results[:4][].id] == $first and
        all(.results[:4][]; .outcome == "unchanged" and .before == .after)' <<< "$output"
    [ "$(sim_state '.instances | length')" -eq 7 ]
    # other settings
    meta instance create -y -f plain.json --name web-1 --hop-limit 9 -o json
    expect 6 "it existed before, but not as requested (hop limit 1 -> 9)"
    meta instance create -y -f plain.json --name web-1 --trusted-profile Profile-1b1c2d3e-93d4-4a7e-8b55-0d1f7a90c3e2
    expect 6 "it existed before, but not as requested (trusted profile"
    # what is about to go does not count as there
    sim_curl DELETE "/v1/instances/$(jq -r '.[1]' <<< "$first")" > /dev/null
    meta instance create -y -f plain.json --name web-2 --trusted-profile "$profile"
    expect 6 "it is being deleted"
    # something else by that name
    jq '.profile.name = "cx2-2x4"' plain.json > other.json
    meta instance create -y -f other.json --name web-1 -o json
    expect 6 "the name is taken by another instance"
    jq -e '.results[0] | .outcome == "failed" and .id == "" and (.reason | contains("instead of cx2-2x4"))' <<< "$output"
    [ "$(sim_state '.instances | length')" -le 7 ]
}

# --- templates as a source ------------------------------------------------------------------------------

# FIELD...: of a template that an instance can be made of; its name is in $template
make_template() {
    jq '.name = "base" | .metadata_service = {enabled: true, protocol: "https"} |
        .default_trusted_profile = {auto_link: true, target: {id: "Profile-0b1c2d3e-93d4-4a7e-8b55-0d1f7a90c3e2"}}' \
        "$bodies/instance-template-prototype-by-image.json" > base.json
    meta template create -f base.json
    expect 0
    template_id=$(sim_state -r '.templates[] | select(.name == "base").id')
    clear_log
}

@test "an instance is made of a template, by name or id; overrides say all of metadata_service" {
    make_template
    meta instance create -y --template base --name plain
    expect 0
    diff <(writes | jq -S .body) <(jq -nS --arg id "$template_id" '{name: "plain", source_template: {id: $id}}')
    clear_log
    meta instance create -y --template "$template_id" --name limited --hop-limit 2 -o json
    expect 0
    diff <(writes | jq -S .body) <(jq -nS --arg id "$template_id" '{name: "limited", source_template: {id: $id},
        metadata_service: {enabled: true, protocol: "https", response_hop_limit: 2}}')
    jq -e '.results[0].after == {enabled: true, protocol: "https", response_hop_limit: 2}' <<< "$output"
    clear_log
    meta instance create -y --template base --name linked --auto-link false
    expect 0
    diff <(writes | jq -S .body.default_trusted_profile) <(jq -nS '{auto_link: false, target: {id: "Profile-0b1c2d3e-93d4-4a7e-8b55-0d1f7a90c3e2"}}')
    # a body may override the template, too
    clear_log
    echo '{"profile": {"name": "bx2-2x8"}}' > override.json
    meta instance create --template base -f override.json --count 2 --name 'of-{}' -y
    expect 0 "2 selected: 2 changed"
    [ "$(writes | jq -c '[.body.profile.name, .body.source_template.id] | length' | sort -u)" = 2 ]
    # done again
    meta instance create --template base -f override.json --count 2 --name 'of-{}' -y
    expect 0 "2 selected: 0 changed, 2 unchanged"
    meta instance create -y --template base --name of-1
    expect 6 "instead of"
}

@test "a template is made of a template" {
    make_template
    meta template create --source-template base --name hard --protocol https --hop-limit 1 -o json
    expect 0
    diff <(writes | jq -S .body) <(jq -nS --arg id "$template_id" '{name: "hard", source_template: {id: $id},
        metadata_service: {enabled: true, protocol: "https", response_hop_limit: 1}}')
    clear_log
    meta template create --source-template base --name hard --protocol https --hop-limit 1 -o json
    expect 0
    jq -e '.results[0].outcome == "unchanged"' <<< "$output"
    meta template create --source-template base --name hard --auto-link false
    expect 6 "auto link true -> false"
}

@test "a template that is not there, or no template option at all, is told before anything is sent" {
    meta instance create -y --template no-such-template --name web
    expect 1 "no-such-template"
    [ "$(writes | wc -l)" -eq 0 ]
    meta bare-metal create -y --template base
    expect 2
}

# --- checks before sending ------------------------------------------------------------------------------

@test "metadata on an architecture that has none, or against the image's allowed_use, is refused before anything is sent" {
    plain_body
    jq '.profile.name = "bz2-4x16"' plain.json > s390x.json
    meta instance create -y -f s390x.json --name big --enabled true
    expect 2 "x86 only"
    [ "$(writes | wc -l)" -eq 0 ]
    # this image wants the service on, over https
    image=$(sim_curl GET /v1/images | jq -r '.images[] | select(.name == "golden-ubuntu-2404").id')
    jq --arg id "$image" '.image.id = $id' plain.json > golden.json && mv golden.json plain.json
    clear_log
    meta instance create -f plain.json --count 2 --name 'web-{}' --protocol http -y
    expect 2 "metadata_service.protocol == 'https'"
    [ "$(writes | wc -l)" -eq 0 ]
    [ "$(sim_count GET '/v1/images/*')" -eq 1 ]
    meta instance create -y -f plain.json --name web --enabled true --protocol https
    expect 0
    # a template is not checked by the API, so it is warned about only
    jq --arg id "$image" '.image.id = $id | .metadata_service.protocol = "http"' \
        "$bodies/instance-template-prototype-by-image.json" > template.json
    meta template create -f template.json --name tpl
    expect 0 "no instance can be created from this instance template as it is"
}

@test "a quota that is used up is explained with what to do" {
    sim_stop
    client_start --region eu-de --instances 0 --templates 0 --bare-metal 25
    meta bare-metal create -y -f "$bodies/bare-metal-prototype-by-network-interface.json" --name one-more
    expect 1 "room for 25 bare metal servers"
    [[ $stderr == *"support"* ]]
}
