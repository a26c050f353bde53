#!/usr/bin/env bats
# audit --report: files that their readers take, whole or not there; what goes wrong is known before any request.
bats_require_minimum_version 1.5.0
load client

check=$BATS_TEST_DIRNAME/report_check.py
data=$BATS_TEST_DIRNAME/../data/reports

setup() {
    client_environment
}

teardown() {
    sim_stop
}

# usage: checked FORMAT FILE [FORMAT FILE...]: the files are as their readers want them: a line of JSON each
checked() {
    run python3 "$check" "$@"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(wc -l <<< "$output")" -eq $(($# / 2)) ]
}

# usage: holds FILE JQ: so says the line of the file
holds() {
    jq -s -e "map(select(.file == \"$1\")) | length == 1 and (.[0] | $2)" <<< "$output"
}

# usage: made FORMAT [compared|passes|COUNT]: the report of a fixture with hostile texts
made() {
    "$BUILD/tests/unit/test_render_report" --print "$@"
}

# usage: refused FORMAT FILE...: by the checks, every one
refused() {
    run python3 "$check" "$@"
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(jq -s 'map(select(.faults)) | length' <<< "$output")" -eq $(($# / 2)) ]
}

@test "the checks of reports take examples made by hand, and refuse what readers refuse" {
    checked sarif "$data/sarif-full.json" sarif-github "$data/sarif-github.json" ocsf "$data/ocsf-compliance-finding.json"
    [ "$(jq -s -c 'map(.results // .events)' <<< "$output")" = '[3,1,1]' ]
    files=()
    while IFS=$'\t' read -r format change; do
        made "$format" compared | jq -c "$change" > "broken-${#files[@]}"
        files+=("$format" "broken-${#files[@]}")
    done << 'END'
sarif	.runs[0].results[0].color = "red"
sarif	.runs[0].results[2].level = "error"
sarif	del(.runs[0].results[1].baselineState)
sarif	.runs[0].automationDetails.guid = "00000000-0000-8000-8000-000000000000"
sarif-github	.runs[0].results[0].suppressions = [{kind: "external"}]
sarif-github	.runs[0].results[1].partialFingerprints = .runs[0].results[0].partialFingerprints
sarif-github	del(.runs[0].results[0].locations[0].physicalLocation.region.endColumn)
sarif-github	.runs[0].tool.driver.rules[0].fullDescription.text = "x" * 1025
ocsf	.[0].type_uid = 200302
ocsf	del(.[0].compliance.status_id)
ocsf	.[0].severity = "High"
END
    for change in 's/without a name #2/without a name/' 's/T09:15:00"/T09:15:00Z"/' 's/failures="2"/failures="1"/' 's/\\x01/\x01/g'; do
        made junit | sed "$change" > "broken-${#files[@]}"
        files+=(junit "broken-${#files[@]}")
    done
    for change in "s/,'=production/,=production/" 's/\r$//' 's/^critical,//'; do
        made csv | sed "$change" > "broken-${#files[@]}"
        files+=(csv "broken-${#files[@]}")
    done
    refused "${files[@]}"
}

@test "SARIF is valid by the published schema and JUnit, OCSF and CSV by their readers' rules, whatever the texts hold" {
    files=()
    for which in plain compared passes; do
        for format in sarif sarif-github junit ocsf csv; do
            made "$format" $which > "$format.$which"
            files+=("$format" "$format.$which")
        done
    done
    made junit 20000 > many.xml
    made csv 20000 > many.csv
    checked "${files[@]}" junit many.xml csv many.csv
    holds sarif.compared '.states == ["absent", "new", "unchanged"] and .suppressed == 1 and .notifications == 2'
    holds sarif-github.compared '.results == 2 and .suppressed == 0 and .notifications == 2'
    holds junit.compared '.failure == 2 and .error == 2 and .skipped == 3 and .passed == 0'
    holds junit.passes '.passed == 8'
    holds ocsf.compared '.events == 8 and .suppressed == 1 and .resolved == 1'
    holds many.xml '.failure == 20000'
    holds many.csv '.rows == 20000'
}

@test "20,000 findings are within what GitHub takes" {
    made sarif-github 20000 > many.sarif
    [ "$(jq '.runs[0].results | length' many.sarif)" -eq 20000 ]
    [ "$(gzip -c many.sarif | wc -c)" -lt 10000000 ]
}

# usage: start [COUNT]: a simulator with some findings of every kind
start() {
    client_start --instances "${1:-30}" --seed 7
}

