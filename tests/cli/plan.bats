#!/usr/bin/env bats
# plan: what a policy would change, by policy rule and region, what it leaves and why, and the file that keeps it.
load client
load screen

teardown() {
    sim_stop
}

# Three groups of servers by name, templates and groups; unmanaged: all other servers.
policy() {
    cat > policy.yaml << 'YAML'
version: 1
name: production
rules:
  - name: web
    where: {name: ["web-*"]}
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 2}}
    apply: {restart: needed, max_unavailable: 3}
    exceptions:
      - {name: "web-0001", reason: agent speaks http only, owner: team-pay, expires: 2099-01-31}
  - name: templates
    kinds: [template, group]
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 1}}
    apply: {roll: true}
  - name: databases
    where: {name: ["db-*"]}
    metadata_service: {enabled: false}
YAML
}

# Four servers that have what the policy wants.
quiet_fleet() {
    client_start --instances 4 --mix plain --bare-metal 0 --templates 0 --groups 0
    meta instance set --all --protocol https -y -q
    expect 0
    printf 'version: 1\nrules:\n  - {name: all, metadata_service: {protocol: https}}\n' > https.yaml
}

@test "a plan shows what changes by policy rule and region, what is left and why, and writes nothing" {
    client_start --instances 60
    policy
    meta instance set web-0001 --enabled true --protocol http -y
    expect 0
    clear_log
    meta plan --policy policy.yaml
    expect 0
    [ -z "$(writes)" ]
    [[ $output == *"Policy rule web, us-south: "* ]]
    [[ $output == *"  ~ 8 instances: web-0004, "*"enabled false -> true, protocol http -> https; stopped and started"* ]]
    [[ $output == *"  + "*"tpl-web-001-r2 (from tpl-web-001)"* ]]
    [[ $output == *"  ~ 2 instance groups: "*"asg-web-01 (tpl-web-001 -> tpl-web-001-r2)"* ]]
    [[ $output == *"moved to the instance templates that replace theirs"* ]]
    [[ $output == *"2 of 2 members replaced, at most 1 at a time"* ]]
    [[ $output == *"  - 8 instance templates: "* ]]
    [[ $output == *"enabled-over-http: excepted until 2099-01-31: agent speaks http only (team-pay)"*"web-0001"* ]]
    [[ $output == *"architecture s390x has no metadata service"*"web-0006"* ]]
    [[ $output =~ us-south' '+[0-9] ]]
    [[ ${lines[-2]} == *" changes, "*" unmanaged" ]]
    [ "${lines[-1]}" = "next: vpcmeta apply --policy policy.yaml" ]
    [[ $output != *cache-* || $output == *tpl-cache-* ]]
}

@test "programs get a row for each resource, and counts that add up" {
    client_start --instances 60
    policy
    meta plan --policy policy.yaml -o json
    expect 0
    [ -n "$output" ]
    jq -e '.schema_version == 1 and .plan == null and .complete == true and .policy.name == "production"
        and (.policy.digest | startswith("sha256:"))
        and (.results | map(select(.outcome == "would_change")) | length) == .summary.would_change
        and (.results | map(select(.outcome == "unchanged")) | length) == .summary.unchanged
        and (.results | map(select(.outcome == "skipped")) | length) == .summary.skipped
        and ([.regions[].would_change] | add) == .summary.would_change
        and .summary.unmanaged > 0 and .summary.templates_replaced == 8
        and (.results | all(.policy_rule != null and .dry_run))' <<< "$output"
    jq -e '.results | map(select(.name == "web-0004"))[0]
        | .outcome == "would_change" and .policy_rule == "web" and .before.enabled == false and .after.enabled
          and .after.protocol == "https" and .remaining == []' <<< "$output"
    jq -e '.results | map(select(.name == "web-0006"))[0]
        | .outcome == "skipped" and (.reason | contains("s390x"))' <<< "$output"
    local first=$output
    meta plan --policy policy.yaml -o json
    [ "$output" = "$first" ]
    meta plan --policy policy.yaml -o jsonl
    expect 0
    [ "${#lines[@]}" -eq "$(jq '.results | length' <<< "$first")" ]
    meta plan --policy policy.yaml -o csv
    expect 0
    [[ ${lines[0]} == kind,region,id,name,outcome,*policy_rule* ]]
}

