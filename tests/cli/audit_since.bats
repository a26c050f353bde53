#!/usr/bin/env bats
# vpcmeta audit beside earlier audits: --since marks what is new and says what is fixed, and never calls fixed what was
# not read; --expect lets a list of findings only shrink. Neither hides a finding.
load sim
load screen

bats_require_minimum_version 1.5.0

setup() {
    export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
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

# Servers with a finding each: web over http, hop with a hop limit of 5; fine has none.
server() { # NAME PROTOCOL HOP-LIMIT [REGION]
    local id
    id=0717_00000000-0000-4000-8000-$(printf %s "$1" | md5sum | head -c 12)
    echo "{\"kind\":\"instance\",\"region\":\"${4:-us-south}\",\"id\":\"$id\",\"name\":\"$1\",\"status\":\"running\",\"enabled\":true,\"protocol\":\"$2\",\"response_hop_limit\":$3}"
}

three() {
    echo "{\"items\":[$(server web http 1),$(server hop https 5),$(server fine https 1)]}" > fleet.json
    fleet --transition-ms 0 --load fleet.json
}

audit() { "$BUILD/vpcmeta" audit "$@"; }
vpcmeta() { "$BUILD/vpcmeta" "$@"; }

fault() {
    sim_http -X POST -H 'Content-Type: application/json' -d "{\"rules\":[$1]}" "$SIM_BASE/_sim/faults"
}

no_fault() {
    fault ''
}

sql() { python3 -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for row in c.execute(sys.argv[2]).fetchall(): print(*row, sep="|")
c.commit()' "$HISTORY" "$1"; }

last_audit() { sql 'SELECT id FROM audit ORDER BY number DESC LIMIT 1'; }

# Prints it in JSON; the exit status is the first argument.
json() {
    local status=$1
    shift
    run --separate-stderr "-$status" "$BUILD/vpcmeta" audit -o json "$@"
    echo "$output" > audit.json
}

holds() {
    jq -e "$1" audit.json > /dev/null || {
        jq '{summary: .summary.since, fixed, expected, findings: [.findings[] | [.rule, .name, .result, .baseline]]}' audit.json
        return 1
    }
}

@test "what is new, unchanged and fixed, with the reason, beside the last audit" {
    three
    json 3
    holds '(.summary | has("since") | not) and (has("fixed") | not) and (.findings | length == 2)
           and ([.findings[] | has("baseline")] | any | not)'
    first=$(last_audit)
    json 3 --since last
    [ "$stderr" = "" ]
    holds '[.findings[].baseline] == ["unchanged", "unchanged"] and .fixed == []'
    vpcmeta instance set web --protocol https -y -q > /dev/null
    vpcmeta instance set fine --hop-limit 3 -y -q > /dev/null
    sim_curl DELETE "/v1/instances/$(jq -r '.findings[] | select(.name == "hop").id' audit.json)" > /dev/null
    json 3 --since "$first"
    holds '.summary.since == {audit: "'"$first"'", started_at: .summary.since.started_at, policy: "baseline",
           new: 1, unchanged: 0, fixed: 2, unknown: 0}'
    holds '[.findings[] | [.name, .rule, .baseline]] == [["fine", "hop-limit", "new"]]'
    holds '[.fixed[] | [.rule, .name, .baseline, .reason]] ==
           [["enabled-over-http", "web", "fixed", "fixed"], ["hop-limit", "hop", "fixed", "deleted"]]'
    holds '.fixed | all(has("crn") and has("region") and has("id") and .kind == "instance"
                        and (.fingerprint | test("^[0-9a-f]{64}$")))'
    # people read the same, at any width
    for size in 60x40 80x40; do
        screen_plain $size audit --since "$first"
        [ "$status" -eq 3 ]
        grep -A99 '^Since' shown > since
        fits "${size%x*}" since
    done
    run -3 --separate-stderr audit --since "$first"
    [[ $output == *"Since audit $first, "*": 1 new, 0 unchanged, 2 fixed"* ]]
    [[ $output == *"New since then:"*"hop-limit fine (us-south)"*"Fixed since then:"* ]]
    [[ $output == *"enabled-over-http web (us-south)"* && $output == *"hop-limit hop (us-south), deleted"* ]]
}

@test "a part that was not read is unknown, never fixed" {
    echo "{\"items\":[$(server web http 1 us-south),$(server api http 1 eu-de)]}" > fleet.json
    fleet --region us-south,eu-de --load fleet.json
    run -3 audit --region all
    fault '{"path":"/eu-de/v1/instances","action":"status","status":403}'
    run --separate-stderr audit --region all --since last -o json
    [ "$status" -eq 5 ]
    echo "$output" > audit.json
    holds '.complete == false and .summary.since.unknown == 1 and .summary.since.fixed == 0 and .fixed == []
           and [.findings[] | [.name, .baseline]] == [["web", "unchanged"]]'
    no_fault
    # an incomplete audit is no baseline of `last`: the server that it could not read is not new
    json 3 --region all --since last
    holds '.summary.since.new == 0 and .summary.since.unchanged == 2'
}

