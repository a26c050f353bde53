#!/usr/bin/env bats
# vpcsim --load: a copy of a fleet answers what the fleet answered, until a request changes it; what cannot be known is said.
load client

merge='Content-Type: application/merge-patch+json'
json='Content-Type: application/json'

teardown() {
    sim_stop
}

# Everything that the simulator serves, an inventory, into a file; the address of the simulator is taken out.
everything() {
    python3 "$BATS_TEST_DIRNAME/fleet_of_api.py" "$SIM_BASE" "$SIM_API_KEY" > "$1"
    sed -i "s/127.0.0.1:$SIM_PORT/HOST/g" "$1"
}

# A fleet that is generated, and read into the file "fleet".
fleet() {
    client_environment
    sim_start "$@"
    everything fleet
    sim_stop
}

# vpcsim must end at once with status 2 and these words (a regular expression).
refuses() {
    local words=$1
    shift
    run --separate-stderr timeout 20 "$BUILD/vpcsim" --port 0 "$@"
    [ "$status" -eq 2 ] || { echo "status $status: $stderr" >&2; return 1; }
    [[ $stderr =~ $words ]] || { echo "not /$words/: $stderr" >&2; return 1; }
    [ -z "$output" ]
}

# Waits until vpcsim has said everything about what it loaded, and checks that it says these words.
says() {
    local words
    sim_curl GET /v1/regions > /dev/null
    for words in "$@"; do
        grep -Eq "$words" "$SIM_DIR/err" || { echo "not /$words/:" >&2; cat "$SIM_DIR/err" >&2; return 1; }
    done
}

# One record of a kind as an inventory.
inventory() {
    jq -n --slurpfile records "$1" --arg account "${2:-3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b}" \
        '{vpcmeta_inventory: 1, regions: ["us-south"], records: $records, account: $account, complete: true, missing: []}'
}

@test "every answer of a copy is the one of the fleet: three regions, every kind, each record alone and in its list" {
    fleet --region us-south,eu-de,jp-tok --instances 30 --templates 9 --groups 3 --bare-metal 4 --seed 2
    sim_start --load fleet
    everything copy
    cmp fleet copy
    says '^Loaded from fleet \(exported 2026-11-28T14:30:00Z\); account 3f1d8a52' \
        '^- us-south at /v1 and /us-south/v1: 30 instances, 4 bare metal servers, 9 templates, 3 instance groups, ' \
        '^- eu-de at /eu-de/v1: .* 34 initializations'
    # again after a change and a reset
    id=$(sim_curl GET /v1/instances | jq -r '.instances[0].id')
    sim_curl PATCH "/v1/instances/$id" -H "$merge" -d '{"name":"other"}' | jq -e '.name == "other"'
    sim_http -X POST "$SIM_BASE/_sim/reset"
    sim_curl GET "/v1/instances/$id" | jq -e --slurpfile fleet fleet '. as $now | $fleet[0].records | any(.record == $now)'
}

@test "several files are one fleet, in any order, as collections, arrays and lists, and what they share is merged" {
    fleet --region us-south,eu-de --instances 12 --templates 4 --groups 2 --bare-metal 2
    of() { jq -c --arg kind "$1" --arg region "$2" '.records[] | select(.kind == $kind and .region == $region) | .record' fleet; }
    for region in us-south eu-de; do
        of group $region | jq -s '{instance_groups: .}' > groups-$region
        of instance $region | jq -s . > instances-$region
        of bare-metal $region | jq -s '{bare_metal_servers: .}' > metal-$region
        of template $region | jq -s . > templates-$region
        of vpc $region | jq -s '{vpcs: .}' > vpcs-$region
        jq --arg region $region '{memberships: [.records[] | select(.kind == "membership" and .region == $region).record]}' \
            fleet > members-$region
        of image $region | jq -s '{images: .}' > images-$region
        of volume $region | jq -s '{volumes: .}' > volumes-$region
    done
    set --
    for file in members groups instances metal templates vpcs images volumes vpcs; do
        set -- "$@" --load $file-us-south $file-eu-de
    done
    sim_start "$@"
    everything copy
    for kind in instance bare-metal template group membership vpc image volume; do
        for file in fleet copy; do
            jq -c --arg kind $kind '.records[] | select(.kind == $kind)' $file > $file.$kind
        done
        cmp fleet.$kind copy.$kind
    done
    says '^- us-south .* 5 VPCs' '^- eu-de .*: 12 instances, 2 bare metal servers' 'servers have no initialization in the files'
}

