#!/usr/bin/env bats
# What a terminal shows of lists, reports and help: the pager, JSON, the order and number of rows, the count line.

load client
load screen

setup() {
    client_environment
    unset PAGER VPCMETA_PAGER LESS LV
}

teardown() {
    sim_stop
}

start() {
    client_start "$@"
    unset PAGER
}

# A pager that records its input and its environment.
recorder() {
    cat > recorder << 'END'
#!/bin/sh
cat > paged
env > paged.env
echo "the pager was here"
END
    chmod +x recorder
}

@test "help, lists and reports that are longer than the screen go through the pager" {
    recorder
    start --instances 60
    PAGER=./recorder screen 80x24 instance list <<< end
    [ "$status" -eq 0 ]
    shows '^the pager was here'
    shows_no '^api-0001'
    [ "$(wc -l < paged)" -ge 61 ]
    PAGER=./recorder screen 80x24 audit <<< end
    [ "$status" -eq 3 ]
    shows '^the pager was here'
    for words in help --help "instance set --help" "help audit"; do
        rm -f paged
        # shellcheck disable=SC2086
        PAGER=./recorder screen 80x24 $words <<< end
        [ "$status" -eq 0 ]
        grep -q . paged
    done
    # a line for the shell, and the variable of vpcmeta before that of all programs
    VPCMETA_PAGER="./recorder -x | cat" PAGER=false screen 80x24 schema show instance_create <<< end
    shows '^the pager was here'
    grep -q '"title"' paged
}

@test "a pager gets no key and no token, and what less and lv need to show colours" {
    recorder
    VPC_APIKEY=key-that-nothing-else-may-see IC_IAM_TOKEN="Bearer token-of-somewhere" OTHER=kept \
        PAGER=./recorder screen 80x24 help <<< end
    grep -qx OTHER=kept paged.env
    grep -qx LESS=FRX paged.env
    grep -qx LV=-c paged.env
    run ! grep -E 'key-that|token-of' paged.env
    LESS=-S PAGER=./recorder screen 80x24 help <<< end
    grep -qx LESS=-S paged.env
}

@test "what fits the screen, a dumb terminal, --no-pager and a pipe have no pager" {
    recorder
    start --instances 60
    export PAGER=./recorder
    screen 120x70 instance list <<< end
    [ "$status" -eq 0 ]
    screen 80x24 instance list 'api-0001' <<< end
    TERM=dumb screen 80x24 instance list <<< end
    shows '^api-0001'
    screen 80x24 instance list --no-pager <<< end
    shows '^api-0001'
    screen 80x24 --no-pager help <<< end
    screen 80x24 --no-pager --help <<< end
    meta instance list
    expect 0
    PAGER=cat screen 80x24 instance list <<< end
    shows '^api-0001'
    PAGER= screen 80x24 instance list <<< end
    shows '^api-0001'
    # neither what a command changed nor a question is something to page
    screen 80x24 instance set --all --enabled true --dry-run <<< end
    screen 80x24 instance set --all --enabled true --hop-limit 3 << 'END'
expect \?.*
send no
end
END
    [ ! -e paged ]
}

@test "a pager that ends early or fails does not change the exit status" {
    start --instances 1000
    printf '#!/bin/sh\nhead -n 2\nexit 7\n' > early
    printf '#!/bin/sh\nkill -TERM $$\n' > killed
    chmod +x early killed
    PAGER=./early screen 80x24 instance list -o json <<< end
    [ "$status" -eq 0 ]
    [ "$(wc -l < shown)" -le 4 ]
    PAGER=./early screen 80x24 audit <<< end
    [ "$status" -eq 3 ]
    [ "$(wc -l < shown)" -le 6 ]
    shows_no 'error|warning'
    PAGER=./killed screen 80x24 instance list <<< end
    [ "$status" -eq 0 ]
}

@test "output is printed where the pager cannot be started" {
    export PAGER
    for PAGER in no-such-pager "no-such-pager -R"; do
        screen 80x24 help <<< end
        [ "$status" -eq 0 ]
        shows '^warning: cannot start the pager no-such-pager'
        shows '^vpcmeta: configure'
        shows "^'vpcmeta help COMMAND' explains"
    done
    unset PAGER
    mkdir -p empty
    PTY_SIZE=80x24 run "$BATS_TEST_DIRNAME/pty_dialogue.py" --transcript shown env PATH="$PWD/empty" \
        "$BUILD/vpcmeta" help <<< end
    [ "$status" -eq 0 ]
    shows_no '^warning'
    shows "^'vpcmeta help COMMAND' explains"
}

