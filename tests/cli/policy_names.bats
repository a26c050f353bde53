#!/usr/bin/env bats
# What the rules of a policy name and nothing has: a warning with its place and the name that is meant, by every command
# that reads with a policy; and no word of what was not read.
load client

teardown() {
    sim_stop
}

# One name of each sort that is right, and one that is not.
policy() {
    cat > p.yaml << 'END'
version: 1
rules:
  - name: edge
    kinds: [instance]
    where:
      vpc: [vpc-edge, vpc-egde]
      zone: [us-south-1, us-south-9]
      resource_group: [default, defualt]
      name: ["api-*", "apis-*", ap-0002]
      exclude: ["web-*", "legacy-*"]
    trusted_profile: {allowed: [fleet-reader, fleet-raeder]}
  - name: rest
    where: {region: [us-south, xx-north]}
    metadata_service: {enabled: true}
END
}

# The warnings of the last command, without the prefix.
warnings() {
    sed -n 's/^warning: //p' <<< "$stderr" | grep -v 'policy rule .* holds for no resource'
}

WANTED='p.yaml:6:23: there is no VPC "vpc-egde": did you mean vpc-edge?
p.yaml:7:26: there is no zone "us-south-9": did you mean us-south-1?
p.yaml:8:33: there is no resource group "defualt" with anything in it: did you mean default?
p.yaml:9:23: no resource of the kinds of this rule has a name that matches "apis-*"
p.yaml:9:33: no resource of the kinds of this rule is called "ap-0002": did you mean api-0002?
p.yaml:10:26: no resource of the kinds of this rule has a name that matches "legacy-*"; it excludes nothing
p.yaml:11:47: the account has no trusted profile "fleet-raeder": did you mean fleet-reader?
p.yaml:13:32: the account has no region "xx-north"'

@test "what a rule names and nothing has is a warning of audit, plan and apply --policy, with its place" {
    client_start --instances 12 --templates 2 --groups 1
    sim_profile fleet-reader > /dev/null
    policy
    meta audit --policy p.yaml --no-store -o json
    expect 3
    same "$(warnings)" "$WANTED"
    meta plan --policy p.yaml -o json
    expect 0
    same "$(warnings | grep -F p.yaml)" "$WANTED"
    meta apply --policy p.yaml --dry-run -o json
    expect 0
    same "$(warnings | grep -F p.yaml)" "$WANTED"
    # all of it was read: what a selection leaves out is not judged, and what the API can be asked for is
    meta policy explain api-0001 --policy p.yaml
    expect 0
    same "$(warnings)" "$(grep -E 'VPC|zone|profile|region' <<< "$WANTED")"
    meta audit --policy p.yaml --no-store -o json --name 'api-*'
    same "$(warnings)" "$(grep -E 'VPC|zone|profile|region' <<< "$WANTED")"
}

@test "a policy without such a name costs no request, and one with it a look-up of each region" {
    client_start --region us-south,eu-de --instances 4 --templates 1 --groups 0 --bare-metal 0
    unset VPC_URL
    export IBMCLOUD_IS_NG_API_ENDPOINT=$SIM_URL
    printf 'version: 1\nregions: all\nrules:\n- {name: a, where: {vpc: [vpc-prod]}, metadata_service: {enabled: true}}\n' > p.yaml
    meta instance list --region all --vpc vpc-prod
    expect 0
    clear_log
    meta audit --policy p.yaml --no-store
    same "$(warnings)" ""
    before=$(sim_count GET '*/vpcs')
    clear_log
    sed -i 's/vpc-prod/vpc-prd/' p.yaml
    meta audit --policy p.yaml --no-store
    same "$(warnings)" 'p.yaml:4:27: there is no VPC "vpc-prd" in us-south, eu-de: did you mean vpc-prod?'
    [ "$(sim_count GET '*/vpcs')" -le $((before + 2)) ]
    # names that several regions have are listed once, and standard input is called so everywhere
    sed -i 's/vpc-prd/r006-00000000-0000-4000-8000-000000000000/' p.yaml
    meta audit --policy - --no-store < p.yaml
    [[ $stderr == *"; the VPCs are vpc-prod, vpc-stage, vpc-dev, vpc-data, vpc-edge"$'\n'*"standard input:4: policy rule a holds for no resource"* ]]
    same "$(sim_count GET '*/zones')" 0
}