@test "an array as 'ibmcloud is instances --output json' prints it is served in its region, with its account" {
    client_environment
    cp "$BATS_TEST_DIRNAME/../data/recorded-instances.json" fleet.json
    sim_start --load fleet.json
    sim_curl GET /v1/instances | jq .instances > served
    cmp <(jq -S . fleet.json) <(jq -S . served)
    [ "$(sim_curl GET /v1/regions | jq -r '.regions[].name')" = us-east ]
    [ "$(sim_curl GET /us-east/v1/images/r014-0001 | jq -r .name)" = ibm-centos-7-0-64 ]
    claims=$(sim_token | cut -d. -f2 | tr _- /+)
    [ "$(printf '%s==' "$claims" | base64 -d 2> /dev/null | jq -r .account.bss)" = 0123456789abcdef0123456789abcdef ]
    says 'account 0123456789abcdef0123456789abcdef' '1 image is referred to and not in the files \(ibm-centos-7-0-64\)'
}

@test "a list of instance groups loads alone: the template is made up with its id and name, and that is said" {
    client_start --instances 6 --groups 2 --templates 3
    meta group list -o json
    echo "$output" > groups.json
    sim_stop
    client_start --load groups.json
    meta group list -o json
    expect 0
    [ "$(jq -c '.items[] | [.id, .name, .template, .template_id, .membership_count, .enabled, .response_hop_limit]' <<< "$output")" = \
        "$(jq -c '.items[] | [.id, .name, .template, .template_id, .membership_count, .enabled, .response_hop_limit]' groups.json)" ]
    says 'templates? of instance groups (is|are) not in the files' 'members that are not in the files'
    # a new count does not make members in place of those that are not in the file
    id=$(jq -r '.items[0].id' groups.json)
    sim_curl PATCH "/v1/instance_groups/$id" -H "$merge" -d '{"name":"renamed"}' > /dev/null
    [ "$(sim_curl GET /v1/instances | jq '.instances | length')" -eq 0 ]
}

@test "odd records are served as they were recorded, and a request changes only what it names" {
    fleet --instances 12 --templates 1 --bare-metal 2 --groups 0 --mix plain
    jq '[.records[] | select(.kind == "instance").record.id] as $i |
        def edit($n; f): (.records[] | select(.kind == "instance" and .record.id == $i[$n]).record) |= f;
        edit(0; del(.metadata_service)) | edit(1; .metadata_service = null) | edit(2; .metadata_service.protocol = "ftp") |
        edit(3; .metadata_service.response_hop_limit = 99) | edit(4; .status = "hibernating") | edit(5; .lifecycle_state = null) |
        edit(6; .zone = null) | edit(7; del(.vpc)) | edit(8; .name = null) | edit(9; .metadata_service = {}) |
        edit(10; .metadata_service.enabled = "yes" | .tags = [1.5, 1e3, "\u00e9"]) | edit(11; del(.id)) |
        (.records[] | select(.kind == "bare-metal").record) |= (del(.cpu) | .metadata_service = [])' fleet > odd
    sim_start --load odd
    everything copy
    only() { jq -c '.records[] | select(.kind == "instance" or .kind == "bare-metal" or .kind == "vpc").record' "$1"; }
    cmp <(only odd) <(only copy)
    ids=$(jq -r '.records[] | select(.kind == "instance").record.id' odd)
    row() { sed -n "$(($1 + 1))p" <<< "$ids"; }
    change() { sim_curl PATCH "/v1/instances/$(row "$1")" -H "$merge" -d "$2"; }
    [ "$(change 0 '{"metadata_service":{"enabled":false}}' | jq -c .metadata_service)" = \
        '{"enabled":false,"protocol":"http","response_hop_limit":1}' ]
    [ "$(change 1 '{"name":"other"}' | jq -c '[.name, .metadata_service]')" = '["other",null]' ]
    [ "$(change 2 '{"metadata_service":{"enabled":true}}' | jq -c .metadata_service.protocol)" = '"ftp"' ]
    [ "$(change 2 '{"metadata_service":{"protocol":"http"}}' | jq -c .metadata_service.protocol)" = '"http"' ]
    [ "$(change 3 '{"metadata_service":{"enabled":true}}' | jq -c .metadata_service)" = \
        '{"enabled":true,"protocol":"http","response_hop_limit":99}' ]
    [ "$(change 9 '{"metadata_service":{"protocol":"https"}}' | jq -c .metadata_service)" = '{"protocol":"https"}' ]
    change 4 '{"name":"changed"}' | jq -e '.status == "hibernating"'
    sim_curl POST "/v1/instances/$(row 4)/actions" -H "$json" -d '{"type":"stop"}' > /dev/null
    sim_curl GET "/v1/instances/$(row 4)" | jq -e '.status == "stopping" or .status == "stopped"'
    [ "$(sim_curl GET '/v1/instances' | jq '.instances | length')" -eq 12 ]
}

