#!/usr/bin/env bats
# Every writing command while all kinds of faults come at once, lists and tokens included: what each result says is so,
# nothing is made, stopped or deleted twice, and a retry where nothing goes wrong finishes the rest.
# The sizes are variables of truth.bash; the commands that take longer have a fifth of the servers.
load ../cli/client
load ../cli/front
load truth

few=$((servers / 5))
timeout_s=1

teardown() {
    front_stop
    sim_stop
}

# OPERATION...: each kind of fault meets these, and lists and tokens, with $share
share=$mixed
all_kinds() {
    operations=("$@" '*.list' iam.token)
    probability=$share
    goes_wrong "$(each "$refused, \"retry_after\": 1" "$refused" '"action": "status", "status": 500' \
        '"action": "status", "status": 502, "body": "html", "when": "after"' '"action": "status", "status": 503' \
        '"action": "reset"' '"action": "reset", "when": "after"' '"action": "truncate"' '"action": "garbage"' \
        '"action": "hang", "ms": 20000, "when": "after"')"
}

# COUNT: a retry or a resume where nothing goes wrong ends with so many done (a group without members needs no roll)
finishes() {
    goes_wrong ''
    echo "# report: all kinds at $share each: $BATS_TEST_DESCRIPTION: $(jq -c .summary run)" >&3
    meta runs resume last "${through[@]}" -y -o json
    meta runs retry last "${through[@]}" -y -o json
    expect 0
    jq -e --argjson n "$1" '.summary | .changed + .unchanged == $n' <<< "$output"
    is_version
}

# The POSTs that were accepted, by MEMBER of their body and path: none of them twice.
accepted_once() {
    writes | jq -c "select(.method == \"POST\" and .status < 300) | [.path, .body$1]" | sort | uniq -d > twice
    [ ! -s twice ]
}

@test "creations: each name is made once, and a result says what there is" {
    jq 'del(.name, .boot_volume_attachment, .volume_attachments, .network_interfaces, .default_trusted_profile,
        .primary_network_interface.primary_ip) |
        .metadata_service = {enabled: true, protocol: "https", response_hop_limit: 2}' \
        "$BATS_TEST_DIRNAME/../data/bodies/instance-prototype-by-image-network-interface.json" > "$BATS_TEST_TMPDIR/body.json"
    fleet --region eu-de --instances 0 --templates 0 --bare-metal 0 --groups 0
    all_kinds instances.create instances.get
    insist instance create -f body.json --count "$servers" --name 'web-{:04}'
    sim_state -c '[.instances[] | {key: .name, value: .id}] | from_entries' > made
    jq -e --slurpfile made made 'all(.results[]; if .outcome == "changed" then $made[0][.name] == .id
        elif .outcome == "unknown" then true else $made[0][.name] == null end)' run
    finishes "$servers"
    accepted_once .name
    [ "$(sim_state '[.instances[].name] | length')" -eq "$servers" ]
    [ "$(sim_state '[.instances[].name] | unique | length')" -eq "$servers" ]
    [ "$(found | jq 'all(.[]; . == [true, "https", 2])')" = true ]
}

@test "bare metal servers: every result is true" {
    collection=bare_metal_servers
    fleet --instances 0 --templates 0 --groups 0 --mix plain --bare-metal "$few"
    all_kinds 'bare_metal_servers.patch' 'bare_metal_servers.get'
    found > before
    insist bare-metal set --all --enabled true --protocol https
    results_are_true before run '{"enabled": true, "protocol": "https"}'
    sent_once
    finishes "$few"
    sent_once
    [ "$(found | jq 'all(.[]; .[0:2] == [true, "https"])')" = true ]
}

@test "restarts: a server that is down is named, none is stopped twice, and all run in the end" {
    fleet --instances "$few" --bare-metal 0 --groups 0 --mix plain --transition-ms 100
    meta instance set --all --enabled true "${through[@]}" -y -q
    expect 0
    clear_log
    all_kinds instances.action instances.get
    insist instance restart --all --max-unavailable 30% --poll-interval 100ms --start-timeout 60
    sim_state -c '[.instances[] | select(.status != "running" and .status != "starting") | .name] | sort' > down
    # what is not said to be down, or to have an unknown result, runs
    jq -e --slurpfile down down '[.results[] | select(.outcome == "changed" or .outcome == "skipped" or
        (.reason | startswith("is running"))) | .name] as $up | ($up - ($up - $down[0])) == []' run
    finishes "$few"
    [ "$(sim_state -r '[.instances[].status] | unique | join(" ")')" = running ]
    accepted_once .type
}

@test "templates: each new one is made once, groups are moved and rolled, the old ones go" {
    fleet --region eu-de --instances $((few + 40)) --templates $((few / 3)) --groups $((few / 6)) --bare-metal 0 \
        --mix plain --transition-ms 20
    sim_state -c '[.templates[].name + "-r2"] | sort' > names
    sim_state -c '[.groups[] | [.name, .membership_count]] | sort' > sizes
    count=$(sim_state '(.templates | length) * 2 + (.groups | length) * 2')
    # half as often: before the run there is a list of the members of each group, and all must succeed
    share=$(jq -n "$mixed / 2")
    all_kinds 'templates.*' groups.get groups.patch memberships.delete
    insist template replace --all --hop-limit 33 --update-groups --roll --delete-old --poll-interval 20ms
    sim_state -c '[.templates[].name]' > there
    jq -e --slurpfile there there 'all(.results[]; if .outcome != "changed" then true
        else (.name as $n | $there[0] | index($n) != null) == {create: true, delete: false}[.action] or
            (.action | . == "move" or . == "roll") end)' run
    finishes "$count"
    accepted_once .name
    sim_state -c '[.templates[].name] | sort' | diff names -
    sim_state -c '[.groups[] | [.name, .membership_count]] | sort' | diff sizes -
    sim_state -e '(.groups | all(.status == "healthy")) and ([.memberships[].instance] | length == (unique | length))'
}
