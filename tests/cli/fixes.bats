#!/usr/bin/env bats
# The fixes of an audit: one command a resource, and a few for all of them together. Pasted into a shell they mend what
# was found, and the next audit is clean but for what cannot be changed.
load client

teardown() {
    sim_stop
}

fleet() {
    client_start --instances 40 --templates 20 --bare-metal 8 --groups 4 "$@"
    PATH=$BUILD:$PATH
}

# Runs the commands of standard input, one after the other; $skipped gets the ids of servers that cannot be changed.
paste_all() {
    local line
    while IFS= read -r line; do
        bash -n <<< "$line"
        if [[ $line == *" show "* ]]; then # nothing can be changed there
            bash -c "$line -o json" < /dev/null | jq -r '.items[].id' >> skipped
            continue
        fi
        bash -c "$line -y -q -o json" < /dev/null > done.json || { echo "failed: $line" && return 1; }
        jq -r '.results[] | select(.outcome == "skipped") | .id' done.json >> skipped
    done
}

# The next audit finds nothing but what `set` skips, and what a restart or a rollout finishes (info).
expect_clean() {
    touch skipped
    "$BUILD/vpcmeta" audit -o json "$@" > after.json || [ $? -eq 3 ]
    jq -re --rawfile skipped skipped '($skipped | split("\n")) as $known
        | .complete and ([.findings[] | select(.severity != "info") | select(.id as $id | $known | index($id) | not)] | debug == [])' after.json
}

fixes() { "$BUILD/vpcmeta" audit -o json "$@" | jq -r '.findings[].fix' | awk '!seen[$0]++'; }
grouped() { "$BUILD/vpcmeta" audit "$@" | grep '^vpcmeta '; }

@test "every finding of a resource has the same fix, and every fix is a command" {
    fleet --region us-south,eu-de
    meta audit --region all -o json
    expect 3
    jq -e '[.findings[] | select(.rule != "group-template")] | group_by(.id)
           | any(length > 1) and all(map(.fix) | unique | length == 1)' <<< "$output"
    # a group is mended at its template
    jq -e '.findings as $all | [.findings[] | select(.rule == "group-template")] | length > 0 and all(.fix as $fix
           | any($all[]; .kind == "template" and .fix == $fix))' <<< "$output"
    jq -r '.findings[].fix' <<< "$output" > fixes
    bash -n fixes
    run ! grep -v '^vpcmeta ' fixes
    run ! grep -Ev -- ' --region (us-south|eu-de)$' fixes
}

@test "all fixes, pasted one after the other, leave nothing to fix" {
    client_start --instances 20 --templates 12 --bare-metal 4 --groups 3 --region us-south,eu-de
    PATH=$BUILD:$PATH
    fixes --region all > fixes.txt
    [ "$(wc -l < fixes.txt)" -gt 40 ]
    paste_all < fixes.txt
    expect_clean --region all
}

@test "the grouped commands alone leave nothing to fix" {
    fleet --region us-south,eu-de
    grouped --region all > fixes
    [ "$(wc -l < fixes)" -le 10 ]
    paste_all < fixes
    expect_clean --region all
}

@test "grouped commands keep to the limit, the rules and the selectors of the audit" {
    local given words
    for given in "--max-hop-limit 2" "--rule enabled-over-http,group-template" \
        "--severity medium --zone us-south-1 --name *-*[13579]* --exclude web* --where .name|test(\"1\")"; do
        rm -f skipped
        fleet
        sim_state > before
        IFS=' ' read -ra words <<< "$given"
        grouped "${words[@]}" > fixes
        fixes "${words[@]}" > single
        paste_all < fixes
        expect_clean "${words[@]}"
        # nothing else was touched: what has changed has a fix of its own
        sim_state > after
        jq -r --slurpfile after after '([$after[0].instances[], $after[0].bare_metal_servers[]] | INDEX(.id)) as $new
            | (.instances[], .bare_metal_servers[]) | . as $old
            | select([$new[.id] | .enabled, .protocol, .response_hop_limit]
                     != [$old | .enabled, .protocol, .response_hop_limit]) | .name' before | sort > changed
        [ -s changed ]
        sed -n 's/^vpcmeta [a-z-]* set \([^ ]*\) .*/\1/p' single | sort > found
        [ -z "$(comm -23 changed found)" ]
        sim_stop
    done
}