@test "audit writes every format beside what it prints, and its exit status stays that of the audit" {
    start
    meta audit -o json
    expect 3
    findings=$output
    local format files=()
    for format in html sarif sarif-github junit ocsf csv json; do files+=(--report "$format=audit.$format"); done
    meta audit -o json "${files[@]}"
    expect 3
    [ "$output" = "$findings" ]
    [ "$(cat audit.json)" = "$findings" ]
    count=$(jq '.findings | length' <<< "$findings")
    [ "$count" -gt 10 ]
    checked sarif audit.sarif sarif-github audit.sarif-github junit audit.junit ocsf audit.ocsf csv audit.csv
    holds audit.sarif ".results == $count"
    holds audit.sarif-github ".results == $count"
    holds audit.junit ".failure == $count"
    holds audit.ocsf ".events == $count"
    holds audit.csv ".rows == $count"
    [[ "$(cat audit.html)" == '<!DOCTYPE html>'* ]]
    # each has the same findings: rule, CRN, severity and fix
    jq -r '.findings[] | [.rule, .crn, .fingerprint, .fix] | @tsv' <<< "$findings" | sort > wanted
    jq -r '.runs[0].results[] | [.ruleId, .locations[0].logicalLocations[0].fullyQualifiedName, .partialFingerprints["vpcmetaFinding/v1"], .properties.fix] | @tsv' audit.sarif | sort > sarif
    jq -r '.[] | [.compliance.control, .resources[0].uid, .finding_info.uid, .remediation.desc] | @tsv' audit.ocsf | sort > ocsf
    python3 -c 'import csv, sys
for row in csv.DictReader(open("audit.csv", newline="")): print(row["rule"], row["crn"], row["fingerprint"], row["fix"], sep="\t")' | sort > csv
    diff wanted sarif
    diff wanted ocsf
    diff wanted csv
    jq -e '.runs[0].invocations[0] | .exitCode == 3 and .executionSuccessful' audit.sarif
    jq -e '.runs[0].invocations[0].commandLine | startswith("vpcmeta audit -o json --report")' audit.sarif
    meta audit --report junit=audit.junit --junit-passes -q
    expect 3
    [ -z "$stderr" ]
    checked junit audit.junit
    holds audit.junit ".failure == $count and .passed > $count"
}

@test "what a policy excepts is in every format but that of GitHub, with reason and owner as text, whatever they hold" {
    start
    cat > policy.yaml << 'END'
version: 1
name: "</script>[x](http://evil.invalid)"
rules:
  - name: "=production"
    kinds: [instance]
    severity: critical
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 1}}
    exceptions:
      - {name: "asg-*", reason: "]]> <script>alert(1)</script>", owner: "=cmd|' /C calc'!A0", ticket: SEC-1, expires: 2099-01-31}
      - {name: "api-*", reason: was accepted, owner: team-pay, expires: 2020-01-31}
END
    local format files=()
    for format in html sarif sarif-github junit ocsf csv; do files+=(--report "$format=audit.$format"); done
    meta audit --policy policy.yaml -o json "${files[@]}"
    expect 3
    open=$(jq '[.findings[] | select(.result == "fail")] | length' <<< "$output")
    excepted=$(jq '[.findings[] | select(.result == "excepted")] | length' <<< "$output")
    [ "$excepted" -gt 1 ]
    checked sarif audit.sarif sarif-github audit.sarif-github junit audit.junit ocsf audit.ocsf csv audit.csv
    holds audit.sarif ".results == $open + $excepted and .suppressed == $excepted"
    holds audit.sarif-github ".results == $open and .suppressed == 0"
    holds audit.junit ".failure == $open and .skipped == $excepted"
    holds audit.ocsf ".events == $open + $excepted and .suppressed == $excepted"
    holds audit.csv ".results == {excepted: $excepted, fail: $open}"
    reason=$'"]]> <script>alert(1)</script> (=cmd|\' /C calc\'!A0, SEC-1, until 2099-01-31)"'
    jq -e "[.runs[0].results[] | select(.suppressions) | .suppressions[0].justification == $reason] | all" audit.sarif
    jq -e '[.[] | select(.status_id == 3) | .unmapped.exception | .owner == "=cmd|'"' /C calc'"'!A0" and (.expired | not)] | all' audit.ocsf
    # one that has expired is open again and says whose it was
    jq -e '[.runs[0].results[] | select(.message.text | test("exception of team-pay expired 2020-01-31"))] | length > 0 and all(has("suppressions") | not)' audit.sarif
    # nothing that steers a terminal, and no tag of a script
    run grep -lP '\x1b|\xe2\x80\xae' audit.sarif audit.sarif-github audit.junit audit.ocsf audit.csv
    [ -z "$output" ]
    run grep -c '<script>alert' audit.html
    [ "$output" -eq 0 ]
    # the policy made what GitHub shows critical
    jq -e '.runs[0].tool.driver.rules[] | select(.id == "enabled-over-http") | .properties["security-severity"] == "9.5"' audit.sarif-github
}

