#!/usr/bin/env bats
# Rows of several regions, and columns that are the same whatever the rows hold.
load client
load screen

teardown() {
    sim_stop
}

NO='expect \? \[y/N\] $
send n
end'

@test "rows of several regions have REGION in a question, a preview and a result, of one region they have not" {
    client_start --instances 3 --mix plain --bare-metal 0 --region us-south,eu-de
    for size in 80x24 120x40 200x50; do
        screen $size instance set --all --hop-limit 9 --region us-south,eu-de <<< "$NO"
        [ "$status" -eq 1 ]
        shows '^REGION +NAME +OUTCOME +RESTART +CHANGE OR REASON$'
        shows '^us-south +api-0001 +would change'
        shows '^eu-de +api-0001 +would change'
        fits "${size%x*}"
    done
    meta instance set --all --hop-limit 9 --region us-south,eu-de -n
    [[ ${lines[0]} =~ ^REGION\ +NAME\ +OUTCOME ]]
    meta instance set --all --hop-limit 9 --region us-south -n
    [[ ${lines[0]} =~ ^NAME\ +OUTCOME ]]
    # one of them needs no change: its region counts all the same
    meta instance set --all --hop-limit 9 --region eu-de -y
    [[ ${lines[0]} =~ ^NAME\ +OUTCOME ]]
    meta instance set --all --hop-limit 9 --region us-south,eu-de -y
    [[ ${lines[0]} =~ ^REGION\ +NAME\ +OUTCOME ]]
    screen 80x24 instance restart --all --always --region us-south,eu-de <<< "$NO"
    shows '^STEP +REGION +NAME +OUTCOME +CHANGE OR REASON$'
}

@test "names of several regions in a question and an audit have their region" {
    client_start --instances 12 --mix plain --bare-metal 0 --templates 3 --region us-south,eu-de --all-disabled
    screen 80x24 instance restart --all --always --region us-south,eu-de <<< "$NO"
    tr -s '\n ' ' ' < shown | grep -qE ' restarted: .*api-0001 \(us-south\)'
    tr -s '\n ' ' ' < shown | grep -qE ' restarted: .*api-0001 \(eu-de\)'
    for size in 80x24 120x40; do
        screen_plain $size audit --region us-south,eu-de
        shows '^    [a-z0-9-]+ \(eu-de\), [a-z0-9-]+ \((eu-de|us-south)\)'
        fits "${size%x*}"
    done
    screen_plain 80x24 audit --region us-south
    shows_no '\(us-south\)'
}

@test "of several regions the column of the region is the last that goes" {
    client_start --instances 4 --mix plain --bare-metal 1 --templates 2 --groups 1 --region us-south,eu-de
    for kind in instance template bare-metal group; do
        screen_plain 80x24 $kind list --region us-south,eu-de
        shows '^REGION +.*NAME'
        shows '^eu-de +'
        fits 80
    done
    screen_plain 66x24 instance list --region us-south,eu-de
    shows '^REGION +NAME'
    fits 66
    screen_plain 80x24 instance list --region us-south
    shows_no '^REGION'
}

@test "restart_needed is there before the first run as after it, and null where nothing is known" {
    client_start --instances 3 --mix plain --bare-metal 1
    meta instance list -o csv
    before=${lines[0]}
    [[ $before == *,restart_needed ]]
    meta instance list -o json
    jq -e 'all(.items[]; .restart_needed == false)' <<< "$output"
    meta instance set --all --enabled true -y -o csv
    meta instance list -o csv
    [ "${lines[0]}" = "$before" ]
    [[ ${lines[1]} == *,true ]]
    # another history, that knows nothing of what is on
    XDG_STATE_HOME=$PWD/other meta instance list -o json
    expect 0
    jq -e 'all(.items[]; has("restart_needed") and .restart_needed == null)' <<< "$output"
    # one that cannot be read
    mkdir -p broken/vpcmeta
    echo nothing > broken/vpcmeta/history.db
    XDG_STATE_HOME=$PWD/broken meta instance list -o json
    expect 0 "it is not known which servers need a restart"
    jq -e 'all(.items[]; has("restart_needed") and .restart_needed == null)' <<< "$output"
}

@test "the settings stand in the same columns of CSV, whether groups are among the rows or not" {
    client_start --instances 3 --mix plain --templates 1 --groups 1 --all-disabled
    settings=before.enabled,before.protocol,before.response_hop_limit,after.enabled,after.protocol,after.response_hop_limit
    meta instance set --all --hop-limit 2 -n -o csv
    [[ ${lines[0]} == *,dry_run,$settings ]]
    meta template replace --all --enabled true --update-groups -n -o csv
    [[ ${lines[0]} == *,dry_run,$settings,before.instance_template.id,before.instance_template.name,*,after.instance_template.id,* ]]
    meta template replace --all --enabled true --update-groups -y
    expect 0
    meta runs show -o csv
    [[ ${lines[0]} == *,action,$settings,before.instance_template.id,* ]]
}

@test "a CRN is whole, because it selects" {
    client_start --instances 2 --mix plain
    screen_plain 80x24 instance list --fields name,crn
    sim_state -r '.instances[0].crn' | grep -qFxf - <(sed 's/^.* crn:/crn:/' shown)
}

@test "a question counts what it changes, what needs no change and what is skipped, the most frequent change first" {
    client_start --instances 30 --mix plain --bare-metal 0 --groups 0
    vpcmeta instance set api-0001 api-0002 --hop-limit 3 -y > /dev/null
    vpcmeta instance set batch-0001 --hop-limit 9 -y > /dev/null
    count=$(sim_state '.instances | length')
    screen 80x24 instance set --all --hop-limit 9 <<< "$NO"
    shows "^$((count - 1)) instances will be changed, 1 needs no change:\$"
    grep -A1 "^  $((count - 3)): instances changed: hop limit 1 -> 9\$" shown | grep -q '^  2: instances changed: hop limit 3 -> 9'
    screen 80x24 instance set api-0001 --hop-limit 9 <<< "$NO"
    shows '^1 instance will be changed:$'
    screen 80x24 instance create --template "$(sim_state -r '.templates[0].name')" --name new-1 <<< "$NO"
    shows '^1 instance will be created:$'
    shows '^  profile [a-z0-9-]+, zone '
}
