#!/usr/bin/env bats
# A fleet made by hand that violates and respects every rule in turn, under a policy with exceptions of every kind: the
# results are those of a list, in every format.
load client

DATA=$BATS_TEST_DIRNAME/../data

teardown() {
    sim_stop
}

# The fleet; two servers are enabled, which leaves a restart pending, and records become odd on the way.
fleet() {
    client_start --load "$DATA/audit-fleet.json"
    vpcmeta instance set --name 'must-*restart' --enabled true -y -q --region us-south,eu-de -o json > /dev/null
    faults '{"operation": "instances.list", "action": "edit", "record": {"name": "sec-odd"}, "remove": ["/metadata_service"]}' \
        '{"operation": "templates.list", "action": "edit", "record": {"name": "tpl-gone"}, "set": {"/id": "0717-00000000-0000-4000-8000-000000000000"}}'
    sort "$DATA/audit-expected.tsv" > expected
}

audit() { vpcmeta audit --policy "$DATA/audit-policy.yaml" --as-of "${AS_OF:-2026-11-28}" --no-store "$@"; }

@test "results equal the expected list as json, jsonl, csv and yaml" {
    fleet
    audit -o json > audit.json 2> warnings || [ $? -eq 5 ]
    jq -r '.findings[] | [.region, .kind, .name, .rule, .result] | @tsv' audit.json | sort | diff expected -
    audit -o jsonl -q > audit.jsonl || [ $? -eq 5 ]
    jq -r '[.region, .kind, .name, .rule, .result] | @tsv' audit.jsonl | sort | diff expected -
    audit -o csv -q > audit.csv || [ $? -eq 5 ]
    python3 -c 'import csv, sys
for row in csv.DictReader(sys.stdin):
    print("\t".join(row[c] for c in ("region", "kind", "name", "rule", "result")))' < audit.csv | sort | diff expected -
    audit -o yaml -q > audit.yaml || [ $? -eq 5 ]
    python3 - audit.yaml << 'END' | sort | diff expected -
import re, sys
for item in re.split(r"^ *- (?=rule:)", open(sys.argv[1]).read(), flags=re.M)[1:]:
    found = {key: value.strip("\"'") for key, value in re.findall(r"^ *(\w+): (.*)$", item, re.M)}
    print("\t".join(found[c] for c in ("region", "kind", "name", "rule", "result")))
END
    # every result of every rule is counted, and every rule has been seen to fail, to hold and to be excepted
    jq -e '.summary.checks | del(.["unused-exception"]) | to_entries
           | all(.value | .fail > 0 and .pass + .not_applicable > 0)
             and all(select(.key != "unmanaged" and .key != "group-members").value.excepted > 0)' audit.json
    jq -e '. as $all | .summary.results == (reduce .summary.checks[] as $c ({pass: 0, fail: 0, excepted: 0, cannot_tell: 0,
           not_applicable: 0}; with_entries(.value += $c[.key])))
           and .summary.findings.total == ([.findings[] | select(.result == "fail")] | length)' audit.json
}

@test "every format of --report has the same results" {
    fleet
    audit -q -o json --report csv=r.csv --report json=r.json --report sarif=r.sarif --report sarif-github=r.github \
        --report junit=r.xml --report ocsf=r.ocsf --report html=r.html > /dev/null || [ $? -eq 5 ]
    jq -r '.findings[] | [.region, .kind, .name, .rule, .result] | @tsv' r.json | sort | diff expected -
    python3 -c 'import csv, sys
for row in csv.DictReader(sys.stdin):
    if row["rule"]:  # what is incomplete is a row, too
        print("\t".join(row[c] for c in ("region", "kind", "name", "rule", "result")))' < r.csv | sort | diff expected -
    # each format labels what fails and what is excepted in its own way
    cut -f 1-4 expected > all
    awk '$5 == "fail"' expected | cut -f 1-4 > fails
    cut -f 3,4 all | sort > pairs
    jq -r '.runs[].results[] | [.locations[0].logicalLocations[0].name, .ruleId] | @tsv' r.sarif | sort | diff pairs -
    jq -r '.runs[].results[] | select(.kind == "fail" and (.suppressions // [] | length == 0))
           | [.properties.region, .properties.kind, .properties.name, .ruleId] | @tsv' r.sarif | sort | diff fails -
    jq -r '.runs[].results[] | [.locations[0].logicalLocations[0].name, .ruleId] | @tsv' r.github | sort > github
    [ -s github ]
    [ -z "$(comm -13 pairs github)" ]
    [ "$(grep -c '<failure' r.xml)" -eq "$(wc -l < fails)" ]
    # what is incomplete is a case of its own: a record without settings in each of two regions
    [ "$(grep -c "<testcase" r.xml)" -eq $(($(wc -l < all) + 2)) ]
    jq -s 'flatten | map(select(.compliance.control as $rule | $rules | index($rule))) | length' --argjson rules \
        "$(cut -f 4 all | sort -u | jq -Rs 'split("\n") | map(select(. != ""))')" r.ocsf > count
    [ "$(cat count)" -eq "$(wc -l < all)" ]
    for word in sec-x-http tpl-secret must-none unmanaged; do
        grep -qF "$word" r.html
    done
    run ! grep -F 'MIIEowIBAAKCAQEAvpcmeta' r.*
}

