#!/usr/bin/env bats
# Completion: what TAB offers in bash, zsh, fish and in the shell of vpcmeta, without a request and without a message.
load client

setup() {
    client_environment
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state PATH=$BUILD:$PATH
    # nothing is asked over the network: whoever tried would be seen
    export VPC_URL=http://127.0.0.1:9/v1 IBMCLOUD_IAM_API_ENDPOINT=http://127.0.0.1:9 VPC_APIKEY=none
}

teardown() {
    sim_stop
}

# The words that are offered behind these, the last of which is at the cursor.
offered() {
    meta __complete "$@"
    expect 0
    [ "$stderr" = "" ]
    tail -n +2 <<< "$output" | cut -f 1
}

# WORD ARGUMENTS...: it is among what is offered; and: other things are offered, it is not
offers() {
    local word=$1
    shift
    offered "$@" > offers
    grep -F -e "$word" offers
}

offers_no() {
    local word=$1 found=0
    shift
    offered "$@" > offers
    [ -s offers ] || { echo "nothing is offered: $*"; return 1; }
    grep -F -e "$word" offers || found=$?
    [ "$found" -eq 1 ] || { echo "offered: $*"; return 1; }
}

@test "values are those of the command: fields, statuses, regions, rules, schemas" {
    while IFS='|' read -r line wanted; do
        # shellcheck disable=SC2086 # the words of a command line
        got=$(offered ${line% *} "${line##* }" | paste -sd ' ')
        [ "$got" = "$wanted" ] || { echo "$line: $got"; return 1; }
    done << 'END'
instance list --status st|starting stopped stopping
group list --status h|healthy
instance list --region us-|us-east us-south
audit --region us-south,us-|us-east
audit --region al|all
audit --rule hop-limit,template-h|template-hop-limit
audit --exclude-rule=unmanaged,unman|
audit --rule unmanaged,disabled,unman|
audit --rule template-hop-limit,template-a|template-auto-link
audit --fields rule,sev|severity
instance list --fields name,na|
instance list --fields name,enabled,pro|protocol
instance list --sort name,enab|enabled
instance set --fields out|outcome
runs show --fields out|outcome
schema list --fields req|request
schema show instance_p|instance_patch
schema example bare_metal_server_p|bare_metal_server_patch
schema check --as instance_p|instance_patch
help instance res|restart
help runs roll|rollback
help sett|settings
help --topic sett|settings
help simu|simulator
help instance sett|
completion f|fish
instance set --jq x -o j|json jsonl
instance set --jq x -o t|
END
}

@test "--fields offers what --fields takes, for every command" {
    client_start --instances 3
    local command checked=0
    while IFS= read -r command; do
        # shellcheck disable=SC2086 # the words of a command
        fields=$(offered $command --fields "")
        # shellcheck disable=SC2086
        [ -n "$fields" ] && [ "$(vpcmeta __complete $command --fields "" | head -n 1 | cut -f 3)" = A,B... ] || continue
        # shellcheck disable=SC2086
        case $command in
        *show | *retry | *rollback | *resume) meta $command last --fields no_such_field ;;
        *set) meta $command --all --enabled true -n --fields no_such_field ;;
        *restart) meta $command --all -n --fields no_such_field ;;
        *replace) meta $command --all --protocol https -n --fields no_such_field ;;
        apply) meta apply --policy baseline -n --fields no_such_field ;;
        *create | "template set") continue ;;
        "policy check") meta $command - --fields no_such_field ;;
        *prune) meta $command --older-than 1 --fields no_such_field ;;
        *) meta $command --fields no_such_field ;;
        esac
        expect 2 no_such_field
        # the message lists them all
        for field in $fields; do
            [[ $stderr == *"$field"* ]] || { echo "$command: $field is offered and not taken: $stderr"; return 1; }
        done
        checked=$((checked + 1))
    done < <(vpcmeta help --list)
    [ "$checked" -ge 15 ]
}

