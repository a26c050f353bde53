#!/usr/bin/env bats
# The manual: texts that `help TOPIC` and man pages show, and how help finds its way through commands and topics.
load client
load screen

setup() { client_environment; }

topics() { vpcmeta help --topics; }

@test "help lists commands by task, topics by name, in lines that fit the terminal; a command that only refuses is hidden" {
    for size in 80x24 120x40 200x50; do
        screen_plain $size help
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        awk '/^(Look|Change|Create|Prove.*|Set up|Topics):$/' shown | tr -d '\n' > headings
        [ "$(cat headings)" = "Look:Change:Create:Prove, finish and take back:Set up:Topics:" ]
        shows '^  instance list  .*[a-z]$'
        shows '^  settings  .*[a-z]$'
        shows_no 'template set'
        shows "'vpcmeta help TOPIC' a topic|TOPIC' a topic|^a topic"
    done
    # sorted by name
    topics > names
    sort -C names
    for topic in settings selectors where environment files credentials exit-status runs output simulator shell assumptions; do
        grep -qx "$topic" names
    done
    meta help --json
    [ "$(jq -r '.topics[].topic' <<< "$output")" = "$(cat names)" ]
    jq -e '[.topics[] | select(.summary == "")] == []' <<< "$output"
    jq -e '[.commands[] | select(.command == "template set")] == []' <<< "$output"
    [ "$(vpcmeta help --list | grep -c 'template set')" -eq 0 ]
    [ "$(vpcmeta completion bash | grep -c 'template set')" -eq 0 ]
    # hidden, and it still says what to do instead
    meta template set tpl-web-001 --enabled true
    expect 2 "template replace"
}