@test "status 3 says that there are changes, and no change is status 0" {
    quiet_fleet
    meta plan --policy https.yaml --exit-code
    expect 0
    [[ $output == *"no changes needed, 4 need no change"* ]]
    [[ $output != *next:* ]]
    meta plan --policy https.yaml --exit-code --out plan.json
    expect 0
    meta plan show plan.json
    expect 0
    meta instance set web-0001 --protocol http -y
    expect 0
    meta plan --policy https.yaml --exit-code
    expect 3
    meta plan --policy https.yaml
    expect 0
    [[ $output == *"1 change, "*"3 need no change"* ]]
}

@test "a plan is kept whole, private and with ETags, and no other file is overwritten" {
    client_start --instances 20
    policy
    echo precious > notes.txt
    clear_log
    meta plan --policy policy.yaml --out notes.txt
    expect 2 "--out notes.txt: the file exists and is not a plan"
    meta plan --policy policy.yaml --out policy.yaml
    expect 2 "the file exists and is not a plan"
    ln -s notes.txt link.json
    meta plan --policy policy.yaml --out link.json
    expect 2 "--out link.json: it is a symbolic link"
    meta plan --policy policy.yaml --out nowhere/plan.json
    expect 2 "--out nowhere/plan.json: cannot write into folder nowhere"
    [ "$(requests)" -eq 0 ]
    [ "$(cat notes.txt)" = precious ]
    (umask 0; vpcmeta plan --policy policy.yaml --out plan.json)
    [ "$(stat -c %a plan.json)" = 600 ]
    [ -z "$(writes)" ]
    jq -e '[.items[] | select(.action == "set" and .verdict == "change" and .kind == "instance")]
        | length > 0 and all(.etag != null)' plan.json
    meta plan --policy policy.yaml --out plan.json -o json
    expect 0
    [ "$(jq -r .plan <<< "$output")" = "$(jq -r .digest plan.json)" ]
}

@test "a plan is shown offline as it was shown when it was made" {
    client_start --instances 40
    policy
    meta plan --policy policy.yaml --out plan.json
    expect 0
    [ "${lines[-1]}" = "next: vpcmeta apply plan.json" ]
    local made=$output
    sim_stop
    unset VPC_URL VPC_APIKEY
    meta plan show plan.json
    expect 0
    [[ $output == "Plan      sha256:"*"Expires "*"Policy    production, as of "*"$made" ]]
    meta plan show plan.json -o json
    expect 0
    [ -n "$output" ]
    jq -e '.plan != null and .summary.would_change > 0 and (.results | length) > 0' <<< "$output"
    meta plan show - < plan.json
    expect 0
}

# The plan on standard input with the digest of its content.
seal() {
    python3 -c '
import hashlib, re, sys
begin, rest = re.match(r"(.*?\"digest\":\")sha256:[0-9a-f]+(.*)", sys.stdin.read(), re.S).groups()
sys.stdout.write(begin + "sha256:" + hashlib.sha256((begin + rest).encode()).hexdigest() + rest)'
}

@test "no control character of a plan reaches the terminal" {
    client_start --instances 20
    policy
    meta plan --policy policy.yaml --out plan.json
    expect 0
    sed -E 's/"(check|reason|policy_rule)":"[^"]/&\\u001b[31m\\u202e/g' plan.json | seal > odd.json
    grep -q '"check":"[a-z]\\u001b' odd.json
    meta plan show odd.json
    expect 0
    [[ $output == *"Left as it is"* ]]
    [[ $output$stderr != *$'\e'* ]]
    [[ $output$stderr != *$'\u202e'* ]]
}

@test "of a plan that was edited or cut off nothing is shown, of one that has expired everything" {
    client_start --instances 20
    policy
    meta plan --policy policy.yaml --out plan.json
    expect 0
    sed 's/"protocol":"https"/"protocol":"http"/' plan.json > edited.json
    head -c 2000 plan.json > cut.json
    for file in edited.json cut.json policy.yaml; do
        meta plan show "$file"
        expect 2 "$file"
        [ -z "$output" ]
    done
    sed 's/"expires_at":"[^"]*"/"expires_at":"2020-01-01T00:00:00Z"/' plan.json | seal > old.json
    meta plan show old.json
    expect 6 "expired"
    [[ $output == *"Policy rule web"* ]]
    [[ $output != *next:* ]]
    meta plan show missing.json
    expect 2 "missing.json"
}