@test "options are offered where they have an effect: with what they need, not beside what excludes them" {
    offers_no --stop-timeout instance set --
    offers --stop-timeout instance set --restart needed --
    offers_no --exit-code instance set --
    offers --exit-code instance set --dry-run --
    offers_no --verbose instance list -q --
    # either way round
    offers --output instance list -v --
    offers --verbose instance list --
    offers_no --from instance create --name a --
    offers_no --count instance create --from x --
    offers_no --severity audit --list-rules --
    offers_no --list-rules audit --severity low --
    offers_no --enabled instance set --enabled true --
}

@test "recorded runs are offered from the history, the newest first, and nothing where there are none" {
    [ "$(offered runs show "")" = "" ]
    [ ! -e "$XDG_STATE_HOME" ]
    client_start --instances 5
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    meta instance set --all --hop-limit 3 -y
    meta instance set --all --hop-limit 2 -y
    clear_log
    vpcmeta runs list -o json | jq -r '"last", .items[].run' > runs
    [ "$(wc -l < runs)" -eq 3 ]
    for verb in show retry rollback; do
        offered runs $verb "" | diff runs -
    done
    # there is nothing to resume
    [ "$(offered runs resume "")" = "" ]
    [ "$(offered runs show la)" = last ]
    [ "$(requests)" -eq 0 ]
    # a history that is no history is no message
    rm "$XDG_STATE_HOME"/vpcmeta/history.db*
    echo nonsense > "$XDG_STATE_HOME/vpcmeta/history.db"
    [ "$(offered runs show "")" = "" ]
}