@test "changes of a copy are seen wherever the fleet shows them: settings, status, groups, templates, allowed_use" {
    fleet --instances 8 --templates 3 --groups 1 --bare-metal 1 --mix plain
    sim_start --load fleet --transition-ms 0
    group=$(sim_curl GET /v1/instance_groups | jq -c '.instance_groups[0]')
    member=$(sim_curl GET "/v1/instance_groups/$(jq -r .id <<< "$group")/memberships" | jq -c '.memberships[0]')
    id=$(jq -r .instance.id <<< "$member")
    sim_curl POST "/v1/instances/$id/actions" -H "$json" -d '{"type":"stop"}' > /dev/null
    sim_curl GET "/v1/instances/$id" > /dev/null
    sim_curl GET "/v1/instances/$id" | jq -e '.status == "stopped" and .startable and .vcpu.manufacturer == "unassigned" and
        (has("numa_count") | not)'
    sim_curl GET /v1/instance_groups | jq -e '.instance_groups[0].status == "unhealthy"'
    sim_curl GET "/v1/instance_groups/$(jq -r .id <<< "$group")/memberships" | jq -e '.memberships[0].status == "unhealthy"'
    # another template: the group shows it, nothing else of it changes but the time
    other=$(sim_curl GET /v1/instance/templates | jq -r --arg used "$(jq -r .instance_template.id <<< "$group")" \
        '[.templates[] | select(.id != $used and (.default_trusted_profile.auto_link | not))][0].id')
    sim_curl PATCH "/v1/instance_groups/$(jq -r .id <<< "$group")" -H "$merge" -d "{\"instance_template\":{\"id\":\"$other\"}}" |
        jq -e --argjson group "$group" --arg other "$other" '.instance_template.id == $other and
            (del(.instance_template, .updated_at, .status) == ($group | del(.instance_template, .updated_at, .status)))'
    image=$(sim_curl GET /v1/images | jq -r '[.images[] | select(.visibility == "private")][0].id')
    sim_curl PATCH "/v1/images/$image" -H "$merge" -d '{"allowed_use":{"instance":"vcpu.count > 1"}}' |
        jq -e '.allowed_use.instance == "vcpu.count > 1" and .allowed_use.bare_metal_server == "true"'
    metal=$(sim_curl GET /v1/bare_metal_servers | jq -c '.bare_metal_servers[0]')
    sim_curl PATCH "/v1/bare_metal_servers/$(jq -r .id <<< "$metal")" -H "$merge" -d '{"metadata_service":{"protocol":"https"}}' |
        jq -e --argjson metal "$metal" '. == ($metal | .metadata_service.protocol = "https")'
}

