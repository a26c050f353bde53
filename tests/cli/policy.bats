#!/usr/bin/env bats
# vpcmeta policy check, explain and example: what a file says, where it is wrong, and which rule holds for a resource.
bats_require_minimum_version 1.5.0
load client
load screen

setup() {
    client_environment
}

teardown() {
    sim_stop
}

@test "what policy example prints is taken as it is, from a file and from standard input" {
    meta policy example
    expect 0
    echo "$output" > p.yaml
    meta policy check p.yaml
    expect 0
    same "$stderr" ""
    same "$(head -n 1 <<< "$output")" "valid: p.yaml: 3 rules, 1 exception (0 expired, 0 within 14 days)"
    [[ $output == *"digest: sha256:$(sha256sum < p.yaml | cut -d' ' -f 1)"* ]]
    meta policy check - < p.yaml
    expect 0
    same "$(head -n 1 <<< "$output")" "valid: standard input: 3 rules, 1 exception (0 expired, 0 within 14 days)"
    vpcmeta policy example baseline > b.yaml
    meta policy check b.yaml -o json
    expect 0
    same "$(jq -c '[.schema_version, .valid, .policy.name, .summary, .faults, .rules[0].policy_rule]' <<< "$output")" \
        '[1,true,"baseline",{"rules":2,"exceptions":{"total":0,"expired":0,"expires_soon":0}},[],"servers"]'
}

@test "policy example -o json prints the same policy as JSON, and rows of it are refused" {
    for word in "" baseline; do
        meta policy example $word -o json
        expect 0
        echo "$output" > p.json
        same "$(jq -c '[.version, (.rules | length > 0)]' p.json)" '[1,true]'
        vpcmeta policy example $word -o yaml > p.yaml
        same "$(head -c 1 p.yaml)" "#"
        meta policy check p.json -o json
        expect 0
        same "$(jq -c .rules <<< "$output")" "$(vpcmeta policy check p.yaml -o json | jq -c .rules)"
    done
    meta policy example --jq '.rules | length'
    expect 0
    same "$output" 3
    meta policy example -o csv
    expect 2 "-o csv: a policy is printed as yaml or json"
    same "$output" ""
}

@test "META001 and META002 in exceptions are read as the rules that they were" {
    cat > p.json <<'END'
{"schema_version": 1, "rules": [{"name": "all", "exceptions": [
  {"name": "*", "rules": ["META001", "META002"], "reason": "r", "owner": "o", "expires": "2099-12-31"}]}]}
END
    meta policy check p.json
    expect 0
    client_start --instances 4 --seed 7
    name=$(vpcmeta instance list --limit 1 -o csv --no-headers --fields name)
    meta policy explain "$name" --policy p.json -o json
    expect 0
    same "$(jq -c '.items[].exceptions[].rules' <<< "$output")" '["enabled-over-http","hop-limit"]'
    sed -i s/META002/META003/ p.json
    meta policy check p.json
    expect 2 'there is no rule "META003"'
}

@test "a policy is checked without credentials, an endpoint or a network" {
    unset VPC_URL VPC_APIKEY
    vpcmeta policy example > p.yaml
    https_proxy=http://127.0.0.1:1 meta policy check p.yaml
    expect 0
}