@test "less shows a screen at a time, and the shell has its terminal back" {
    command -v less > less.path || skip "there is no less"
    start --instances 60
    screen 80x24 shell << 'END'
expect >\s
send instance list
expect ^:
type G
expect END
type q
expect >\s
send version
expect libcurl
expect >\s
send exit
end
END
    [ "$status" -eq 0 ]
    shows '^api-0001'
}

@test "Ctrl-C while a pager shows is for the pager" {
    cat > patient << 'END'
#!/bin/sh
trap 'echo caught; trap "" INT' INT
cat > paged
echo ready
until read -r answer < /dev/tty && [ "$answer" = end ]; do :; done
END
    chmod +x patient
    start --instances 60
    for words in help audit; do
        PAGER=./patient screen 80x24 $words << 'END'
expect ready
interrupt
expect caught
send end
end
END
        [ "$status" -eq "$([ $words = help ] && echo 0 || echo 3)" ]
        grep -q . paged
        shows_no '^error|interrupted'
    done
}

@test "a signal that ends the command while a pager shows ends all of the pager" {
    cat > patient << 'END'
#!/bin/sh
trap 'echo TERM >> ended; exit' TERM
trap 'echo HUP >> ended; exit' HUP
cat > paged
echo ready
until read -r answer < /dev/tty && [ "$answer" = end ]; do :; done
END
    chmod +x patient
    start --instances 60
    for words in help "instance list"; do
        for pager in ./patient "cat | ./patient" "sh -c 'cat | ./patient'; true"; do
            for signal in TERM HUP; do
                rm -f ended
                PAGER=$pager screen 80x24 $words << END
expect ready
signal $signal
end
END
                [ "$status" -eq $((128 + $(kill -l $signal))) ]
                grep -x $signal ended
            done
        done
    done
}

@test "a signal ends a pager that has not read its input" {
    start --instances 3000
    PTY_TIMEOUT=10 PAGER='echo ready; sleep 60 | cat' screen 80x24 instance list << 'END'
expect ready
signal TERM
end
END
    [ "$status" -eq 143 ]
}

@test "messages stand behind what the pager showed, and commands of a script are not paged" {
    recorder
    start --instances 60
    PAGER=./recorder screen 80x24 instance list -v <<< end
    [ "$status" -eq 0 ]
    tail -n 2 shown | grep -E '^[0-9]+ requests'
    rm paged
    PAGER=./recorder screen 80x24 shell -c 'help; schema list' <<< end
    [ "$status" -eq 0 ]
    [ ! -e paged ]
}

# --- JSON ----------------------------------------------------------------------------------------------

# What a terminal of this size gets, with its control sequences.
raw() {
    local size=$1
    shift
    script -qec "stty cols ${size%x*} rows ${size#*x}; exec $(printf '%q ' "$BUILD/vpcmeta" "$@")" /dev/null | tr -d '\r'
}

@test "JSON on a terminal is indented and coloured, and the same as in a pipe" {
    start --instances 3
    local size=80x24 words
    for words in "instance list -o json" "instance show api-0001 -o json" "audit -o json" "runs list -o json" \
        "schema show instance_create" "schema list -o json" "help --json" "version -o json" \
        "instance list --jq {a:.items}"; do
        # shellcheck disable=SC2086
        vpcmeta $words > piped || [ "$words" = "audit -o json" ]
        # shellcheck disable=SC2086
        PAGER=cat raw "$size" $words > colored || [ "$words" = "audit -o json" ]
        grep -q $'^  \e\[1;34m"[^"]*"\e\[0m: ' colored
        sed $'s/\e\\[[0-9;]*m//g' colored > plain
        jq --indent 2 . plain | cmp - plain
        [ "$(jq -cS . < plain)" = "$(jq -cS . < piped)" ]
        size=$([ $size = 80x24 ] && echo 120x40 || echo 200x50)
    done
    # values in their colours
    PAGER=cat raw 80x24 instance show api-0001 -o json > colored
    grep -q $'"name"\e\[0m: \e\[32m"api-0001"\e\[0m,$' colored
    grep -qE $'"enabled"\e\\[0m: \e\\[33m(true|false)\e\\[0m,$' colored
    grep -q $': \e\[36mnull\e\[0m' colored
    # strings of --jq as they are, JSON lines a line each
    PAGER=cat raw 80x24 instance list --jq '.items[0].name' > name
    [ "$(cat name)" = api-0001 ]
    PAGER=cat raw 80x24 instance list -o jsonl > lines
    [ "$(sed $'s/\e\\[[0-9;]*m//g' lines)" = "$(vpcmeta instance list -o jsonl)" ]
    grep -q $'\e\[32m' lines
    # the answer to a write
    PAGER=cat NO_COLOR=1 raw 80x24 instance set --all --enabled true -y -o json > written
    head -n 2 written | tail -n 1 | grep -qx '  "schema_version": 1,'
}