@test "what the account's own groups, profiles and images are is known to checks" {
    fleet --instances 3 --groups 0 --templates 0 --bare-metal 0 --mix plain
    jq '(.records[] | select(.kind == "instance").record) |= (.profile.name = "zz9-3x7" | .vcpu.count = 3 |
            .resource_group = {id: "0123456789abcdef0123456789abcdef", name: "rg-own", href: "h"}) |
        (.records[] | select(.kind == "volume").record.allowed_use.instance) = "metadata_service.enabled == false || vcpu.count == 3"
        ' fleet > own
    sim_start --load own
    id=$(sim_curl GET "/v1/instances?resource_group.id=0123456789abcdef0123456789abcdef" | jq -r '.instances[0].id')
    sim_curl PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"enabled":true}}' | jq -e .metadata_service.enabled
    sim_curl GET /v1/instance/profiles/zz9-3x7 | jq -e '.vcpu_count.value == 3 or .vcpu_count.default == 3'
    says '1 hardware profile is not in the files \(zz9-3x7\)'
    jq '(.records[] | select(.kind == "volume").record.allowed_use.instance) = "metadata_service.enabled == false"' own > strict
    sim_stop
    sim_start --load strict
    sim_curl PATCH "/v1/instances/$id" -H "$merge" -d '{"metadata_service":{"enabled":true}}' |
        jq -e '.errors[0].code == "allowed_use_violation"'
}

@test "a copy's images are found by the CRN and the href that were recorded, of another account or a private endpoint" {
    fleet --instances 0 --groups 0 --templates 0 --bare-metal 0
    jq '(.records[] | select(.kind == "image").record) |= (.crn |= sub("a/[0-9a-f]*"; "a/811f8abf") | .href |= sub("us-south"; "us-south.private"))
        ' fleet > own
    sim_start --load own
    image=$(sim_curl GET /v1/images | jq -c '.images[0]')
    subnet=$(sim_curl GET /v1/subnets | jq -c '.subnets[0]')
    for by in crn href id; do
        sim_curl POST /v1/instance/templates -H "$json" -d "$(jq -n --argjson image "$image" --argjson subnet "$subnet" --arg by $by '
            {image: {($by): $image[$by]}, profile: {name: "bx2-2x8"}, zone: {name: $subnet.zone.name},
             primary_network_attachment: {virtual_network_interface: {subnet: {id: $subnet.id}}}}')" | jq -e '.id' > /dev/null
    done
    # but not by one that was not recorded
    sim_curl POST /v1/instance/templates -H "$json" -d "$(jq -n --argjson image "$image" --argjson subnet "$subnet" '
        {image: {crn: ($image.crn | sub("a/8"; "a/9"))}, profile: {name: "bx2-2x8"}, zone: {name: $subnet.zone.name},
         primary_network_attachment: {virtual_network_interface: {subnet: {id: $subnet.id}}}}')" | jq -e '.errors[0].code == "not_found"'
}

@test "the profiles of a copy are those of its region, and with a selection the usual ones beside them" {
    fleet --instances 2 --groups 0 --templates 0 --bare-metal 1 --mix plain
    jq '.selection = null | .records |= map(select((.kind | endswith("-profile") | not) or .record.name == "bx2-4x16"))' fleet > whole
    sim_start --load whole
    sim_curl GET /v1/instance/profiles | jq -e '[.profiles[].name] | index("bx2-4x16") == 0 and length < 4 and all(. != "bz2-2x8")'
    [ "$(sim_curl GET /v1/instance/profiles/bz2-2x8 | jq -r '.errors[0].code')" = not_found ]
    sim_stop
    jq '.selection = {vpc: "vpc-prod"}' whole > part
    sim_start --load part
    [ "$(sim_curl GET /v1/instance/profiles/bz2-2x8 | jq -r '.name')" = bz2-2x8 ]
}

@test "secrets that were left out have stand-ins of their length" {
    fleet --instances 1 --groups 0 --bare-metal 0 --templates 1 --mix plain
    jq '(.records[] | select(.kind == "template").record) |= (.user_data = {redacted: true, length: 11, sha256: "00"})' fleet > left-out
    sim_start --load left-out
    sim_curl GET /v1/instance/templates | jq -e '.templates[0].user_data == "xxxxxxxxxxx"'
    says '1 secret \(user_data, password\) was left out of the files'
}

