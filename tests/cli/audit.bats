#!/usr/bin/env bats
# vpcmeta audit: what it finds is what jq finds in the simulator's state, and its status never says more than was read.
load sim

bats_require_minimum_version 1.5.0

setup() {
    export HOME=$BATS_TEST_TMPDIR XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
}

teardown() {
    sim_stop
}

# Starts a fleet; vpcmeta then finds the simulator by the environment.
fleet() {
    sim_start "$@"
    export VPC_URL=$SIM_URL IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE IC_API_KEY=$SIM_API_KEY
}

audit() { "$BUILD/vpcmeta" audit "$@"; }

# A fleet of exactly these items, given as JSON.
fleet_of() {
    echo "{\"items\":[$1]}" > "$BATS_TEST_TMPDIR/fleet.json"
    fleet --load "$BATS_TEST_TMPDIR/fleet.json"
}

fault() {
    sim_http -X POST -H 'Content-Type: application/json' -d "{\"rules\":[$1]}" "$SIM_BASE/_sim/faults"
}

# The same counts as in the summary of the audit, from the state: a second opinion, in another language.
counts_by_jq='
    def by(f): group_by(f) | map({(.[0] | f | tostring): length}) | add // {};
    def state(on): map(select(.enabled == on));
    def protocols: {http: 0, https: 0} + by(.protocol);
    def kind: {enabled: (state(true) | length), disabled: (state(false) | length),
               protocol: {enabled: (state(true) | protocols), disabled: (state(false) | protocols)}};
    def hops: {response_hop_limit: {enabled: (state(true) | by(.response_hop_limit)),
                                    disabled: (state(false) | by(.response_hop_limit))}};
    {resources: {instance: (.instances | length), template: (.templates | length),
                 "bare-metal": (.bare_metal_servers | length), group: (.groups | length)},
     metadata_service: {instance: (.instances | kind + hops), template: (.templates | kind + hops),
                        "bare-metal": (.bare_metal_servers | kind)}}'

known_by_jq='["enabled-over-http", "hop-limit", "unsupported-architecture", "disabled", "template-auto-link",
    "template-over-http", "template-hop-limit", "template-disabled", "group-template"]'
# Every finding of these rules as [rule, id], from the state.
findings_by_jq='
    def server: if .enabled then
            (select(.protocol != "https") | "enabled-over-http"),
            (select(.response_hop_limit != null and .response_hop_limit > $max) | "hop-limit"),
            (select(.architecture != "amd64") | "unsupported-architecture")
        else select(.architecture == "amd64") | "disabled" end;
    def template: (select(.default_trusted_profile.auto_link == true) | "template-auto-link"),
        if .enabled then
            (select(.protocol != "https") | "template-over-http"),
            (select(.response_hop_limit > $max) | "template-hop-limit")
        else "template-disabled" end;
    (reduce .templates[] as $t ({}; .[$t.id] = [$t | template])) as $templates |
    [((.instances[], .bare_metal_servers[]) | .id as $id | server | [., $id]),
     (.templates[] | .id as $id | template | [., $id]),
     (.groups[] | select($templates[.template] != []) | ["group-template", .id])] | sort'