@test "the audit to compare with is named by id, date or age, and refused with what differs" {
    three
    run -3 audit
    first=$(last_audit)
    run -3 audit
    sql "UPDATE audit SET started_at = '2026-11-01T10:00:00Z' WHERE id = '$first'" # the newer one is of today
    for word in "$first" "${first:0:-1}" 2026-11-01 2026-11-01T10:00:00Z 2026-11-20; do
        json 3 --since "$word"
        [ "$(jq -r .summary.since.audit audit.json)" = "$first" ]
    done
    for word in last 0d "$(date -u +%F)" "$(date -u +%FT%TZ)"; do
        json 3 --since "$word"
        [ "$(jq -r .summary.since.audit audit.json)" != "$first" ]
    done
    requests=$(sim_count GET '*')
    while IFS='|' read -r word message; do
        run -2 --separate-stderr audit --since "$word"
        [[ $stderr == "error: --since"*$message* ]] || { echo "$word: $stderr"; false; }
        [ "$output" = "" ]
    done << END
2026-10-31|no complete audit of this scope is that old; the oldest is $first
400d|no complete audit of this scope is that old
nonsense|there is no audit "nonsense". Give last, an audit (vpcmeta audit trend shows them), a date such as 2026-11-28, or an age such as 7d
20|begins the ids of
2099-01-01| 2099-01-01 is in the future
$(date -u -d tomorrow +%F)| is in the future
2099-01-01T10:00:00Z| is in the future
${first}x|there is no audit "${first}x"
2026-02-31x|there is no audit
END
    run -2 --separate-stderr audit --vpc vpc-1 --since "$first"
    [[ $stderr == "error: --since: audit $first has another scope: it was about everything, this one is about --vpc vpc-1"* ]]
    run -2 --separate-stderr audit --rule hop-limit --since 2026-11-28
    [[ $stderr == *"no complete audit of this scope is stored (the last complete audit is "*": it was about everything, this one is about --rule hop-limit)"* ]]
    [ "$(sim_count GET '*')" -eq "$requests" ]
    # the order of options makes no other scope, and `last` without one says why
    run -3 --separate-stderr audit --rule hop-limit,enabled-over-http --since last
    [[ $stderr == *"--since last: no complete audit of this scope is stored yet, so every finding is new"* ]]
    json 3 --rule enabled-over-http --rule hop-limit --since last
    [ "$stderr" = "" ]
    holds '.summary.since.unchanged == 2'
}

@test "a baseline hides nothing; another policy is a warning; only --fail-on-new changes the exit status" {
    three
    run -3 audit
    json 3 --since last
    json 0 --since last --fail-on-new
    holds '.findings | length == 2'
    run -0 --separate-stderr audit --since last --fail-on-new
    [[ ${lines[-1]} == "exit status 0: 2 findings, "*", none of them new" ]]
    vpcmeta instance set fine --hop-limit 3 -y -q > /dev/null
    run -3 --separate-stderr audit --since last --fail-on-new
    [[ ${lines[-1]} == "exit status 3: 3 findings, "*", 1 of them new" ]]
    run -3 --separate-stderr audit --since last --max-hop-limit 4 -o json
    [[ $stderr == "warning: audit "*" was made with another version of policy baseline: findings may be new or fixed because of that" ]]
    run -2 --separate-stderr audit --fail-on-new
    [[ $stderr == *"--since"* ]]
}

@test "an exception that is over opens its finding anew, and one that covers it fixes nothing" {
    three
    cat > policy.yaml << 'END'
version: 1
rules:
  - name: all
    kinds: [instance]
    metadata_service: {enabled: true, protocol: https}
    exceptions:
      - {name: web, rules: [enabled-over-http], reason: old agent, owner: team-a, expires: 2026-12-31}
END
    json 0 --policy policy.yaml --as-of 2026-12-31
    json 3 --policy policy.yaml --as-of 2027-01-01 --since last --fail-on-new
    holds '[.findings[] | [.name, .result, .baseline]] == [["web", "fail", "new"]] and .fixed == []'
    json 0 --policy policy.yaml --as-of 2026-12-31 --since last
    holds '[.findings[] | [.name, .result, .baseline]] == [["web", "excepted", "unchanged"]] and .fixed == []'
}

