#!/usr/bin/env bats
# apply FILE: exactly what was planned and reviewed is carried out, and nothing of it where something has changed since.
load client

setup() {
    client_start --region eu-de --instances 12 --mix plain --templates 4 --bare-metal 2 --groups 2 --transition-ms 1
    export IBMCLOUD_REGION=eu-de
    vpcmeta instance list -o json > listed.json
}

teardown() {
    sim_stop
}

etag() { # COLLECTION ID
    sim_curl GET "/v1/$1/$2" -o /dev/null -D - | tr -d '\r' | awk 'tolower($1) == "etag:" {print $2}'
}

# The items of a plan for the first N instances: on, over https.
items() {
    local id
    jq -c ".items[:$1][]" listed.json | while read -r item; do
        id=$(jq -r .id <<< "$item")
        jq -c --arg etag "$([ "$1" -gt 9 ] || etag instances "$id")" '{action: "set", verdict: "change", kind, region, id, name, crn, status, etag: (if $etag == "" then null else $etag end),
            before: {enabled, protocol, response_hop_limit}, wanted: {enabled: true, protocol: "https"}}' <<< "$item"
    done | jq -sc .
}

place() { printf 'places=[{"region":"eu-de","api":"%s"}]' "${1:-$SIM_URL}"; }

# plan N [MEMBER=JSON...]: plan.json for N instances
plan() {
    items "$1" | python3 "$BATS_TEST_DIRNAME/plan_file.py" listed.json plan.json "$(place)" "${@:2}"
}

first() { jq -r ".items[${2:-0}].$1" listed.json; }

patch() { # ID BODY
    sim_curl PATCH "/v1/instances/$1" -H 'Content-Type: application/merge-patch+json' -d "$2" > /dev/null
}

# Nothing was sent that changes anything.
untouched() { [ "$(writes | wc -l)" -eq 0 ]; }

@test "a plan is carried out once, as one recorded run, and again changes nothing" {
    plan 3
    meta apply plan.json -n -o json
    expect 0
    jq -e '.dry_run and .run == null and .summary.would_change == 3' <<< "$output"
    untouched
    meta apply plan.json -y -o json
    expect 0
    jq -e '.summary == {selected: 3, changed: 3, unchanged: 0, skipped: 0, failed: 0, unknown: 0} and
        ([.results[].after] | all(.enabled and .protocol == "https"))' <<< "$output"
    run_id=$(jq -r .run <<< "$output")
    [ "$(writes | wc -l)" -eq 3 ]
    writes | jq -se '[.[].body] | all(. == {metadata_service: {enabled: true, protocol: "https"}})' > /dev/null
    # each was read once to compare and once before its PATCH, and nothing was listed
    clear_log
    meta apply plan.json -y -o json
    expect 0
    jq -e '.summary.changed == 0 and .summary.unchanged == 3' <<< "$output"
    untouched
    meta runs show "$run_id" -o json
    jq -e '.command == "apply" and (.arguments | index("plan.json") != null)' <<< "$output"
    meta runs rollback "$run_id" -y -o json
    expect 0
    jq -e '.summary.changed == 3' <<< "$output"
}

@test "more than a few are compared with the list" {
    sim_stop
    client_start --region eu-de --instances 60 --mix plain --groups 0
    vpcmeta instance list -o json > listed.json
    plan 50
    clear_log
    patch "$(first id 7)" '{"metadata_service":{"enabled":true}}'
    meta apply plan.json -y -o json
    expect 6 "$(first name 7)"
    [ "$(sim_log 'select(.method == "GET" and (.path | startswith("/v1/instances/")))' | wc -l)" -eq 0 ]
    meta apply plan.json -y --skip-stale -o json
    expect 0
    jq -e '.summary.changed == 49 and .summary.skipped == 1' <<< "$output"
}