@test "nothing is said of what was not read: forbidden lists, regions that were left out" {
    client_start --region us-south,eu-de --instances 4 --templates 1 --groups 0 --bare-metal 0
    policy
    faults '{"path": "/v1/vpcs", "action": "status", "status": 403}' \
        '{"path": "/v1/regions/*", "action": "status", "status": 403}' \
        '{"path": "/v1/profiles*", "action": "status", "status": 403}'
    meta audit --policy p.yaml --no-store -o json -v
    expect 5
    run ! grep -E 'VPC "|zone "|group "|trusted profile "' <<< "$stderr"
    [[ $stderr == *"not every name in the rules of p.yaml was checked: "*403* ]]
    # the rest of the account was not read
    sim_stop
    client_start --region us-south,eu-de --instances 4 --templates 1 --groups 0 --bare-metal 0
    unset VPC_URL
    export IBMCLOUD_IS_NG_API_ENDPOINT=$SIM_URL
    printf 'version: 1\nrules:\n- {name: a, where: {vpc: vpc-prd}, metadata_service: {enabled: true}}\n' > p.yaml
    meta audit --policy p.yaml --no-store --region us-south
    same "$(warnings)" ""
    # a rule that says where it holds is judged there
    sed -i 's/vpc: vpc-prd/region: us-south, vpc: vpc-prd/' p.yaml
    meta audit --policy p.yaml --no-store --region us-south
    same "$(warnings)" 'p.yaml:3:44: there is no VPC "vpc-prd" in us-south: did you mean vpc-prod?'
    meta audit --policy p.yaml --no-store --region eu-de
    same "$(warnings)" ""
}

@test "rules of a group and of its template that exclude each other end in a reason, not in fixes that undo each other" {
    client_start --instances 8 --templates 2 --groups 1 --mix plain --bare-metal 0
    for wishes in '{enabled: true}|{enabled: false}|enabled|disabled' \
        '{enabled: true, protocol: https}|{enabled: true, protocol: http}|https|http' \
        '{enabled: true, response_hop_limit: 3}|{enabled: true, response_hop_limit: {max: 2}}|hop limit 3|hop limit 2 or less'; do
        IFS='|' read -r group template first second <<< "$wishes"
        cat > c.yaml << END
version: 1
rules:
  - {name: groups, kinds: [group], metadata_service: $group}
  - {name: bases, kinds: [template], metadata_service: $template}
  - {name: rest, kinds: [instance]}
END
        reason="policy rule groups wants $first, policy rule bases wants $second: no template can have both, change one of the rules"
        meta plan --policy c.yaml -o json
        expect 0
        # what is planned follows the rule of the template, and the group is left
        jq -e --arg reason "$reason" '[.left[]? , .results[]] | any(.. | strings; contains($reason))' <<< "$output"
        meta apply --policy c.yaml -y -o json
        expect 0
        meta plan --policy c.yaml --exit-code -o json
        expect 0
        meta audit --policy c.yaml --no-store -o json
        expect 3
        same "$(jq -r '[.findings[] | select(.rule | startswith("group-template") or startswith("template"))] | map(.rule) | unique[]' <<< "$output")" group-template
        jq -e --arg reason "$reason" '.findings[] | select(.rule == "group-template")
            | (.message | endswith("; " + $reason)) and (.fix | startswith("vpcmeta group show "))' <<< "$output"
    done
}

@test "two rules of groups that share a template and exclude each other recommend no replacement" {
    client_start --instances 8 --templates 1 --groups 2 --mix plain --bare-metal 0
    same "$(vpcmeta group list -o json | jq -r '[.items[].template] | unique | length')" 1
    read -r first second <<< "$(vpcmeta group list -o json | jq -r '[.items[].name] | join(" ")')"
    cat > c.yaml << END
version: 1
rules:
  - {name: one, kinds: [group], where: {name: $first}, metadata_service: {enabled: true, protocol: https}}
  - {name: two, kinds: [group], where: {name: $second}, metadata_service: {enabled: true, protocol: http}}
END
    meta audit --policy c.yaml --no-store -o json
    expect 3
    same "$(jq -c '[.findings[] | select(.rule == "group-template") | [.name, (.fix | startswith("vpcmeta group show ")), (.message | test("no template can have both"))]]' <<< "$output")" \
        "[[\"$first\",true,true],[\"$second\",true,true]]"
}

