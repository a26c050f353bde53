#!/usr/bin/env bats
# vpcmeta audit trend and prune: counts of stored audits over time, scope by scope, without a request.
load sim
load screen

bats_require_minimum_version 1.5.0

setup() {
    export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state TZ=UTC
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    sim_stop
}

fleet() {
    sim_start "$@"
    export VPC_URL=$SIM_URL IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE IC_API_KEY=$SIM_API_KEY
}

meta() { run --separate-stderr "$BUILD/vpcmeta" "$@"; }

sql() { python3 -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for row in c.execute(sys.argv[2]).fetchall(): print(*row, sep="|")
c.commit()' "$HISTORY" "$1"; }

# Three audits of everything, a day apart, the second after a change; and one of a rule.
four_audits() {
    fleet --instances 40 --templates 5 --groups 2
    run -3 "$BUILD/vpcmeta" audit
    "$BUILD/vpcmeta" instance set --all --protocol https -y -q > /dev/null
    run -3 "$BUILD/vpcmeta" audit
    run -3 "$BUILD/vpcmeta" audit --max-hop-limit 3
    run -3 "$BUILD/vpcmeta" audit --rule disabled
    sql "UPDATE audit SET started_at = '2026-11-0' || number || 'T10:00:00Z'"
}

@test "without audits it says so and how to begin, and asks nothing" {
    meta audit trend
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
    [ "$stderr" = "no audit is stored yet: 'vpcmeta audit' stores one each time" ]
    meta audit trend -o json
    [ "$(jq -c . <<< "$output")" = '{"schema_version":1,"items":[]}' ]
    [ ! -e "$HISTORY" ]
}

@test "a row an audit, scope by scope, and every format has the same" {
    four_audits
    sim_stop
    meta audit trend -o json
    [ "$status" -eq 0 ]
    echo "$output" > trend.json
    jq -e '[.items[].selection] == [["--rule", "disabled"], [], [], []]
           and ([.items[].started_at[:10]] == ["2026-11-04", "2026-11-01", "2026-11-02", "2026-11-03"])
           and (.items | all(.findings == .critical + .high + .medium + .low + .info and .complete
                             and .regions == ["us-south"] and .exit_status == 3 and .policy == "baseline"))
           and .items[1].new == null and .items[1].fixed == null
           and .items[2].new == 0 and .items[2].fixed == .items[1].findings - .items[2].findings
           and .items[3].fixed > 0 and .items[2].policy_digest != .items[3].policy_digest' trend.json
    meta audit trend -o jsonl
    [ "$(jq -cs . <<< "$output")" = "$(jq -c .items trend.json)" ]
    meta audit trend -o csv
    [ "$(wc -l <<< "$output")" -eq 5 ]
    [[ $output == "audit,started_at,findings,critical,high,medium,low,info,new,fixed,"* ]]
    meta audit trend --sort findings --limit 1 -o json
    jq -e '.items | length == 1' <<< "$output"
}

@test "the chart fits every width, its bars are as long as the counts say, and it needs no colour" {
    four_audits
    for size in 60x24 80x24 100x24 120x40; do
        screen_plain $size audit trend
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        shows '^us-south; account [0-9a-f]{32}; '
        shows '(^  | )everything; policy baseline$'
        shows '^STARTED  '
        shows '^2026-11-01 10:00 .*H.*L+i*$'
        shows '^-- new version of policy baseline$'
        shows 'H high.*L low'
    done
    # twice as many findings are a bar twice as long, to a column
    meta audit trend --all
    while read -r _ findings _ _ _ _ _ bar; do
        echo "$findings ${#bar}"
    done < <(grep ^2026 <<< "$output") > lengths
    [ "$(wc -l < lengths)" -eq 3 ]
    read -r most longest < lengths
    while read -r findings length; do
        [ $((length * most - findings * longest)) -le "$most" ]
        [ $((findings * longest - length * most)) -le "$most" ]
    done < lengths
    meta audit trend --color always
    [[ $output == *$'\033[31mH'* ]]
    meta audit trend
    [[ $output != *$'\033'* ]]
}

@test "selectors, rules, regions, policy and --last choose" {
    four_audits
    while IFS='|' read -r options count; do
        # shellcheck disable=SC2086
        meta audit trend -o json $options
        [ "$status" -eq 0 ]
        [ "$(jq '.items | length' <<< "$output")" -eq "$count" ] || { echo "$options: $output"; false; }
    done << 'END'
--all|3
--rule disabled|1
--rule hop-limit|0
--region us-south|4
--region eu-de|0
--region all|4
--policy baseline|4
--policy other|0
--last 1|2
--last 2 --all|2
--vpc vpc-1|0
END
    meta audit trend --rule hop-limit
    [[ $stderr == "4 audits are stored, none of that scope"* ]]
    meta audit trend --last 1
    [[ $stderr == "2 older audits are left out"* ]]
}

@test "old audits are forgotten after a question, and only those" {
    four_audits
    sql "UPDATE audit SET started_at = '2020-01-01T00:00:00Z' WHERE number <= 2"
    meta audit prune
    [ "$status" -eq 2 ]
    meta audit prune --older-than 365 --dry-run -o json
    [ "$status" -eq 0 ]
    jq -e '.dry_run and .forgotten == 0 and .kept == 4 and [.items[].outcome] == ["would_forget", "would_forget"]' <<< "$output"
    meta audit prune --older-than 365
    [ "$status" -eq 2 ]
    [ "$(sql 'SELECT count(*) FROM audit')" = 4 ]
    meta audit prune --older-than 365 --yes
    [ "$status" -eq 0 ]
    [ "$stderr" = "2 audits forgotten" ]
    [ "$(sql 'SELECT count(*) FROM audit')" = 2 ]
    # runs are not touched, and `runs prune` does not touch audits
    meta runs prune --older-than 0 --yes
    [ "$(sql 'SELECT count(*) FROM run')" = 0 ]
    [ "$(sql 'SELECT count(*) FROM audit')" = 2 ]
}

@test "cells of CSV are words, not JSON, and a member of a column is a field of every format" {
    four_audits
    meta audit trend -o csv --no-headers --fields regions,selection
    [ "$status" -eq 0 ]
    [ "$(sort -u <<< "$output")" = $'us-south,\nus-south,\'--rule disabled' ]
    cat > p.yaml <<'END'
version: 1
rules:
  - name: all
    metadata_service: {protocol: https}
    exceptions: [{name: '*', reason: r, owner: team-a, expires: 2099-12-31}]
END
    for format in table json jsonl csv; do
        meta audit --policy p.yaml --no-store --rule enabled-over-http --fields exception.owner -o $format
        [ "$status" -eq 0 ]
        [[ $output == *team-a* ]]
    done
    meta audit --policy p.yaml --no-store --fields exception.ownr
    [ "$status" -eq 2 ]
    [[ $stderr == *"there is no such field: did you mean exception.owner?"* ]]
}

@test "new and fixed are counted beside an audit with the same policy, and the heading names the regions all the same" {
    echo '{"items":[{"kind":"instance","region":"us-south","id":"0717_00000000-0000-4000-8000-000000000001","name":"web","status":"running","enabled":true,"protocol":"http","response_hop_limit":1}]}' > fleet.json
    fleet --load fleet.json
    for name in first second; do
        printf 'version: 1\nname: %s\nrules: [{name: all, metadata_service: {enabled: %s}}]\n' $name \
            "$([ $name = first ] && echo true || echo false)" > $name.yaml
    done
    for name in first second second first; do
        meta audit --policy $name.yaml -q
    done
    meta audit trend -o json
    jq -e '[.items[] | [.new, .fixed]] == [[null, null], [null, null], [0, 0], [0, 0]]' <<< "$output"
    sim_http -X POST -H 'Content-Type: application/json' \
        -d '{"rules":[{"operation":"instances.list","action":"status","status":403}]}' "$SIM_BASE/_sim/faults"
    meta audit --policy first.yaml -q
    [ "$status" -eq 5 ]
    meta audit trend
    [[ ${lines[0]} == "us-south; "* ]]
}