@test "a history that cannot be written is a warning, and --no-store leaves it alone" {
    three
    json 3 --no-store
    [ ! -e "$HISTORY" ]
    json 3
    [ "$(sql 'SELECT count(*) FROM audit')" = 1 ]
    json 3 --no-store
    json 3 --since last --no-store
    holds '.summary.since.unchanged == 2'
    [ "$(sql 'SELECT count(*) FROM audit')" = 1 ]
    # no home, a file in the way, no space
    env -u HOME -u XDG_STATE_HOME "$BUILD/vpcmeta" audit -o json 2> err > out || [ $? -eq 3 ]
    grep -q '^warning: this audit is not stored: ' err
    jq -e '.findings | length == 2' out
    touch file
    XDG_STATE_HOME=$PWD/file run -3 --separate-stderr audit -o json
    [[ $stderr == "warning: this audit is not stored: "* ]]
    (
        trap '' XFSZ
        ulimit -f 40
        "$BUILD/vpcmeta" audit > out 2> err || [ $? -eq 3 ]
    )
    tail -1 out | grep -q '^exit status 3: 2 findings'
    chmod 500 "${HISTORY%/*}"
    [ "$(sql 'SELECT count(*) FROM audit')" -ge 1 ]
    chmod 700 "${HISTORY%/*}"
}

@test "audits side by side are all stored whole, and neither wait for a run nor hold one up" {
    three
    run -3 audit
    for i in 1 2 3 4; do
        audit -o json > "out$i" 2> "err$i" 3>&- 4>&- &
        pids[i]=$!
    done
    for i in 1 2 3 4; do
        status=0
        wait "${pids[i]}" || status=$?
        [ $status -eq 3 ]
        [ ! -s "err$i" ]
    done
    [ "$(sql 'SELECT audit, count(*) FROM audit_finding GROUP BY audit' | cut -d'|' -f2 | sort -u)" = 2 ]
    [ "$(sql 'SELECT count(*) FROM audit WHERE complete AND detailed')" = 5 ]
    [ "$(sql 'SELECT count(DISTINCT id) FROM audit')" = 5 ]
}

@test "expected findings, in every form, may only shrink" {
    three
    json 3
    cp audit.json expected.json
    jq -c '.findings[]' audit.json > expected.jsonl
    audit -o csv > expected.csv || [ $? -eq 3 ]
    printf '# known\n\nenabled-over-http web # for now\n  hop-limit\t%s\n' \
        "$(jq -r '.findings[] | select(.name == "hop").crn' audit.json)" > expected.txt
    run -3 audit --write-expected written.txt
    grep -q '^enabled-over-http crn:.*  # web$' written.txt
    for file in expected.json expected.jsonl expected.csv expected.txt written.txt; do
        json 0 --expect "$file"
        holds '.expected == {file: "'$file'", matched: 2, extra: 0, missing: 0, extra_findings: [], missing_findings: []}
               and (.findings | length == 2)'
    done
    run -0 audit --expect - < expected.txt
    # one more is status 3, and is named
    vpcmeta instance set fine --hop-limit 3 -y -q > /dev/null
    json 3 --expect expected.txt
    holds '.expected.extra == 1 and .expected.matched == 2 and [.expected.extra_findings[] | [.rule, .name]] == [["hop-limit", "fine"]]'
    run -3 --separate-stderr audit --expect expected.txt
    [[ $output == *"2 of the expected findings were found, 1 not expected"*"hop-limit fine (us-south)"* ]]
    [[ ${lines[-1]} == "exit status 3: 3 findings, "*", 1 of them not expected" ]]
    # one less is a note, and the file can be written anew without what is gone, never with more
    vpcmeta instance set web --protocol https -y -q > /dev/null
    json 3 --expect expected.txt
    holds '.expected.missing == 1 and .expected.missing_findings == [{rule: "enabled-over-http", resource: "web", line: 3}]'
    run -3 audit --expect expected.txt
    [[ $output == *"Expected, but gone (take them out of the file):"*"expected.txt:3: enabled-over-http web"* ]]
    run -3 audit --expect written.txt --write-expected written.txt
    [ "$(grep -c '^[a-z]' written.txt)" -eq 1 ]
    # what an audit is not about is not gone
    json 3 --expect expected.txt --rule hop-limit
    holds '.expected.missing == 0'
}

@test "findings are counted alike in the last line, by --expect, by --since and in the page: open ones only" {
    three
    cat > policy.yaml << 'END'
version: 1
rules:
  - name: all
    kinds: [instance]
    where: {name: [web, fine]}
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 1}}
    exceptions:
      - {name: web, rules: [enabled-over-http], reason: old agent, owner: team-a, expires: 2030-12-31}
