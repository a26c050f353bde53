#!/usr/bin/env bats
# What the documentation prints can be pasted: every command of README and every example of help is run, in order.

@test "every command of README does what it is for, in order, for a reader with nothing but this page" {
    timeout 120 python3 "$BATS_TEST_DIRNAME/documented.py" readme "$BUILD"
}

@test "every command of the manual does what it is for, in order, each topic for a reader of its own" {
    timeout 180 python3 "$BATS_TEST_DIRNAME/documented.py" topics "$BUILD"
}

@test "every example of help does what it is for" {
    timeout 120 python3 "$BATS_TEST_DIRNAME/documented.py" help "$BUILD"
}

@test "README is short, and what it refers to exists" {
    local root=$BATS_TEST_DIRNAME/../.. link topic
    [ "$(wc -l < "$root/README.md")" -le 120 ]
    while read -r link; do
        [ -s "$root/$link" ]
    done < <(grep -o '](\([^)]*\))' "$root/README.md" "$root/CONTRIBUTING.md" -h | tr -d ']()')
    while read -r topic; do
        "$BUILD/vpcmeta" help "$topic" > /dev/null
    done < <(grep -oh 'vpcmeta help [a-z-]*$\|vpcmeta help [a-z-]* *#\|`help [a-z-]*`\|man 7 vpcmeta-[a-z-]*' "$root/README.md" | sed 's/.*\(help \|vpcmeta-\)\([a-z-]*\).*/\2/')
}
