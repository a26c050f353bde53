#!/usr/bin/env bats
# An empty or wrong selection is never success: names that do not exist are refused before anything is sent that writes,
# patterns that match nothing are warned about, and an audit of nothing says so.
load client

teardown() {
    sim_stop
}

# WORDS OPTION...: refused where it would change servers, and where it would prove that all is well
refused() {
    local words=$1 command
    shift
    for command in "instance set --hop-limit 1 -y" audit; do
        clear_log
        # shellcheck disable=SC2086 # words of the command
        meta $command "$@"
        expect 2 "$words"
        [ -z "$output" ]
        [ -z "$(writes)" ]
    done
}

@test "a VPC, zone, status or resource group that does not exist is refused with the nearest name" {
    client_start --instances 10 --templates 3 --groups 1 --bare-metal 2
    refused 'there is no VPC "vpc-prdo": did you mean vpc-prod?' --vpc vpc-prdo
    refused 'there is no VPC "nope"; the VPCs are vpc-prod, ' --vpc vpc-dev,nope
    refused 'there is no VPC "10-prod"' --vpc 10-prod
    refused 'there is no VPC "r006-00000000-0000-4000-8000-000000000000"' --vpc r006-00000000-0000-4000-8000-000000000000
    refused 'there is no zone "us-south-9": did you mean us-south-' --zone us-south-9
    refused 'there is no zone "us-suoth-1": did you mean us-south-1?' --zone us-suoth-1
    refused 'no status "runing": did you mean running?' --status runing
    refused 'there is no resource group "Nope"' --resource-group Nope
    refused 'did you mean rg-payments?' --resource-group rg-payment
    refused 'there is no resource group "0123456789abcdef0123456789abcdef"' \
        --resource-group 0123456789abcdef0123456789abcdef
    meta template replace --vpc vpc-prdo --hop-limit 2 -y
    expect 2 "did you mean vpc-prod?"
    meta group list --status runing
    expect 2 'instance groups have no status "runing"'
    meta template list --status running
    expect 2 "no status"
    meta bare-metal list --status stopping
    expect 2 'bare metal servers have no status "stopping": did you mean starting?'
}

@test "only the reads that a name needs are sent before it is refused; a status needs none" {
    client_start --instances 250 --bare-metal 0
    meta audit --vpc vpc-prdo
    expect 2
    [ "$(sim_log -r 'select(.method == "GET") | .path')" = /v1/vpcs ]
    clear_log
    meta instance set --vpc vpc-prdo --hop-limit 1 -y # the filter of the API finds none
    expect 2
    [ "$(sim_log -r 'select(.method == "GET") | .path')" = $'/v1/instances\n/v1/vpcs' ]
    clear_log
    meta instance list --zone us-south-9
    expect 2
    [ "$(sim_log -r 'select(.method == "GET") | .path')" = /v1/regions/us-south/zones ]
    clear_log
    meta audit --status runing
    expect 2
    [ "$(requests)" -eq 0 ]
    clear_log
    meta instance list --vpc vpc-prod # a record that bears the name proves it
    expect 0
    [ "$(sim_count GET /v1/vpcs)" -eq 0 ]
}

@test "with several regions a VPC exists in one of them" {
    client_start --instances 12 --region us-south,eu-de
    local id
    id=$(sim_state -r '[.instances[] | select(.region == "eu-de")][0].vpc_id')
    meta instance list --region all --vpc "$id" -o json
    expect 0
    jq -e --arg id "$id" '(.items | length > 0) and all(.items[]; .region == "eu-de")' <<< "$output"
    meta instance list --region all --vpc vpc-prdo
    expect 2 'there is no VPC "vpc-prdo" in us-south, eu-de: did you mean vpc-prod?'
    meta instance list --region all --zone eu-de-9
    expect 2 'there is no zone "eu-de-9" in us-south, eu-de: did you mean eu-de-1?'
}

@test "what exists and selects nothing is a warning that says why, and an audit of it has no findings to speak of" {
    client_start --instances 10 --templates 0 --groups 0 --bare-metal 0
    local options why
    while IFS='|' read -r options why; do
        for command in "instance list" audit "instance set --hop-limit 1 -y" "instance set --hop-limit 1 -n" \
            "instance restart -y"; do
            set -f
            # shellcheck disable=SC2086 # options and their values are words
            meta $command $options
            set +f
            expect 0 "warning: nothing was selected: "
            [[ $stderr == *"$why"* ]] || { echo "$command $options: $stderr"; return 1; }
            [[ $output != *"no findings"* ]]
            [ "$command" != audit ] || [ "$output" = "${stderr#warning: }"$'\n'"exit status 0: nothing was audited" ]
        done
    done << 'END'
--name zz*|matches --name 'zz*'
--name web-9999|matches --name web-9999
--where false|matches --where
--name * --exclude *|--exclude '*' leaves none of what matches --name '*'
--zone us-south-1 --status failed --where false|matches --zone us-south-1 and --status failed
api-0001 --exclude api-*|--exclude 'api-*' leaves none
END
    [ -z "$(writes)" ]
    meta instance set --name 'zz*' --hop-limit 1 -y -o json
    expect 0 "nothing was selected"
    jq -e '.summary | .selected == 0 and .changed == 0' <<< "$output"
}

@test "a VPC or a resource group without servers exists: an empty selection" {
    client_start --instances 0 --templates 0 --groups 0 --bare-metal 0
    local vpc group
    vpc=$(sim_curl GET /v1/vpcs | jq -r '.vpcs[0].name')
    group=$(sim_curl GET /v1/vpcs | jq -r '.vpcs[0].resource_group.name')
    for options in "--vpc $vpc" "--resource-group $group"; do
        # shellcheck disable=SC2086 # options and their values are words
        meta instance list $options -o json
        expect 0 "warning: nothing was selected: no instance matches $options"
        jq -e '.complete and .items == []' <<< "$output"
    done
    # an empty region is no slip of a command that looks, but one that writes has nothing to do
    meta audit
    expect 0
    [ "$output" = "nothing was selected: there are no resources"$'\n'"exit status 0: nothing was audited" ]
    [[ $stderr != *warning* ]]
    meta instance set --all --hop-limit 1 -y
    expect 0 "warning: nothing was selected: there are no instances"
}

@test "a pattern that matches nothing beside others that do is named" {
    client_start --instances 10
    meta instance list --name 'api-*,zz-*' --exclude 'nope-*,*-0001' -o json
    expect 0 "--name 'zz-*' has no effect: it matches no instance"
    [[ $stderr == *"--exclude 'nope-*' has no effect: it matches no instance"* ]]
    [[ $stderr != *"'api-*'"* && $stderr != *"'*-0001'"* ]]
    jq -e '.items | length > 0' <<< "$output"
}
