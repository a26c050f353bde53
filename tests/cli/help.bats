#!/usr/bin/env bats
# help: what the command table says in help, manual pages, completion, JSON and README is one and the same.

bats_require_minimum_version 1.5.0

vpcmeta() { "$BUILD/vpcmeta" "$@"; }
table() { vpcmeta help --json; }

# Every option of the table as "command|name", the global ones with an empty command.
options() {
    table | jq -r '(.global_options[] | "|" + .name), (.commands[] | .command as $c | .options[] | $c + "|" + .name)'
}

@test "the overview lists every command and every global option" {
    help=$(vpcmeta help)
    table | jq -r '.commands[].command' | while read -r command; do grep -q "^  $command  " <<< "$help"; done
    table | jq -r '.global_options[].name' | while read -r name; do
        grep -q -e "--$name\b" <<< "$help"
        grep -q -e "--$name\b" <<< "$(vpcmeta help options)"
    done
}

@test "help of a command lists its options, aliases, ranges and defaults" {
    table | jq -c '.commands[]' | while read -r command; do
        help=$(vpcmeta help $(jq -r .command <<< "$command"))
        jq -r '.options[] | "--" + .name, (.alias // empty | "--" + .), (.default // empty | "default: " + .),
               (select(.minimum and (.value | test("^[0-9]"))) | "\(.minimum)..\(.maximum)")' <<< "$command" |
            while read -r word; do grep -qF -e "$word" <<< "$(tr -s ' \n' '  ' <<< "$help")"; done
    done
}

@test "--help, help COMMAND and the short -h say the same, on standard output, with status 0" {
    vpcmeta help --list | while read -r command; do
        vpcmeta help $command > "$BATS_TEST_TMPDIR/help"
        vpcmeta $command --help 2>/dev/null | cmp - "$BATS_TEST_TMPDIR/help"
        vpcmeta $command --no-such-option -h 2>/dev/null | cmp - "$BATS_TEST_TMPDIR/help"
    done
}

@test "help fits 80 columns" {
    vpcmeta help | awk 'length > 80 { print; bad = 1 } END { exit bad }'
    vpcmeta help --list | while read -r command; do
        vpcmeta help $command | awk 'length > 80 { print; bad = 1 } END { exit bad }'
    done
}

@test "every command has a summary, at least one example and an explanation for every option" {
    run jq -e '[.commands[] | select(.summary == "" or (.examples | length) == 0) | .command] == []' <(table)
    [ "$status" -eq 0 ]
    run jq -e '[.commands[].options[], .global_options[] | select((.help // "") == "")] == []' <(table)
    [ "$status" -eq 0 ]
}

@test "every example in help parses" {
    table | jq -r '.commands[].examples[].line' | while read -r line; do vpcmeta help --check "$line"; done
}

@test "every vpcmeta line in README parses" {
    readme=$BATS_TEST_DIRNAME/../../README.md
    [ -s "$readme" ]
    # code blocks, continued lines joined; a prompt may stand in front
    lines=$(awk '/^ *```/ { code = !code; next } code' "$readme" | sed -e ':more' -e '/\\$/N; s/\\\n *//; tmore' |
        sed -n 's/^ *\(\$ \)\{0,1\}\(vpcmeta .*\)/\2/p')
    [ -n "$lines" ]
    while read -r line; do
        echo "README: $line"
        vpcmeta help --check "$line"
    done <<< "$lines"
}

@test "every option in README exists" {
    readme=$BATS_TEST_DIRNAME/../../README.md
    [ -s "$readme" ]
    known=$(table | jq -r '.global_options[], .commands[].options[] | .name, .alias // empty')
    # what vpcsim and other programs take stands in their own lines
    grep -v vpcsim "$readme" | grep -o -e '`--[a-z][a-z-]*' | sort -u | sed 's/`--//' | while read -r name; do
        echo "README: --$name"
        grep -qx "$name" <<< "$known"
    done
}