@test "a report of part of a fleet says in every format what is missing" {
    start
    faults '{"path":"/v1/bare_metal_servers","action":"status","status":403}'
    local format files=()
    for format in html sarif sarif-github junit ocsf csv json; do files+=(--report "$format=audit.$format"); done
    meta audit "${files[@]}"
    ended=$status
    [ "$ended" -ne 0 ]
    [ "$ended" -ne 3 ]
    checked sarif audit.sarif sarif-github audit.sarif-github junit audit.junit ocsf audit.ocsf csv audit.csv
    for format in html sarif sarif-github junit ocsf csv json; do
        grep -q 'bare metal servers' "audit.$format"
    done
    jq -e --argjson status "$ended" '.runs[0].invocations[0] | (.executionSuccessful | not) and .exitCode == $status' audit.sarif
    holds audit.junit '.error == 1 and (.suites | index("incomplete") | not)'
    # a pipeline compares cases by their names: the ids of the request are in the text only
    grep -A 8 '<testsuite name="bare-metal us-south" tests="1" ' audit.junit |
        grep -q '<testcase classname="incomplete" name="listing bare metal servers" '
    holds audit.csv '.results.incomplete == 1'
    jq -e '.complete == false' audit.json
    # so it is where one record lacks what every record has; it is an error where its other findings stand
    faults '{"operation": "instances.*", "action": "edit", "record": {"name": "api-0001"}, "remove": ["/zone"]}'
    local words
    for words in "" "-o json" "-o csv" "--report junit=odd.xml" "--rule disabled -q"; do
        meta audit $words
        expect 5 "the audit is incomplete: instance api-0001 in us-south: zone is absent"
    done
    grep -B 9 '<testcase classname="incomplete" name="instance api-0001 in us-south" ' odd.xml | grep -q '<testsuite name="instance us-south" '
}

@test "a report beside an earlier audit says what is new, unchanged and fixed, and which audit it was" {
    start
    meta audit -v
    expect 3
    earlier=$(sed -n 's/.*stored as audit //p' <<< "$stderr")
    [ -n "$earlier" ]
    meta audit --report sarif=earlier.sarif --no-store
    meta audit --rule enabled-over-http -o json --jq '[.findings[] | select(.kind == "instance")][0].fix'
    run bash -c "PATH='$BUILD':\$PATH; $output --yes"
    [ "$status" -eq 0 ]
    local format files=()
    for format in sarif sarif-github junit ocsf csv; do files+=(--report "$format=audit.$format"); done
    meta audit --since "$earlier" -o json "${files[@]}"
    expect 3
    [ "$(jq '.fixed | length' <<< "$output")" -eq 1 ]
    open=$(jq '.findings | length' <<< "$output")
    checked sarif audit.sarif sarif-github audit.sarif-github junit audit.junit ocsf audit.ocsf csv audit.csv
    holds audit.sarif ".results == $open + 1 and (.states | index(\"absent\")) and (.states | index(\"unchanged\"))"
    holds audit.sarif-github ".results == $open"
    holds audit.junit ".failure == $open"
    holds audit.ocsf ".events == $open + 1 and .resolved == 1"
    jq -e '.runs[0] | .baselineGuid != .automationDetails.guid' audit.sarif
    [ "$(grep -c ',fixed,' audit.csv)" -eq 1 ]
}

