#!/usr/bin/env bats
# scripts/demo.sh: what README promises of `make demo`.

setup() {
    demo=$BATS_TEST_DIRNAME/../../scripts/demo.sh
}

@test "the demo lists, changes, lists again and audits a thousand servers, and ends well" {
    export TMPDIR=$BATS_TEST_TMPDIR
    run "$demo"
    [ "$status" -eq 0 ]
    [[ $output == *"1000 selected: 0 changed, "* ]]
    [[ $output == *" changed  needed   enabled false -> true"* ]]
    [[ $output == *"error: --hop-limit 65 "* ]]
    [[ $output == *"created instance template web-hardened "* ]]
    [ "$(grep -c '^\.\.\. 990 more$' <<< "$output")" -eq 2 ]
    [ "$(grep -c ' instances.list$' <<< "$output")" -eq 1 ]
    [ -z "$(ls "$TMPDIR")" ]
}

@test "a demo that is stopped stops its simulator" {
    "$demo" > "$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
    local pid=$! status=0 url
    until grep -q 'What is there' "$BATS_TEST_TMPDIR/out"; do kill -0 "$pid"; done
    kill -TERM "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    url=$(grep -o 'http://127[0-9.:]*/v1' "$BATS_TEST_TMPDIR/out" | head -1)
    [ -n "$url" ]
    ! curl -s "$url"
}