@test "exceptions keep reason, owner and end; expired, unused and ending ones are said with their place" {
    fleet
    audit -o json > audit.json 2> warnings || [ $? -eq 5 ]
    jq -e '[.findings[] | select(.name == "sec-expired-http")] | length == 2 and all(.result == "fail"
           and (.message | endswith("; exception of team-pay expired 2026-11-27")) and .exception.expired)' audit.json
    jq -e '[.findings[] | select(.name == "sec-x-http")][0].exception
           == {reason: "known since the audit of may", owner: "team-sec", expires: "2027-01-31", ticket: "SEC-412"}' audit.json
    jq -e '.summary.exceptions | .expired == 2 and (.unused == [])' audit.json
    grep -E 'audit-policy.yaml:21: the exception of team-pay for sec-soon-http ends on 2026-12-05; its 2 findings count' warnings
    # the day after it has ended; and a fleet that is read whole names what is unused
    faults
    AS_OF=2026-12-06 audit -o json > later.json 2> warnings || [ $? -eq 3 ]
    jq -e '[.findings[] | select(.name == "sec-soon-http") | .result] | unique == ["fail"]' later.json
    jq -e '.summary.exceptions.unused | map(.name) | index("sec-retired-*") != null' later.json
    grep -F "the exception of team-old for sec-retired-* covers no finding" warnings
    grep -F "policy rule nothing holds for no resource" warnings
    audit --strict -o json -q > strict.json || [ $? -eq 3 ]
    jq -e '[.findings[] | select(.rule == "unused-exception")] | length > 0 and all(.kind == "policy" and .severity == "low"
           and (.name | test("^[a-z-]+/[a-z*-]+$"))
           and (.message | test("audit-policy.yaml:[0-9]+")) and (.fix | startswith("vpcmeta policy check ")))' strict.json
}

@test "an exception is called unused only where everything that it could cover was read, and keeps its fingerprint" {
    fleet
    faults
    for part in "--region us-south" "--name sec-*" "--vpc vpc-prod"; do
        audit $part --strict -v -o json > part.json 2> warnings || [ $? -eq 3 ]
        jq -e '.summary.exceptions.unused == [] and ([.findings[] | select(.rule == "unused-exception")] == [])' part.json
        run ! grep -F "covers no finding" warnings
        grep -F "only a part of what the policy is about was read: exceptions and policy rules that do nothing are not named" warnings
    done
    audit --strict -o json -q > here.json || [ $? -eq 3 ]
    unused='[.findings[] | select(.rule == "unused-exception") | {name, fingerprint}]'
    jq "$unused" here.json > here
    jq -e 'length > 0 and all(.name | contains(":") | not)' here
    # the same file elsewhere, with a line more
    { echo '# moved'; cat "$DATA/audit-policy.yaml"; } > moved.yaml
    vpcmeta audit --policy ./moved.yaml --as-of 2026-11-28 --no-store --strict -o json -q > moved.json || [ $? -eq 3 ]
    jq "$unused" moved.json | diff here -
    # without regions of its own a policy is about the whole account
    sed '/^regions:/d' "$DATA/audit-policy.yaml" > everywhere.yaml
    for region in us-south,eu-de all; do
        vpcmeta audit --policy everywhere.yaml --as-of 2026-11-28 --no-store --region $region -o json -q > $region.json || [ $? -eq 3 ]
    done
    jq -e '.summary.exceptions.unused == []' us-south,eu-de.json
    jq -e '.summary.exceptions.unused | length > 0' all.json
}