@test "an incomplete copy is served with a warning" {
    fleet --instances 1 --groups 0 --bare-metal 0 --templates 0
    jq '.complete = false | .missing = [{region: "eu-de", kind: "instance"}, "listing groups in us-south: 403 \u001b[31m"]' fleet > half
    sim_start --load half
    says '^warning: half is incomplete: .*Export it again$' '^- missing: region eu-de, kind instance$' \
        '^- missing: listing groups in us-south: 403 [^[:cntrl:]]*$'
    jq '.missing = [range(30) | "listing groups in r\(.)"]' half > many
    sim_stop
    sim_start --load many
    says '^- missing: listing groups in r19$' '^- and 10 more$'
}

@test "files that cannot be a copy are refused with their place and what to do" {
    client_environment
    export_hint='vpcmeta inventory export -o FILE'
    : > empty
    refuses "empty: it is empty.*$export_hint" --load empty
    echo '["web-1","web-2"]' > strings
    refuses "strings:1: \[0\]: it is a string, not a record: .*$export_hint" --load strings
    echo '{"servers":[]}' > unknown
    refuses "unknown: it holds neither records.*$export_hint" --load unknown
    echo '{"vpcmeta_inventory":2,"records":[],"complete":true}' > later
    refuses 'later: its vpcmeta_inventory is 2, and this vpcsim knows 1' --load later
    refuses 'nothing-there' --load nothing-there
    printf '{"vpcmeta_inventory":1,"records":[\n{"kind":"vpc","region":"us-south","record":{"id":"r006-1","name":"a"}},\n{"kind":"vpc","reg' > cut
    refuses 'cut:3:.*export it again' --load cut
    printf '{"vpcmeta_inventory":1,"records":[\n{"kind":"moon","region":"us-south","record":{}}\n],"complete":true}' > moon
    refuses 'moon:2: records\[0\]: the kind "moon" is unknown' --load moon
    printf '[\n{"crn":"crn:v1:bluemix:public:is:us-south-1:a/0::instance:x"}]' > nameless
    refuses 'nameless:2: \[0\]: it needs a name and an id' --load nameless
    printf '[{"weather":"fine"}]' > weather
    refuses 'weather:1: \[0\]: it cannot be seen what it is' --load weather
    gzip < later > packed
    refuses 'packed: it is compressed.*gunzip' --load packed
}

@test "lines of lists beside the records of the same fleet: the records are served, and a line that contradicts one is refused" {
    fleet --region us-south,eu-de --instances 5 --templates 2 --groups 1 --bare-metal 1
    client_start --load fleet
    for kind in instance bare-metal group template; do
        meta $kind list --region all -o json
        expect 0
        echo "$output" > $kind.json
    done
    meta instance list --region all --trusted-profile-details -o json
    echo "$output" > profiles.json
    sim_http "$SIM_BASE/_sim/state" > state.json
    sim_stop
    for order in 'fleet instance.json bare-metal.json group.json template.json profiles.json state.json' \
        'instance.json profiles.json group.json bare-metal.json template.json fleet'; do
        sim_start --load $order
        everything copy
        cmp fleet copy
        [ "$(grep -c 'lines* of a list' "$SIM_DIR/err")" -eq 0 ]
        sim_stop
    done
    change() { jq "(.items[] | select(.name == (\"$2\"))) |= ($3)" $1.json > other.json; }
    name=$(jq -r '.items[0].name' instance.json)
    limit=$(jq -r '.items[0].response_hop_limit' instance.json)
    change instance "$name" '.response_hop_limit = 64'
    refuses "other.json:[0-9]+: items\[0\]: the instance .* its response_hop_limit is $limit there and 64 here" --load fleet other.json
    refuses "the instance .* its response_hop_limit is $limit there and 64 here" --load other.json fleet
    change instance "$name" '.vpc = "elsewhere"'
    refuses 'its vpc is "vpc-.*" there and "elsewhere" here' --load fleet other.json
    change group "$(jq -r '.items[0].name' group.json)" '.template_id = "0717-x"'
    refuses 'the group .* its template_id is .* there and "0717-x" here' --load fleet other.json
}

