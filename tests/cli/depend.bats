#!/usr/bin/env bats
# An option that cannot act is a usage error that names what is needed, and is not offered; nothing is sent.
load client

teardown() {
    sim_stop
}

without_effect() {
    local option
    for option in '--max-unavailable 2' '--allow-same-group' '--stop-timeout 5' '--force-stop' '--start-timeout 5' \
        '--allow-disk-loss' '--poll-interval 1'; do
        echo "${option%% *} has no effect without --restart needed|instance set --all --enabled true -y $option"
        echo "--restart needed|instance set --all --enabled true -y --restart never $option"
    done
    for option in '--max-unavailable 2' '--heal-timeout 5m' '--poll-interval 1'; do
        echo "without --roll|template replace --all --enabled true --update-groups -y $option"
    done
    cat << 'LINES'
--restart has no effect here: bare metal|bare-metal set --all --enabled true -y --restart needed
--force-stop has no effect here: bare metal|bare-metal set --all --enabled true -y --force-stop
--status has no effect here: an instance template has no status|template list --status running
--status has no effect here|template replace --all --status running --enabled true -y
--zone has no effect here: an instance group has no zone|group list --zone us-south-1
--exit-code has no effect without --dry-run|instance set --all --enabled true -y --exit-code
--exit-code has no effect without --dry-run|runs rollback last -y --exit-code
--roll has no effect without --update-groups|template replace --all --enabled true -y --roll
--name-suffix and --name contradict each other|template replace tpl --enabled true -y --name a --name-suffix b
--start-at has no effect without --count|instance create -f body.json --name web --start-at 7 -y
--count has no effect without --name|instance create -f body.json --count 7 -y
--from and --name contradict each other|instance create -f body.json --from names --name web -y
--jq and --output csv contradict each other|instance list --jq .items -o csv
--jq and --output yaml contradict each other|instance list --jq .items -o yaml
--jq and --output table contradict each other|-o table instance list --jq .items
--verbose and --quiet contradict each other|instance list -q -v
--api-key-file and --auth none contradict each other|instance list --auth none --api-key-file key
--map has no effect without --schema|schema check body.json --map https://example.org=.
--assert-format has no effect without --schema|schema check body.json --assert-format
--schema and --as contradict each other|schema check body.json --as instance_patch --schema body.json
--file and --command contradict each other|shell -c version -f script
--vpc has no effect beside --list-rules|audit --list-rules --vpc vpc-prod
web-1 has no effect beside --list-rules|audit --list-rules web-1
--output has no effect here: it prints a completion script|completion bash -o json
--jq has no effect here: it prints a bare token|auth token --jq .token
LINES
}

@test "an option without effect is refused, and what it needs is named" {
    client_start --instances 5
    without_effect | refuse_all
}

@test "the same options are taken with what they need" {
    client_start --instances 5 --mix plain
    meta instance set --all --enabled true -n --exit-code --restart needed --max-unavailable 2 --force-stop --stop-timeout 5
    expect 3
    meta instance list --jq '.items | length' -o json
    [ "$output" = 5 ]
    meta instance list --jq '.items | length'
    [ "$output" = 5 ]
    # a preview of a whole command line keeps the options of that line
    meta instance set --all --enabled true -n -y -j 2 --batch 1,100% --max-failures 1
    expect 0
    # what only decides how something looks never breaks a script
    meta instance list -o json --no-headers --color never --progress none --no-input
    expect 0
}

@test "what a shell has for all its lines does not turn against a line" {
    client_start --instances 3
    meta --jq '.items | length' shell -c "instance list; instance list -o csv --fields name; version; completion bash"
    expect 0
    [ "${lines[0]}" = 3 ]
    [ "${lines[1]}" = name ]
    meta -q shell -c 'instance list -v'
    expect 0 requests
    meta shell -c 'instance list --jq .items -o csv'
    expect 2 "--jq and --output csv contradict each other"
}

@test "what a command cannot use is not offered by help, manual and completion; what an option needs is said" {
    client_environment
    meta help bare-metal set
    expect 0
    [[ $output == *"--enabled"* && $output != *"--restart"* && $output != *"--force-stop"* && $output != *"--hop-limit"* ]]
    meta help --man bare-metal set
    [[ $output == *'\-\-enabled'* && $output != *'\-\-restart'* ]]
    meta __complete bare-metal set --
    grep -q '^--enabled' <<< "$output"
    run -1 grep -E -- '--restart|--hop-limit|--trusted-profile' <<< "$output"
    meta help instance set
    grep -A2 -- '--stop-timeout' <<< "$output" | tr -s '\n ' ' ' | grep -q 'needs --restart needed'
    meta help --json
    jq -e '[.commands[] | select(.command == "instance set").options[] | select(.name == "stop-timeout" or .name == "exit-code")]
        | map(.needs) == [[{option: "dry-run"}], [{option: "restart", value: "needed"}]]' <<< "$output"
    jq -e '.global_options[] | select(.name == "jq") | .excludes | any(.option == "output" and .value == "csv")' <<< "$output"
    jq -e '[.commands[] | select(.command == "bare-metal set").options[].name] | index("restart") == null' <<< "$output"
}