@test "an incomplete inventory is status 5, said, and no plan is kept" {
    client_start --instances 20
    policy
    faults '{"path": "/v1/bare_metal_servers", "action": "status", "status": 403}'
    meta plan --policy policy.yaml --out plan.json
    expect 5 "bare metal servers"
    [[ $stderr == *"plan.json was not written"* ]]
    [ ! -e plan.json ]
    [[ $output == "INCOMPLETE: "* ]]
    meta plan --policy policy.yaml -o json
    expect 5
    [ -n "$output" ]
    jq -e '.complete == false and (.missing | length) == 1 and .plan == null and .summary.would_change > 0' <<< "$output"
}

@test "many equal changes are one entry, --all names each" {
    client_start --instances 60 --mix plain
    meta plan --policy baseline
    expect 0
    [[ $output == *" and "*" more"* ]]
    meta plan --policy baseline --all
    expect 0
    [[ $output != *" more"* ]]
    local name
    for name in $(vpcmeta instance list -o json | jq -r '.items[].name'); do
        [[ $output == *"$name"* ]]
    done
}

@test "a plan fits terminals of 60, 80 and 120 columns, and its signs have colours" {
    client_start --instances 40
    policy
    for columns in 60 80 120; do
        screen_plain "${columns}x200" plan --policy policy.yaml
        fits "$columns"
        shows '^Policy rule web, us-south: '
        shows '  ~ .*instance'
        shows '^next: vpcmeta apply --policy policy.yaml'
    done
    meta plan --policy policy.yaml --color always
    [[ $output == *$'\033[33m~\033[0m'* ]]
    [[ $output == *$'\033[32m+\033[0m'* ]]
    [[ $output == *$'\033[31m-\033[0m'* ]]
    meta plan --policy policy.yaml
    [[ $output != *$'\033'* ]]
}

@test "what no policy rule matches is counted, and named with -v" {
    client_start --instances 20
    policy
    meta plan --policy policy.yaml
    expect 0
    [[ $stderr != *unmanaged:* ]]
    meta plan --policy policy.yaml -v
    expect 0 "unmanaged: instance "
}

@test "selectors narrow a plan, and groups outside of the selection follow their template" {
    client_start --instances 20
    policy
    meta plan web-0002 --policy policy.yaml -o json
    expect 0
    [ "$(jq -c '[.results[].name]' <<< "$output")" = '["web-0002"]' ]
    meta plan tpl-web-001 --policy policy.yaml -o json
    expect 0
    [ "$(jq -c '[.results[] | [.action, .name]]' <<< "$output")" = \
        '[["create","tpl-web-001-r2"],["move","asg-web-01"],["roll","asg-web-01"],["delete","tpl-web-001"]]' ]
    meta plan --policy policy.yaml --name 'web-0002' --exit-code
    [ "${lines[-1]}" = "next: vpcmeta apply --policy policy.yaml --name web-0002" ]
}

@test "a policy has to be named, and what is wrong with it is said before any request" {
    client_start --instances 1
    clear_log
    meta plan
    expect 2 "--policy"
    meta plan --policy missing.yaml
    expect 2 missing.yaml
    printf 'version: 1\nrules:\n  - nam: x\n' > bad.yaml
    meta plan --policy bad.yaml
    expect 2 bad.yaml:3
    [ "$(requests)" -eq 0 ]
}

@test "'plan show' is a command beside 'plan', for the parser, help and completion" {
    client_environment
    meta plan show
    expect 2
    [[ $stderr == *"plan show"* ]]
    meta help plan
    expect 0
    [[ $output == *"plan show"* ]]
    meta __complete plan ''
    [[ $output == *show* ]]
    meta __complete plan show --a
    [[ $output == *--all* && $output != *--allow-unlimited* ]]
}

@test "what an audit with the same policy finds is changed or left with its reason, and nothing else is changed" {
    client_start --instances 120 --bare-metal 6
    policy
    cat > off.yaml << 'YAML'
version: 1
rules:
  - {name: off, where: {name: ["db-*", "cache-*"]}, metadata_service: {enabled: false, protocol: https}}
  - {name: exact, kinds: [instance], metadata_service: {response_hop_limit: 3}}
  - {name: rest, metadata_service: {enabled: true, protocol: http}, trusted_profile: {required: true},
     apply: {update_groups: false}}
YAML
    local name
    for name in baseline policy.yaml off.yaml; do
        meta audit --policy "$name" --severity info -o json
        expect 3
        cat <<< "$output" > audit.json
        meta plan --policy "$name" -o json
        expect 0
        cat <<< "$output" > plan.json
        "$BATS_TEST_DIRNAME/plan_agree.py" audit.json plan.json
    done
}