@test "JSON in a pipe is compact and without colours, also where CLICOLOR_FORCE asks for them" {
    start --instances 3
    vpcmeta instance list -o json > piped
    [ "$(wc -l < piped)" -eq 5 ]
    [ "$(head -n 1 piped)" = '{"schema_version":1,"complete":true,"items":[' ]
    CLICOLOR_FORCE=1 vpcmeta instance list -o json | cmp - piped
    vpcmeta instance list -o json --color auto | cmp - piped
    vpcmeta instance list -o json --color never | cmp - piped
    vpcmeta instance list -o json --color always | grep -q $'\e\[32m"api-0001"'
    [ "$(vpcmeta instance list -o json --color always | sed $'s/\e\\[[0-9;]*m//g')" = "$(cat piped)" ]
    # a terminal without colours
    TERM=dumb raw 80x24 instance list -o json > terminal
    run ! grep $'\e' terminal
    head -n 2 terminal | tail -n 1 | grep -q '^  "'
    PAGER=cat raw 80x24 instance list -o json --color never > terminal
    run ! grep $'\e' terminal
}

@test "what steers a terminal stays escaped in coloured JSON" {
    mkdir schemas
    printf '{"title": "a\xc2\x9b31mb\xe2\x80\xaec", "type": "object"}\n' > schemas/instance_create.json
    PAGER=cat raw 80x24 schema show instance_create --schema-dir schemas > terminal
    grep -q 'a\\u009b31mb\\u202ec' terminal
    run ! grep -qP '\x{9b}|\x{202e}' terminal
    vpcmeta schema show instance_create --schema-dir schemas | cmp - schemas/instance_create.json
}

# --- rows ----------------------------------------------------------------------------------------------

