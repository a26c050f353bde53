# The question before a write: where it works, what it changes, and what another answer than yes leads to.

setup() {
    load client
    load screen
}

teardown() {
    sim_stop
}

# ARGS...: what --dry-run prints on a terminal of 80 columns, in the file `preview`
preview() {
    # shellcheck disable=SC2016 # the shell of the terminal expands them
    PAGER=cat PTY_SIZE=80x24 "$BATS_TEST_DIRNAME/pty_dialogue.py" --transcript preview \
        bash -c '"$0" "$@" -n 2> /dev/null' "$BUILD/vpcmeta" "$@" <<< end
    sed -i '/^$/d' preview
}

# Every line of the preview stands in the question, in the same order.
shows_preview() {
    local size
    size=$(wc -l < preview)
    [ "$size" -gt 0 ]
    diff <(grep -A $((size - 1)) -m 1 -x -F -e "$(head -1 preview)" shown) preview
}

NO='expect \? \[y/N\] $
send n
end'

@test "the question names account, region and endpoint, and shows the table of --dry-run; no is no failure" {
    client_start --instances 6 --mix plain --bare-metal 0
    preview instance set --all --enabled true --hop-limit 2
    for size in 80x24 120x40 200x50; do
        screen $size instance set --all --enabled true --hop-limit 2 <<< "$NO"
        [ "$status" -eq 1 ]
        shows '^account: [0-9a-f]{32}$'
        shows '^region: us-south$'
        shows "^endpoint: $SIM_URL\$"
        shows '^6 instances will be changed:$'
        shows '^api-0001 +would change .*enabled false -> true'
        shows '^change 6 instances\? \[y/N\] n$'
        shows '^not confirmed: nothing was changed$'
        shows_no 'error|failed|them\?'
        fits "${size%x*}"
        [ "$size" != 80x24 ] || shows_preview
    done
    [ -z "$(writes)" ]
}

@test "one is asked for as one, and 20 are shown whole; 21 as the first ten and counts" {
    client_start --instances 21 --mix plain --bare-metal 0 --groups 0
    screen 80x24 instance set web-0001 --enabled true --restart needed <<< "$NO"
    [ "$status" -eq 1 ]
    shows '^1 instance will be changed:$'
    shows '1: stopped and started, which interrupts what runs on it, 1 at a time'
    shows '^change 1 instance\? \[y/N\]'
    fits 80
    preview instance set --all --exclude web-0001 --enabled true
    screen 80x24 instance set --all --exclude web-0001 --enabled true <<< "$NO"
    shows '^change 20 instances\?'
    shows_no '--dry-run'
    shows_preview
    screen 80x24 instance set --all --enabled true <<< "$NO"
    shows '^\.\.\. 11 more \(--dry-run shows all\)$'
    shows '^  21: instances changed: enabled false -> true$'
    shows '^change 21 instances\?'
    [ "$(grep -c 'would change' shown)" -eq 10 ]
    fits 80
    [ -z "$(writes)" ]
}

@test "above a hundred the number is typed, with separators or without" {
    client_start --instances 1150 --mix plain --bare-metal 0 --groups 0
    count=$(sim_state '.instances | length')
    [ "$count" -gt 1000 ]
    local grouped=${count::-3}
    for wrong in y "" 1 "$grouped,${count: -2}" "$grouped,,${count: -3}" "$count."; do
        screen 80x24 instance set --all --hop-limit 3 -q <<< "expect ^\.\.\. $((count - 10)) more \(--dry-run shows all\)\$
expect $count: instances changed: hop limit 1 -> 3
expect leave: \$
send $wrong
end"
        [ "$status" -eq 1 ]
        shows 'not confirmed: nothing was changed'
    done
    [ -z "$(writes)" ]
    # accepted: the first refused write ends the run
    faults '{"operation": "instances.patch", "action": "status", "status": 400}'
    for separator in "" , _ . ' '; do
        screen 120x40 instance set --all --hop-limit 3 --max-failures 1 -j 1 <<< "expect leave: \$
send $grouped$separator${count: -3}
end"
        [ "$status" -eq 7 ]
        shows_no 'not confirmed'
    done
}

@test "the end of the input and an interrupt end the question: nothing was changed" {
    client_start --instances 3 --mix plain --bare-metal 0
    screen 80x24 instance set --all --enabled true <<< 'expect \? \[y/N\] $
eof
end'
    [ "$status" -eq 1 ]
    shows '^not confirmed: nothing was changed$'
    screen 80x24 instance set --all --enabled true <<< 'expect \? \[y/N\] $
interrupt
end'
    [ "$status" -eq 130 ]
    shows '^error: interrupted: nothing was changed$'
    meta instance set --all --enabled true -o json < /dev/null
    expect 2 "3 instances would be changed: cannot ask for confirmation (no terminal): add --yes"
    screen 80x24 instance set --all --enabled true --no-input <<< end
    [ "$status" -eq 2 ]
    shows 'cannot ask for confirmation'
    tr -s '\n ' ' ' < shown | grep -q '(--no-input): add --yes, or preview with --dry-run'
    [ -z "$(writes)" ]
}

