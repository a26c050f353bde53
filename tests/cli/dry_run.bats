#!/usr/bin/env bats
# What a dry run prints for programs: the shape of the run, marked in every row, and the same bytes for the same state.

load client

bodies=$BATS_TEST_DIRNAME/../data/bodies

teardown() {
    sim_stop
}

# The dry run of these words in json, jsonl and csv: marked, without a run, twice the same, and nothing is sent.
previews() {
    local format
    clear_log
    meta "$@" -n -o json
    [ "$status" -eq 0 ]
    jq -e '.dry_run == true and has("run") and .run == null and .summary.changed == .summary.would_change and
        .summary.would_change > 0 and ([.results[] | select(.outcome == "would_change")] | length) == .summary.changed and
        all(.results[]; .dry_run == true and .outcome != "changed" and .attempts == 0)' <<< "$output"
    for format in json jsonl csv; do
        meta "$@" -n -o $format
        echo "$output" > first.$format
        meta "$@" -n -o $format
        diff first.$format - <<< "$output"
    done
    jq -e '.dry_run == true and .outcome != "changed"' first.jsonl
    [[ $(head -n 1 first.csv) == kind,region,id,name,outcome,before,after,restart_needed,reason,http_status,request_id,attempts,action,dry_run,* ]]
    python3 -c '
import csv
rows = list(csv.DictReader(open("first.csv")))
assert rows and all(row["dry_run"] == "true" and row["outcome"] != "changed" for row in rows), rows'
    [ -z "$(writes)" ]
}

@test "dry runs of set, restart, replace and bare metal are marked in the object and in every row" {
    client_start --instances 6 --bare-metal 2 --groups 1 --mix plain
    previews instance set --all --enabled true
    previews bare-metal set --all --protocol https
    previews instance restart --all --always
    previews template replace --all --hop-limit 9 --update-groups --roll --delete-old
}

@test "dry runs of creations have a row for each, and the bodies that would be sent" {
    client_start --instances 1
    jq 'del(.name)' "$bodies/instance-prototype-by-image-network-interface.json" > body.json
    previews instance create -f body.json --count 2 --name 'web-{}'
    jq -e '.path == "/instances" and (.bodies | map(.name)) == ["web-1", "web-2"] and
        (.results | map(.name)) == ["web-1", "web-2"] and all(.results[]; .region == "eu-de")' first.json
    previews template create -f "$bodies/instance-template-prototype-by-image.json" --name tpl-new
    previews bare-metal create -f "$bodies/bare-metal-prototype-by-network-interface.json" --name bm-new
    jq -e '(.bodies | length) == 1 and .bodies[0].name == "bm-new"' first.json
}

@test "dry runs of rollback, resume and retry are marked, too" {
    client_start --instances 3 --mix plain
    meta instance set --all --hop-limit 7 -y
    [ "$status" -eq 0 ]
    previews runs rollback last
    faults '{"operation":"instances.patch","action":"status","status":400}'
    meta instance set --all --hop-limit 8 -y
    previews runs retry last
}

@test "a run itself has no mark, and a dry run can be asked for its outcome in words" {
    client_start --instances 2 --mix plain
    meta instance set --all --hop-limit 7 -n --fields name,outcome,dry_run --no-headers
    [ "$(grep -c 'would_change *true' <<< "$output")" -eq 2 ]
    meta instance set --all --hop-limit 7 -y -o json
    jq -e 'has("dry_run") == false and all(.results[]; has("dry_run") == false and .outcome == "changed") and
        (.summary | has("would_change")) == false' <<< "$output"
}
