#!/usr/bin/env bats
# The commands that plan, plan show and apply print: they work where the command did, when they are pasted.
load sim

setup() {
    sim_start --region us-south,eu-de --instances 4 --templates 1 --groups 0 --bare-metal 0 --mix plain --seed 7
    export HOME=$BATS_TEST_TMPDIR
    cd "$BATS_TEST_TMPDIR"
    unset IC_API_KEY
    mkdir keys
    echo "$SIM_API_KEY" > keys/api.key
    chmod 600 keys/api.key
    cat > policy.yaml << END
version: 1
rules:
  - {name: web, kinds: [instance], metadata_service: {enabled: true, protocol: https}}
END
    place=(--endpoint "$SIM_URL" --iam-url "$SIM_BASE")
}

teardown() {
    sim_stop
}

vpcmeta() {
    "$BUILD/vpcmeta" "$@"
}

# The command of the line that begins so, without a credential in the environment.
paste() {
    local command
    command=$(sed -n "s/^$1 *//p" <<< "$output" | tail -1)
    [ -n "$command" ]
    run eval "$command $2"
}

@test "the next command of a plan that is kept has the options of place, and that of plan show those it was given" {
    run -0 vpcmeta plan --policy policy.yaml --region us-south,eu-de "${place[@]}" --api-key-file keys/api.key \
        --out "the plan.json"
    [[ ${lines[-1]} == "next: vpcmeta apply 'the plan.json' --endpoint $SIM_URL "*" --api-key-file keys/api.key" ]]
    paste next: -n
    [ "$status" -eq 0 ]
    [[ $output == *"8 of 8 would change"* ]]
    run -0 vpcmeta plan show "the plan.json" "${place[@]}"
    [[ ${lines[-1]} == "next: vpcmeta apply 'the plan.json' --endpoint $SIM_URL --iam-url $SIM_BASE" ]]
    cp "the plan.json" ./-x.json
    run -0 vpcmeta plan show -- -x.json
    [ "${lines[-1]}" = "next: vpcmeta apply -- -x.json" ]
    run -0 vpcmeta plan --policy policy.yaml --region us-south "${place[@]}" --api-key-file keys/api.key --out=-x.json
    [[ ${lines[-1]} == "next: vpcmeta apply --endpoint "*" -- -x.json" ]]
}

@test "where the policy says how to log in, the commands that are printed say it as well" {
    echo "credentials: {auth: iam, api_key_file: keys/api.key}" >> policy.yaml
    run -0 vpcmeta plan --policy policy.yaml --region us-south,eu-de "${place[@]}" --out kept.json
    [[ ${lines[-1]} == "next: vpcmeta apply kept.json "*" --auth iam --api-key-file keys/api.key" ]]
    paste next: -n
    [ "$status" -eq 0 ]
    run -0 vpcmeta apply --policy policy.yaml --region us-south,eu-de "${place[@]}" -y
    [[ $output == *" --auth iam --api-key-file keys/api.key"* ]]
    output=${output/  vpcmeta runs rollback/undo: vpcmeta runs rollback}
    paste undo: -n
    [ "$status" -ne 4 ]
}

@test "what came on standard input is in no command that is printed" {
    key=(--api-key-file keys/api.key --region us-south)
    run -0 vpcmeta plan --policy - "${place[@]}" "${key[@]}" < policy.yaml
    [ "${lines[-1]}" = "next: plan again with --out FILE, and apply that (standard input cannot be read again)" ]
    run -0 vpcmeta plan --policy policy.yaml --from - "${place[@]}" "${key[@]}" <<< "web-0001"
    [[ ${lines[-1]} != *"vpcmeta apply"* ]]
    run -0 vpcmeta plan --policy - "${place[@]}" "${key[@]}" --out kept.json < policy.yaml
    [[ ${lines[-1]} == "next: vpcmeta apply kept.json "* ]]
    run -0 vpcmeta plan show - < kept.json
    [[ $output == *"4 changes"* ]]
    [[ $output != *"next:"* ]]
    run -3 vpcmeta audit --policy - "${place[@]}" "${key[@]}" < policy.yaml
    [[ $output != *"vpcmeta apply"* ]]
    run -3 vpcmeta audit --policy policy.yaml "${place[@]}" "${key[@]}"
    [[ $output == *"vpcmeta apply --policy policy.yaml"* ]]
}