@test "a page names every endpoint, and a finding about the policy is at its line of the file" {
    client_start --region us-south,eu-de --instances 4
    mkdir policies
    cat > policies/p.yaml << 'END'
version: 1
rules:
  - name: all
    metadata_service: {enabled: true}
    exceptions:
      - {name: nothing-*, reason: r, owner: o, expires: 2099-01-01}
END
    meta audit --policy ./policies/p.yaml --strict --region all --report html=a.html --report sarif=a.sarif --report sarif-github=a.github
    expect 3
    grep -q "<dt>Endpoint</dt><dd>http[^,<]*, http[^,<]*<" a.html
    for file in a.sarif a.github; do
        jq -e '[.runs[0].results[] | select(.ruleId == "unused-exception").locations[0].physicalLocation | [.artifactLocation.uri, .region.startLine]] ==
            [["policies/p.yaml", 6]]' "$file"
    done
    # each part that is missing stands by itself, whatever is printed before it
    faults '{"operation":"bare_metal_servers.list","action":"status","status":403}'
    meta audit --region all
    expect 5 "warning: missing: listing bare metal servers in "
}

@test "what goes wrong with a report is known before any request, and nothing is left behind" {
    start
    echo before > kept.csv
    mkdir folder readonly
    ln kept.csv twin.csv
    ln -s kept.csv link.csv
    echo web-0001 > names
    clear_log
    while IFS='|' read -r words message; do
        eval "meta audit $words"
        echo "$words: $status $stderr"
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        [[ $stderr == "error: "*"$message"* ]]
    done << 'END'
--report sarf=x|is not one of html, sarif, sarif-github, junit, ocsf, csv, json: did you mean sarif?
--report sarif|--report sarif names no file: write --report sarif=FILE
--report csv=|--report csv names no file: write --report csv=FILE
--report findings.html|did you mean --report html=findings.html?
--report =x|is not FORMAT=FILE
--report csv=no/such/x|the folder no/such does not exist: mkdir -p no/such
--report csv=folder|folder is a folder
--report 'csv=~/x'|write "$HOME"/x
--report csv=x --report junit=./x|are the same file
--report csv=kept.csv --report junit=link.csv|are the same file
--report csv=- --report ocsf=-|both for standard output
--report csv=- -o json|which -o is about
--report csv=- --jq .|which --jq is about
--report csv=- --fields name|which --fields is about
--report csv=/dev/stdout|--report csv=- puts the report in the place of the findings
--report csv=names --from names|would replace names, which the audit uses
--junit-passes --report csv=x|add --report junit=FILE
--junit-passes|--report
END
    run -2 --separate-stderr bash -c "'$BUILD/vpcmeta' audit --report csv=out > out"
    [[ $stderr == *"--report csv=out is where standard output goes, too"* ]]
    [ "$(requests)" -eq 0 ]
    [ "$(cat kept.csv)" = before ]
    [ "$(find . -name '*.csv.*' -o -name 'x*' | wc -l)" -eq 0 ]
}

@test "a report on standard output stands in the place of the findings" {
    start
    meta audit --report sarif=- -q
    expect 3
    [ -z "$stderr" ]
    jq -e '.version == "2.1.0"' <<< "$output"
    meta audit --report json=-
    expect 3
    report=$output
    meta audit -o json
    [ "$output" = "$report" ]
}

@test "a report that cannot be written is status 1, with the findings and the other reports all the same" {
    start
    meta audit --report csv=/dev/full --report ocsf=good.json
    expect 1 "error: --report csv=/dev/full: cannot write /dev/full: No space left on device"
    [[ $output == *"enabled-over-http"*"exit status 1: a report could not be written; "*" findings, "* ]]
    checked ocsf good.json
    echo before > kept.csv
    # files of at most 8 KB
    run bash -c "ulimit -f 8; trap '' XFSZ; '$BUILD/vpcmeta' audit --report csv=kept.csv -o json > /dev/null"
    [ "$status" -eq 1 ]
    [ "$(cat kept.csv)" = before ]
    [ "$(find . -name 'kept.csv.*' | wc -l)" -eq 0 ]
}

@test "reports have the mode that the umask gives, files that are replaced keep theirs, and -v names each" {
    start
    (umask 027 && vpcmeta audit --report csv=new.csv > /dev/null) || true
    [ "$(stat -c %a new.csv)" = 640 ]
    chmod 604 new.csv
    meta audit --report csv=new.csv -v
    expect 3 "wrote new.csv (csv, "
    [ "$(stat -c %a new.csv)" = 604 ]
}

@test "no report has a secret, wherever the operator put it" {
    start
    local format files=()
    for format in html sarif junit ocsf csv json; do files+=(--report "$format=audit.$format"); done
    meta audit --exclude "$SIM_API_KEY" "${files[@]}"
    expect 3
    run grep -l "$SIM_API_KEY" audit.*
    [ -z "$output" ]
}
