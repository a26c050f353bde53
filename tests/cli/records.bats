#!/usr/bin/env bats
# What is recorded of a run, for those who look back: what, who, where, when, how it ended.
load client
load runs
load screen

ACCOUNT=3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b

teardown() {
    sim_stop
}

start() {
    client_start --mix plain "$@"
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    HISTORY=$XDG_STATE_HOME/vpcmeta/history.db
}

# Three runs: in two regions, with a failure, and of another command.
three_runs() {
    start --region us-south,eu-de --instances 4 --templates 1
    meta instance set --all --region us-south,eu-de --hop-limit 3 -y
    expect 0
    faults '{"operation": "instances.patch", "nth": 2, "action": "status", "status": 403}'
    meta instance set --all --region us-south --hop-limit 4 -y -j 1
    expect 5
    meta template create --source-template "$(sim_state -r '.templates[0].name')" --name made --region us-south -y
    expect 0
}

@test "runs list says what, where, when, how long, how many and the state at every width, and cuts nothing" {
    three_runs
    mapfile -t ids < <(vpcmeta runs list -o json | jq -r '.items[].run')
    for size in 80x24 120x40 200x50; do
        screen_plain "$size" runs list
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        shows_no '\.\.\.'
        shows "^${ids[0]}  .*template create"
        shows "^${ids[1]}  .*instance set +done"
        shows '3 changed, 1 failed'
        shows "(started|  )[ ]*$(date +%Y)-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} \([0-9]+[sm] ago\)"
        shows "us-south, eu-de|eu-de, us-south"
        [ "$(grep -c "$ACCOUNT" shown)" -eq 3 ]
        shows '^RUN .*COMMAND +STATE '
        shows '(took|  ) ?[0-9]+s'
    done
    shows 'REGION +ACCOUNT$'
    shows_no '^ +[a-z]' # one line a run
}

@test "a pipe gets the moments as they are recorded, and programs every fact as a value" {
    three_runs
    meta runs list
    expect 0
    [ "$(head -n 1 <<< "$output" | tr -s ' ')" = "RUN STARTED COMMAND STATE SUMMARY TOOK REGION ACCOUNT" ]
    grep -Eq '^[0-9]{8}-[0-9]{6}-[0-9a-f]{6}  [0-9-]+T[0-9:]+Z  template create  done ' <<< "$output"
    meta runs list -o json
    expect 0
    jq -e --arg account "$ACCOUNT" '.schema_version == 1 and (.items | length) == 3 and all(.items[];
        (keys_unsorted[:5] == ["run", "started_at", "command", "state", "summary"]) and .account == $account
        and (.duration_s | type) == "number" and (.ended_at | fromdateiso8601) >= (.started_at | fromdateiso8601))
        and [.items[].exit_status] == [0, 5, 0] and (.items[2].regions | sort) == ["eu-de", "us-south"]' <<< "$output"
    meta runs list -o csv --fields run,account,exit_status
    expect 0
    [[ ${lines[0]} == run,account,exit_status && ${lines[2]} == *",$ACCOUNT,5" ]]
}

@test "a history without runs is said, without headings; programs get an empty list" {
    start --instances 0
    meta runs list
    expect 0 "no run is recorded yet ($HISTORY)"
    [ -z "$output" ]
    meta runs list -o json
    expect 0
    jq -e '.items == []' <<< "$output"
    meta runs show
    expect 1 'no run is recorded yet'
    mkdir -p "${HISTORY%/*}"
    : > "$HISTORY"
    meta runs list
    expect 0 "no run is recorded yet"
    rm "$HISTORY"*
    printf 'this file is no database, but long enough to be taken for one\n%.0s' {1..20} > "$HISTORY"
    for command in "runs list" "runs show"; do
        meta $command
        expect 1 "the history $HISTORY is damaged: file is not a database. Move it"
    done
}