@test "the audit of a fleet equals a count made by jq over the simulator's state" {
    fleet --instances 1000 --templates 40 --bare-metal 12 --groups 6
    for max in 1 2; do
        run --separate-stderr -3 audit -o json --max-hop-limit $max
        [ "$stderr" = "" ]
        echo "$output" > "$BATS_TEST_TMPDIR/audit.json"
        diff <(jq -S '.summary | {resources, metadata_service}' "$BATS_TEST_TMPDIR/audit.json") \
            <(sim_state -S "$counts_by_jq")
        diff <(jq '[.findings[] | select(.rule as $rule | $known | index($rule)) | [.rule, .id]] | sort | .[]' -c \
            --argjson known "$known_by_jq" "$BATS_TEST_TMPDIR/audit.json") \
            <(sim_state --argjson max $max "$findings_by_jq | .[]" -c)
        jq -e '.schema_version == 1 and .complete and (has("missing") | not)
               and .summary.findings.total == (.findings | length)
               and .summary.findings.rule == (reduce .findings[].rule as $r (.summary.findings.rule | map_values(0);
                                              .[$r] += 1))
               and .summary.findings.severity
                   == (reduce .findings[].severity as $s ({critical: 0, high: 0, medium: 0, low: 0, info: 0}; .[$s] += 1))
               and (.findings[0] | keys_unsorted)
                   == ["rule", "severity", "kind", "region", "id", "name", "message", "fix", "result", "crn",
                       "policy_rule", "fingerprint", "exception"]' \
            "$BATS_TEST_TMPDIR/audit.json"
    done
}

@test "findings come worst first, then by rule, region, kind and name" {
    fleet --instances 300 --templates 20 --bare-metal 12
    run --separate-stderr -3 audit -o json
    jq -e '.findings | . == sort_by({high: 0, medium: 1, low: 2, info: 3}[.severity])' <<< "$output"
    jq -e '[.findings[] | select(.rule == "disabled")]
           | . == sort_by(.region, ({instance: 0, "bare-metal": 1}[.kind]), .name)' <<< "$output"
}

@test "each kind is read once, side by side, with one token" {
    fleet --instances 250 --templates 5 --bare-metal 3 --groups 2
    run --separate-stderr -3 audit
    [ "$(sim_count POST /identity/token)" -eq 1 ]
    [ "$(sim_count GET /v1/instances)" -eq 3 ]
    [ "$(sim_count GET /v1/instance/templates)" -eq 1 ]
    [ "$(sim_count GET /v1/bare_metal_servers)" -eq 1 ]
    [ "$(sim_count GET /v1/instance_groups)" -eq 1 ]
}

@test "without findings the status is 0 and the counts are still there" {
    fleet_of '{"kind":"instance","name":"web-01","id":"0717_1e09281b-f177-46fb-baf1-bc152b2e391a","enabled":true,
               "protocol":"https","response_hop_limit":1}'
    run --separate-stderr -0 audit
    [[ ${lines[-1]} == "exit status 0: no findings in 1 resource" && $output == *"instance"* ]]
    run --separate-stderr -0 audit -o json
    jq -e '.complete and .findings == [] and .summary.findings.total == 0' <<< "$output"
    run --separate-stderr -0 audit -o jsonl
    [ "$output" = "" ]
}

@test "an incomplete inventory is status 5 with what could be found, never 0 and never 3" {
    fleet --instances 120 --templates 3 --bare-metal 2
    fault '{"path":"/v1/bare_metal_servers","action":"status","status":403}'
    run --separate-stderr -5 audit -o json
    jq -e '(.complete | not) and (.missing | length == 1) and (.missing[0] | test("bare metal"))
           and (.findings | length > 0) and .summary.resources["bare-metal"] == 0' <<< "$output"
    [[ $stderr == "error: the audit is incomplete: "*"bare metal servers"* ]]
    run --separate-stderr -5 audit
    [[ $output == "INCOMPLETE: "* && ${lines[-1]} =~ ^'exit status 5: incomplete, 1 part is missing; '[0-9]+' findings' ]]
    # nothing found in what was read proves nothing
    run --separate-stderr -5 audit -o json --rule unsupported-architecture --name 'no-such-*'
    jq -e '(.complete | not) and .findings == []' <<< "$output"
    # a template that was not read is not missing
    fault '{"path":"/v1/instance/templates","action":"status","status":403}'
    run --separate-stderr -5 audit -o json
    jq -e '[.findings[] | select(.rule == "group-template-missing" and .result == "fail")] == []' <<< "$output"
}