@test "plan and apply name exceptions that have expired or end soon, where they cover anything" {
    client_start --instances 12 --mix plain --bare-metal 0 --templates 0 --groups 0
    cat > e.yaml << 'END'
version: 1
rules:
  - name: all
    metadata_service: {enabled: true}
    exceptions:
      - {name: "web-*", rules: [disabled], reason: r, owner: team-a, expires: 2026-11-27}
      - {name: "cache-*", rules: [disabled], reason: r, owner: team-b, expires: 2026-12-05}
      - {name: "nosuch-*", rules: [disabled], reason: r, owner: team-c, expires: 2026-11-27}
END
    web=$(vpcmeta instance list --name 'web-*' -o json | jq '.items | length')
    wanted="e.yaml:6: the exception of team-a for web-* expired 2026-11-27; its $web findings count again
e.yaml:7: the exception of team-b for cache-* ends on 2026-12-05; its 2 findings count after that"
    for command in plan "apply --dry-run"; do
        meta $command --policy e.yaml --as-of 2026-11-28
        expect 0
        same "$(warnings | grep -F e.yaml)" "$wanted"
    done
    meta plan --policy e.yaml --as-of 2026-11-20
    [[ $stderr != *expired* && $stderr == *"e.yaml:6: the exception of team-a for web-* ends on 2026-11-27; its $web findings count after that"* ]]
}

@test "VPC names that could not be read are one counted line for each region and kind" {
    client_start --instances 4 --templates 5 --groups 0 --bare-metal 0
    faults '{"operation": "templates.list", "action": "edit", "remove": ["/vpc/name"]}' \
        '{"path": "/v1/vpcs", "action": "status", "status": 403}'
    printf 'version: 1\nrules:\n- {name: a, where: {vpc: [vpc-prod]}, metadata_service: {enabled: true}}\n' > p.yaml
    meta audit --policy p.yaml --no-store -o json
    expect 5
    jq -e '[.missing[] | select(test("VPC"))] | length == 1 and (.[0] | test("^VPC names of 5 instance templates of us-south: .*\\(tpl-.*, tpl-.* and 1 more\\)$"))' <<< "$output"
}

@test "policy check warns of a region that the policy does not have, and counts all faults below those it shows" {
    client_environment
    printf 'version: 1\nregions: [us-south]\nrules:\n- {name: a, where: {region: [us-south, eu-de]}, metadata_service: {enabled: true}}\n' > p.yaml
    meta policy check p.yaml
    expect 0
    same "$stderr" 'warning: p.yaml:4:40: eu-de is not among the `regions` of the policy: the rule a holds for nothing there; add it to `regions`, or take it out here'
    sed -i 's/us-south\]$/all]/' p.yaml
    meta policy check p.yaml
    same "$stderr" ""
    { printf 'version: 1\nrules:\n'; for i in $(seq 150); do echo "- {name: r$i, where: {name: x$i}, metadata_service: {enabled: yes}}"; done; } > p.yaml
    meta policy check p.yaml
    expect 2
    same "$(wc -l <<< "$stderr")" 101
    same "$(tail -n 1 <<< "$stderr")" "error: p.yaml has 150 faults; the first 100 are shown"
    [[ $(head -n 1 <<< "$stderr") == "error: p.yaml:3:"* ]]
}

@test "a key that is misspelt is one fault, and not missing besides" {
    client_environment
    cat > p.yaml << 'END'
verson: 1
rules:
- name: a
  exceptions:
  - {nam: x, reson: r, ownr: o, expire: 2027-01-01, rles: [disabled]}
  - {id: x, why: r, owner: o, until: 2027-01-01}
  - 5
END
    meta policy check p.yaml
    expect 2
    same "$(grep -o 'p.yaml:[0-9:]*' <<< "$stderr" | cut -d: -f 2,3)" $'1:1\n5:6\n5:14\n5:24\n5:33\n5:53\n6:6\n6:13\n6:31\n7:5'
    [[ $stderr != *"is missing"* ]]
    # what is really missing is said
    printf 'rules:\n- {name: a, exceptions: [{reason: r, owner: o, extra: 1}]}\n' > p.yaml
    meta policy check p.yaml
    expect 2
    same "$(grep -c 'is missing' <<< "$stderr")" 3
    printf 'version: 1\nrules:\n- {name: a}\n' > p.yaml
    meta policy check p.yaml --exceptions p.yaml
    expect 2 "p.yaml:2:1: /rules: unknown property \`rules\`; remove it: rules stand in the policy, which --policy names"
    : > e.yaml
    meta policy check p.yaml --exceptions e.yaml
    expect 2 "e.yaml:1:1: the file is empty; 'vpcmeta schema example policy_exceptions' prints one"
}