@test "bash completion offers every command, every option that can act and every value" {
    PATH=$BUILD:$PATH
    {
        vpcmeta completion bash
        cat <<'SCRIPT'
offers() { # WORD... EXPECTED: the last WORD is the one at the cursor
    COMP_WORDS=("${@:1:$#-1}") COMP_CWORD=$(($# - 2))
    _vpcmeta 2>/dev/null
    [[ " ${COMPREPLY[*]} " == *" ${!#} "* ]] || { echo "not offered: $*"; exit 1; }
}
SCRIPT
        table | jq -r '
            (.commands[].command | split(" ") | .[:-1] + ["", .[-1]]),
            (.global_options[] | select(.excludes | not) | ["--" + .name[:2], "--" + .name]),
            (.commands[] | (.command | split(" ")) as $c | .options[] | select(.needs or .excludes | not)
                | $c + ["--", "--" + .name]),
            (.global_options[] | ("--" + .name) as $o | .values // [] | .[] | [$o, "=", .]),
            (.commands[] | (.command | split(" ")) as $c | .options[] | ("--" + .name) as $o | .values // [] | .[] |
                ["--region", "x"] + $c + [$o, "", .])
            | "offers vpcmeta " + @sh'
    } > "$BATS_TEST_TMPDIR/script"
    [ "$(grep -c '^offers vpcmeta' "$BATS_TEST_TMPDIR/script")" -gt 50 ]
    bash "$BATS_TEST_TMPDIR/script"
}

@test "every command has a manual page that names its options and that man reads without a warning" {
    { echo; vpcmeta help --list; } | while read -r command; do
        page=$BATS_TEST_TMPDIR/page.1
        vpcmeta help --man $command > "$page"
        grep -q '^\.SH NAME' "$page"
        options | awk -F'|' -v c="$command" '$1 == c { print $2 }' | while read -r name; do
            grep -qF -e "\\-\\-${name//-/\\-}" "$page"
        done
        if command -v groff > /dev/null; then [ -z "$(groff -man -ww -z -Tutf8 "$page" 2>&1)" ]; fi
        if command -v mandoc > /dev/null; then mandoc -Tlint -W error "$page"; fi
    done
}

@test "without a command, and with a noun alone, what is missing is listed on standard error: status 2" {
    run --separate-stderr vpcmeta
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    grep -q '^  instance ' <<< "$stderr"
    # a noun that is a command as well, such as plan, does what that does
    table | jq -r '[.commands[].command] as $all | $all[] | select(contains(" ")) | split(" ")[0]
        | select(. as $noun | $all | index($noun) | not)' | sort -u | while read -r noun; do
        run --separate-stderr vpcmeta "$noun"
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        table | jq -r --arg n "$noun" '.commands[].command | split(" ") | select(.[0] == $n and .[1]) | .[1]' |
            while read -r verb; do grep -q "^  $verb " <<< "$stderr"; done
    done
}

@test "mistakes end with status 2 and one line that names the way out" {
    while IFS='|' read -r line message; do
        run --separate-stderr vpcmeta $line
        echo "$line: $stderr"
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        [ "$stderr" = "error: $message" ]
    done <<'CASES'
instance set --hop-limit 65|--hop-limit 65 is out of range 1..64 (schemas/common/metadata.json#/$defs/response_hop_limit)
instance set --metadata-service-response-hop-limit 0|--metadata-service-response-hop-limit 0 is out of range 1..64 (schemas/common/metadata.json#/$defs/response_hop_limit)
instance set --enabled yes|--enabled yes is neither true nor false: write --enabled true
instance set --protocol htps|--protocol htps is not one of http, https: did you mean https?
instance set --hop-limt 2|unknown option --hop-limt: did you mean --hop-limit? (see 'vpcmeta help instance set')
instnce list|unknown command 'instnce': did you mean: vpcmeta instance list
help nonsense|unknown command or topic 'nonsense' (see 'vpcmeta help')
completion csh|completion csh is not one of bash, zsh, fish: did you mean zsh?
version -o xml|-o xml is not one of table, json, jsonl, csv, yaml: did you mean yaml?
CASES
}

@test "help --check parses a whole line and does nothing" {
    vpcmeta help --check "vpcmeta instance set --all --enabled true -y; version # both | fine"
    vpcmeta help --check 'vpcmeta instance list -o json | jq .items'
    for line in 'vpcmeta instance' 'instance set --hop-limit 99' "version 'open" 'nonsense'; do
        run vpcmeta help --check "$line"
        [ "$status" -eq 2 ]
    done
}

@test "version says what it is, also as JSON" {
    [[ "$(vpcmeta --version)" =~ ^vpcmeta\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    version=$(vpcmeta version -o json | jq -r .version)
    [ "$(vpcmeta --version)" = "vpcmeta $version" ]
    [ "$(vpcmeta version | head -1)" = "vpcmeta $version" ]
    [ "$(vpcmeta version --jq .version)" = "$version" ]
}

@test "a full disk is an error, a reader that went away is not" {
    run bash -c '"$BUILD/vpcmeta" help > /dev/full'
    [ "$status" -eq 1 ]
    [ "$output" = "error: output could not be written: No space left on device" ]
    run bash -c 'trap "" PIPE; for i in 1 2 3 4 5 6 7 8; do "$BUILD/vpcmeta" help --json || break; done | sleep 0'
    [ -z "$output" ]
}