@test "the pages before a broken one count, and the report says that there are more" {
    fleet --instances 250 --templates 0 --bare-metal 0 --groups 0
    fault '{"path":"/v1/instances","after":1,"action":"status","status":403}'
    run --separate-stderr -5 audit -o json
    jq -e '(.complete | not) and .summary.resources.instance == 100 and
           (.missing[0] | test("instances of us-south: 100 of 250 were read; page 2: 403 "))' <<< "$output"
}

@test "a refused credential is status 4" {
    fleet --instances 3
    export IC_API_KEY=wrong
    run --separate-stderr -4 audit
    [ "$output" = "" ]
}

@test "a bad value ends with status 2 and no request" {
    fleet --instances 3
    for bad in '--max-hop-limit 0' '--max-hop-limit 65' '--max-hop-limit x' '--severity worst' '--rule nonsense' \
        '--exclude-rule hop-limits' '--fields rule,nope' '--where .name==' '--jq .[' '--no-such-option' '--all web-01'; do
        # shellcheck disable=SC2086 # the words are meant to be split
        run --separate-stderr -2 audit $bad
        [ "$output" = "" ]
        [[ $stderr == error:* ]]
    done
    [ ! -s "$SIM_LOG" ]
    run --separate-stderr -2 audit --rule hop-limits
    [[ $stderr == *'did you mean "hop-limit"?'* ]]
}

@test "rules and severity choose what is told" {
    fleet --instances 200 --templates 20
    run --separate-stderr -3 audit -o json --rule hop-limit,disabled
    [ "$(jq -c '[.findings[].rule] | unique' <<< "$output")" = '["disabled","hop-limit"]' ]
    [ "$(jq -c '.summary.findings.rule | keys' <<< "$output")" = '["disabled","hop-limit"]' ]
    run --separate-stderr -3 audit -o json --exclude-rule disabled --exclude-rule template-disabled,group-template
    jq -e '[.findings[].rule] | unique | index("enabled-over-http") and (index("disabled") | not)' <<< "$output"
    run --separate-stderr -3 audit -o json --severity medium
    [ "$(jq -c '[.findings[].severity] | unique' <<< "$output")" = '["high","medium"]' ]
}

@test "selectors work on every kind, and the templates of selected groups are judged" {
    fleet --instances 100 --templates 10 --bare-metal 4 --groups 6
    name=$(sim_state -r '.instances[0].name')
    run --separate-stderr audit -o json "$name"
    [ "$(jq -c '.summary.resources' <<< "$output")" = '{"instance":1,"template":0,"bare-metal":0,"group":0}' ]
    run --separate-stderr audit -o json --where '.metadata_service.enabled == true'
    jq -e '.summary.metadata_service | [.[].disabled] | add == 0' <<< "$output"
    run --separate-stderr audit -o json --status running
    jq -e '.summary.resources | .instance > 0 and .template == 0' <<< "$output"
    group=$(sim_state -r '.groups[0].name')
    run --separate-stderr audit -o json "$group"
    [ "$(jq -c '.summary.resources' <<< "$output")" = '{"instance":0,"template":0,"bare-metal":0,"group":1}' ]
    [ "$(jq -c '[.findings[] | [.rule, .id]]' <<< "$output")" = \
        "$(sim_state -c --argjson max 1 --arg id "$(sim_state -r '.groups[0].id')" \
            "$findings_by_jq | map(select(.[1] == \$id))")" ]
    run --separate-stderr -1 audit no-such-server
    [[ $stderr == *'there is no resource "no-such-server"'* ]]
}