@test "TAB neither rewrites the history of another version nor waits for one that is busy" {
    client_start --instances 2
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    history=$XDG_STATE_HOME/vpcmeta/history.db
    mkdir -p -m 700 "${history%/*}"
    python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript(open(sys.argv[2]).read())' "$history" "$BATS_TEST_DIRNAME/../data/history-layout-5.sql"
    cp "$history" before
    [ "$(offered runs show "")" = "" ]
    cmp "$history" before
    [ "$(ls "${history%/*}")" = history.db ]
    meta runs list
    expect 0
    [[ $(offered runs show "") == last* ]]
    python3 -c 'import sqlite3, subprocess, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA journal_mode = DELETE")
c.execute("BEGIN EXCLUSIVE")
subprocess.run(sys.argv[2:], timeout=5, check=True)' "$history" "$BUILD/vpcmeta" __complete runs show "" > offered
    [ "$(wc -l < offered)" -eq 1 ]
}

@test "what shells press TAB for: the answer names files, folders and free values, and what stays in front" {
    meta __complete instance set --from na
    [ "$output" = files$'\t\t' ]
    meta __complete --schema-dir=x
    [ "$(cut -f 1,2 <<< "$output")" = "folders"$'\t'"--schema-dir=" ]
    meta __complete audit --rule=hop-limit,template-h
    [ "${lines[0]%$'\t'*}" = "value"$'\t'"--rule=hop-limit," ]
    [ "${lines[1]}" = "template-hop-limit"$'\t'"template with a wrong hop limit" ]
    meta __complete instance show ""
    [[ $output == "value"$'\t\t'*NAME* ]]
    for odd in "" "--" "-" "=" "--=" "--rule" $'a\tb' "'" '"'; do
        meta __complete audit "$odd"
        expect 0
        meta __complete "$odd" "$odd" "$odd"
        expect 0
    done
    meta __complete
    expect 0
}

@test "a script finds the program that made it also where it is not on the path" {
    vpcmeta completion bash > script
    cat >> script << 'END'
COMP_WORDS=(vpcmeta audit --rule disabled,template-d) COMP_CWORD=3
_vpcmeta
echo "${COMPREPLY[@]}"
END
    [ "$(env PATH=/usr/bin:/bin bash script)" = disabled,template-disabled ]
}

# What is typed, TAB included, and the words that the command then gets.
keys() {
    while IFS='|' read -r line wanted; do
        printf 'send %s\nexpect ^%s$\n' "$line" "$wanted"
    done << 'END'
vpcmeta instance set --proto\t|<instance><set><--protocol>
vpcmeta audit --rule hop-limit,disa\t|<audit><--rule><hop-limit,disabled>
vpcmeta audit --rule=hop-limit,disa\t|<audit><--rule=hop-limit,disabled>
vpcmeta audit --region us-south,eu-d\t|<audit><--region><us-south,eu-de>
vpcmeta instance list --fields name,enab\t|<instance><list><--fields><name,enabled>
vpcmeta instance list --status runn\t|<instance><list><--status><running>
vpcmeta schema show instance_p\t|<schema><show><instance_patch>
vpcmeta runs show la\t|<runs><show><last>
vpcmeta help instance rest\t|<help><instance><restart>
vpcmeta instance set --from na\t|<instance><set><--from><names.txt>
vpcmeta instance set --from=na\t|<instance><set><--from=names.txt>
vpcmeta instance set --from two\t|<instance><set><--from><two words.txt>
vpcmeta --schema-dir fol\t|<--schema-dir><folder/?>
vpcmeta instance set --stop-t\t|<instance><set><--stop-t>
vpcmeta instance set web-\t|<instance><set><web->
END
}

# A shell in which `vpcmeta` shows its words; completion asks the program all the same. $1: NAME, then the command.
press() {
    client_start --instances 2
    export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
    meta instance set --all --hop-limit 3 -y
    sim_stop
    touch names.txt 'two words.txt'
    mkdir folder
    vpcmeta completion "$1" > script
    shift
    { echo 'expect READY'; keys; echo 'send exit'; echo end; } > dialogue
    PTY_SIZE=100x40 TERM=dumb run "$BATS_TEST_DIRNAME/pty_dialogue.py" --transcript shown "$@" < dialogue
    [ "$status" -eq 0 ] || { echo "$output"; return 1; }
}

@test "TAB in bash" {
    cat > rc << 'END'
PS1='READY '
source ./script
vpcmeta() { printf '<%s>' "$@"; echo; }
END
    press bash bash --noprofile --rcfile rc -i
}

@test "TAB in zsh" {
    cat > .zshrc << 'END'
PS1='READY '
cp script _vpcmeta
fpath=($PWD $fpath)
autoload -Uz compinit
compinit -u -D
vpcmeta() { printf '<%s>' "$@"; echo }
END
    ZDOTDIR=$PWD press zsh zsh -d -i
    zsh -n script
}

@test "TAB in fish" {
    cat > rc.fish << 'END'
function fish_prompt; echo 'READY '; end
function fish_greeting; end
source script
function vpcmeta; printf '<%s>' $argv; echo; end
END
    press fish fish --no-config -C 'source rc.fish' -i
    fish --no-execute script
}

@test "TAB in the shell of vpcmeta" {
    client_start --instances 2
    meta instance set --all --hop-limit 3 -y
    clear_log
    cat > dialogue << 'END'
expect vpcmeta.*> $
type audit --rule hop-limit,disa\t
expect audit --rule hop-limit,disabled[ ]
interrupt
expect vpcmeta.*> $
type runs show la\t
expect runs show last[ ]
interrupt
expect vpcmeta.*> $
type instance list --fields name,enab\t
expect name,enabled[ ]
interrupt
expect vpcmeta.*> $
type schema show instance_p\t
expect schema show instance_patch[ ]
interrupt
expect vpcmeta.*> $
type audit --rule hop-limit,template-\t
expect ^  template-over-http +template enabled over http$
interrupt
expect vpcmeta.*> $
send exit
end
END
    PTY_SIZE=100x40 run "$BATS_TEST_DIRNAME/pty_dialogue.py" "$BUILD/vpcmeta" shell < dialogue
    [ "$status" -eq 0 ] || { echo "$output"; return 1; }
    [ "$(requests)" -eq 0 ]
}