@test "what has changed since is named, and nothing is sent; the rest is carried out where that is asked for" {
    local bad=0 change words
    while IFS='|' read -r change words; do
        [ -n "$change" ] || continue
        sim_stop
        client_start --region eu-de --instances 12 --mix plain --bare-metal 0 --groups 0 --transition-ms 1
        vpcmeta instance list -o json > listed.json
        plan 2
        id=$(first id)
        eval "$change"
        clear_log
        meta apply plan.json -y -o json
        if [ "$status" -ne 6 ] || [[ $stderr != *"$(first name)"* ]] || [ "$(writes | wc -l)" -ne 0 ] ||
            [ "$(jq --arg words "$words" '.run == null and .summary.failed == 1 and .summary.skipped == 1 and (.results[0] |
                .outcome == "failed" and (.reason | startswith("changed since the plan was made: ") and contains($words)))' <<< "$output")" != true ]; then
            echo "$change: $status $stderr $output"
            bad=1
        fi
        meta apply plan.json -y --skip-stale -o json
        if [ "$status" -ne 0 ] || [ "$(writes | wc -l)" -ne 1 ] ||
            [ "$(jq '.summary.changed == 1 and .summary.skipped == 1 and .results[0].outcome == "skipped" and
                (.results[0].reason | startswith("changed since the plan was made: "))' <<< "$output")" != true ]; then
            echo "$change, --skip-stale: $status $stderr $output"
            bad=1
        fi
    done << 'EOF'
patch "$id" '{"metadata_service":{"enabled":true}}'|enabled false -> true
patch "$id" '{"metadata_service":{"response_hop_limit":3}}'|hop limit 1 -> 3
patch "$id" '{"name":"other"}'|renamed from
patch "$id" '{"name":"other"}'; patch "$id" "{\"name\":\"$(first name)\"}"|another ETag
sim_curl DELETE "/v1/instances/$id"; sleep 0.3|deleted
EOF
    return "$bad"
}

@test "a change between the comparison and the PATCH makes that resource fail, the others are changed" {
    plan 3
    faults '{"operation": "instances.patch", "limit": 1, "action": "change", "set": {"metadata_service": {"response_hop_limit": 5}}}'
    meta apply plan.json -y -j 1 -o json
    expect 5
    jq -e '.summary.failed == 1 and .summary.changed == 2 and ([.results[] | select(.outcome == "failed")][0].reason |
        contains("changed by another writer"))' <<< "$output"
    [ "$(sim_state '[.instances[] | select(.response_hop_limit == 5 and .enabled == false)] | length')" -eq 1 ]
}

@test "a plan that was edited, cut off, made up or of another time is refused before any request" {
    local bad=0
    plan 2
    cp plan.json whole
    refused() { # STATUS WORDS
        clear_log
        meta apply "${3:-plan.json}" -y
        if [ "$status" -ne "$1" ] || [[ $stderr != *"$2"* ]] || [ "$(requests)" -ne 0 ] || [ -n "$output" ]; then
            echo "wanted $1 $2: $status $stderr"
            bad=1
        fi
    }
    sed 's/"steps":2/"steps":3/' whole > plan.json
    refused 2 "was changed after it was written"
    jq -c . whole > plan.json
    refused 2 "was changed after it was written"
    jq -c '.items[0].wanted.enabled = false' whole > plan.json
    refused 2 "was changed after it was written"
    head -c 700 whole > plan.json
    refused 2 "cut off"
    : > plan.json
    refused 2 "cut off"
    echo 'words' > plan.json
    refused 2 "is something else"
    echo '{"items": []}' > plan.json
    refused 2 "is not a plan"
    printf 'version: 1\nrules: []\n' > plan.json
    refused 2 "plan.json is a policy, not a plan: vpcmeta apply --policy plan.json"
    echo '{"rules": []}' > plan.json
    refused 2 "plan.json is a policy, not a plan: vpcmeta apply --policy plan.json"
    plan 2 format=2
    refused 2 "format 2"
    plan 2 'expires_at="2020-01-01T00:00:00Z"'
    refused 6 "expired"
    plan 2 'version="9.0.0"'
    refused 2 "9.0.0"
    plan 2 'complete=false'
    refused 2 "complete"
    refused 2 "No such file" no-such-file
    return "$bad"
}