@test "what a plan leaves has one number, in the table, in the sentence below it and in JSON" {
    export IC_API_KEY=$SIM_API_KEY
    sim_stop
    sim_start --region us-south,eu-de --instances 12 --templates 3 --groups 2 --bare-metal 1 --mix varied --seed 7
    place=(--endpoint "$SIM_URL" --iam-url "$SIM_BASE" --region us-south,eu-de)
    run -0 vpcmeta plan --policy baseline "${place[@]}"
    left=$(awk '$1 == "REGION" { table = 1; next } table && NF == 6 { sum += $4 } END { print sum }' <<< "$output")
    [ "$left" -gt 0 ]
    [[ $output == *", $left are left as they are"* ]]
    run -0 vpcmeta plan --policy baseline "${place[@]}" -o json
    [ "$(jq '[.regions[].left] | add' <<< "$output")" -eq "$left" ]
    # volumes of which each has its own id
    run -0 vpcmeta plan --policy baseline "${place[@]}" --all
    [[ $output == *" (and "*" other"*") "* ]]
}

@test "a run that is read again names the same restarts as the command did" {
    export IC_API_KEY=$SIM_API_KEY
    sim_stop
    sim_start --region us-south,eu-de --instances 30 --templates 6 --groups 3 --bare-metal 3 --mix varied --seed 7 \
        --transition-ms 30
    sed -i 's/{enabled: true, protocol: https}/{enabled: true}, apply: {restart: needed}/' policy.yaml
    run vpcmeta apply --policy policy.yaml --endpoint "$SIM_URL" --iam-url "$SIM_BASE" --region us-south,eu-de -y
    restarts=$(grep -A1 "restart .*instance storage" <<< "$output" | grep -o "instance restart .* --allow-disk-loss")
    [ -n "$restarts" ]
    spot=$(grep "spot server" <<< "$output")
    [ -n "$spot" ]
    run vpcmeta runs show last
    [ "$(grep -o "instance restart .* --allow-disk-loss" <<< "$output")" = "$restarts" ]
    [ "$(grep "spot server" <<< "$output")" = "$spot" ]
    [[ $output != *"restart --all"* ]]
}

@test "a plan of nothing says so, and not that nothing is to change" {
    run -0 vpcmeta plan --policy policy.yaml "${place[@]}" --api-key-file keys/api.key --region us-south --name 'nope*'
    [ "${lines[-1]}" = "nothing was selected" ]
    [[ $output != *"no changes needed"* ]]
}

@test "the command that moves the groups of a template is of its region" {
    export IC_API_KEY=$SIM_API_KEY
    sim_stop
    sim_start --region us-south,eu-de --instances 2 --templates 1 --groups 1 --bare-metal 0 --mix plain --seed 7
    place=(--endpoint "$SIM_URL" --iam-url "$SIM_BASE")
    mapfile -t ids < <(vpcmeta template list "${place[@]}" --region us-south,eu-de -o json | jq -r '.items[].id')
    [ "${#ids[@]}" -eq 2 ]
    run -0 vpcmeta template replace "${ids[@]}" --hop-limit 3 "${place[@]}" --region us-south,eu-de -y
    for region in us-south eu-de; do
        grep -o "next: vpcmeta template replace.* --region $region .*" <<< "$output"
    done
    output=$(grep -o "next: vpcmeta template replace.* --region eu-de .*" <<< "$output")
    paste next: -n
    [ "$status" -eq 0 ]
}
