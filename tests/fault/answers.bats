#!/usr/bin/env bats
# What an answer says is compared with what was wanted, and is taken only for the resource that was asked for.
load ../cli/client
load ../cli/runs
load truth

teardown() {
    sim_stop
}

# between KIND CHANGE: another writer makes that change before the first patch is served.
between() {
    local operation=instances.patch
    [ "$1" = instance ] || operation=bare_metal_servers.patch
    echo "{\"operation\": \"$operation\", \"nth\": 1, \"action\": \"change\", \"set\": {\"metadata_service\": $2}}"
}

# all SETTING: the values of that setting of all servers of $kind
all() {
    sim_state -c --arg kind "$kind" --arg setting "$1" \
        'if $kind == "instance" then .instances else .bare_metal_servers end | [.[][$setting]] | unique'
}

@test "what another writer changed between read and patch is a conflict, although it was not sent" {
    while IFS='|' read -r kind guard extra theirs own; do
        client_start --instances 1 --bare-metal 1 --mix plain
        meta "$kind" set --all --enabled true -y
        expect 0
        clear_log
        faults "$(between "$kind" "$theirs")" $extra
        meta "$kind" set --all --enabled true --protocol https --guard "$guard" -y -o json
        expect 6
        jq -e '.summary.failed == 1 and (.results[0] | .outcome == "failed" and .before.enabled and .before.protocol == "http" and
            (.after.enabled | not) and .after.protocol == "https" and
            (.reason | contains("another writer") and contains("wanted enabled true, found enabled false")))' <<< "$output" ||
            { echo "$kind $guard: $output"; return 1; }
        [ "$(sim_count PATCH '*')" -eq "$own" ]
        faults
        # what the run set is taken back, what the other writer set is not
        meta runs rollback last -y
        expect 0
        [ "$(all enabled) $(all protocol)" = '[false] ["http"]' ]
        sim_stop
    done << 'END'
bare-metal|etag||{"enabled": false}|1
bare-metal|list||{"enabled": false}|1
instance|list||{"enabled": false}|1
instance|etag|{"operation":"instances.get","action":"headers","headers":{"ETag":"a%FFb"}}|{"enabled": false}|1
END
}

@test "a patch whose answer never comes is compared with what was wanted as well" {
    for kind in instance bare-metal; do
        client_start --instances 1 --bare-metal 1 --mix plain
        meta "$kind" set --all --enabled true -y
        clear_log
        faults "$(between "$kind" '{"enabled": false}')" '{"method": "PATCH", "action": "reset", "when": "after"}'
        meta "$kind" set --all --enabled true --protocol https --guard list -y -o json
        expect 6
        jq -e '.results[0] | .outcome == "failed" and (.after.enabled | not) and .after.protocol == "https" and
            (.reason | contains("wanted enabled true, found enabled false"))' <<< "$output"
        [ "$(changes_sent | wc -l)" -eq 1 ]
        sim_stop
    done
}

@test "what another writer changed of a setting that nobody asked for is no conflict" {
    for kind in instance bare-metal; do
        client_start --instances 1 --bare-metal 1 --mix plain
        faults "$(between "$kind" '{"protocol": "https"}')"
        meta "$kind" set --all --enabled true --guard list -y -o json
        expect 0
        jq -e '.results[0] | .outcome == "changed" and .after.enabled and .after.protocol == "https"' <<< "$output"
        sim_stop
    done
}

@test "a server that a conflict leaves turned on needs its restart all the same" {
    client_start --instances 1 --mix plain
    meta instance set --all --protocol https -y
    faults "$(between instance '{"protocol": "http"}')"
    meta instance set --all --enabled true --protocol https --guard list -y -o json
    expect 6
    jq -e '.results[0] | .outcome == "failed" and .after.enabled and .restart_needed' <<< "$output"
}

@test "an instance group that another writer moved to a third template meanwhile is a conflict" {
    client_start --instances 20 --templates 12 --groups 2 --bare-metal 0
    old=$(sim_state -r '.groups[0].template as $id | .templates[] | select(.id == $id) | .name')
    third=$(sim_state -r '.templates | last.id')
    faults "{\"operation\": \"groups.patch\", \"action\": \"edit\", \"set\": {\"/instance_template/id\": \"$third\"}}"
    meta template replace "$old" --hop-limit 33 --update-groups -y -o json
    [[ "$status" -eq 5 ]] || { echo "$status $output $stderr"; return 1; }
    jq -e --arg third "$third" '.results[] | select(.kind == "group") | .outcome == "failed" and
        (.reason | contains("another writer") and contains($third))' <<< "$output"
}

# body_of KIND N: what the API answers about the N-th server.
body_of() {
    sim_curl GET "/v1/$1/$(sim_state -r ".$1[$2].id")"
}

