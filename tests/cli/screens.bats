#!/usr/bin/env bats
# The screens that people see most, captured by screens.sh at three sizes: each has the lines that matter and fits.
load client
load screen

sizes='80x24 120x40 200x50'

setup_file() {
    local size
    declare -A captures
    for size in $sizes; do
        "$BATS_TEST_DIRNAME/screens.sh" "$BATS_FILE_TMPDIR" "$size" > "$BATS_FILE_TMPDIR/$size.log" 2>&1 3>&- 4>&- &
        captures[$size]=$!
    done
    for size in $sizes; do
        wait "${captures[$size]}" || cat "$BATS_FILE_TMPDIR/$size.log"
    done
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# SIZE NAME: the screen that shows and shows_no look at
of() {
    echo "$1: $2"
    cp "$BATS_FILE_TMPDIR/$1/$2" shown
}

# Each line of standard input is a regular expression for a line of the screen, in their order.
shows_in_order() {
    local regex line=0 found
    while IFS= read -r regex; do
        found=$(tail -n "+$((line + 1))" shown | grep -nE -m 1 -e "$regex" | cut -d : -f 1)
        [ -n "$found" ] || { echo "no line behind line $line with: $regex"; cat shown; return 1; }
        line=$((line + found))
    done
}

ends_with() {
    [[ $(grep . shown | tail -n 1) =~ $1 ]] || { echo "the last line is not: $1"; tail -n 5 shown; return 1; }
}

@test "every screen can be reached at every size" {
    for size in $sizes; do
        [ ! -s "$BATS_FILE_TMPDIR/$size.log" ] || { cat "$BATS_FILE_TMPDIR/$size.log"; return 1; }
        [ "$(ls "$BATS_FILE_TMPDIR/$size" | wc -l)" -eq 20 ]
    done
}

@test "no line is wider than the terminal but commands, CRNs and paths, which can be pasted" {
    for size in $sizes; do
        for screen in "$BATS_FILE_TMPDIR/$size"/*; do
            [ -s "$screen" ]
            echo "$screen"
            sed -E '/^(COMMAND)? +vpcmeta /d; /^CRN +crn:[^ ]+$/d; /^history +ok +\/[^ ]+,$/d' "$screen" > shown
            fits "${size%x*}"
        done
    done
}

@test "a list has its headings and its count, and says which columns it leaves out" {
    for size in $sizes; do
        of $size list
        shows '^5000 instances$'
        [ "$(wc -l < shown)" -gt 5000 ]
    done
    shows '^REGION +ID +NAME +STATUS +ZONE +VPC +ARCH +ENABLED +PROTOCOL +HOPS +RESTART$'
    of 80x24 list
    shows_in_order << 'END'
^NAME +STATUS +ENABLED +PROTOCOL +HOPS +RESTART$
^not shown here: .*zone
END
    of 80x24 groups
    shows_in_order << 'END'
^NAME +STATUS +ENABLED +PROTOCOL +HOPS +TEMPLATE +MEMBERS +STALE$
^5 instance groups$
END
}

@test "a question has its place, its rows and what they come to; no is no error" {
    for size in $sizes; do
        of $size set-question
        shows_in_order << 'END'
^account: [0-9a-f]{32}$
^region: us-south$
^endpoint: http://127\.0\.0\.1:[0-9]+/v1$
^164 instances will be changed, 80 need no change, 14 are skipped:$
^NAME +OUTCOME +RESTART +CHANGE OR REASON$
^api-0001 +would change +needed +enabled false -> true$
^\.\.\. 154 more \(--dry-run shows all\)$
^  40: instances changed: protocol http -> https$
^type the number of instances to change them, anything else to leave: n$
END
        ends_with '^not confirmed: nothing was changed$'
        shows_no '^error'
        of $size create-question
        shows_in_order << 'END'
^account:
^1 instance will be created:$
^STEP +NAME +OUTCOME +CHANGE OR REASON$
^create +web-new +would change +enabled true, protocol http, hop limit 1$
^  profile bx2-4x16,
^create 1 instance\? \[y/N\] n$
^not confirmed: nothing was changed$
END
        of $size restart-question
        shows_in_order << 'END'
^88 instances will be restarted, 4 need no change, 7 are skipped:$
^STEP +NAME +OUTCOME +CHANGE OR REASON$
^restart +web-0001 +would change +stopped and started$
^  [0-9]+: stopped and started, which interrupts what runs on them, 1 at a time$
^restart [0-9]+ instances\? \[y/N\] n$
^not confirmed: nothing was changed$
END
        of $size replace-question
        shows_in_order << 'END'
^66 steps will be executed, 11 need no change:$
^STEP +NAME +OUTCOME +CHANGE OR REASON$
^create +tpl-api-002-r2 +would change +enabled false -> true$
^create [0-9]+ instance templates, move [0-9]+ instance groups, .*$
^execute 66 steps\? \[y/N\] n$
^not confirmed: nothing was changed$
END
    done
}

@test "a rate limit says when the next try is; an interrupt clears that and says what is finished and how to finish it" {
    for size in $sizes; do
        of $size set-rate-limited
        shows '^rate limited: next try in [0-9]+ s  3/49$'
        of $size set-interrupted
        tr -s '\n ' ' ' < shown > words
        grep -qE '73 selected: 3 changed, 22 unchanged, 2 skipped, 0 failed, 0 unknown, 46 not started ' words
        shows '^error: interrupted: 3 changed, 46 not started\. Finish:'
        shows 'vpcmeta runs resume [0-9]{8}-[0-9]{6}-[0-9a-f]{6}$'
        shows_no 'rate limited|not started +|cancelled'
    done
}

@test "the end of a write: the count of each outcome, what is next, and how to undo it" {
    for size in $sizes; do
        of $size set-preview
        tr -s '\n ' ' ' < shown > words
        grep -qE ' dry run: [0-9]+ of 340 would change, [0-9]+ need no change, [0-9]+ would be skipped; nothing was sent ' words
        of $size set-summary
        shows_in_order << 'END'
^NAME +OUTCOME +RESTART +CHANGE OR REASON$
^web-0001 +changed +needed +enabled false -> true, protocol http -> https$
^99 selected: 74 changed, 20 unchanged, 5 skipped, 0 failed, 0 unknown$
^  3 skipped: lifecycle state is failed \(such as web-0031\)$
^  56 instances must be stopped and started
^next:$
^  restart those that need it \([0-9]+\):$
^    vpcmeta instance restart --from run:[0-9]{8}-[0-9]{6}-[0-9a-f]{6} --region us-south$
^run [0-9]{8}-[0-9]{6}-[0-9a-f]{6} recorded; undo:
vpcmeta runs rollback [0-9]{8}-[0-9]{6}-[0-9a-f]{6}$
END
    done
}

@test "runs are listed with what they came to, and one is shown with who ran it where" {
    for size in $sizes; do
        of $size runs-list
        shows '^RUN .*COMMAND +STATE'
        shows '^[0-9]{8}-[0-9]{6}-[0-9a-f]{6} .*instance set +done'
        shows '99 selected, 74 changed, 20 unchanged, 5 skipped'
        shows '^1 run$'
        of $size runs-show
        shows_in_order << 'END'
^COMMAND +vpcmeta instance set --name 'web-00\*' --enabled true
^STATE +done$
^REGION +us-south$
^ACCOUNT +[0-9a-f]{32}$
^IDENTITY +Sim Operator [(]
^web-0001 +changed +needed +enabled
^next:$
END
    done
    of 200x50 runs-list
    shows '^RUN +STARTED +COMMAND +STATE +SUMMARY +TOOK +REGION +ACCOUNT$'
}

@test "an audit of 5,000 ends with its status and why; doctor has a row for each check; help names the commands" {
    for size in $sizes; do
        of $size audit
        shows_in_order << 'END'
^SEVERITY +FINDINGS +RULE +WHAT$
^high +872 +enabled-over-http +metadata service enabled over http$
^    vpcmeta audit --rule enabled-over-http --region us-south$
^KIND +TOTAL +ENABLED +HTTPS +HTTP +DISABLED +HTTPS +HTTP$
END
        ends_with '^exit status 3: 4190 findings, 879 of them high, 478 medium, 2832 low, 1 info$'
        of $size doctor
        shows_in_order << END
^CHECK +STATE +DETAIL\$
^terminal +ok +${size%x*} columns\$
^token +ok +present in
^api +ok +http
^instances +ok +list: yes\.
^history +ok +/
END
        shows_no '^[a-z ]+ (bad|warning) '
        of $size auth-status
        shows '^credential +environment variable VPC_APIKEY$'
        of $size help
        shows_in_order << 'END'
^Usage: vpcmeta COMMAND \[ARGUMENTS\] \[OPTIONS\]$
^  instance set +change metadata settings of existing instances$
^  audit +find servers and templates
END
        of $size help-set
        shows_in_order << 'END'
^Usage: vpcmeta instance set
^Options:$
^ +--guard etag\|list +compare with a read
END
    done
}
