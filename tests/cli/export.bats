#!/usr/bin/env bats
# `inventory export` writes everything of the regions into one file: whole or marked incomplete, without secrets.
load client
load screen

teardown() {
    sim_stop
}

# of JQ: the file's answer
of() {
    jq -c "$@" fleet.json
}

# items PATH: how many the API has there
items() {
    sim_curl GET "/v1/$1" | jq '.total_count // ([.[] | arrays][0] | length)'
}

@test "every kind is in the file as the API answers it, in as many records as it has" {
    client_start --region us-south,eu-de,jp-tok --instances 12 --templates 6 --groups 2 --bare-metal 3
    meta inventory export --region all -o fleet.json
    expect 0 "fleet.json has "
    [ -z "$output" ]
    [ "$(stat -c %a fleet.json)" = 600 ]
    [ "$(of '[.vpcmeta_inventory, .complete, .missing, .regions, .selection, .user_data]')" = '[1,true,[],["us-south","eu-de","jp-tok"],null,"hashed"]' ]
    # the counts are those of the records, and those of the simulator
    [ "$(of '. as $file | [.records[] | [.region, .kind]] | group_by(.) | map([.[0][0], .[0][1], length]) == ([$file.counts | to_entries[] | .key as $r | .value | to_entries[] | [$r, .key, .value]] | sort)')" = true ]
    [ "$(of '.counts["us-south"] | [.vpc, .subnet, .key, .template, .group, .instance, .["bare-metal"], .["instance-profile"], .zone]')" = \
        "[$(items vpcs),$(items subnets),$(items keys),$(items instance/templates),$(items instance_groups),$(items instances),$(items bare_metal_servers),$(items instance/profiles),$(items regions/us-south/zones)]" ]
    [ "$(of '"region zone resource-group vpc subnet key image volume instance-profile bare-metal-profile template group membership instance bare-metal" | split(" ")' | jq -c --slurpfile file fleet.json '. - [$file[0].records[].kind]')" = '[]' ]
    # regions and kinds come in order, a record a line
    [ "$(of '[.records[].region] | . == ([.[] | {"us-south": 0, "eu-de": 1, "jp-tok": 2}[.]] | sort | map(["us-south", "eu-de", "jp-tok"][.]))')" = true ]
    [ "$(grep -c '^{"kind":' fleet.json)" -eq "$(of '.records | length')" ]
    # the objects are the API's own, member for member
    for path in instances bare_metal_servers instance_groups vpcs subnets keys; do
        sim_curl GET "/v1/$path?limit=100" | jq -S '[.. | objects | select(.crn? and .created_at?)] | map({key: .id, value: .}) | from_entries' > api.json
        jq -e --slurpfile api api.json '[.records[] | select(.region == "us-south" and .record.id and $api[0][.record.id]) | .record == $api[0][.record.id]] | length > 0 and all' fleet.json > /dev/null || { echo "$path"; return 1; }
    done
    [ "$(of .account)" = "$(of '[.records[] | select(.kind == "instance")][0].record.crn | split(":")[6] | ltrimstr("a/")')" ]
    # the members of a group name it; nothing is twice
    [ "$(of '([.records[] | select(.kind == "group") | .record.id] | sort) as $groups | [.records[] | select(.kind == "membership") | .group] | unique - $groups')" = '[]' ]
    [ "$(of '[.records[] | .kind + .region + (.record.id // .record.name)] | length - (unique | length)')" = 0 ]
}

@test "standard output takes the same file, and detail is said where it is asked for" {
    client_start --instances 5
    meta inventory export -q
    expect 0
    [ -z "$stderr" ]
    jq -e '.complete and .counts["us-south"].instance == 5' <<< "$output" > /dev/null
    meta inventory export -o - -v
    expect 0 "5 instance"
    jq -e .complete <<< "$output" > /dev/null
    same=$(jq -S 'del(.exported_at)' <<< "$output" | md5sum)
    meta inventory export -o fleet.json
    [ "$(jq -S 'del(.exported_at)' fleet.json | md5sum)" = "$same" ]
}

