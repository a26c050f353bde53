#!/usr/bin/env bats
# What an answer says is compared with what was wanted, and is taken only for the resource that was asked for.
load ../cli/client
load ../cli/runs

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