# stranger KIND: what it would answer about a server that is enabled and that nobody has asked for.
stranger() {
    body_of "$1" 0 | jq -c '.metadata_service.enabled = true | .id |= sub("-.*"; "-00000000-0000-0000-0000-000000000000")'
}

# mixed OPERATION STATUS BODY [MORE]: such a request has no effect and is answered with another one's body.
mixed() {
    jq -nc --arg operation "$1" --argjson status "$2" --argjson body "$3" --argjson more "${4:-{\}}" \
        '{operation: $operation, action: "status", status: $status, body: $body} + $more'
}

@test "a change that is answered with another server's body is never taken for done" {
    client_start --instances 12 --bare-metal 3 --mix plain
    while read -r kind collection count; do
        clear_log
        faults "$(mixed "$collection.patch" 200 "$(stranger "$collection")")"
        meta "$kind" set --all --enabled true -y -o json
        expect 1
        jq -e --argjson count "$count" '.summary.changed == 0 and .summary.failed == $count and
            all(.results[]; (.after.enabled | not) and (.reason | contains("answer of another resource: asked for id \"")))' <<< "$output"
        # read, found without effect, sent once more, and again
        [ "$(sim_count PATCH '*')" -eq $((3 * count)) ]
        [ "$(sim_state "[.$collection[] | select(.enabled)] | length")" -eq 0 ]
    done << 'END'
instance instances 12
bare-metal bare_metal_servers 3
END
}

@test "a change that took effect or did so at the second try is changed, whatever body came with it" {
    client_start --instances 6 --mix plain
    body=$(stranger instances)
    faults "$(mixed instances.patch 200 "$body" '{"when": "after", "nth": [2, 3, 5]}')" "$(mixed instances.patch 200 "$body" '{"nth": 1}')"
    meta instance set --all --enabled true -y -o json -j 1
    expect 0
    jq -e '.summary.changed == 6 and all(.results[]; .after.enabled)' <<< "$output"
    [ "$(settings | jq -c '[.[][0]] | unique')" = '[true]' ]
}

@test "another server's body decides nothing: no request follows from it" {
    client_start --instances 2 --bare-metal 2 --mix plain
    while read -r kind collection; do
        clear_log
        faults "$(mixed "$collection.get" 200 "$(body_of "$collection" 1 | jq -c '.metadata_service.enabled = true')")"
        name=$(sim_state -r ".$collection[0].name")
        meta "$kind" set "$name" --enabled true -y -o json
        expect 1
        jq -e '.results[0] | .outcome == "failed" and (.reason | contains("answer of another resource: asked for id \""))' <<< "$output"
        [ "$(sim_count PATCH '*')" -eq 0 ]
        # for a moment only: nothing is lost
        faults "$(mixed "$collection.get" 200 "$(body_of "$collection" 1)" '{"nth": 1}')"
        meta "$kind" set "$name" --enabled true -y
        expect 0
        [ "$(sim_state -c "[.$collection[].enabled]")" = '[true,false]' ]
    done << 'END'
instance instances
bare-metal bare_metal_servers
END
}

@test "another server's body is neither shown nor listed" {
    client_start --instances 2 --bare-metal 0 --mix plain
    faults "$(mixed instances.get 200 "$(body_of instances 1)")"
    id=$(sim_state -r '.instances[0].id')
    meta instance show "$id" -o json
    expect 1 "answer of another resource: asked for id \"$id\", got \"$(sim_state -r '.instances[1].id')\""
    [[ $output != *'"name"'* ]]
    meta instance list "$id" -o json
    expect 1 "answer of another resource"
    jq -e '.complete == false and .items == []' <<< "$output"
}

@test "an answer without a usable identity is not taken for the resource" {
    client_start --instances 10 --groups 0 --bare-metal 0 --mix plain
    long=$(printf 'a%.0s' {1..10000})
    rules=() words=() number=0
    while IFS='|' read -r change word; do
        name=$(sim_state -r ".instances[$number].name")
        rules+=("{\"operation\": \"instances.get\", \"action\": \"edit\", \"record\": {\"name\": \"$name\"}, $change}")
        words+=("$name|$word")
        number=$((number + 1))
    done << END
"remove": ["/id"]|got none
"set": {"/id": null}|got null
"set": {"/id": 7}|got 7
"set": {"/id": ["x"]}|got something else
"set": {"/id": "$long"}|got "aaaa
"set": {"/id": "../x"}|got "../x"
"set": {"/id": "a\\u001b[2Jb"}|got "a\\x1b[2Jb"
"set": {"/crn": "crn:v1:bluemix:public:is:us-south-1:a/1::instance:0717_other"}|asked for crn
"set": {"/href": "http://localhost/v1/instances/0717_other"}|asked for href
"set": {"": []}|got none
END
    faults "${rules[@]}"
    meta instance set --all --enabled true -y -o json
    expect 1
    [ "$(sim_count PATCH '*')" -eq 0 ]
    for word in "${words[@]}"; do
        jq -e --arg name "${word%%|*}" --arg words "${word#*|}" '.results[] | select(.name == $name) |
            .outcome == "failed" and (.reason | contains($words)) and (.reason | length < 300)' <<< "$output" ||
            { echo "$word: $output"; return 1; }
    done
}