@test "a name that is not the only one, or reads as something else, is replaced by the id; where the audit was is said" {
    client_start --instances 3 --templates 0 --bare-metal 0 --groups 0 --mix plain
    id=$(sim_state -r '.instances[0].id')
    name=$(sim_state -r '.instances[0].name')
    meta audit "$name" -o json
    expect 3
    [ "$(jq -r '.findings[0].fix' <<< "$output")" = \
        "vpcmeta instance set $name --enabled true --protocol https --region us-south" ]
    unset VPC_URL VPC_APIKEY IBMCLOUD_IAM_API_ENDPOINT
    printf '%s\n' "$SIM_API_KEY" > 'the key' && chmod 600 'the key'
    meta audit "$id" -o json --endpoint "$SIM_URL" --iam-url "$SIM_BASE" --api-key-file 'the key'
    expect 3
    jq -r '.findings[0].fix' <<< "$output" > fixes
    grep -qF -- "--endpoint $SIM_URL --iam-url $SIM_BASE --api-key-file 'the key'" fixes
    PATH=$BUILD:$PATH paste_all < fixes
    meta audit "$id" --endpoint "$SIM_URL" --iam-url "$SIM_BASE" --api-key-file 'the key'
    expect 0
}

@test "a group without its template is by hand: the message says so, and the fix shows the group" {
    fleet
    template=$(sim_state -r '.groups[0].template')
    group=$(sim_state -r '.groups[0].name')
    faults '{"operation": "templates.list", "action": "edit", "record": {"id": "'"$template"'"},
             "set": {"/id": "0717-00000000-0000-4000-8000-000000000000"}}'
    meta audit --rule group-template-missing -o json
    expect 3
    jq -e '.findings | length == 1 and (.[0].message | test("by hand"))' <<< "$output"
    fix=$(jq -r '.findings[0].fix' <<< "$output")
    [ "$fix" = "vpcmeta group show $group --region us-south" ]
    meta audit --rule group-template-missing
    expect 3
    run ! grep '^vpcmeta' <<< "$output"
}

@test "the rules are counted with the severity of their findings" {
    client_start --instances 0 --templates 2 --bare-metal 0 --groups 1 --mix plain
    meta audit
    expect 3
    grep -Eq '^low +1 +group-template ' <<< "$output"
    run ! grep -E '^high' <<< "$output"
}

@test "exceptions from the built-in policy stay as they are, whatever fixes are pasted" {
    local given words
    for given in "" "--rule enabled-over-http" "--max-hop-limit 2"; do
        client_start --instances 60 --templates 0 --bare-metal 0 --groups 0
        PATH=$BUILD:$PATH
        printf '{"version": 1, "exceptions": [{"name": "*[02468]", "rules": ["enabled-over-http"], "reason": "agent",
            "owner": "ops", "expires": "2030-01-01"}]}' > exceptions.json
        IFS=' ' read -ra words <<< "--policy baseline --exceptions exceptions.json $given"
        vpcmeta audit "${words[@]}" -o json > audit.json || [ $? -eq 3 ]
        jq -re '[.findings[] | select(.result == "excepted") | .id] | length > 4' audit.json
        jq -r '.findings[] | select(.result == "excepted") | .id' audit.json > excepted
        grouped "${words[@]}" | grep -v '^vpcmeta apply' > fixes
        [ -s fixes ]
        paste_all < fixes
        sim_state | jq -e --rawfile excepted excepted '[.instances[] | select(.id as $id | $excepted | contains($id))]
            | length > 4 and all(.enabled and .protocol == "http")'
        # what was not excepted is mended
        vpcmeta audit "${words[@]}" --rule enabled-over-http -o json > after.json || [ $? -eq 3 ]
        jq -e '[.findings[] | select(.result == "fail" and .rule == "enabled-over-http")] | length == 0' after.json
        sim_stop
    done
}

@test "the command that applies the built-in policy names it and its exceptions" {
    client_start --instances 10 --templates 0 --bare-metal 0 --groups 0
    printf '{"version": 1, "exceptions": [{"name": "*[02468]", "reason": "agent", "owner": "ops",
        "expires": "2030-01-01"}]}' > exceptions.json
    meta audit --policy baseline --exceptions exceptions.json
    expect 3
    grep -qx 'vpcmeta apply --policy baseline --exceptions exceptions.json --region us-south' <<< "$output"
    meta apply --policy baseline --exceptions exceptions.json --dry-run
    expect 0
    meta audit --policy baseline --exceptions exceptions.json --max-hop-limit 2
    expect 3
    run ! grep '^vpcmeta apply' <<< "$output"
}