@test "plan show --html writes a page of its own, which loads nothing, and overwrites no other file" {
    client_start --instances 20
    policy
    meta plan --policy policy.yaml --out plan.json
    expect 0
    meta plan show plan.json --html policy.yaml
    expect 2 "--html policy.yaml: the file exists and is not an HTML page"
    meta plan show plan.json --html no-such/plan.html
    expect 2 "--html no-such/plan.html"
    [ -z "$output" ]
    meta plan show plan.json --html plan.html
    expect 0
    [ "$(stat -c %a plan.html)" = 600 ]
    grep -q "Content-Security-Policy" plan.html
    grep -q '<h3>Policy rule web, us-south: ' plan.html
    grep -q '<td class="sign sign-change">~ change</td>' plan.html
    [ -z "$(grep -oE '(src|href)="[^#"d][^"]*"' plan.html)" ]
    meta plan show plan.json --html plan.html
    expect 0
}

@test "templates that are kept get one successor, however often the policy is applied" {
    client_start --instances 4 --templates 6 --groups 2
    cat > kept.yaml << 'YAML'
version: 1
rules:
  - name: kept
    kinds: [template, group]
    metadata_service: {enabled: true, protocol: https}
    apply: {delete_old: false}
YAML
    meta apply --policy kept.yaml -y
    expect 0
    meta plan --policy kept.yaml
    expect 0
    [[ $output == *"another one takes its place, and it stays (delete_old: false)"* ]]
    [[ $output == *"no changes needed"* ]]
    meta plan --policy kept.yaml --exit-code -q
    expect 0
    # the audit names who took the place, and recommends nothing that would not change anything
    meta audit --policy kept.yaml -o json
    jq -e '[.findings[] | select(.kind == "template" and .result == "fail")] | length > 0 and
        all(.name as $name | (.message | contains($name + "-r2 takes its place, and the policy keeps it (apply: delete_old: false)")) and
            (.fix | startswith("vpcmeta template show ")))' <<< "$output"
    meta audit --policy kept.yaml
    [[ $output == *"takes its place"* && $output != *"vpcmeta apply"* ]]
    # members from another template are replaced by the template that took the place
    [[ ! $output =~ "template replace tpl-"[a-z]+-[0-9]+" " ]]
}

@test "--sort and --limit arrange the changes that people read, with the counts and the next command below" {
    client_start --instances 3 --mix plain --templates 0 --groups 0 --bare-metal 0
    meta plan --policy baseline --sort name:desc --limit 2
    expect 0
    names=$(sim_state -r '[.instances[].name] | sort | reverse | .[:2] | join(" ")')
    [ "$(sed -n '2,3s/ .*//p' <<< "$output" | xargs)" = "$names" ]
    [[ $output == *"enabled false -> true, protocol http -> https"*"3 changes"*"next: vpcmeta apply --policy baseline" ]]
    [[ $output != *"{"* ]]
    meta plan --policy baseline --sort nmae
    expect 2 name
    # nothing to show is no gap
    printf 'version: 1\nrules: [{name: none, where: {name: ["no-*"]}, metadata_service: {enabled: true}}]\n' > none.yaml
    meta plan --policy none.yaml --out none.json
    expect 0
    meta plan show none.json
    expect 0
    [[ $output == *"no changes needed"* && $output != *$'\n\n\n'* ]]
}

@test "a slip in the name of a command below another one is answered with that command" {
    client_start --instances 1 --groups 0
    for words in "plan shwo plan.json|2|plan show plan.json" "plan shwo p.json --policy baseline|2|plan show p.json" \
        "audit trnd|1|audit trend" "audit prnue|1|audit prune" "policy chekc p.yaml|2|policy check p.yaml" "runs shwo last|2|runs show last"; do
        IFS='|' read -r given wanted meant <<< "$words"
        # shellcheck disable=SC2086 # words of a command
        meta $given
        expect "$wanted" "vpcmeta $meant"
    done
    meta audit no-such-server
    expect 1
    [[ $stderr != *"id you mean: vpcmeta audit"* ]]
}