@test "a record of a list with an id that is none is shown without it, and nothing is sent to it" {
    client_start --instances 3 --groups 0 --bare-metal 0 --mix plain
    name=$(sim_state -r '.instances[0].name')
    for id in '"../../keys"' '"a\u001b[2J"' '""' '"0717_AB"' "\"$(printf 'a%.0s' {1..10000})\""; do
        faults "{\"operation\": \"instances.list\", \"action\": \"edit\", \"record\": {\"name\": \"$name\"}, \"set\": {\"/id\": $id}}"
        meta instance list -o json
        expect 1
        jq -e --arg name "$name" '(.items | length == 3) and ([.items[] | select(.id == null) | .name] == [$name]) and
            (.missing | length == 1 and (.[0] | startswith("instance \($name) in us-south: id is not valid (at /instances/")))' <<< "$output" ||
            { echo "$id: $output"; return 1; }
        clear_log
        meta instance set --all --hop-limit 3 -y -o json
        jq -e '.summary.skipped == 1' <<< "$output"
        [ "$(sim_log 'select(.path | test("keys|\\.\\.|%1B"))' | wc -l)" -eq 0 ]
    done
}

@test "a creation is taken for what was asked for by its name and a valid id, and looked for otherwise" {
    client_start --instances 1 --templates 1 --bare-metal 0 --groups 0 --mix plain
    other=$(sim_state -r '.instances[0].id')
    sim_state -r '.templates[0].name' > template
    number=0
    while read -r change; do
        number=$((number + 1))
        clear_log
        faults "{\"operation\": \"instances.create\", \"action\": \"edit\", $change}"
        meta instance create --template "$(cat template)" --name "new-$number" -y -o json
        expect 0
        id=$(sim_state -r --arg name "new-$number" '.instances[] | select(.name == $name) | .id')
        jq -e --arg id "$id" --arg name "new-$number" '.results[0] | .outcome == "changed" and .id == $id and .name == $name' <<< "$output" ||
            { echo "$change: $output"; return 1; }
        [ "$(sim_count POST '/v1/instances*')" -eq 1 ]
        # the history has the right one
        [ "$("$BUILD/vpcmeta" runs show last --jq '.results[0].id')" = "\"$id\"" ] || [ "$("$BUILD/vpcmeta" runs show last --jq '.results[0].id')" = "$id" ]
    done << END
"set": {"/name": "another"}
"set": {"/id": "$other"}
"set": {"/id": null}
"set": {"/id": 5}
"set": {"/id": "../x"}
"remove": ["/id"]
"remove": ["/name"]
END
    [ "$(sim_state '[.instances[] | select(.name | startswith("new-"))] | length')" -eq "$number" ]
    # without a name nothing can be looked for, and it is not sent again
    faults "{\"operation\": \"instances.create\", \"action\": \"edit\", \"set\": {\"/id\": \"$other\"}}"
    clear_log
    meta instance create --template "$(cat template)" -y -o json
    expect 1
    jq -e '.results[0].outcome == "unknown"' <<< "$output"
    [ "$(sim_count POST '/v1/instances')" -eq 1 ]
}

@test "a look-up by name that is answered with others says nothing" {
    client_start --instances 1 --templates 1 --bare-metal 0 --groups 0 --mix plain
    sim_state -r '.templates[0].name' > template
    list=$(sim_curl GET '/v1/instances?limit=1')
    faults '{"operation": "instances.create", "action": "reset", "when": "after"}' "$(mixed instances.list 200 "$list")"
    meta instance create --template "$(cat template)" --name wanted -y -o json
    expect 1
    jq -e '.results[0] | .outcome == "unknown" and (.reason | contains("answer of another resource: asked for name \"wanted\""))' <<< "$output"
    [ "$(sim_count POST '/v1/instances')" -eq 1 ]
    faults "$(mixed instances.list 200 "$list")"
    meta instance set wanted --enabled true -y
    [ "$status" -ne 0 ]
    [[ $stderr == *"answer of another resource"* ]]
    faults
    meta runs resume last -y -o json
    expect 0
    [ "$(sim_state '[.instances[] | select(.name == "wanted")] | length')" -eq 1 ]
}