END
    echo '# nothing' > none.txt
    vpcmeta instance set fine --hop-limit 3 -y -q > /dev/null
    json 3 --policy policy.yaml
    json 3 --policy policy.yaml --since last --expect none.txt --report html=page.html
    # fine is open, hop is unmanaged (info), web is excepted
    holds '.summary.findings.total == 2 and .summary.since.unchanged == 2 and .summary.since.new == 0 and .expected.extra == 2'
    grep -oE '[0-9]+[^0-9]{0,40}unchanged</[a-z]+>' page.html | head -1 | grep -q '^2[^0-9]'
    run -3 --separate-stderr audit --policy policy.yaml --since last --expect none.txt
    [[ $output == *": 0 new, 2 unchanged, 0 fixed"* ]]
    [[ ${lines[-1]} == "exit status 3: 2 findings, 1 of them medium, 1 info, 2 of them not expected; 1 excepted" ]]
    # the threshold is said beside them
    run -0 --separate-stderr audit --policy policy.yaml --since last --expect none.txt --fail-on critical
    [[ ${lines[-1]} == "exit status 0: 2 findings, 1 of them medium, 1 info, 2 of them not expected, below --fail-on critical; 1 excepted" ]]
    audit --policy policy.yaml --write-expected known.txt > /dev/null || [ $? -eq 3 ]
    run -0 --separate-stderr audit --policy policy.yaml --expect known.txt
    [[ ${lines[-1]} == "exit status 0: 2 findings, 1 of them medium, 1 info, all of them expected; 1 excepted" ]]
    grep hop-limit known.txt > one.txt
    run -0 --separate-stderr audit --policy policy.yaml --expect one.txt
    [[ ${lines[-1]} == "exit status 0: 2 findings, 1 of them medium, 1 info, 1 of them not expected, below --fail-on low; 1 excepted" ]]
    # what was excepted and is gone was no open finding
    sim_curl DELETE "/v1/instances/$(jq -r '.findings[] | select(.name == "web").id' audit.json)" > /dev/null
    json 3 --policy policy.yaml --since last
    holds '.summary.since.fixed == 0 and .fixed == []'
}

@test "a malformed file of expected findings is refused with file and line, before any request" {
    fleet --instances 1
    while IFS='~' read -r content message; do
        printf "$content" > expected
        run -2 --separate-stderr audit --expect expected
        [[ $stderr == "error: "*expected:$message* ]] || { echo "$content: $stderr"; false; }
        [ "$output" = "" ]
    done << 'END'
hop-limit web\nhop-limit\n~2: *the resource is missing
hop-limit web more\n~1: *there are too many words
hop-limit web\nhop-limt web\n~2: *hop-limt*hop-limit
{"findings": [\n{"rule": "hop-limit"}]}~2: *a finding needs "rule"
{"items": []}~1: *it has no "findings"
{"findings": [~1:
rule,name\nhop-limit,\n~2: *a finding needs the columns
rule,name\nhop,web\n~2: *hop
END
    run -2 --separate-stderr audit --expect nowhere
    [[ $stderr == *nowhere* ]]
    [ "$(sim_count GET '*')" -eq 0 ]
}

@test "reports have the baseline, what is fixed, the trend and the id of the audit" {
    three
    run -3 audit
    first=$(last_audit)
    sql "UPDATE audit SET started_at = '2026-11-01T10:00:00Z'" # a point of the trend of its own
    vpcmeta instance set web --protocol https -y -q > /dev/null
    vpcmeta instance set fine --hop-limit 3 -y -q > /dev/null
    run -3 audit --since last --report json=report.json --report sarif=report.sarif --report csv=report.csv \
        --report html=report.html
    jq -e '.summary.since.audit == "'"$first"'" and ([.findings[].baseline] | sort) == ["new", "unchanged"]
           and [.fixed[].name] == ["web"]' report.json
    jq -e '.runs[0] | (.baselineGuid | length == 36)
           and ([.results[].baselineState] | sort) == ["absent", "new", "unchanged"]' report.sarif
    for mark in new unchanged fixed; do
        grep -q ",$mark," report.csv
    done
    grep -q 'c-trend' report.html
    grep -q "$first" report.html
    # without --since they have none of it
    run -3 audit --report sarif=report.sarif
    jq -e '.runs[0] | (has("baselineGuid") | not) and ([.results[] | has("baselineState")] | any | not)' report.sarif
}

@test "TAB offers stored audits" {
    three
    run -3 audit
    run -0 "$BUILD/vpcmeta" __complete audit --since ""
    [[ $output == *"last	"* ]]
    [[ $output == *"$(last_audit)	"* ]]
}