@test "findings of the policy itself are shown where there is no resource" {
    client_environment
    echo '{"items": []}' > empty.json
    client_start --load empty.json
    sed '/^regions:/d' "$DATA/audit-policy.yaml" > policy.yaml
    meta audit --policy policy.yaml --as-of 2026-11-28 --strict
    expect 3
    [[ $output == *"unused-exception"*"the exception of team-old for sec-retired-* (policy.yaml:"*") covers no finding"* ]]
    [[ ${lines[-1]} == "exit status 3: nothing was audited; "*" findings, all of them low" ]]
    meta audit --policy policy.yaml --as-of 2026-11-28
    expect 0
    [[ ${lines[-1]} == "exit status 0: nothing was audited" ]]
}

@test "of an exception that another one comes before, that one and the reason are named" {
    client_start --instances 3
    cat > policy.yaml << 'END'
version: 1
rules:
  - name: all
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 1}}
    exceptions:
      - {name: "*", reason: by name, owner: A, expires: 2030-01-01}
      - {crn: "crn:*", reason: by CRN, owner: B, expires: 2030-01-01}
      - {name: nosuch, reason: typing error, owner: C, expires: 2030-01-01}
      - {crn: "crn:v1:*", reason: late, owner: D, expires: 2030-01-01}
END
    meta audit --policy policy.yaml --strict -o json
    expect 3 "policy.yaml:6: the exception of A for * covers no finding, because the exception of B for crn:* (policy.yaml:7) takes precedence: a CRN comes before a name; remove it"
    expect 3 "policy.yaml:8: the exception of C for nosuch covers no finding; remove it, or check its spelling"
    expect 3 "policy.yaml:9: the exception of D for crn:v1:* covers no finding, because the exception of B for crn:* (policy.yaml:7) takes precedence: it comes first; remove it"
    jq -e '[.findings[] | select(.rule == "unused-exception").message][0] == "the exception of A for * (policy.yaml:6) covers no finding, because the exception of B for crn:* (policy.yaml:7) takes precedence: a CRN comes before a name; remove it"' <<< "$output"
}

@test "severity of the policy rule, threshold of the call: exit status 3 only from there on" {
    fleet
    faults
    audit -o json -q > audit.json || [ $? -eq 3 ]
    jq -e '[.findings[] | select(.policy_rule == "identity") | .severity] | unique == ["critical"]' audit.json
    jq -e '[.findings[] | select(.rule == "unmanaged") | .severity] | unique == ["info"]' audit.json
    meta audit --policy "$DATA/audit-policy.yaml" --as-of 2026-11-28 --fail-on critical --name 'sec-*' -q
    expect 0
    [[ ${lines[-1]} == "exit status 0: "*", below --fail-on critical"* ]]
    meta audit --policy "$DATA/audit-policy.yaml" --as-of 2026-11-28 --fail-on critical -q
    expect 3
    meta audit --policy "$DATA/audit-policy.yaml" --max-hop-limit 2
    expect 2
}

@test "an exception without an end is refused, unless that is allowed" {
    client_environment
    sed 's/, expires: 2027-06-30}/}/' "$DATA/audit-policy.yaml" > endless.yaml
    meta audit --policy endless.yaml
    expect 2
    [[ $stderr == *endless.yaml:* ]]
}

@test "an exception is in use where it keeps the finding of a template out of that of a group" {
    client_start --instances 8 --templates 2 --groups 2
    cat > policy.yaml << 'END'
version: 1
rules:
  - name: groups
    kinds: [group]
    metadata_service: {enabled: true, protocol: https, response_hop_limit: {max: 1}}
    exceptions:
      - {name: "*", rules: [template-disabled, template-over-http, template-hop-limit], reason: moves later, owner: A, expires: 2030-01-01}
      - {name: nosuch, reason: typing error, owner: C, expires: 2030-01-01}
  - name: others
    metadata_service: {protocol: https}
END
    meta audit --policy policy.yaml -o json
    jq -e '.summary.exceptions.unused | length == 1 and .[0].name == "nosuch"' <<< "$output"
    # what is not judged could be what an exception of every rule is there for
    for part in --exclude-rule --rule; do
        meta audit --policy policy.yaml $part hop-limit -o json
        jq -e '.complete and .summary.exceptions.unused == []' <<< "$output"
    done
}