@test "groups and templates are taken by their identity, too" {
    client_start --instances 20 --templates 6 --groups 2 --bare-metal 0
    group=$(sim_state -r '.groups[0].id')
    old=$(sim_state -r '.groups[0].template as $id | .templates[] | select(.id == $id) | .name')
    faults "$(mixed groups.patch 200 "$(sim_curl GET "/v1/instance_groups/$(sim_state -r '.groups[1].id')")")"
    meta template replace "$old" --hop-limit 33 --update-groups -y -o json
    jq -e '.results[] | select(.kind == "group") | .outcome == "failed" and (.reason | contains("answer of another resource"))' <<< "$output"
    faults "$(mixed groups.get 200 "$(sim_curl GET "/v1/instance_groups/$(sim_state -r '.groups[1].id')")")"
    meta group show "$group" -o json
    expect 1 "answer of another resource"
    faults '{"operation": "templates.get", "action": "edit", "set": {"/id": "0717-other"}}'
    meta template show "$(sim_state -r '.templates[0].id')"
    expect 1 "answer of another resource"
}

@test "an action that is answered with a page or with another server's action is settled by the status" {
    client_start --instances 3 --groups 0 --bare-metal 0 --mix plain --transition-ms 50
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    other=$(sim_state -r '.instances[2].id')
    number=0
    for body in '"<html>A gateway.</html>"' "{\"id\": \"a\", \"href\": \"http://localhost/v1/instances/$other/actions/a\", \"type\": \"stop\"}"; do
        faults "$(mixed instances.action 200 "$body" '{"nth": [1, 3]}')"
        clear_log
        meta instance set "$(sim_state -r ".instances[$number].name")" --enabled true --restart needed -y -o json \
            --poll-interval 100ms --stop-timeout 5 --start-timeout 5
        expect 0
        jq -e '.results[0] | .outcome == "changed" and .restart_needed == false' <<< "$output" || { echo "$output"; return 1; }
        # each of the two actions was sent again, because it had no effect
        [ "$(sim_count POST '*/actions')" -eq 4 ]
        [ "$(sim_state -c '[.instances[].status] | unique')" = '["running"]' ]
        number=$((number + 1))
    done
}

@test "a deletion that is answered about another resource is settled by a read" {
    client_start --instances 0 --templates 2 --groups 0 --bare-metal 0
    name=$(sim_state -r '.templates[0].name')
    faults "$(mixed templates.delete 200 '{"href": "http://localhost/v1/instance/templates/0717-other"}')"
    meta template replace "$name" --hop-limit 33 --update-groups --delete-old -y -o json
    [ "$status" -ne 0 ]
    jq -e '[.results[] | select(.action == "delete")] | length == 1 and .[0].outcome == "failed"' <<< "$output" || { echo "$output"; return 1; }
    [ "$(sim_state '.templates | length')" -eq 3 ]
}

@test "where answers are mixed up each result is what the simulator has, and nothing is made twice" {
    scenario=$BATS_TEST_DIRNAME/../data/scenarios/mixed-up.json
    client_start --instances 200 --templates 1 --groups 0 --bare-metal 0 --mix plain --scenario "$scenario"
    settings > before
    meta instance set --all --enabled true -y -o json
    jq -e '.summary | .changed > 190 and .changed + .failed == 200' <<< "$output"
    echo "$output" > run
    results_are_true before run '{"enabled": true}'
    meta instance create --template "$(sim_state -r '.templates[0].name')" --count 60 --name 'new-{:03}' -y -o json
    expect 0
    [ "$(jq -c '[.results[] | [.id, .name]] | sort' <<< "$output")" = \
        "$(sim_state -c '[.instances[] | select(.name | startswith("new-")) | [.id, .name]] | sort')" ]
    jq -e '.summary.changed == 60' <<< "$output"
}

@test "what a run that was cut off had set is taken back, although its resumption met another writer" {
    client_start --instances 0 --bare-metal 1 --mix plain
    meta bare-metal set --all --enabled true -y
    faults '{"method": "PATCH", "action": "hang", "when": "after", "ms": 2000}'
    clear_log
    "$BUILD/vpcmeta" bare-metal set --all --enabled true --protocol https -y 3>&- &
    run_pid=$!
    await_writes 1
    kill -9 "$run_pid"
    wait "$run_pid" || true
    faults '{"operation": "bare_metal_servers.get", "nth": 1, "action": "change", "set": {"metadata_service": {"enabled": false}}}'
    meta runs resume last -y -o json
    expect 6 "undo:
  vpcmeta runs rollback"
    meta runs rollback last -y
    expect 0
    [ "$(sim_state -c '.bare_metal_servers[0] | [.enabled, .protocol]')" = '[false,"http"]' ]
}