@test "a generated fleet beside a copy has ids of its own, however often it is copied" {
    fleet --instances 5 --templates 2 --groups 1 --bare-metal 1
    for round in 1 2; do
        sim_start --load fleet --instances 5 --templates 2 --groups 1 --bare-metal 1
        everything both
        for kind in instance template group bare-metal; do
            jq -r --arg kind $kind '.records[] | select(.kind == $kind).record.id' both | sort > ids
            uniq ids | cmp - ids
            [ "$(wc -l < ids)" -gt "$(jq --arg kind $kind '[.records[] | select(.kind == $kind)] | length' fleet)" ]
        done
        jq -r '.records[] | select(.kind == "instance").record.id' fleet | while read -r id; do
            sim_curl GET "/v1/instances/$id" | jq -e .id > /dev/null
        done
        sim_stop
        mv both fleet
    done
}

@test "memberships without their group, without their instance, or of an instance twice do not end the load" {
    fleet --instances 12 --templates 4 --groups 2 --bare-metal 0
    sim_start --load fleet
    sim_http "$SIM_BASE/_sim/state" > state
    sim_stop
    jq '.memberships[0].group = "r006-none" | .memberships[1].instance = "0717_none" |
        .memberships += [.memberships[-1] | .id = "r006-twice" | .name = "twice"]' state > odd
    sim_start --load odd
    says '1 membership is of an instance group that is not in the files' '1 membership has no instance in the files' \
        '1 membership is of an instance that is a member elsewhere \(twice\)'
    sim_stop
    jq '([.records[] | select(.kind == "membership")] | .[0]) as $first |
        .records += [$first | .record.id = "r006-twice" | .record.name = "twice"]' fleet > odd
    sim_start --load odd
    says '1 membership is of an instance that is a member elsewhere \(twice\)'
    group=$(sim_curl GET /v1/instance_groups | jq -r '.instance_groups[0].id')
    sim_curl GET "/v1/instance_groups/$group/memberships/r006-twice" | jq -e '.name == "twice"'
}

@test "two files that contradict each other are refused, both named" {
    fleet --instances 2 --groups 0 --bare-metal 0 --templates 0
    jq '(.records[] | select(.kind == "vpc").record.name) |= . + "x"' fleet > other
    refuses 'other:[0-9]+: records\[[0-9]+\]: the vpc "r006-.*" is in fleet:[0-9]+, too, and not the same there: its name is' --load fleet --load other
    echo '[{"id":"r006-9","name":"n","crn":"crn:v1:bluemix:public:is:us-south:a/ffff::vpc:r006-9"}]' > foreign
    refuses 'foreign of account ffff: a simulator serves one account' --load fleet --load foreign
    sim_start --load fleet --load fleet
    [ "$(sim_curl GET /v1/instances | jq '.instances | length')" -eq 2 ]
}

@test "a server whose initialization no file has: the trusted profile is unknown, not none, and the metadata API has no keys for it" {
    fleet --instances 6 --templates 1 --groups 0 --bare-metal 1
    id=$(jq -r '[.records[] | select(.kind == "instance" and .record.status == "running")][0].record.id' fleet)
    jq --arg id "$id" '.records |= map(select(.kind != "initialization" or .id == $id))' fleet > without
    client_start --load without --metadata-instance "$id"
    meta instance list --trusted-profile-details -o json
    expect 1
    jq -e '.complete == false and (.missing | length) == 5' <<< "$output"
    sim_curl GET "/v1/instances/$id/initialization" | jq -e '.keys | length > 0'
    metal=$(sim_curl GET /v1/bare_metal_servers | jq -r '.bare_metal_servers[0].id')
    sim_curl GET "/v1/bare_metal_servers/$metal/initialization" | jq -e '.errors[0].code == "not_found"'
    says '^- 6 servers have no initialization in the files .*GET initialization is a 404'
    sim_stop
    jq --arg id "$id" '(.records[] | select(.record.id == $id).record.metadata_service) |= (.enabled = true | .protocol = "http") |
        .records |= map(select(.kind != "initialization"))' fleet > without
    sim_start --load without --metadata-instance "$id"
    token=$(curl -s -X PUT "$SIM_BASE/identity/v1/token?version=2025-08-26" -H 'Metadata-Flavor: ibm' | jq -r .access_token)
    for path in instance/initialization keys; do
        [ "$(curl -s -o /dev/null -w '%{http_code}' "$SIM_BASE/metadata/v1/$path?version=2025-08-26" -H "Authorization: Bearer $token")" = 404 ]
    done
}