@test "user_data and passwords are replaced by their length and hash unless they are asked for" {
    client_start --instances 2
    sim_curl POST /v1/instance/templates -H 'Content-Type: application/json' -d "$("$BUILD/vpcmeta" schema example instance_template_create | jq '. + {name: "tpl-secret", user_data: "#cloud-config\npässword: \"hunter2\""}')" > made.json
    jq -e .id made.json > /dev/null || { cat made.json; return 1; }
    meta inventory export -o fleet.json
    expect 0
    run ! grep -q hunter2 fleet.json
    secret=$(printf '#cloud-config\npässword: "hunter2"')
    [ "$(of '.records[] | select(.record.name == "tpl-secret").record.user_data')" = \
        "{\"redacted\":true,\"length\":$(printf %s "$secret" | wc -c),\"sha256\":\"$(printf %s "$secret" | sha256sum | cut -d' ' -f1)\"}" ]
    # however the name of the member is written, and whatever its value is
    sim_curl GET /v1/instance/templates | sed 's/"user_data": *"/"user\\u005fdat\\u0061":"/' > escaped.json
    sim_curl GET /v1/instances | jq -c '.instances[0].user_data = {part: ["hunter2"]} | .instances[1].password = 4712' > odd.json
    faults "$(jq -nc --rawfile body escaped.json '{operation: "templates.list", action: "status", status: 200, body: $body}')" \
        "$(jq -nc --rawfile body odd.json '{operation: "instances.list", action: "status", status: 200, body: $body}')"
    grep -q hunter2 escaped.json
    run ! grep -q user_data escaped.json
    meta inventory export -o fleet.json
    expect 0
    run ! grep -qE 'hunter2|4712' fleet.json
    [ "$(of -c '[.records[] | select(.kind == "instance") | .record | .user_data, .password | select(.)]')" = '[{"redacted":true},{"redacted":true}]' ]
    faults
    meta inventory export -o fleet.json --with-user-data
    expect 0 "warning: fleet.json holds user_data and passwords as they are"
    [ "$(of -r '.records[] | select(.record.name == "tpl-secret").record.user_data' | head -1)" = '"#cloud-config\npässword: \"hunter2\""' ] ||
        [ "$(jq -r '.records[] | select(.record.name == "tpl-secret").record.user_data' fleet.json)" = "$secret" ]
    [ "$(of .user_data)" = '"included"' ]
    [ "$(stat -c %a fleet.json)" = 600 ]
}

@test "initializations are read where they are asked for, each with its server" {
    client_start --instances 4 --bare-metal 2
    meta inventory export -o fleet.json
    [ "$(of '[.records[] | select(.kind == "initialization")] | length')" = 0 ]
    for option in --initializations --trusted-profile-details; do
        meta inventory export -o fleet.json "$option"
        expect 0
        [ "$(of '[.records[] | select(.kind == "initialization") | .of] | group_by(.) | map([.[0], length])')" = '[["bare-metal",2],["instance",4]]' ]
        [ "$(of '([.records[] | select(.kind == "instance" or .kind == "bare-metal") | .record.id] | sort) == ([.records[] | select(.kind == "initialization") | .id] | sort)')" = true ]
    done
}