@test "help audit has every rule that --list-rules shows, with its severity" {
    meta help --topic audit
    expect 0
    sed -n '/^Rules/,/^Earlier audits/p' <<< "$output" |
        sed -nE 's/^  ([a-z][a-z, -]*) \((info|low|medium|high|critical)\)( .*)?$/\2 \1/p' |
        while read -r severity ids; do
            for id in ${ids//,/ }; do echo "$id $severity"; done
        done | sort > manual
    vpcmeta audit --list-rules -o csv --no-headers --fields rule,severity | tr , ' ' | sort > table
    [ "$(wc -l < table)" -ge 27 ]
    diff table manual
}

@test "help exit-status names what makes 3 and 5" {
    meta help --topic exit-status
    expect 0
    for word in 'plan --exit-code' '--dry-run --exit-code' '--fail-on' '--fail-on-new' '--expect'; do
        grep -qF -- "$word" <<< "$(tr -s ' \n' '  ' <<< "$output")"
    done
    meta audit --help
    expect 0
    tr -s ' \n' '  ' <<< "$output" | grep -q '5 when anything could not be read'
}

@test "a topic fits the terminal, and a pipe reads it for 80 columns" {
    for size in 80x24 120x40 200x50; do
        screen_plain $size help environment
        [ "$status" -eq 0 ]
        fits "${size%x*}"
        shows '^environment: '
        shows '^  IBM_CREDENTIALS_FILE'
        shows_no '^```|^## |^: '
    done
    topics | sed 's/^/help --topic /' > lines
    meta shell -f lines
    expect 0
    for topic in $(topics); do grep -q "^$topic: " <<< "$output"; done
    awk 'length > 80 { print; bad = 1 } END { exit bad }' <<< "$output"
}

@test "a topic that has the name of a command or kind follows it" {
    meta help runs
    [[ $output == "vpcmeta runs:"* && $output == *$'\n'"  rollback "* && $output == *$'\n'"runs: "* ]]
    meta help shell
    [[ $output == "vpcmeta shell:"* && $output == *"--on-error"* && $output == *$'\n'"shell: "* ]]
    meta help --topic shell
    [[ $output == "shell: "* && $output != *"--no-such"* ]]
    meta help settings
    [[ $output == "settings: "* && $output == *"See also: "*'`vpcmeta help instance set`'* ]]
    meta help instance set
    [[ $output == *"See also: "*'`vpcmeta help settings`'* ]]
    meta help options
    [[ $output == *"--outage-timeout"* ]]
    meta help --topic shell instance
    expect 2 "leave out 'instance'"
}

@test "help topics lists the topics; a command and the topic of its name end with one line of what else to read" {
    meta help topics
    expect 0
    [[ ${lines[0]} == "Topics:" ]]
    for topic in $(topics); do grep -qE "^  $topic +[^ ]" <<< "$output"; done
    for name in shell audit; do
        meta help $name
        expect 0
        [ "$(grep -c '^See also: ' <<< "$output")" -eq 1 ]
        [ "$(grep -c "help $name\`" <<< "$(sed -n '/^See also/,$p' <<< "$output")")" -eq 0 ]
        [ "$(sed -n '/^See also/,$p' <<< "$output" | grep -o '`[^`]*`' | sort | uniq -d)" = "" ]
    done
}

@test "a word that is neither command nor topic: what is near is named" {
    while IFS='|' read -r words message; do
        meta help $words
        expect 2 "$message"
    done << 'CASES'
enviroment|unknown command or topic 'enviroment': did you mean 'environment'? (see 'vpcmeta help')
setings|did you mean 'settings'?
instnce|did you mean 'instance'?
set|did you mean 'instance set', 'bare-metal set'?
rollback|did you mean 'runs rollback'?
instance sett|unknown command 'instance sett': did you mean: vpcmeta help instance set
qqqq|unknown command or topic 'qqqq' (see 'vpcmeta help')
--topic nonsense|unknown command or topic 'nonsense'
CASES
}

@test "every page of the manual is one that man and mandoc read without a warning, and links lead to pages" {
    mkdir pages
    vpcmeta help --man > pages/vpcmeta.1
    vpcmeta help --list | while read -r command; do vpcmeta help --man $command > "pages/vpcmeta-${command// /-}.1"; done
    topics | while read -r topic; do vpcmeta help --man --topic "$topic" > "pages/vpcmeta-$topic.7"; done
    "$BUILD/vpcsim" --man > pages/vpcsim.1
    for heading in OPTIONS EXAMPLES SCENARIOS PATHS ASSUMPTIONS; do grep -qx "\.SH $heading" pages/vpcsim.1; done
    for page in pages/*; do
        [ -z "$(groff -man -ww -z -Tutf8 "$page" 2>&1)" ] || { groff -man -ww -z -Tutf8 "$page"; false; }
    done
    mandoc -T lint pages/* > lint || { cat lint; false; }
    # SEE ALSO, and the commands that vpcmeta(1) names
    sed -n 's/.*\\fB\(vpcmeta[a-z\\-]*\)\\fR(\([17]\)).*/\1.\2/p' pages/* | tr -d '\\' | sort -u > links
    [ "$(wc -l < links)" -gt 40 ]
    while read -r link; do [ -e "pages/$link" ] || { echo "no page: $link"; false; }; done < links
    # vpcmeta(1) has what the topics say, not a copy of its own
    for heading in 'EXIT STATUS' ENVIRONMENT FILES; do grep -qx "\.SH $heading" pages/vpcmeta.1; done
    grep -q 'IBM_CREDENTIALS_FILE' pages/vpcmeta.1
}

@test "what topics name exists: options, commands, topics" {
    vpcmeta help --json > table
    jq -r '.global_options[], .commands[].options[] | .name, .alias // empty' table | sort -u > options
    [ "$(topics | wc -l)" -eq "$(ls "$BATS_TEST_DIRNAME"/../../cmd/vpcmeta/manual/*.md | wc -l)" ]
    topics | while read -r topic; do
        text=$BATS_TEST_DIRNAME/../../cmd/vpcmeta/manual/$topic.md
        [ "$(head -c $((${#topic} + 4)) "$text")" = "# $topic: " ]
        grep -v vpcsim "$text" | grep -oE '`--[a-z][a-z-]*' | sed 's/`--//' | sort -u > named
        [ -z "$(comm -13 options named | grep -vxE 'vpc-cri')" ] || { echo "$topic: $(comm -13 options named)"; false; }
        sed -n 's/^See also: //p' "$text" | tr ',' '\n' | sed 's/^ //' > links
        grep -o '`vpcmeta help [a-z -]*`' "$text" | sed 's/`vpcmeta help //; s/`//' >> links
        cat links >> all_links
    done
    # each of them is a line of help that leads somewhere
    sort -u all_links | sed 's/^/help /' > lines
    meta shell -f lines
    expect 0
}

@test "vpcsim: help, manual page and completion are made of one table" {
    run "$BUILD/vpcsim" --help
    [ "$status" -eq 0 ]
    awk 'length > 80 { print; bad = 1 } END { exit bad }' <<< "$output"
    "$BUILD/vpcsim" --man > page
    "$BUILD/vpcsim" __complete -- > words
    for name in port region instances load auth token-life rate scenario log tls completion; do
        grep -qE -- "^ .*--$name( |$)" <<< "$output"
        grep -qF -- "\\-\\-${name//-/\\-}" page
        grep -q -- "^--$name" words
    done
    [[ $output == *"life of IAM's tokens (default: 1h)"* ]]
    "$BUILD/vpcsim" __complete --mix '' | grep -q '^plain'
    for shell in bash zsh fish; do "$BUILD/vpcsim" --completion "$shell" | grep -q 'vpcsim __complete\|_vpcsim\|__vpcsim'; done
    "$BUILD/vpcsim" --completion bash | bash -n
    run "$BUILD/vpcsim" --scenarios
    [[ $output == *token_delay*per_second*/_sim/state* ]]
    run "$BUILD/vpcsim" --mix odd
    [ "$status" -eq 2 ]
    [[ $output == *"--mix odd is not one of real, plain"* ]]
    run "$BUILD/vpcsim" extra
    [ "$status" -eq 2 ]
    [[ $output == *"unexpected argument 'extra' (see 'vpcsim --help')"* ]]
}

@test "make install writes the pages of all commands, topics and of vpcsim, and their completion" {
    cd "$BATS_TEST_DIRNAME/../.." || return
    make -n install PREFIX=/usr DESTDIR=/nowhere > "$BATS_TEST_TMPDIR/plan"
    grep -q 'man/man1.*\.1' "$BATS_TEST_TMPDIR/plan"
    grep -q 'man/man7.*\.7' "$BATS_TEST_TMPDIR/plan"
    grep -q 'completions/vpcsim' "$BATS_TEST_TMPDIR/plan"
}