@test "every fault is an error with file, line and column, and the exit status is 2" {
    cat > p.yaml <<'END'
version: 1
rules:
  - name: a
    enabled: true
    metadata_service: {enabled: yes, protocl: https, response_hop_limit: 0x10}
    exceptions:
      - {name: x, rules: [enabled-over-htp], reason: r, owner: o, expires: 2027-02-30}
END
    meta policy check p.yaml
    expect 2
    same "$output" ""
    same "$stderr" "error: p.yaml:4:5: /rules/0/enabled: unknown property \`enabled\`; write it under \`metadata_service\`
error: p.yaml:5:33: /rules/0/metadata_service/enabled: must be true or false, is \"yes\"; write true
error: p.yaml:5:38: /rules/0/metadata_service/protocl: unknown property \`protocl\`; did you mean \`protocol\`?
error: p.yaml:5:74: /rules/0/metadata_service/response_hop_limit: must be an object or an integer, is \"0x10\"; write it in decimal digits, without quotes
error: p.yaml:7:27: /rules/0/exceptions/0/rules/0: there is no rule \"enabled-over-htp\": did you mean enabled-over-http?
error: p.yaml:7:76: /rules/0/exceptions/0/expires: \"2027-02-30\" is not a date; write YYYY-MM-DD, such as 2027-01-31
error: p.yaml has 6 faults"
    meta policy check p.yaml -o json
    expect 2
    same "$(jq -c '[.schema_version, .valid, (.faults | map([.file, .line, .column]) | .[0], length), .rules]' <<< "$output")" \
        '[1,false,["p.yaml",4,5],6,[]]'
    echo '{"version": 1, "rules": [{"nme": "a"}]}' > p.json
    meta policy check p.json
    expect 2 'p.json:1:27: /rules/0/nme: unknown property `nme`; did you mean `name`?'
    meta policy check none.yaml
    expect 2 "cannot open none.yaml: No such file or directory"
}

@test "a policy whose aliases repeat too much is refused at once" {
    {
        echo 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
        for level in 1 2 3 4 5 6 7 8 9; do
            before="*a$((level - 1))"
            echo "a$level: &a$level [$before, $before, $before, $before, $before, $before, $before, $before, $before]"
        done
    } > bomb.yaml
    run --separate-stderr timeout 10 "$BUILD/vpcmeta" policy check bomb.yaml
    expect 2 "bomb.yaml:6:"
    expect 2 "more than 500000 values, with those that aliases repeat"
}

@test "exceptions are judged as of a day; a warning names those that expired or expire soon" {
    cat > p.yaml <<'END'
version: 1
rules:
  - name: a
    metadata_service: {enabled: true}
    exceptions:
      - {name: old, reason: r, owner: team-a, expires: 2026-11-27}
      - {crn: 'crn:v1:*:instance:*', reason: r, owner: team-b, expires: 2026-12-12}
      - {name: new, reason: r, owner: team-c, expires: 2026-12-13}
END
    meta policy check p.yaml --as-of 2026-11-28
    expect 0
    same "$stderr" "warning: p.yaml:6:9: the exception of team-a for old expired 2026-11-27: its findings count again
warning: p.yaml:7:9: the exception of team-b for crn:v1:*:instance:* ends on 2026-12-12"
    same "$(head -n 1 <<< "$output")" "valid: p.yaml: 1 rule, 3 exceptions (1 expired, 1 within 14 days)"
    meta policy check p.yaml --as-of 2026-11-27
    expect 0
    [[ $stderr != *expired* ]]
    meta policy check p.yaml --as-of 2026-02-30
    expect 2 "--as-of"
}

@test "exceptions without an end need an option, and files of exceptions are checked, too" {
    printf 'version: 1\nrules: [{name: a, exceptions: [{name: x, reason: r, owner: o}]}]\n' > p.yaml
    meta policy check p.yaml
    expect 2 "p.yaml:2:32: /rules/0/exceptions/0: \`expires\` is missing"
    meta policy check p.yaml --allow-unlimited-exceptions
    expect 0
    echo '- {name: y, policy_rules: b, reason: r, owner: o, expires: 2099-01-01}' > e.yaml
    meta policy check p.yaml --allow-unlimited-exceptions --exceptions e.yaml
    expect 2 'e.yaml:1:27: /0/policy_rules: there is no rule in the policy called "b"'
    sed -i 's/policy_rules: b/policy_rules: a/' e.yaml
    meta policy check p.yaml --allow-unlimited-exceptions --exceptions e.yaml -o json
    expect 0
    same "$(jq -c '[.summary.exceptions.total, .rules[0].exceptions]' <<< "$output")" '[2,2]'
}

@test "the schemas of policies are schemas as others, but no body is taken for a policy" {
    vpcmeta schema example policy > p.json
    meta schema check --as policy p.json
    expect 0
    vpcmeta schema example policy_exceptions > e.json
    meta schema check --as policy_exceptions e.json
    expect 0
    echo '{"version": 1, "rules": [{"name": "a"}]}' > guess.json
    meta schema check guess.json
    [[ $output$stderr != *"policy file"* ]]
    meta schema show policy
    expect 0
    same "$(jq -r '."$id"' <<< "$output")" "https://vpcmeta.dev/schemas/policy.json"
}

@test "policy explain says which rule holds, why others do not, what differs and what is excepted" {
    client_start --instances 12 --seed 7
    name=$(vpcmeta instance list --name 'web-*' --limit 1 -o csv --no-headers --fields name)
    vpcmeta instance set "$name" --enabled true --protocol http --hop-limit 2 --yes -q > /dev/null
    vpc=$(vpcmeta instance list "$name" -o csv --no-headers --fields vpc)
    cat > p.yaml <<END
version: 1
rules:
  - {name: elsewhere, where: {vpc: [none-such]}}
  - {name: small, where: {name: 'web-*', jq: .name == "never"}}
  - name: web
    where: {name: 'web-*', jq: '.metadata_service.enabled'}
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 2}}
    trusted_profile: {forbidden: true}
    exceptions:
      - {name: 'w*', rules: enabled-over-http, reason: agent, owner: team-a, expires: 2099-01-01}
      - {name: 'eb-*', reason: not the whole name, owner: team-b, expires: 2099-01-01}
  - {name: rest, kinds: [instance]}
END
    meta policy explain "$name" --policy p.yaml -o json
    expect 0
    same "$(jq -c '.items[] | [.kind, .name, .policy_rule, .result]' <<< "$output")" "[\"instance\",\"$name\",\"web\",\"managed\"]"
    same "$(jq -c '.items[].rules | map([.policy_rule, .result, .reason])' <<< "$output")" \
        "[[\"elsewhere\",\"no_match\",\"vpc is $vpc, not none-such\"],[\"small\",\"no_match\",\"jq gives false or null: .name == \\\"never\\\"\"],[\"web\",\"holds\",null],[\"rest\",\"not_reached\",null]]"
    same "$(jq -c '.items[].settings | map([.setting, .wanted, .found, .result]) | .[:3]' <<< "$output")" \
        '[["enabled",true,true,"fulfilled"],["protocol","https","http","differs"],["response_hop_limit",{"max":2},2,"fulfilled"]]'
    same "$(jq -c '.items[].exceptions | map([.name, .rules, .owner, .expired])' <<< "$output")" '[["w*",["enabled-over-http"],"team-a",false]]'
    meta policy explain "$name" --policy p.yaml
    expect 0
    [[ $output == *"the rule web holds"* ]]
    [[ $output == *"protocol            https      http   differs"* ]]
}

@test "policy explain takes every kind, and says what no rule matches" {
    client_start --instances 12 --seed 7
    printf 'version: 1\nrules: [{name: only, where: {name: none}}]\n' > p.yaml
    for kind in template group bare-metal; do
        name=$(vpcmeta $kind list --limit 1 -o csv --no-headers --fields name)
        meta policy explain "$name" --policy p.yaml -o json
        expect 0
        same "$(jq -c '.items[] | [.kind, .policy_rule, .result, .settings]' <<< "$output")" "[\"$kind\",null,\"unmanaged\",[]]"
        meta policy explain "$name"
        expect 0
        rule=templates
        [ "$kind" != bare-metal ] || rule=servers
        [[ $output == *"the rule $rule holds"* ]]
    done
    VPC_URL=$SIM_BASE/v1 meta policy explain no-such-name --policy p.yaml --region us-south
    expect 1 'there is no resource "no-such-name" in us-south; --region all looks everywhere'
    meta policy explain "${name}x" --policy p.yaml
    expect 1 "there is no resource \"${name}x\": did you mean $name?"
    meta policy explain 'web-*' --policy p.yaml
    expect 2 "is not a valid name"
}

@test "tables of a policy fit a terminal of 80 columns" {
    vpcmeta policy example > p.yaml
    screen_plain 80x24 policy check p.yaml
    fits 80
    shows "^RULE +"
    client_start --instances 6 --seed 7
    screen_plain 80x24 policy explain "$(vpcmeta instance list --limit 1 -o csv --no-headers --fields name)" --policy p.yaml
    fits 80
    shows "everything-else +holds"
}

@test "lines of policy check and titles of rules fit 60 columns, whole" {
    vpcmeta policy example > policy-of-a-long-name.yaml
    screen_plain 60x40 policy check policy-of-a-long-name.yaml
    fits 60
    shows "^valid: policy-of-a-long-name.yaml$"
    shows "^  3 rules, 1 exception \(0 expired, 0 within 14 days\)$"
    shows "^digest: sha256:[0-9a-f]{12}\.\.\. \(whole: -o json\)$"
    screen_plain 60x60 audit --list-rules
    fits 60
    shows_no "\.\.\."
}

@test "formats of rows have the faults of a file, a row each" {
    printf 'version: 1\nrules:\n  - {name: a, enabled: true, "x,y": 1}\n' > p.yaml
    meta policy check p.yaml -o jsonl
    expect 2 "p.yaml has 2 faults"
    same "$(jq -c '[.file, .line, .column, .pointer]' <<< "$output")" '["p.yaml",3,15,"/rules/0/enabled"]
["p.yaml",3,30,"/rules/0/x,y"]'
    same "$(jq -s length <<< "$output")" 2
    meta policy check p.yaml -o csv
    expect 2
    same "$(head -n 1 <<< "$output")" "file,line,column,pointer,message"
    same "$(wc -l <<< "$output")" 3
}

@test "a rule that wants nothing is a warning with its place" {
    printf 'version: 1\nrules:\n  - {name: a, kinds: [group]}\n  - {name: b, metadata_service: {enabled: true}}\n' > p.yaml
    meta policy check p.yaml
    expect 0
    same "$stderr" 'warning: p.yaml:3:5: the rule a wants nothing: what it matches is left as it is; give it `metadata_service` or `trusted_profile`'
}

@test "the name of a policy steers no terminal" {
    client_start --instances 4
    printf 'version: 1\nname: "a\\eb\\nc"\nrules:\n  - {name: all, metadata_service: {enabled: true}}\n' > p.yaml
    meta audit --policy p.yaml
    expect 2 'p.yaml:2:7: /name: the control character U+001B is not allowed here; remove it'
    # by default the name is that of the file
    grep -v '^name' p.yaml > $'a\eb.yaml'
    meta audit --policy $'a\eb.yaml'
    same "${lines[0]%% as of*}" 'Policy a\x1bb.yaml (a\x1bb.yaml)'
}

@test "an exception is refused for what none can cover" {
    printf 'version: 1\nrules:\n  - name: all\n    metadata_service: {enabled: true}\n    exceptions:\n      - {name: a, rules: [unmanaged, unused-exception], reason: r, owner: o, expires: 2030-01-01}\n' > p.yaml
    meta policy check p.yaml
    expect 2 'p.yaml:6:27: /rules/0/exceptions/0/rules/0: an exception cannot cover "unmanaged"; add a rule that holds for the resource'
    expect 2 'p.yaml:6:38: /rules/0/exceptions/0/rules/1: an exception cannot cover "unused-exception"; remove the unused one'
}
