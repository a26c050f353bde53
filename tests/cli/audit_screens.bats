#!/usr/bin/env bats
# What a terminal shows of an audit: findings by rule with whole names and the command that lists them, recommended
# fixes, counts, and last the exit status and why.
load client
load screen

teardown() {
    sim_stop
}

last_line() {
    [[ $(grep . shown | tail -n 1) =~ $1 ]] || {
        echo "the last line is not: $1"
        tail -n 5 shown
        return 1
    }
}

# The lines of rule $1 on the last screen: counts, names, and the command (on one line).
block_of() {
    awk -v rule="$1" '$3 == rule { on = 1; print; next } /^ / { if (on) print; next } { on = 0 }' shown
}

@test "5,000 instances: rules with counts, whole names and their command, the summary last, on three sizes" {
    client_start --instances 5000 --templates 40 --bare-metal 12 --groups 6
    vpcmeta audit -o json > audit.json || [ $? -eq 3 ]
    total=$(jq .summary.findings.total audit.json)
    high=$(jq .summary.findings.severity.high audit.json)
    for size in 80x24 120x40 200x50; do
        screen_plain $size audit
        [ "$status" -eq 3 ]
        fits "${size%x*}"
        last_line "^exit status 3: $total findings, $high of them high, [0-9]+ medium, [0-9]+ low(, [0-9]+ info)?\$"
        # a few screens, whatever the number of servers
        [ "$(wc -l < shown)" -lt 110 ]
        shows '^SEVERITY  FINDINGS  RULE +WHAT$'
        shows '^instance +5000 '
        shows '^Recommended fixes \(preview each with --dry-run\):$'
        shows_no 'not shown here'
        # each rule: as many as the JSON has, the first names in its order and whole, and the rest as a number
        while read -r rule severity count; do
            block_of "$rule" > block
            grep -qE "^$severity +$count +$rule  " block
            jq -r --arg rule "$rule" '.findings[] | select(.rule == $rule) | .name' audit.json > names
            named=0
            while read -r name; do
                grep -qxF "$name" names
                named=$((named + 1))
            done < <(grep '^    ' block | grep -v vpcmeta | sed 's/ and [0-9]* more$//' | tr -d ' ' | tr ',' '\n')
            more=$(grep -oE 'and [0-9]+ more' block | grep -oE '[0-9]+' | paste -sd+ | bc)
            [ $((named + ${more:-0})) -eq "$(wc -l < names)" ]
            grep -qxF "    vpcmeta audit --rule $rule --region us-south" block
        done < <(jq -r '.findings | group_by([.rule, .severity])[] | "\(.[0].rule) \(.[0].severity) \(length)"' audit.json)
    done
    [ "$named" -gt 0 ]
}

@test "the command of a rule lists its findings, each with its severity and its whole fix" {
    client_start --instances 300 --templates 20 --bare-metal 6 --groups 6
    vpcmeta audit -o json --max-hop-limit 2 > audit.json || [ $? -eq 3 ]
    vpcmeta audit -o json --max-hop-limit 2 --rule hop-limit > hops.json || [ $? -eq 3 ]
    PATH=$BUILD:$PATH
    for size in 80x24 120x40 200x50; do
        screen_plain $size audit --max-hop-limit 2
        command=$(grep -m 1 '^    vpcmeta audit --rule hop-limit' shown)
        [ "$command" = "    vpcmeta audit --rule hop-limit --max-hop-limit 2 --region us-south" ]
        # shellcheck disable=SC2086 # a command line
        screen_plain $size ${command#*vpcmeta }
        [ "$status" -eq 3 ]
        fits "${size%x*}"
        shows '^RULE +SEVERITY .*NAME|^SEVERITY .*NAME'
        rows=$(jq '.findings | length' hops.json)
        [ "$(grep -cE '(^|  )medium .* hop limit [0-9]+ is above 2$' shown)" -eq "$rows" ]
        # pasted, each is the fix of the JSON
        sed -n '/^RULE\|^SEVERITY/,/^$/p' shown | grep '^    ' | perl -0pe 's/ \\\n */ /g; s/^ +//mg' | sort > fixes
        jq -r '.findings[].fix' hops.json | sort | diff - fixes
        last_line "^exit status 3: $rows findings, all of them medium\$"
        # every finding of every rule
        screen_plain $size audit --max-hop-limit 2 --all
        [ "$(grep -cE '^ +vpcmeta (instance|bare-metal|template|group) (set|replace|show) ' shown)" -ge "$(jq '.findings | length' audit.json)" ]
        fits "${size%x*}"
    done
}

@test "the commands of a report are complete: selectors, limits and options of place" {
    client_start --instances 30 --templates 4 --bare-metal 0 --groups 2
    unset VPC_URL VPC_APIKEY IBMCLOUD_IAM_API_ENDPOINT
    printf '%s\n' "$SIM_API_KEY" > key && chmod 600 key
    given=(--name '*-*' --exclude 'web*' --where '.name | test("1$")' --severity medium --endpoint "$SIM_URL"
        --iam-url "$SIM_BASE" --api-key-file key)
    screen_plain 80x24 audit "${given[@]}"
    [ "$status" -eq 3 ]
    shows '^    vpcmeta audit --rule enabled-over-http --name'
    shows '^vpcmeta audit --all --name'
    PATH=$BUILD:$PATH
    sed -n '/^    vpcmeta audit --rule/,/[^\\]$/p' shown | perl -0pe 's/ \\\n */ /g' > listings
    vpcmeta audit "${given[@]}" -o json > audit.json || [ $? -eq 3 ]
    while read -r line; do
        bash -c "$line -o json" > part.json || [ $? -eq 3 ]
        jq -e --slurpfile whole audit.json '.findings[0].rule as $rule
            | .findings == [$whole[0].findings[] | select(.rule == $rule)]' part.json
    done < listings
    [ -s listings ]
    # named resources: --all would contradict the names
    screen_plain 80x24 audit api-0001 "${given[@]:8}"
    shows '^vpcmeta audit api-0001 --rule [a-z,-]+'
}

@test "a group's finding has the severity of its template's worst, and so have the counts by rule" {
    client_start --instances 0 --bare-metal 0 --templates 40 --groups 6
    vpcmeta audit -o json > audit.json || [ $? -eq 3 ]
    meta audit
    while read -r severity count; do
        grep -qE "^$severity +$count +group-template  " <<< "$output"
        [ "$(grep -cE "^group-template +$severity " <<< "$output")" -eq "$count" ]
    done < <(jq -r '[.findings[] | select(.rule == "group-template")] | group_by(.severity)[]
                    | "\(.[0].severity) \(length)"' audit.json | tee severities)
    [ "$(wc -l < severities)" -gt 1 ]
    # the template that is high makes a high group, and no other
    jq -e '.findings as $all | all($all[] | select(.rule == "group-template"); . as $group
           | [$all[] | select(.kind == "template" and .fix == $group.fix) | .severity] | index($group.severity))' audit.json
}

@test "several regions are counted apart, also one where nothing is" {
    client_start --instances 40 --templates 8 --bare-metal 4 --groups 2 --region us-south,eu-de
    vpcmeta audit --region all -o json > audit.json || [ $? -eq 3 ]
    for size in 80x24 120x40; do
        screen_plain $size audit --region all
        fits "${size%x*}"
        for region in us-south eu-de; do
            shows "^$region +$(jq -r --arg r $region '.summary.regions[$r]
                | [.resources, .enabled, .disabled, .findings.total, (.findings.severity | .high, .medium, .low, .info)]
                | map(tostring) | join(" +")' audit.json)\$"
        done
        shows '^    vpcmeta audit --rule disabled --region all$'
    done
    jq -e '(.summary.regions | map_values(.findings.total)) == (.findings | group_by(.region)
           | map({(.[0].region): length}) | add)' audit.json
    screen_plain 80x24 audit --region us-south
    shows_no '^REGION '
}

