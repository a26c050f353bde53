#!/usr/bin/env bats
# --where: a predicate says yes or no about each record; what says anything else changes and selects nothing.
load client

teardown() {
    sim_stop
}

# WORDS EXPRESSION: refused by every command with selectors, and no write is sent
refuses() {
    local command
    clear_log
    for command in "instance set --hop-limit 1 -y" "instance restart --always -y" "template replace --hop-limit 1 -y" \
        "instance list" "bare-metal list" "template list" "group list" audit; do
        # shellcheck disable=SC2086 # words of the command
        meta $command --where "$2"
        expect 2 "$1"
        [ -z "$output" ]
        [[ $stderr == *"--where on "*"$2"* ]] || { echo "no record or no expression: $stderr"; return 1; }
    done
    [ -z "$(writes)" ]
}

@test "one = assigns: nothing is changed, the record and the value are named and = is explained" {
    client_start --instances 3 --bare-metal 2 --templates 2 --groups 1
    refuses '`=` assigns, `==` compares' '.name = "x"'
    meta instance set --where '.name = "x"' --hop-limit 1 -y
    expect 2 '--where on instance '
    [[ $stderr == *'gives {'*'instead of one true, false or null'* ]]
    [ -z "$(writes)" ]
}

@test "what is no single true, false or null is refused, whatever jq thinks of it" {
    client_start --instances 5 --bare-metal 1 --templates 1 --groups 1
    refuses 'gives "false" instead of' '"false"'
    refuses 'gives true, false instead of' 'true, false'
    refuses 'gives nothing instead of' 'empty'
    refuses 'instead of one true, false or null' '.name'
    refuses 'Cannot index string' '.name.x'
    meta instance list --where .vcpu.architecture
    expect 2 'gives "'
    # and what says yes or no
    for expression in '.name == "x"' .no.such.member false null; do
        meta instance list --where "$expression" -o json
        expect 0
        jq -e '.items == []' <<< "$output"
    done
    meta instance list --where true -o json
    expect 0
    jq -e '.items | length == 5' <<< "$output"
}

@test "a predicate that is wrong quotes nothing of a record with user_data" {
    client_start --instances 1 --bare-metal 0 --templates 1 --groups 0
    faults '{"operation": "templates.list", "action": "edit", "record": {"name": "tpl-web-001"}, "set": {"/user_data": "DB_PASSWORD=hunter2"}}'
    for expression in '.user_data // false' '.user_data | tonumber?, error(.)' '.user_data | if . then tonumber else false end'; do
        jq -n --arg jq "$expression" '{version: 1, rules: [{name: "r", where: {jq: $jq}, metadata_service: {enabled: true}}]}' > policy.json
        for command in "audit --policy policy.json" "plan --policy policy.json" "template list --where '$expression'" "audit --where '$expression'"; do
            eval "meta $command --trace trace.jsonl -vv"
            expect 2 "jq expression"
            run ! grep -r hunter2 <<< "$output$stderr"
            [ "$status" -eq 1 ]
        done
    done
}