@test "runs show is evidence: who, where, which command, when, how it ended" {
    three_runs
    run_id=$(vpcmeta runs list -o json | jq -r '.items[1].run')
    meta runs show "$run_id" -o json
    expect 0
    jq -e --arg run "$run_id" --arg account "$ACCOUNT" --arg url "$SIM_URL" --arg user "$(id -un)" '
        .run == $run and .command == "instance set" and .arguments[:3] == ["instance", "set", "--all"]
        and .state == "done" and .exit_status == 5 and .account == $account and .regions == ["us-south"]
        and (.endpoints | length) == 1 and .version != "" and .duration_s >= 0
        and .who.iam_id == "IBMid-SIM" and .who.email == "operator@example.com" and .who.user == $user and .who.host != ""
        and (.invocations | length) == 1 and (.results | length) == 4 and .summary.failed == 1' <<< "$output"
    for size in 80x24 120x40 200x50; do
        screen_plain "$size" runs show "$run_id"
        [ "$status" -eq 0 ]
        shows '^4 selected: 3 changed'
        sed -i '/^4 selected:/,$d' shown # what follows is on standard error
        fits "${size%x*}"
        shows "^RUN +$run_id$"
        shows '^COMMAND +vpcmeta instance set --all --region us-south --hop-limit 4 -y -j 1$'
        shows '^STARTED +[0-9-]+ [0-9:]+ [+-][0-9]{4} \([0-9]+[sm] ago\)$'
        shows '^STATE +done$'
        shows '^EXIT STATUS +5$'
        shows "^ACCOUNT +$ACCOUNT$"
        shows '^REGION +us-south$'
        shows '^IDENTITY +Sim Operator \(operator@example.com, IBMid-SIM\)$'
        shows "^MACHINE +$(id -un)@"
        shows '^SUMMARY +4 selected, 3 changed, 1 failed$'
    done
    meta runs show "$run_id"
    expect 0 "4 selected: 3 changed"
    grep -Eq "^IDENTITY +Sim Operator" <<< "$output"
    # a table of rows alone for those who name its columns
    meta runs show "$run_id" --fields name,outcome
    expect 0
    [ "$(wc -l <<< "$output")" -eq 5 ]
}

@test "who resumed a run is kept beside who began it" {
    three_runs
    run_id=$(vpcmeta runs list -o json | jq -r '.items[1].run')
    claims=$(printf '{"iam_id":"IBMid-2","name":"Ann Lee","account":{"bss":"%s"},"exp":4000000000}' "$ACCOUNT" | base64 -w0 | tr '+/' '-_' | tr -d =)
    sim_stop
    client_start --mix plain --region us-south,eu-de --instances 4 --templates 1 --auth off
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state VPC_AUTH_TYPE=bearerToken VPC_BEARER_TOKEN="eyJhbGciOiJub25lIn0.$claims.x"
    python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()' "$HISTORY" \
        "UPDATE run_place SET api = '$SIM_URL' WHERE run = 2"
    meta runs retry "$run_id" -y
    [ "$status" -le 5 ]
    meta runs show "$run_id" --jq '[.who.name, .invocations[].who.name, .invocations[1].command]'
    expect 0
    [ "$output" = '["Sim Operator","Sim Operator","Ann Lee","runs retry"]' ]
    meta runs show "$run_id"
    grep -Eq "^RESUMED +[0-9-]+ [0-9:]+ by Ann Lee \(IBMid-2\), .*: vpcmeta runs retry $run_id -y, exit status [0-9]$" <<< "$output"
}

@test "a process that was killed leaves no exit status, and what it was about is still shown" {
    start --instances 12 --latency-ms 30
    "$BUILD/vpcmeta" instance set --all --hop-limit 5 -y -q -j 1 > /dev/null 2>&1 3>&- &
    pid=$!
    await_writes 4
    kill -9 "$pid"
    wait "$pid" || true
    meta runs show -o json
    expect 0
    jq -e '.state == "interrupted" and .exit_status == null and .ended_at == null and .duration_s == null
        and .who.iam_id == "IBMid-SIM" and .regions == ["us-south"]' <<< "$output"
    meta runs list
    expect 0
    grep -Eq '  interrupted  .*not' <<< "$output" || grep -Eq '  interrupted  ' <<< "$output"
    meta runs resume last -y
    expect 0
    meta runs show --jq '[.state, .exit_status, (.invocations | map(.exit_status))]'
    [ "$output" = '["done",0,[null,0]]' ]
    # how long the process worked that was killed is recorded nowhere
    meta runs show --jq '[.duration_s, .invocations[0].ended_at]'
    [ "$output" = '[null,null]' ]
    meta runs list --fields run,duration_s
    grep -Eq '^[0-9a-f-]+  -$' <<< "$output"
    meta runs show
    grep -Eq '^TOOK +not recorded$' <<< "$output"
}