@test "a byte that differs anywhere in a small plan is found, and so is every length" {
    plan 1
    clear_log
    # every place and length in the unit test; here a sample through the whole program
    python3 - "$BUILD/vpcmeta" << 'EOF'
import subprocess, sys
whole = open("plan.json", "rb").read()
for place in range(0, len(whole), 37):
    for text in (whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:], whole[:place]):
        open("bad.json", "wb").write(text)
        done = subprocess.run([sys.argv[1], "apply", "bad.json", "-y"], capture_output=True)
        assert done.returncode == 2 and done.stdout == b"" and b"error: " in done.stderr, (place, done)
EOF
    [ "$(requests)" -eq 0 ]
}

@test "a plan of another endpoint, region or account is refused before anything is read" {
    plan 2
    clear_log
    items 1 | python3 "$BATS_TEST_DIRNAME/plan_file.py" listed.json other.json "$(place http://127.0.0.1:1/v1)"
    clear_log
    meta apply other.json -y
    expect 2 "http://127.0.0.1:1/v1"
    [ "$(sim_log 'select(.path | startswith("/v1/instances"))' | wc -l)" -eq 0 ]
    meta apply plan.json -y --region us-south
    expect 2 "--region us-south"
    plan 2 'account="f00"'
    clear_log
    meta apply plan.json -y
    expect 2 "of account f00"
    [ "$(sim_log 'select(.path | startswith("/v1/instances"))' | wc -l)" -eq 0 ]
}

@test "a person is asked, with the changes of the plan, and no other answer than yes changes anything" {
    plan 2
    meta apply plan.json < /dev/null
    expect 2 "--yes"
    untouched
    run python3 "$BATS_TEST_DIRNAME/pty_dialogue.py" "$BUILD/vpcmeta" apply plan.json << 'EOF'
expect the plan was made at
expect [y/N]
send n
EOF
    echo "$output"
    untouched
}

# --- plans of policies -----------------------------------------------------------------------------------

policy() {
    cat > policy.yaml << 'EOF'
version: 1
rules:
  - name: templates
    kinds: [template, group]
    metadata_service: {enabled: true, protocol: https}
    apply: {roll: true, max_unavailable: 50%}
  - name: servers
    metadata_service: {enabled: true, protocol: https}
    exceptions:
      - {name: "db-*", rules: [disabled], reason: speaks http, owner: team-db, expires: 2099-01-01}
EOF
}

# begin: a fleet of two regions with its plan
begin() {
    sim_stop
    unset IBMCLOUD_REGION
    client_start --region us-south,eu-de --instances 8 --templates 3 --groups 2 --bare-metal 1 --mix plain --transition-ms 1
    policy
    meta plan --policy policy.yaml --region all --out plan.json -o json
    expect 0
    tpl=$(sim_state -r '.groups[0].template')
    tpl_name=$(sim_state -r --arg id "$tpl" '.templates[] | select(.id == $id).name')
    group=$(sim_state -r '.groups[0].id')
    other=$(sim_state -r --arg id "$tpl" '[.templates[] | select(.id != $id and (.crn | contains("us-south")))][0].id')
    base=/v1
    clear_log
}