@test "what cannot be read is named, the rest is in the file, and the status is 1" {
    client_start --instances 4 --groups 1 --templates 3
    local path words
    while IFS='|' read -r path kind words; do
        faults "{\"path\": \"$path\", \"action\": \"status\", \"status\": 403}"
        meta inventory export -o fleet.json
        expect 1 "error: the inventory is incomplete: "
        [ "$(of .complete)" = false ]
        [[ $stderr == "fleet.json is incomplete: it has "*"; \`vpcsim --load fleet.json\` serves those"$'\n'*"error: "* ]]
        of -r '.missing[]' | grep -q "$words" || { echo "$path"; of .missing; return 1; }
        [ "$(of --arg k "$kind" '[.records[] | select(.kind == $k)] | length')" = 0 ]
        [ "$(of '.records | length > 20')" = true ]
    done << END
/v1/volumes|volume|us-south: listing volumes: 403
/v1/images|image|us-south: listing images: 403
/v1/keys|key|us-south: listing keys: 403
/v1/vpcs|vpc|us-south: listing VPCs: 403
/v1/instance/profiles|instance-profile|us-south: listing instance profiles: 403
/v1/regions/us-south/zones|zone|us-south.*zones: 403
/v1/instance_groups/*/memberships|membership|memberships of instance group
/v1/instance/templates|template|us-south: listing instance templates: 403
/v1/bare_metal_servers|bare-metal|us-south: listing bare metal servers: 403
END
    # a path that the API does not have
    faults '{"path": "/v1/keys", "action": "status", "status": 404}'
    meta inventory export
    expect 1 "us-south: listing keys: 404"
    [[ $stderr == *"; the API at $SIM_URL does not have keys ["* && $stderr != *"no endpoint"* ]]
    jq -e '.complete == false' <<< "$output" > /dev/null
    # a page that cannot be used
    faults '{"path": "/v1/volumes", "action": "status", "status": 200, "body": "{\"volumes\": [1]}"}'
    meta inventory export
    expect 1 "us-south: volume: it is a number, not an object"
}

@test "a selector takes servers, templates and groups, and what they refer to comes along" {
    client_start --instances 60 --groups 3 --templates 6
    name=$(sim_curl GET '/v1/instances?limit=100' | jq -r '[.instances[] | select(.image and .boot_volume_attachment.volume and (.instance_group_membership | not))][0].name')
    meta inventory export "$name" -o fleet.json
    expect 0
    [ "$(of .selection)" = "{\"targets\":[\"$name\"]}" ]
    [ "$(of '[.records[] | select(.kind == "instance" and (.record.name == "'"$name"'"))] | length')" = 1 ]
    for kind in vpc subnet image volume resource-group region instance-profile; do
        [ "$(of --arg k $kind '.counts["us-south"][$k] > 0')" = true ] || { echo "no $kind"; return 1; }
    done
    [ "$(of '.counts["us-south"] | [.vpc, .image, .volume] | . == [1,1,1]')" = true ]
    # a group brings its template and its members
    group=$(sim_curl GET '/v1/instance_groups' | jq -r '[.instance_groups[] | select(.membership_count > 0)][0].name')
    meta inventory export --name "$group" -o fleet.json
    expect 0
    [ "$(of '[.records[] | select(.kind == "group") | .record.name]')" = "[\"$group\"]" ]
    [ "$(of '(.records[] | select(.kind == "group") | .record.membership_count) == ([.records[] | select(.kind == "membership")] | length)')" = true ]
    [ "$(of '[.records[] | select(.kind == "membership") | .record.instance.id] - [.records[] | select(.kind == "instance") | .record.id]')" = '[]' ]
    [ "$(of '[.records[] | select(.kind == "group") | .record.instance_template.id] - [.records[] | select(.kind == "template") | .record.id]')" = '[]' ]
    meta inventory export no-such-server -o none.json
    expect 1 'there is no resource "no-such-server"'
    [ ! -e none.json ]
}

@test "nothing takes the place of the file unless it is whole" {
    client_start --instances 5
    echo before > fleet.json
    faults '{"path": "/v1/volumes", "action": "latency", "ms": 20000}'
    meta inventory export -o fleet.json --deadline 1s
    expect 1 "fleet.json was not written"
    [ "$(cat fleet.json)" = before ]
    clear_log
    set -m
    "$BUILD/vpcmeta" inventory export -o fleet.json 2> err 3>&- &
    pid=$!
    set +m
    await_count 10 requests
    status=0
    kill -INT $pid
    wait $pid || status=$?
    [ "$status" -eq 130 ]
    grep -q "fleet.json was not written" err
    [ "$(cat fleet.json)" = before ]
    [ -z "$(find . -name 'fleet.json.*')" ]
    faults
    # a full disk
    meta inventory export -o /dev/full
    expect 1 "No space left"
    [ -c /dev/full ]
    meta inventory export -o /dev/stdout
    expect 0 "/dev/stdout has "
    jq -e .complete <<< "$output" > /dev/null
    [[ $stderr != *--load* ]]
    "$BUILD/vpcmeta" inventory export -o /dev/stdout > redirected.json 2> err 3>&-
    run ! grep -e --load err
    mkfifo pipe
    cat pipe > piped.json 3>&- &
    meta inventory export -o pipe
    expect 0 "pipe has "
    [[ $stderr != *--load* ]]
    wait $!
    jq -e .complete piped.json > /dev/null
    clear_log
    meta inventory export -o no/such/folder/fleet.json
    expect 2 "no/such/folder"
    mkdir folder
    meta inventory export -o folder
    expect 2 "folder is a folder"
    [ "$(requests)" -eq 0 ]
    # a link leads to what is replaced, and to what is there
    ln -s nowhere dangling.json
    meta inventory export -o dangling.json
    expect 2 "dangling.json is a symbolic link to what does not exist"
    ln -s fleet.json link.json
    meta inventory export -o link.json
    expect 0
    [ -L link.json ]
    jq -e .complete fleet.json > /dev/null
}

@test "-o is the file: a word that is a format is refused, at a terminal a file is asked for" {
    client_start --instances 3
    for word in json table jsonl csv yaml; do
        meta inventory export -o "$word"
        expect 2 "-o ./$word"
        [ ! -e "$word" ]
        meta -o "$word" inventory export
        expect 2 "-o ./$word"
    done
    [ "$(requests)" -eq 0 ]
    meta inventory export -o ./json
    expect 0
    jq -e .complete json > /dev/null
    meta inventory export --output=fleet.json
    expect 0
    # also before the command's words, where the option of other commands stands
    for words in '-o' '--region us-south --output' '-q -o'; do
        rm fleet.json
        meta $words fleet.json inventory export
        expect 0
        jq -e .complete fleet.json
    done
    meta -o - inventory export
    expect 0
    jq -e .complete <<< "$output"
    meta -o one.json inventory export -o two.json
    expect 2 "is given twice, as one.json and as two.json"
    meta -o fleet.json instance list
    expect 2 "-o fleet.json is not one of table"
    for words in '--format json' '--format=json' --json; do
        meta inventory export $words
        expect 2 "the file is always JSON, and -o FILE names it"
        meta $words inventory export
        expect 2 "the file is always JSON, and -o FILE names it"
    done
    meta inventory export fleet.json
    expect 2 "a file is named with -o fleet.json"
    meta inventory export --jq . -o x.json
    expect 2 "--jq"
    screen_plain 80x24 inventory export
    [ "$status" -eq 2 ]
    shows 'name a file with -o FILE'
    meta help inventory export
    [[ $output == *"-o, --output FILE|-"* ]]
    [[ ${output#*Global options} != *--output* ]]
    COMP=$("$BUILD/vpcmeta" __complete inventory export -o '')
    [[ ${COMP%%$'\n'*} == files* ]]
}

@test "an empty region is exported as what it is, wherever its name comes from" {
    client_start --region us-south,eu-de --instances 3
    meta inventory export --name 'zz*' -o fleet.json
    expect 0 "warning: nothing was selected: no resource matches --name 'zz*'"
    [ "$(of '[.regions, .complete, .counts["us-south"].region, .counts["us-south"].zone, .counts["us-south"].instance]')" = '[["us-south"],true,1,3,null]' ]
}

@test "servers and volumes are read side by side, each page once" {
    client_start --instances 450 --latency-ms 100
    clear_log
    meta inventory export -o fleet.json
    expect 0
    [ "$(sim_count GET /v1/instances)" -eq 5 ]
    [ "$(sim_count GET /v1/volumes)" -eq 5 ]
    # the second page of one list comes before the last one of the other
    sim_log '.path' | awk '/"\/v1\/instances"/ {i++} /"\/v1\/volumes"/ {v++} i == 2 && v < 5 {side = 1} END {exit !side}'
}

@test "numbers and members that no program here knows stay as the API wrote them" {
    client_start --instances 2
    sim_curl GET '/v1/instances' | jq '.instances[0] += {"future": {"price": 1.50, "big": 12345678901234567890, "é": "\u00e9\u2028"}}' > odd.json
    body=$(sed 's/"price": 1.5/"price": 1.50/; s/12345678901234567000\|12345678901234567890/12345678901234567890/' odd.json)
    faults "{\"operation\": \"instances.list\", \"action\": \"status\", \"status\": 200, \"body\": $(jq -Rs . <<< "$body")}"
    meta inventory export -o fleet.json
    expect 0
    grep -q '"price":1.50,"big":12345678901234567890' fleet.json
}

# replace_body OPERATION JQ: that operation answers from now on what JQ makes of its answer
replace_body() {
    local path=$1 operation=$2 filter=$3
    sim_curl GET "$path" | jq -c "$filter" > body.json
    faults "$(jq -nc --arg operation "$operation" --rawfile body body.json '{operation: $operation, action: "status", status: 200, body: $body}')"
}

@test "an odd record is in the file as it is, and named as lists name it" {
    client_start --instances 3
    replace_body '/v1/instances' instances.list '.instances[0].zone = null | del(.instances[1].metadata_service, .instances[1].name)'
    meta instance list -o json
    expect 1
    local named
    named=$(jq -c .missing <<< "$output")
    meta inventory export -o fleet.json
    expect 1 "error: the inventory is incomplete: "
    [ "$(of '[.records[] | select(.kind == "instance") | .record] | [length, (map(select(.zone == null)) | length), (map(select(has("metadata_service") | not)) | length)]')" = '[3,1,1]' ]
    [ "$(of .complete)" = false ]
    [ "$(of .missing)" = "$named" ]
}

@test "what lies below a record without a usable id is named with it" {
    client_start --instances 20 --groups 1
    group=$(sim_curl GET /v1/instance_groups | jq -r '.instance_groups[0].name')
    faults '{"path": "/v1/instances*", "action": "edit", "record": {"name": "api-0002"}, "set": {"/id": 7}}' \
        "{\"path\": \"/v1/instance_groups*\", \"action\": \"edit\", \"record\": {\"name\": \"$group\"}, \"remove\": [\"/id\"]}"
    meta inventory export --initializations -o fleet.json
    expect 1
    [ "$(of --arg group "$group" '.missing | map(split(": ") | select(.[2] == "its id is not known")[1]) == ["memberships of instance group " + $group, "initialization of instance api-0002"]')" = true ] || { of .missing; return 1; }
    of -r '.missing[]' | grep -q '^instance api-0002 in us-south: id is a number'
}

@test "placement groups and snapshots are whole, unless there are none to be listed" {
    client_start --instances 5
    meta inventory export -o fleet.json
    expect 0
    [ "$(of '.counts["us-south"] | [.["placement-group"], .snapshot]')" = "[$(items placement_groups),$(items snapshots)]" ]
    [ "$(of '[.records[] | select(.kind == "placement-group").record.strategy | strings] | length')" = "$(items placement_groups)" ]
    # an API without placement groups: what servers say of theirs stands for them
    sim_stop
    client_start --instances 110
    used=$(sim_curl GET '/v1/instances?limit=100' | jq -c '[.instances[].placement_target // empty | select(.resource_type == "placement_group").id] | unique')
    [ "$used" != '[]' ]
    for code in 404 403; do
        faults "{\"path\": \"/v1/placement_groups*\", \"action\": \"status\", \"status\": $code}"
        meta inventory export -o fleet.json
        expect $((code == 403))
        [ "$code" = 404 ] || [[ $stderr == *"error: the inventory is incomplete: us-south: listing placement groups: 403"* ]]
        [ "$(of --argjson used "$used" '$used - [.records[] | select(.kind == "placement-group").record | select(.name and .href).id]')" = '[]' ]
        [ "$(of '[.records[] | select(.kind == "placement-group").record.strategy | strings]')" = '[]' ]
    done
    name=$(sim_curl GET '/v1/instances?limit=100' | jq -r '[.instances[] | select(.placement_target.resource_type == "placement_group")][0].name')
    faults '{"path": "/v1/placement_groups*", "action": "status", "status": 404}'
    meta inventory export "$name" -o fleet.json
    expect 0
    [ "$(of '.counts["us-south"]["placement-group"]')" = 1 ]
}

@test "beside a selector the file has what was chosen and what that refers to, and no more" {
    client_start --instances 400 --groups 20 --templates 30 --bare-metal 8
    meta inventory export -o whole.json
    expect 0
    member=$(jq -r '[.records[] | select(.kind == "instance" and .record.instance_group_membership)][3].record.name' whole.json)
    local args kind bad=0 none='{"items":[]}'
    while read -r args; do
        for kind in instance template group bare-metal; do
            eval "meta $kind list $args -o json"
            # a kind that takes no such selector has none that it chooses
            printf '%s' "${output:-$none}" > "list.$kind"
        done
        eval "meta inventory export $args -o fleet.json"
        [ "$status" -eq 0 ] || { echo "$args: $stderr"; bad=1; }
        python3 "$BATS_TEST_DIRNAME/export_closure.py" whole.json fleet.json list.* || { echo "$args"; bad=1; }
    done << END
--name '*1'
--name '*-01'
--name 'worker-*1'
--name $member
--name 'tpl-*'
--vpc vpc-data
--zone us-south-2 --name '*7'
--exclude 'asg*'
END
    return "$bad"
}

@test "the image of a catalog offering comes along by the version that both name" {
    client_start --instances 3 --templates 1
    replace_body '/v1/images' images.list '.images |= map(.visibility = "public") | .images[-1].catalog_offering = {managed: true, version: {crn: "crn:v1:bluemix:public:globalcatalog-collection:global:a/1::version:0011-v"}} | .images[-2].catalog_offering = {managed: true, version: {crn: "crn:v1:bluemix:public:globalcatalog-collection:global:a/1::version:0022-v"}}'
    images=$(jq -c '[.images[-1, -2].id]' body.json)
    meta inventory export -o fleet.json
    expect 0
    [ "$(of '[.records[] | select(.kind == "image")] | length')" = "$(sim_curl GET '/v1/images?limit=1' | jq .total_count)" ]
    sim_curl GET /v1/instance/templates | jq -c '.templates[0] |= (del(.image) | .catalog_offering = {version: {crn: "crn:v1:bluemix:public:globalcatalog-collection:global:a/1::version:0011-v"}})' > templates.json
    faults "$(jq -nc --rawfile body body.json '{operation: "images.list", action: "status", status: 200, body: $body}')" \
        "$(jq -nc --rawfile body templates.json '{operation: "templates.list", action: "status", status: 200, body: $body}')"
    meta inventory export -o fleet.json --exclude=none
    [ "$(of --argjson images "$images" '[.records[] | select(.kind == "image") | .record.id | select(IN($images[]))] == $images[:1]')" = true ]
}

@test "a file that may not grow and a command that fails leave no file, and programs an object" {
    client_start --instances 40
    (ulimit -f 64 && exec "$BUILD/vpcmeta" inventory export -o fleet.json) 2> err && false
    grep -q 'File too large; fleet.json was not written' err
    [ -z "$(find . -name 'fleet.json*')" ]
    meta inventory export no-such-server
    expect 1 "no-such-server"
    jq -e '.vpcmeta_inventory == 1 and .complete == false and .records == [] and (.missing[0] | test("no-such-server"))' <<< "$output" > /dev/null
    faults '{"operation": "instances.list", "action": "status", "status": 403}'
    meta inventory export --deadline 20s
    expect 1 "the inventory is incomplete"
    jq -e '.complete == false and .counts["us-south"].volume == null' <<< "$output" > /dev/null
}
