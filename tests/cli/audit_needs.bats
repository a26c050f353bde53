#!/usr/bin/env bats
# What an audit reads follows from the rules that are asked for: nothing more, and the same for the same policy.
load client

teardown() {
    sim_stop
}

@test "no initialization is read where no rule that is reported needs one" {
    client_start --instances 12 --bare-metal 2
    printf 'version: 1\nrules:\n  - name: a\n    metadata_service: {enabled: true}\n    trusted_profile: {auto_link: false}\n' > p.yaml
    profiles=profile-while-disabled,profile-missing,profile-forbidden,profile-not-allowed,profile-auto-link
    for choice in "--rule enabled-over-http" "--rule group-members" "--rule template-over-http,unmanaged" \
        "--exclude-rule $profiles,hop-limit-with-profile,secret-in-user-data"; do
        clear_log
        vpcmeta audit --policy p.yaml --no-store -q -o json $choice > a.json || [ $? -eq 3 ]
        same "$(sim_count GET '*/initialization')" 0
        same "$(jq .complete a.json)" true
    done
    clear_log
    vpcmeta audit --policy p.yaml --no-store -q -o json --rule profile-auto-link > a.json || [ $? -eq 3 ]
    same "$(sim_count GET '*/initialization')" 14
}

@test "the built-in policy as a file reads the same and finds the same" {
    client_start --instances 12 --bare-metal 2 --templates 4 --groups 2
    vpcmeta policy example baseline > base.yaml
    for choice in "" "--trusted-profile-details" "--rule profile-auto-link,template-auto-link"; do
        clear_log
        vpcmeta audit --no-store -q -o json $choice > built-in.json || [ $? -eq 3 ]
        same_requests=$(requests)
        [ -n "$choice" ] || same "$(sim_count GET '*/initialization')" 0
        clear_log
        vpcmeta audit --policy base.yaml --no-store -q -o json $choice > file.json || [ $? -eq 3 ]
        same "$(requests)" "$same_requests"
        same "$(jq -c '[.summary.policy.digest, (.findings | map([.rule, .crn, .result, .message]))]' file.json)" \
            "$(jq -c '[.summary.policy.digest, (.findings | map([.rule, .crn, .result, .message]))]' built-in.json)"
    done
}
