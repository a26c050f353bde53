#!/usr/bin/env bats
# Tables and messages as people see them: names that are whole, columns that stay, lines that fit, an end in words.
load client
load screen

teardown() {
    sim_stop
}

long=this-is-a-name-of-sixty-three-characters-as-the-api-allows-them

# A fleet of four: plain names, a long one, and one in wide characters.
names() {
    client_environment
    sim_start --instances 4 --mix plain --templates 2 --groups 1 --bare-metal 1
    sim_state --arg long "$long" '.instances[1].name = $long | .instances[2].name = "サーバー-東京-一号機" |
        .groups[0].name = $long' > state
    sim_stop
    client_start --load state
}

# No line of the last screen is wider, wide characters counted as two.
narrow() {
    [ "$(LC_ALL=C.UTF-8 wc -L < shown)" -le "$1" ]
}

@test "names are whole on every terminal, and other columns make room" {
    names
    for size in 40x20 80x24 120x40 200x50; do
        screen_plain "$size" instance list
        [ "$status" -eq 0 ]
        shows "^([a-z]+-[a-z]+ +)?(0[0-9]+_[0-9a-f-]+ +)?$long"
        shows 'サーバー-東京-一号機'
        shows 'NAME .*ENABLED +PROTOCOL +HOPS'
        shows_no '\.\.\.'
        [ "$size" = 40x20 ] || narrow "${size%x*}" # there the name alone is wider
    done
    screen_plain 80x24 instance list
    # a name that is too wide for the row has its line, and the row continues below
    [ "$(grep -A1 "^$long$" shown | tail -1 | tr -s ' ')" = " running false http 1 -" ]
    shows '^NAME .*STATUS .*ENABLED +PROTOCOL +HOPS +RESTART$'
    shows '^not shown here: .*id.*\(a wider terminal, --fields or -o$|^not shown here: .*id'
    shows '^  (-o )?(json )?shows them\)$|shows them\)$'
    screen_plain 80x24 group list
    shows "^$long"
    shows tpl-
    narrow 80
    screen_plain 60x24 instance list --fields id,name
    [ "$(grep -cE '^0[0-9]+_[0-9a-f]{8}-[0-9a-f-]{27}' shown)" -eq 4 ]
    screen_plain 80x24 instance set --all --enabled true -n
    shows '^NAME +OUTCOME +RESTART +CHANGE OR REASON$'
    shows "^$long$"
    shows '^ +would change +needed +enabled false -> true$'
    narrow 80
}

@test "what is not shown is said on standard error, and a pipe gets everything" {
    names
    meta instance list
    expect 0
    [[ ${lines[0]} =~ ^REGION.*ID.*NAME.*STATUS.*ZONE.*VPC.*ARCH.*ENABLED.*PROTOCOL.*HOPS.*RESTART$ ]]
    [[ $output == *"$long"* ]]
    [ -z "$stderr" ]
    # data on a terminal, messages elsewhere
    screen_plain 80x24 -q instance list
    shows_no 'not shown'
}

@test "columns do not come and go with what the rows hold" {
    client_start --instances 3 --mix plain --bare-metal 1
    screen_plain 120x40 instance list
    before=$(grep NAME shown | tr -s ' ')
    [[ $before == *RESTART* ]]
    meta instance set --all --enabled true -y
    [[ ${lines[0]} =~ ^NAME\ +OUTCOME\ +RESTART\ +CHANGE ]]
    meta instance set --all --hop-limit 2 -n
    [[ ${lines[0]} =~ ^NAME\ +OUTCOME\ +RESTART\ +CHANGE ]]
    screen_plain 120x40 instance list
    [ "$(grep NAME shown | tr -s ' ')" = "$before" ]
    meta template list
    [[ $output != *STATUS* ]]
    meta template replace --all --enabled true -n
    [[ ${lines[0]} =~ ^STEP\ +NAME\ +OUTCOME\ +CHANGE ]]
    # the question has the columns of the dry run
    screen 80x24 instance set --all --protocol https << 'END'
expect \[y/N\]
send n
end
END
    shows '^NAME +OUTCOME +RESTART +CHANGE OR REASON$'
}

@test "an empty list is a sentence and no headings; for programs it is as ever" {
    client_start --instances 0 --bare-metal 0 --groups 0 --templates 0
    for kind in instance template bare-metal group; do
        meta "$kind" list
        expect 0 "nothing was selected: there are no "
        [ -z "$output" ]
    done
    meta instance list --name 'x*'
    expect 0 "warning: nothing was selected: "
    [ -z "$output" ]
    meta instance list -o csv
    [ "${#lines[@]}" -eq 1 ]
    meta instance list -o json
    jq -e '.items == [] and .complete' <<< "$output"
}