@test "--sort orders the rows of every format the same way, --limit keeps the first ones" {
    start --instances 30 --groups 0
    local format
    vpcmeta instance list -o json > all
    jq -r '.items | sort_by(-.response_hop_limit, .name)[].name' all > wanted
    for format in table csv jsonl yaml json; do
        vpcmeta instance list -o "$format" --sort response_hop_limit:desc,name --fields name > rows
        grep -oE '[a-z]+-[0-9]{4}' rows | diff - wanted
        vpcmeta instance list -o "$format" --sort HOPS:desc,name:asc --limit 7 --fields name > rows
        grep -oE '[a-z]+-[0-9]{4}' rows | diff - <(head -n 7 wanted)
    done
    # what was cut is still counted; a limit that cuts nothing changes nothing
    vpcmeta instance list -o json --limit 7 > rows
    [ "$(jq -c '[keys_unsorted, .complete, .total, (.items | length)]' rows)" = \
        '[["schema_version","complete","total","items"],true,30,7]' ]
    vpcmeta instance list -o json --limit 30 | cmp - all
    vpcmeta instance list --sort name:desc --limit 2 --jq '.total, .items[].name' > rows
    [ "$(cat rows)" = "30
$(jq -r '[.items[].name] | sort | reverse[:2][]' all)" ]
    [ "$(jq length <<< "$(vpcmeta instance show api-0001 api-0002 --sort name:desc --jq '[.items[].name]')")" -eq 2 ]
    [ "$(vpcmeta instance show api-0001 api-0002 --sort name:desc --limit 1 --jq '.items[].name')" = api-0002 ]
}

@test "reports, runs and schemas are sorted and cut, severities by how bad they are" {
    start --instances 30
    meta audit -o csv --sort severity:desc,name --fields severity
    expect 3
    [ "$(tail -n +2 <<< "$output" | uniq | xargs)" = "high medium low info" ]
    meta audit -o json --limit 2
    expect 3
    [ "$(jq -c '[.total == .summary.findings.total, .complete, (.findings | length)]' <<< "$output")" = '[true,true,2]' ]
    meta audit --sort name --limit 3
    expect 3
    [ "$(wc -l <<< "$output")" -eq 4 ]
    meta schema list --sort name:desc --limit 1 -o csv --fields name --no-headers
    [ "$output" = "$(vpcmeta schema list -o csv --fields name --no-headers | sort | tail -n 1)" ]
    vpcmeta instance set --all --enabled true -y -q > /dev/null
    vpcmeta instance set --all --enabled false -y -q > /dev/null
    [ "$(vpcmeta runs list --sort state --limit 1 --jq '.total, .items[0].run')" = "2
$(vpcmeta runs list --jq '.items[0].run')" ]
    [ "$(vpcmeta runs show --sort name:desc --limit 3 --jq '.results[].name' | sort -r | head -n 1)" = \
        "$(vpcmeta runs show --jq '.results[].name' | sort | tail -n 1)" ]
}

@test "an order or a limit that cannot act is refused before any request" {
    start --instances 3
    refuse_all << 'END'
--sort hops_limit: there is no such field|instance list --sort hops_limit
did you mean HOPS?|instance list --sort hopps:desc
there are: kind, region|instance list --sort nothing-like-it
the direction is neither asc nor desc: write --sort FIELD:desc|instance list --sort name:down
there is no such field|audit --sort zone
there is no such field|runs list --sort name
--sort needs a value|instance list --sort
out of range 1..|instance list --limit 0
--limit has no effect here: it cuts the rows of a list, and never what is changed|instance set --all --enabled true -y --limit 3
--limit has no effect here: it cuts the rows of a list, and never what is changed|instance restart --all -y --limit 3
--sort has no effect here: it is for the rows of lists|template replace --all --enabled true -y --sort name
--sort has no effect here: it is for the rows of lists|doctor --sort check
--limit has no effect here: it is for the rows of lists|version --limit 3
--limit has no effect here: it is for the rows of lists|--limit 3 shell -c version
--as-body and --limit contradict each other|instance show api-0001 --as-body --limit 1
END
    # a line of the shell has its own
    [ "$(vpcmeta shell -c 'instance list --limit 1 --no-headers; instance list --no-headers' | wc -l)" -eq 4 ]
    # help offers them where they act
    vpcmeta instance list --help | grep -e '--sort --limit'
    vpcmeta runs list --help | grep -e '--sort --limit'
    run ! grep -e '--limit\|--sort' <(vpcmeta instance set --help)
}

@test "a terminal gets the number of rows below a list" {
    start --instances 30 --bare-metal 1
    local size
    for size in 80x24 120x40 200x50; do
        screen_plain "$size" instance list
        [ "$status" -eq 0 ]
        [ "$(tail -n 2 shown)" = "30 instances" ]
        screen_plain "$size" instance list --limit 20
        [ "$(tail -n 2 shown)" = "first 20 of 30 instances (--limit)" ]
        fits "${size%x*}"
    done
    screen_plain 80x24 bare-metal list
    [ "$(tail -n 2 shown)" = "1 bare metal server" ]
    screen_plain 80x24 template list --sort name --limit 1
    [ "$(tail -n 2 shown)" = "first 1 of 8 instance templates (--limit)" ]
    screen_plain 80x24 runs list
    shows '^no run is recorded yet'
    screen_plain 80x24 schema list
    shows '^[0-9]+ schemas$'
    screen_plain 80x24 audit --list-rules
    shows '^[0-9]+ rules$'
    screen_plain 80x24 instance show api-0001 api-0002 --limit 1
    [ "$(tail -n 2 shown)" = "first 1 of 2 rows (--limit)" ]
    # neither with -q, nor in another format, nor for a pipe
    screen_plain 80x24 instance list -q
    shows_no '^30 instances'
    screen_plain 80x24 instance list -o csv
    shows_no '^30 instances'
    screen_plain 80x24 instance list --jq '.items | length'
    shows_no '^30 instances'
    meta instance list
    expect 0
    [ -z "$stderr" ]
}

@test "--jq with -o jsonl is run on each line" {
    meta audit --list-rules -o jsonl --jq '.rule # a comment'
    expect 0
    [ "$output" = "$(vpcmeta audit --list-rules -o json | jq -r '.rules[].rule')" ]
    meta audit --list-rules -o jsonl --jq 'select(.rule == "none")'
    expect 0
    [ "$output" = "" ]
    meta audit --list-rules -o jsonl --jq '.rule |'
    expect 2 "--jq"
    [[ $stderr != *".[]"* ]]
    meta audit --list-rules -o jsonl --jq '[.rule, .severity]' --limit 2
    expect 0
    [ "$(jq -s length <<< "$output")" -eq 2 ]
}