@test "the fix of a finding is a command that mends it" {
    fleet --instances 60 --templates 0 --bare-metal 6 --groups 0
    audit -o json --jq '.findings[].fix' > "$BATS_TEST_TMPDIR/fixes" || [ $? -eq 3 ]
    # a server that is suspended or has failed cannot be changed: its fix shows it
    grep ' show ' "$BATS_TEST_TMPDIR/fixes" > "$BATS_TEST_TMPDIR/shows"
    PATH=$BUILD:$PATH sh -e < <(cat "$BATS_TEST_TMPDIR/shows") > /dev/null
    grep -v ' show ' "$BATS_TEST_TMPDIR/fixes" > "$BATS_TEST_TMPDIR/changes"
    PATH=$BUILD:$PATH sh -e < <(sed 's/$/ --yes -q -o json/' "$BATS_TEST_TMPDIR/changes") > "$BATS_TEST_TMPDIR/done"
    jq -se 'length > 0 and all(.[].results[]; .outcome != "skipped")' "$BATS_TEST_TMPDIR/done"
    # what is left is a stop and a start, of those whose service was turned on
    run --separate-stderr -0 audit --where '.status != "failed" and .lifecycle_state == "stable"' --severity low
    [[ $output == *"no findings"* ]]
    run --separate-stderr -0 audit --where '.status != "failed" and .lifecycle_state == "stable"' -o json
    jq -e '[.findings[].rule] | unique == ["restart-pending"]' <<< "$output"
}

@test "the text ends with a histogram, counts and findings by rule that fit 80 columns" {
    fleet --instances 300 --templates 20 --bare-metal 4
    run --separate-stderr -3 audit
    overview=$(sed '1,/^KIND /{/^KIND /!d}' <<< "$output")
    grep -Eq '^KIND +TOTAL +ENABLED +HTTPS +HTTP +DISABLED +HTTPS +HTTP$' <<< "$overview"
    grep -Eq '^instance +300 ' <<< "$overview"
    grep -Eq '^instance +1 +[0-9]+ +[0-9]+ +#+\.+$' <<< "$overview"
    grep -Eq '^high +[0-9]+ +enabled-over-http ' <<< "$overview"
    [[ ${lines[-1]} =~ ^'exit status 3: '[0-9]+' findings, '[0-9]+' of them high, ' ]]
    # every finding is a row, with its fix
    [ "$(grep -c '^[a-z-]* *\(high\|medium\|low\|info\) .*  vpcmeta ' <<< "$output")" -eq "$(grep -oE '[0-9]+ findings' <<< "${lines[-1]}" | tr -dc 0-9)" ]
    [ "$(wc -L <<< "$overview")" -le 80 ]
    script -qec "stty cols 80; '$BUILD/vpcmeta' audit" /dev/null < /dev/null > "$BATS_TEST_TMPDIR/typed" || [ $? -eq 3 ]
    grep -q 'enabled-over-http' "$BATS_TEST_TMPDIR/typed"
    [ "$(sed 's/\x1b\[[0-9;]*m//g' "$BATS_TEST_TMPDIR/typed" | tr -d '\r' | wc -L)" -le 80 ]
}

@test "csv, jsonl and yaml carry the findings" {
    fleet --instances 100 --templates 5
    total=$(audit -o json --jq .summary.findings.total) || [ $? -eq 3 ]
    run --separate-stderr -3 audit -o csv
    [ "${lines[0]%$'\r'}" = "rule,severity,kind,region,id,name,message,fix,result,crn,policy_rule,fingerprint,exception,baseline,exception.reason,exception.owner,exception.expires,exception.ticket" ]
    [ "${#lines[@]}" -eq $((total + 1)) ]
    run --separate-stderr -3 audit -o jsonl
    [ "$(jq -s length <<< "$output")" -eq "$total" ]
    run --separate-stderr -3 audit -o yaml
    [ "$(grep -c 'rule: ' <<< "$output")" -ge "$total" ]
    grep -q '^complete: true' <<< "$output"
    run --separate-stderr -3 audit --fields name,fix --no-headers
    [ "${#lines[@]}" -eq "$total" ]
}

@test "--list-rules needs no API and explains every rule" {
    run --separate-stderr -0 audit --list-rules -o json
    jq -e '.rules | length >= 10 and all(.rule and .severity and .title and .meaning and .fix and .basis)' <<< "$output"
    run --separate-stderr -0 audit --list-rules
    [ "$(wc -L <<< "$output")" -le 80 ]
}
