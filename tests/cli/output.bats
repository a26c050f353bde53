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
    start --instances 3000
    printf '#!/bin/sh\nhead -n 2\nexit 7\n' > early
    printf '#!/bin/sh\nkill -TERM $$\n' > killed
    chmod +x early killed
    PAGER=./early screen 80x24 instance list -o json <<< end
    [ "$status" -eq 0 ]
    PAGER=./early screen 80x24 audit <<< end
    [ "$status" -eq 3 ]
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
        shows '^Global options:'
    done
    unset PAGER
    mkdir -p empty
    PTY_SIZE=80x24 run "$BATS_TEST_DIRNAME/pty_dialogue.py" --transcript shown env PATH="$PWD/empty" \
        "$BUILD/vpcmeta" help <<< end
    [ "$status" -eq 0 ]
    shows_no '^warning'
    shows '^Global options:'
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
    local size words
    for size in 80x24 120x40 200x50; do
        for words in "instance list -o json" "instance show api-0001 -o json" "audit -o json" "runs list -o json" \
            "schema show instance_create" "schema list -o json" "help --json" "version -o json" \
            "instance list --jq {a:.items}"; do
            # shellcheck disable=SC2086
            PAGER=cat NO_COLOR=1 raw "$size" $words > terminal || [ "$words" = "audit -o json" ]
            # shellcheck disable=SC2086
            vpcmeta $words > piped || [ "$words" = "audit -o json" ]
            [ "$(jq -cS . < terminal)" = "$(jq -cS . < piped)" ]
            head -n 2 terminal | tail -n 1 | grep -qE '^  "'
            # shellcheck disable=SC2086
            PAGER=cat raw "$size" $words > colored || [ "$words" = "audit -o json" ]
            grep -q $'^  \e\[1;34m"[^"]*"\e\[0m: ' colored
            [ "$(sed $'s/\e\\[[0-9;]*m//g' colored)" = "$(cat terminal)" ]
        done
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