@test "templates are replaced, groups moved and rolled, servers set, over two regions, as the plan of a policy says; once" {
    begin
    meta apply plan.json -y -o json
    expect 0
    jq -e '.summary.failed == 0 and ([.results[] | select(.outcome == "changed").action] | unique) ==
        ["create", "delete", "move", "roll", "set"] and ([.results[].region] | unique) == ["eu-de", "us-south"]' <<< "$output"
    sim_state '[.groups[].template] as $used | [.templates[] | select(.id as $id | $used | index($id)) | .enabled and
        .protocol == "https"] | all and length > 0' | grep -qx true
    # the exception keeps what it covers
    sim_state '[.instances[] | select(.name | startswith("db-")) | .enabled] | any | not' | grep -qx true
    clear_log
    meta apply plan.json -y -o json
    expect 0
    jq -e '.summary.changed == 0' <<< "$output"
    untouched
    meta apply --policy policy.yaml --region all -y -o json
    expect 0
    jq -e '.summary.changed == 0' <<< "$output"
    untouched
    meta plan --policy policy.yaml --region all --exit-code
    expect 0
}

@test "a template whose groups, name or source changed since is left whole, the rest is done where that is asked for" {
    local bad=0 change words
    while IFS='|' read -r change words; do
        [ -n "$change" ] || continue
        begin
        eval "$change" > changed
        clear_log
        meta apply plan.json -y -o json
        if [ "$status" -ne 6 ] || [ "$(writes | wc -l)" -ne 0 ] ||
            [ "$(jq --arg words "$words" '[.results[] | select(.outcome == "failed")] | length >= 4 and
                all(.reason | startswith("changed since the plan was made: ") and contains($words))' <<< "$output")" != true ]; then
            echo "$change: $status $stderr $(cat changed)"
            jq -c '.results[] | select(.outcome == "failed") | [.action, .name, .reason]' <<< "$output"
            bad=1
        fi
        meta apply plan.json -y --skip-stale -o json
        if [ "$status" -ne 0 ] || ! jq -e '.summary.changed > 5 and .summary.failed == 0' <<< "$output" > /dev/null ||
            [ "$(writes | grep -c "$tpl")" -ne 0 ]; then
            echo "$change, --skip-stale: $status $stderr"
            bad=1
        fi
    done << 'EOF'
sim_curl PATCH "/v1/instance_groups/$group" -H 'Content-Type: application/merge-patch+json' -d "{\"instance_template\":{\"id\":\"$other\"}}"|instance
sim_curl PATCH "/v1/instance_groups/$group" -H 'Content-Type: application/merge-patch+json' -d '{"name":"renamed"}'|renamed from
sim_curl PATCH "/v1/instance/templates/$tpl" -H 'Content-Type: application/merge-patch+json' -d '{"name":"renamed"}'|renamed from
sim_curl POST /v1/instance/templates -H 'Content-Type: application/json' -d "{\"name\":\"$tpl_name-r2\",\"source_template\":{\"id\":\"$other\"}}"|has the name
EOF
    return "$bad"
}

@test "apply --policy: dry run, question, run; without a file or with two, and beside options of the other form, refused" {
    begin
    meta apply --policy policy.yaml --region all -n -o json
    expect 0
    jq -e '.dry_run and .run == null and .summary.would_change > 10' <<< "$output"
    untouched
    meta apply plan.json --region us-south -y
    expect 2 "the plan is for us-south and eu-de: leave out --region"
    untouched
    meta apply --policy policy.yaml --region all < /dev/null
    expect 2 "--yes"
    untouched
    meta apply --policy policy.yaml --region us-south 'web-0001' -y -o json
    expect 0
    jq -e '[.results[].name] == ["web-0001", "web-0001"] or [.results[].name] == ["web-0001"]' <<< "$output"
    faults '{"operation": "bare_metal_servers.list", "action": "status", "status": 403}'
    clear_log
    meta apply --policy policy.yaml --region all -y -o json
    expect 5 "Nothing was changed"
    jq -e '.complete == false and (.missing | length > 0) and .run == null' <<< "$output"
    untouched
    refuse_all << 'EOF'
give a plan|apply
give one plan|apply plan.json plan.json
--name|apply plan.json --name 'web-*'
--skip-stale|apply --policy policy.yaml --skip-stale
--exceptions has no effect|apply plan.json --exceptions more.yaml
no-such.yaml|apply --policy no-such.yaml
exclude each other|apply plan.json --policy policy.yaml
EOF
}

@test "a plan of another account is refused at the same endpoint, with the same ids" {
    begin
    vpcmeta inventory export --region all -o fleet.json -q
    account=$(jq -r .account plan.json)
    sed "s#a/$account#a/00000000000000000000000000000abc#g; s#\"$account\"#\"00000000000000000000000000000abc\"#g" fleet.json > other.json
    port=$SIM_PORT
    sim_stop
    sim_start --load other.json --port "$port"
    meta apply plan.json -y
    expect 2 "account"
    untouched
}

@test "a history that cannot be written, a lock, a deadline and a signal end it as they end other writes" {
    begin
    XDG_STATE_HOME=/proc/none meta apply plan.json -y
    [ "$status" -ne 0 ]
    untouched
    meta apply plan.json -y --deadline 1ms
    [ "$status" -ne 0 ]
    untouched
    faults '{"operation": "instances.patch", "action": "latency", "ms": [3000, 3000], "limit": 1}'
    "$BUILD/vpcmeta" apply plan.json -y -q > first.out 2>&1 3>&- &
    first=$!
    await_count 1 writes_of_patch
    meta apply plan.json -y
    expect 8
    kill -INT "$first"
    wait "$first" || [ $? -eq 130 ]
    meta runs resume last -y -o json
    expect 0
}

writes_of_patch() { writes | wc -l; }

# --- restarts ---------------------------------------------------------------------------------------------

# A run that turns all on with their restarts, ended without a word while servers restart.
kill_while_restarting() { # ARGUMENTS of apply
    sim_stop
    client_start --region eu-de --instances 12 --mix plain --bare-metal 0 --groups 0 --templates 0 --transition-ms 300
    cat > restarts.yaml << 'YAML'
version: 1
rules:
  - name: servers
    kinds: [instance]
    metadata_service: {enabled: true, protocol: https}
    apply: {restart: needed}
YAML
    vpcmeta plan --policy restarts.yaml --out restarts.json -q > /dev/null
    "$BUILD/vpcmeta" apply "$@" -y -q > killed.out 2>&1 3>&- &
    pid=$!
    await_count 1 stops
    kill -9 "$pid"
    wait "$pid" || [ $? -eq 137 ]
    clear_log
}

stops() { sim_log 'select(.method == "POST" and (.path | endswith("/actions")))' | wc -l; }

restarts_missed() { # those that are on and were never stopped since, or are down
    sim_log 'select(.method == "POST" and (.path | endswith("/actions"))) | .path' | sort -u | wc -l
}

@test "restarts that a run which was cut off did not come to are pending, for the plan and for a second apply" {
    kill_while_restarting --policy restarts.yaml
    on=$(sim_state '[.instances[] | select(.enabled)] | length')
    meta plan --policy restarts.yaml --exit-code -o json
    expect 3
    [ "$(jq '[.results[] | select(.action == "restart" and .outcome == "would_change")] | length' <<< "$output")" -ge $((on - 2)) ]
    meta apply --policy restarts.yaml -y -o json --poll-interval 100ms --max-unavailable 12 --allow-same-group
    expect 0
    [ "$(restarts_missed)" -ge 10 ]
    meta instance restart --all -n -o json
    jq -e '.summary.would_change == 0' <<< "$output"
}

@test "a plan that is carried out again restarts what the run that was cut off turned on" {
    kill_while_restarting restarts.json
    meta apply restarts.json -y -o json --poll-interval 100ms --max-unavailable 12 --allow-same-group
    expect 0
    [ "$(restarts_missed)" -ge 10 ]
    [ "$(sim_state '[.instances[] | select(.enabled)] | length')" -eq 12 ]
}
