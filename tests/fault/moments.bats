#!/usr/bin/env bats
# A few of the moments that tests/fault/full.sh tries by the hundred: a run ended by a signal, resumed, compared.
# MOMENTS=N (4) and SEED=N (1) of the environment: how many, and which.

@test "runs ended by KILL, TERM, INT and HUP at random moments are resumed to the end of an undisturbed run" {
    run python3 "$BATS_TEST_DIRNAME/soak/moments.py" "$BUILD" --moments "${MOMENTS:-4}" --seed "${SEED:-1}" --quick
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "${MOMENTS:-}" ] || sed 's/^/# report: /' <<< "$output" >&3
}