@test "-q and a redirected result hide nothing of the question" {
    client_start --instances 30 --mix plain --bare-metal 0
    count=$(sim_state '.instances | length')
    # shellcheck disable=SC2016 # the shell of the terminal expands them
    PTY_SIZE=80x24 run "$BATS_TEST_DIRNAME/pty_dialogue.py" --transcript shown \
        bash -c '"$BUILD/vpcmeta" instance set --all --enabled true -q -o json > out' <<< 'expect \? \[y/N\] $
send y
end'
    [ "$status" -eq 0 ]
    shows '^account: '
    shows '^api-0001 +would change'
    shows "^\.\.\. $((count - 10)) more"
    shows "$count of them need a stop and a start afterwards"
    jq -e --argjson count "$count" '.summary.changed == $count' out
}

@test "one server that is created is asked about as several are; a template is not" {
    client_start --instances 6 --templates 3
    template=$(sim_state -r '.templates[0].name')
    for size in 80x24 120x40 200x50; do
        screen $size instance create --template "$template" --name new-1 <<< "$NO"
        [ "$status" -eq 1 ]
        shows '^region: us-south$'
        shows '^create +new-1 +would change'
        shows '^  profile [a-z0-9-]+, zone us-south-[1-3], '
        shows '^create 1 instance\? \[y/N\] n$'
        shows '^not confirmed: nothing was changed$'
    done
    vpcmeta bare-metal show "$(sim_state -r '.bare_metal_servers[0].name')" --as-body > metal.json
    screen 80x24 bare-metal create -f metal.json --name new-2 <<< "$NO"
    [ "$status" -eq 1 ]
    shows '^create 1 bare metal server\?'
    meta instance create --template "$template" --name new-1 < /dev/null
    expect 2 "1 instance would be created: cannot ask for confirmation (no terminal): add --yes"
    [ -z "$(writes)" ]
    screen 80x24 instance create --template "$template" --name new-1 <<< 'expect create 1 instance\? \[y/N\] $
send YES
expect created instance new-1
end'
    [ "$status" -eq 0 ]
    meta template create --source-template "$template" --name tpl-new
    expect 0
}

@test "replacing and restarting name what is deleted, moved and taken down" {
    client_start --region eu-de --instances 40 --templates 8 --groups 4 --all-disabled
    group=$(sim_state -r '.groups[] | select(.managed | not).name' | head -1)
    used=$(vpcmeta group list "$group" -o json --jq '.items[0].template')
    member=$(vpcmeta instance list -o json --jq ".items[] | select(.name | startswith(\"$group-\")).name" | head -1)
    replacement=(template replace "$used" --enabled true --update-groups --roll --delete-old)
    preview "${replacement[@]}"
    for size in 80x24 120x40 200x50; do
        screen $size "${replacement[@]}" <<< "$NO"
        [ "$status" -eq 1 ]
        shows "^create +$used-r2 +would change +enabled false -> true"
        shows "^move +$group +would change +instance template $used"
        shows "^delete +$used +would change +is deleted"
        tr -s '\n ' ' ' < shown | grep -qE "$group: deleted and created again, 1 at a time: .*$member"
        shows '^execute 4 steps\? \[y/N\] n$'
    done
    screen_plain 80x24 "${replacement[@]}" -n
    tr -s '\n ' ' ' < shown | grep -qE "$group: deleted and created again, 1 at a time: .*$member"
    screen 80x24 instance restart --all --always <<< "expect \? \[y/N\] \$
send n
end"
    shows '^[0-9]+ instances will be restarted(, .*)?:$'
    shows '^restart +[a-z0-9-]+ +would change .*stopped and started$'
    tr -s '\n ' ' ' < shown | grep -qE ' restarted: [a-z0-9-]+, .* and [0-9]+ more|restarted: [a-z0-9-]+, '
    shows '^restart [0-9]+ instances\?'
    [ -z "$(writes)" ]
}

@test "a rollback, a retry and forgetting runs ask in the same way" {
    client_start --instances 4 --mix plain --bare-metal 0 --groups 0
    faults '{"operation": "instances.patch", "nth": 1, "action": "status", "status": 403}'
    vpcmeta instance set --all --enabled true -y > /dev/null 2>&1 && false
    screen 80x24 runs retry last <<< "$NO"
    [ "$status" -eq 1 ]
    shows '^account: '
    shows "^endpoint: $SIM_URL\$"
    shows 'would change +needed +enabled false -> true$'
    shows '^change 1 instance\?'
    preview runs rollback last
    screen 80x24 runs rollback last <<< "$NO"
    [ "$status" -eq 1 ]
    shows '^change 3 instances\?'
    shows '^not confirmed: nothing was changed$'
    shows_preview
    screen 80x24 runs prune --older-than 0 --force <<< "$NO"
    [ "$status" -eq 1 ]
    shows '^history: /'
    shows '^1 run will be forgotten, and can no longer be rolled back:$'
    shows '^forget 1 run\? \[y/N\] n$'
    shows '^not confirmed: nothing was forgotten$'
    shows_no error
}

