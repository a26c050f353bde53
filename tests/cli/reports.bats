#!/usr/bin/env bats
# audit --report: files that their readers take, whole or not there; what goes wrong is known before any request.
bats_require_minimum_version 1.5.0
load client

check=$BATS_TEST_DIRNAME/report_check.py
data=$BATS_TEST_DIRNAME/../data/reports

setup() {
    client_environment
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
    holds junit.compared '.failure == 2 and .error == 4 and .skipped == 1 and .passed == 0'
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