@test "messages wrap between words, and a command that fits is not broken" {
    client_start --instances 12 --mix plain
    for size in 80x24 120x40 200x50; do
        screen_plain "$size" instance set --all --enabled true --protocol https -y
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        shows '^ +vpcmeta instance restart --from run:[0-9a-f-]+ --region us-south$'
        shows '^  vpcmeta runs rollback [0-9-]+-[0-9a-f]+$'
        screen_plain "$size" instance set --all --protocol http -y
    done
    # what a pipe gets has a line a message
    meta instance set --all --enabled true --protocol https -y
    grep -q 'warning: 12 servers go from http to https.*https://api.metadata.cloud.ibm.com' <<< "$stderr"
    grep -qE '^  12 instances must be stopped and started .*: .*, ' <<< "$stderr"
    screen_plain 40x24 instance set --all --enabled --protocol htps
    [ "$status" -eq 2 ]
    narrow 40
}

@test "an interrupt, a deadline and a spent budget end in one line each; what was not started is no row" {
    client_start --instances 150 --mix plain --latency-ms 5
    PAGER=cat screen 80x24 instance set --all --enabled true -y -j 2 --tps 20 << 'END'
expect [5-9]/150
interrupt
end
END
    [ "$status" -eq 130 ]
    fits 80
    shows '^error: interrupted: [0-9]+ changed, [0-9]+ not started\. Finish:$'
    [[ $(tail -2 shown | head -1) =~ ^\ \ vpcmeta\ runs\ resume\ [0-9-]+[0-9a-f]+$ ]]
    [ "$(grep -c 'not started' shown)" -le 2 ]
    shows_no 'cancelled|skipped  '
    [ "$(wc -l < shown)" -lt 40 ]
    meta runs show last
    [ "$(grep 'not started' <<< "$output")" = "$(grep '^SUMMARY ' <<< "$output")" ]
    expect 0 " not started"
    meta runs show last -o json
    jq -e '(.results | length) == 150 and ([.results[] | select(.outcome == "skipped")] | length) > 50' <<< "$output"
    meta instance set --all --hop-limit 3 -y -j 2 --tps 20 --deadline 1s
    expect 1 "error: the deadline has passed: "
    [[ $output != *"skipped"* && $stderr == *" not started. Finish: vpcmeta runs resume "* ]]
    [[ $(tail -1 <<< "$stderr") == "error: the deadline has passed: "*" changed, "* ]]
    faults '{"operation": "instances.patch", "action": "status", "status": 403, "code": "busy"}'
    meta instance set --all --hop-limit 4 -y -j 1 --max-failures 1
    expect 7
    [ "$(tail -1 <<< "$stderr" | cut -d. -f1)" = "warning: stopped after 1 failure: 0 changed, 149 not started" ]
    [ "${#lines[@]}" -eq 2 ]
}

@test "CSV has the settings before and after in columns, of a run and of a dry run, and --fields knows them" {
    client_start --instances 3 --mix plain --templates 1 --groups 1
    for mode in -n -y; do
        meta instance set --all --enabled true --hop-limit 2 $mode -o csv
        expect 0
        [[ ${lines[0]} == *,before,after,*,before.enabled,before.protocol,before.response_hop_limit,after.enabled,after.protocol,after.response_hop_limit ]]
        [[ ${lines[1]} == *,false,http,1,true,http,2 ]]
    done
    meta instance set --all --hop-limit 3 -n -o csv --fields name,before.response_hop_limit,after.response_hop_limit --no-headers
    [[ ${lines[0]} == *,2,3 ]]
    meta template replace --all --enabled true --update-groups -n -o csv --fields action,before.instance_template.name,after.instance_template.name
    [[ $output == *$'\nmove,tpl-'*,tpl-*-r2* ]]
    meta instance set --all --hop-limit 3 -n -o csv --fields before.enabld
    expect 2 "did you mean before.enabled?"
    # what is not CSV is as it was
    meta instance set --all --hop-limit 3 -n -o json
    jq -e '.results[0] | has("before") and (has("before.enabled") | not)' <<< "$output"
    meta runs list -o csv --fields summary.selected,summary.changed --no-headers
    [ "${lines[0]}" = 3,3 ]
}

@test "a reason is a sentence where the API's message holds JSON" {
    client_start --instances 1 --mix plain
    faults '{"operation": "instances.patch", "action": "status", "status": 400, "body": {"message": "{\"errors\":[{\"code\":\"busy\",\"message\":\"Try later.\"}]}"}}'
    meta instance set --all --enabled true -y -o json
    jq -e '.results[0].reason | test("busy: Try later") and (test("[{]") | not)' <<< "$output"
    faults '{"operation": "instances.patch", "action": "status", "status": 400, "body": {"problem": 7, "parts": ["disk"]}}'
    meta instance set --all --enabled true -y -o csv --fields reason
    [[ $output == *"problem 7, parts.# disk"* ]]
}
