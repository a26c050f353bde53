#!/usr/bin/env bats
# The commands that a run recommends are about its own servers: named where they are few, else as those of the run.
load client
load runs

setup() {
    client_start --instances 40 --mix plain --groups 0
    vpcmeta=$BUILD/vpcmeta
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    sim_stop
}

# The command below the line that the restart is said in.
recommended() {
    grep -A1 "restart th" "$1" | tail -n 1 | sed 's/^ *//; s/^vpcmeta //'
}

@test "a restart that a run recommends is of the servers of this run, not of all that are pending" {
    "$vpcmeta" instance set --all --enabled false -y -q > all 2> err
    "$vpcmeta" instance set --all --enabled true -y -q > all 2> err
    name=$("$vpcmeta" instance list --limit 1 -o json --jq '.items[0].name')
    "$vpcmeta" instance set "$name" --enabled false -y > one 2>&1
    "$vpcmeta" instance set "$name" --enabled true -y > one 2>&1
    command=$(recommended one)
    [[ $command == "instance restart $name"* ]]
    # shellcheck disable=SC2086
    run --separate-stderr "$vpcmeta" $command --dry-run -o json
    [ "$(jq -c '[.results[] | select(.outcome == "would_change") | .name]' <<< "$output")" = "[\"$name\"]" ]
}

@test "more servers than a few are called by their run, and only those are restarted" {
    "$vpcmeta" instance list --limit 20 -o json --jq '.items[].name' > twenty
    "$vpcmeta" instance set --all --enabled false -y -q > all 2> err
    "$vpcmeta" instance set --all --enabled true -y -q > all 2> err
    "$vpcmeta" instance set --from twenty --enabled false -y > part 2>&1
    "$vpcmeta" instance set --from twenty --enabled true -y > part 2>&1
    command=$(recommended part)
    [[ $command == "instance restart --from run:"* ]]
    # shellcheck disable=SC2086
    "$vpcmeta" $command --dry-run -o json > preview
    [ "$(jq -r '.results[] | select(.outcome == "would_change") | .name' preview | sort)" = "$(sort twenty)" ]
    [ "$(jq .summary.selected preview)" -eq 20 ]
    "$vpcmeta" instance restart --from run:last --dry-run -o json > preview
    [ "$(jq .summary.selected preview)" -eq 20 ]
}

@test "a run that is not there, or has left nothing pending, is an error before anything is sent" {
    run -2 --separate-stderr "$vpcmeta" instance restart --from run:nosuch --dry-run
    [[ $stderr == *"--from"* ]]
    "$vpcmeta" instance set --all --hop-limit 3 -y -q > all 2> err
    run -2 --separate-stderr "$vpcmeta" instance restart --from run:last -y
    [[ $stderr == *"--from run:last names nothing: no server of that run has a restart pending"* ]]
}

@test "runs show names the servers of its run as well, and says what a restart leaves alone" {
    meta instance set --name '*-000?' --name '*-001?' --enabled true --protocol https -y
    expect 0
    meta runs show last
    expect 0
    command=$(printf '%s\n' "$stderr" > shown; recommended shown)
    grep -q "restart th.* (.*; spot servers and those with instance storage are skipped):" shown
    [ -n "$command" ]
    [[ $command != *--all* ]]
    # shellcheck disable=SC2086
    meta $command --dry-run
    expect 0
}