@test "several regions are named with the number of changes in each" {
    client_start --region eu-de,us-south --instances 10 --mix plain --bare-metal 0
    screen 80x24 instance set --all --region all --enabled true <<< "$NO"
    [ "$status" -eq 1 ]
    shows '^regions: eu-de \([0-9]+\), us-south \([0-9]+\)$'
}

# --- what the settings will not do ------------------------------------------------------------------------

@test "--update-groups without --roll counts the members that still run the old template, and its command rolls them" {
    client_start --region eu-de --instances 40 --templates 8 --groups 4 --all-disabled --transition-ms 1
    group=$(sim_state -r '.groups[] | select(.managed | not).name' | tail -1)
    used=$(vpcmeta group list "$group" -o json --jq '.items[0].template')
    members=$(vpcmeta group list "$group" -o json --jq '.items[0].members')
    meta template replace "$used" --enabled true --update-groups -n
    expect 0 "$members members of 1 instance group would still run the old template: $group ($members)"
    meta template replace "$used" --enabled true --update-groups -y
    expect 0 "$members members of 1 instance group still run the old template: $group ($members); next: "
    next=$(tr -s '\n ' ' ' <<< "$stderr" | sed -n 's/.*; next: vpcmeta \(template replace.*--roll\).*/\1/p')
    [[ $next == "template replace $used-r2 --enabled true --update-groups --roll"* ]]
    # shellcheck disable=SC2086 # words of a command line
    meta $next -y --poll-interval 20ms -o json
    expect 0
    [[ $stderr != *"still run"* ]]
    jq -e --argjson members "$members" '[.results[] | [.action, .outcome]] == [["set", "unchanged"], ["roll", "changed"]] and
        .results[1].before.stale_members == $members and .results[1].after.stale_members == 0' <<< "$output"
    meta template replace "$used-r2" --enabled true --update-groups -y
    expect 0
    [[ $stderr != *"still run"* ]]
}

@test "settings that have no effect yet are named once, and nothing is said where they have one" {
    client_start --instances 6 --templates 3 --mix plain
    once() { # WORDS ARGS...
        local words=$1
        shift
        meta "$@"
        expect 0 "$words"
        [ "$(grep -c "$words" <<< "$stderr")" -eq 1 ]
    }
    meta instance set --all --hop-limit 2 --protocol https -n
    expect 0 "of these servers have the metadata service off; the new protocol and hop limit apply once it is on"
    meta instance set web-0001 --hop-limit 2 -y
    expect 0 "1 of these servers has the metadata service off; the new hop limit applies once it is on"
    meta instance set --all --hop-limit 2 --enabled true -n
    [[ $stderr != *warning* ]]
    template=$(sim_state -r '.templates[0].name')
    create=(instance create --template "$template" --name new-1)
    meta "${create[@]}" -n
    [[ $stderr != *warning* ]]
    meta "${create[@]}" --hop-limit 2 -n
    expect 0 "the new instance has the metadata service off; the hop limit applies once it is on (--enabled true)"
    meta "${create[@]}" --trusted-profile Profile-1b1c2d3e-93d4-4a7e-8b55-0d1f7a90c3e2 --auto-link false --enabled true -n
    expect 0 "auto_link is false: no server can use the trusted profile Profile-1b1c2d3e-93d4-4a7e-8b55-0d1f7a90c3e2 before"
    [[ $stderr == *"Administrator or Editor on the IAM Identity Service"* && $stderr != *"service off"* ]]
    meta "${create[@]}" --trusted-profile Profile-1b1c2d3e-93d4-4a7e-8b55-0d1f7a90c3e2 --enabled true -n
    [[ $stderr != *warning* ]]
    meta template create --source-template "$template" --name tpl-new --hop-limit 2
    expect 0 "servers made from the new instance template have the metadata service off; the hop limit applies"
    meta template replace "$template" --hop-limit 2 -n
    expect 0 "servers made from the new instance template have the metadata service off; the hop limit applies"
    once VPC_AUTH_URL instance set --all --enabled true --protocol https -n
    once "clients on a server must use https://api.metadata.cloud.ibm.com (set VPC_AUTH_URL" "${create[@]}" --enabled true --protocol https -n
    once IBMCLOUD_CR_VPC_URL template replace "$template" --enabled true --protocol https -n
}

@test "a warning of https is one sentence of three lines" {
    client_start --instances 6 --mix plain --bare-metal 0
    vpcmeta instance set --all --enabled true -y > /dev/null
    screen_plain 80x24 instance set --all --protocol https -n
    [ "$status" -eq 0 ]
    shows '^warning: 6 servers go from http to https: clients there must use'
    [ "$(sed '/^NAME/q' shown | wc -l)" -le 4 ]
    [ "$(grep -c '^warning' shown)" -eq 1 ]
    fits 80
}
