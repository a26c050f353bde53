#!/usr/bin/env bats
# scripts/demo.sh: what README promises of `make demo`.
bats_require_minimum_version 1.5.0

setup() {
    demo=$BATS_TEST_DIRNAME/../../scripts/demo.sh
}

@test "the demo lists, audits and changes a thousand servers, and ends with what that changed and what to try next" {
    export TMPDIR=$BATS_TEST_TMPDIR
    run "$demo"
    [ "$status" -eq 0 ]
    [[ $output == *"1000 selected: 0 changed, "* ]]
    [[ $output == *" changed  needed   enabled false -> true"* ]]
    [[ $output == *"error: --hop-limit 65 "* ]]
    [[ $output == *"created instance template web-hardened "* ]]
    grep -qE '^instances with the service on +427 +9[0-9][0-9]$' <<< "$output"
    grep -qE '^findings of severity high +1[0-9][0-9] +1[0-9]$' <<< "$output"
    grep -q "/vpcsim --port 8080 " <<< "$output"
    [ -z "$(ls "$TMPDIR")" ]
}

@test "a demo that is stopped stops its simulator" {
    "$demo" > "$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    local pid=$! status=0 url
    until grep -q 'The fleet' "$BATS_TEST_TMPDIR/out"; do
        kill -0 "$pid"
        sleep 0.05
    done
    kill -TERM "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    url=$(grep -o 'http://127[0-9.:]*/v1' "$BATS_TEST_TMPDIR/out" | head -1)
    [ -n "$url" ]
    run -7 curl -s "$url"
}
