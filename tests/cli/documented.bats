#!/usr/bin/env bats
# What the documentation prints can be pasted: every command of README and every example of help is run, in order.

@test "every command of README does what it is for, in order, for a reader with nothing but this page" {
    timeout 120 python3 "$BATS_TEST_DIRNAME/documented.py" readme "$BUILD"
}

@test "every example of help does what it is for" {
    timeout 120 python3 "$BATS_TEST_DIRNAME/documented.py" help "$BUILD"
}