@test "an incomplete audit ends with status 5 and what it still found" {
    client_start --instances 120 --templates 3 --bare-metal 2
    faults '{"path":"/v1/bare_metal_servers","action":"status","status":403}'
    screen_plain 80x24 audit
    [ "$status" -eq 5 ]
    shows '^INCOMPLETE: these are only the resources that could be read$'
    shows '^error: the audit is incomplete: .*bare metal servers'
    last_line '^exit status 5: incomplete, 1 part is missing; [0-9]+ findings, [0-9]+ of them high$'
}

@test "no findings, and nothing selected, end with status 0 and why" {
    client_start --instances 3 --templates 0 --groups 0 --bare-metal 0
    screen_plain 80x24 audit --rule group-template
    [ "$status" -eq 0 ]
    last_line '^exit status 0: no findings in 3 resources, of the rules and severities chosen$'
    screen_plain 80x24 audit --name 'zz*'
    [ "$status" -eq 0 ]
    shows "^warning: nothing was selected: no resource matches --name 'zz\*'"
    last_line '^exit status 0: nothing was audited$'
    # once is enough where both streams are one screen
    [ "$(grep -c 'nothing was selected' shown)" -eq 1 ]
    fits 80
}

@test "behind a pager that is left early stands the exit status and why" {
    client_start --instances 100 --templates 8 --bare-metal 2
    PAGER='sed 3q' screen 80x24 audit <<< end
    [ "$status" -eq 3 ]
    [ "$(grep -c . shown)" -eq 4 ]
    last_line '^exit status 3: [0-9]+ findings, '
}

@test "the rules fit every size, whole, with the command that explains them" {
    client_environment
    vpcmeta audit --list-rules -o json > rules.json
    for size in 80x24 120x40 200x50; do
        screen_plain $size audit --list-rules
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        while IFS=$'\t' read -r rule severity title; do
            shows "^$rule +$severity +$title\$"
        done < <(jq -r '.rules[] | [.rule, .severity, .title] | @tsv' rules.json)
        last_line ': vpcmeta audit --list-rules -o yaml$'
    done
    meta audit --list-rules
    [ "$(wc -l <<< "$output")" -eq $(($(jq ".rules | length" rules.json) + 1)) ]
}

@test "60 columns hold everything but what a shell reads as one word, and no title is cut" {
    client_start --instances 60 --templates 4 --bare-metal 2
    screen_plain 60x24 audit
    grep -v '^ *and ' shown > rest # a line of a predicate
    fits 60 rest
    shows '^KIND +TOTAL +ENABLED +HTTPS +HTTP +DISABLED +HTTP$'
    screen_plain 60x24 audit --list-rules
    fits 60
    shows_no '\.\.\.$'
}

@test "rows that are sorted, cut or chosen by field have whole fixes, and the exit status in the last line" {
    client_start --instances 60 --templates 4 --bare-metal 2
    screen_plain 120x40 audit --fields name,fix --limit 2
    [ "$(grep -cE '^[a-z0-9-]+ +vpcmeta [a-z-]+ [a-z]+ [a-z0-9-]+ --.*[^ \\]$' shown)" -eq 2 ]
    last_line '^exit status 3: [0-9]+ findings, '
    screen_plain 80x24 audit --sort name:desc --limit 3
    [ "$(grep -cE '^    vpcmeta ' shown)" -eq 3 ]
    fits 80
    last_line '^exit status 3: [0-9]+ findings, '
    meta audit --fields name,fix --limit 2
    [ "$(wc -l <<< "$output")" -eq 3 ]
}