@test "what an interrupted run never sent is not started in its summary, in the list and for programs" {
    start --instances 12
    vpcmeta instance set "$(sim_state -r '.instances[0].name')" --hop-limit 5 -y
    faults '{"operation": "instances.patch", "action": "status", "status": 403, "code": "busy"}'
    meta instance set --all --hop-limit 5 -y -j 1 -o json --max-failures 1
    expect 7
    left=10
    jq -e --argjson left "$left" '.summary.not_started == $left and .summary.skipped == $left' <<< "$output"
    meta runs list --fields summary
    [[ ${lines[1]} == *", $left not started" && ${lines[1]} != *skipped* ]]
    meta runs list -o json
    jq -e --argjson left "$left" '.items[0].summary.not_started == $left and .items[0].summary.skipped == $left
        and (.items[1].summary | has("not_started") | not)' <<< "$output"
    meta runs show
    grep -Eq "^SUMMARY .*, $left not started$" <<< "$output"
    # a summary of 0.1.0 has no such member
    python3 -c 'import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.execute("UPDATE run SET summary = json_remove(summary, \"$.not_started\")")
c.commit()' "$HISTORY"
    meta runs list --fields summary
    [[ ${lines[1]} == *", $left not started" ]]
}

@test "what an older program did not record is said to be not recorded" {
    start --instances 1
    mkdir -p -m 700 "${HISTORY%/*}"
    python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())' "$HISTORY" "$BATS_TEST_DIRNAME/../data/history-layout-5.sql"
    meta runs show 20261128-003646-b048bf
    expect 0
    grep -Eq '^IDENTITY +not recorded$' <<< "$output"
    grep -Eq '^VERSION +not recorded$' <<< "$output"
    grep -Eq "^ACCOUNT +$ACCOUNT$" <<< "$output"
    grep -Eq '^REGION +eu-de, us-south$' <<< "$output"
    meta runs show 20261128-003646-b048bf --jq '[.who, .version, .exit_status, (.invocations | map(.who)), .regions]'
    [ "$output" = '[null,null,null,[null],["eu-de","us-south"]]' ]
}

@test "who resumes a run of an older program is not taken for who began it" {
    start --instances 14
    mkdir -p -m 700 "${HISTORY%/*}"
    sed "s|http://127.0.0.1:18431/v1|$SIM_URL|g" "$BATS_TEST_DIRNAME/../data/history-layout-5.sql" > old.sql
    python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())' "$HISTORY" old.sql
    # one that was killed: its servers are not at this simulator, which ends the attempt, and it is recorded
    meta runs resume 20261128-003649-a4b6cf -y
    [ -n "$(query "SELECT 1 FROM invocation WHERE run = 5 AND command = 'runs resume'")" ]
    meta runs show 20261128-003649-a4b6cf --jq '[.who, .version, .duration_s, (.invocations | map(.command)), .invocations[1].who.iam_id]'
    [ "$output" = '[null,null,null,["instance set","runs resume"],"IBMid-SIM"]' ]
    meta runs show 20261128-003649-a4b6cf
    grep -Eq '^IDENTITY +not recorded$' <<< "$output"
    grep -Eq '^MACHINE +not recorded$' <<< "$output"
    grep -Eq '^VERSION +not recorded$' <<< "$output"
    grep -Eq '^TOOK +not recorded$' <<< "$output"
    grep -Eq '^RESUMED +[0-9-]+ [0-9:]+ by Sim Operator .*: vpcmeta runs resume 20261128-003649-a4b6cf -y' <<< "$output"
}

@test "a key that was pasted into the command line is not in the record" {
    start --instances 1
    meta instance set --name "$SIM_API_KEY" --exclude 'web-*' --all --hop-limit 2 -y
    meta instance set --all --hop-limit 2 -y --trace "$BATS_TEST_TMPDIR/$SIM_API_KEY"
    expect 0
    meta runs show
    expect 0
    [[ $output$stderr != *"$SIM_API_KEY"* && $output == *"--hop-limit 2"* ]]
    meta runs show -o json
    [[ $output != *"$SIM_API_KEY"* ]]
    cat "$HISTORY"* > records
    run -1 grep -aF "$SIM_API_KEY" records
}

@test "runs prune shows every run whole at every width" {
    three_runs
    for size in 80x24 120x40 200x50; do
        screen_plain "$size" runs prune --older-than 0 -n
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        shows_no '\.\.\.'
        for id in $(vpcmeta runs list --jq '.items[].run'); do
            shows "^$id .*(set|create) +done +would_forget"
        done
        shows '(started|  ) ?20[0-9-]+T[0-9:]+Z'
    done
}
