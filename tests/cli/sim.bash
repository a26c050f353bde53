# Helpers of all tests that need the simulator: `load sim` (or `load ../cli/sim`), then
#
#   sim_start [VPCSIM-ARGS...]   starts $BUILD/vpcsim on a free port, a folder of its own, and waits until it listens;
#                                sets and exports SIM_URL (http://127.0.0.1:PORT/v1), SIM_BASE (without /v1), SIM_PORT,
#                                SIM_LOG (the request log), SIM_DIR, SIM_PID, SIM_API_KEY, and SIM_CA with --tls
#   sim_stop                     stops it and fails when it did not end cleanly; call it in teardown (twice is harmless)
#   sim_state [JQ-FILTER]        the settings of everything in the simulator, through jq
#   sim_log [JQ-FILTER]          the requests received so far, one JSON object each, through jq -c
#   sim_count METHOD PATH-GLOB   how many requests had that method and path
#   sim_token                    a bearer token for SIM_API_KEY
#   sim_curl METHOD PATH [CURL-ARGS...]   one API call with token, version and generation; PATH begins with /v1
#   sim_profile NAME [TYPE CRN]  makes a trusted profile, linked to that resource (VSI, BMS, IKS_SA, ...); prints its id
if command -v bats_require_minimum_version > /dev/null; then bats_require_minimum_version 1.5.0; fi

sim_start() {
    local line arg tls= vpcsim=${BUILD:?the build folder}/vpcsim
    SIM_DIR=$(mktemp -d "${BATS_TEST_TMPDIR:-${TMPDIR:-/tmp}}/sim.XXXXXX")
    SIM_LOG=$SIM_DIR/requests.jsonl
    SIM_API_KEY=vpcsim-api-key
    mkfifo "$SIM_DIR/out"
    for arg in "$@"; do
        [ "$arg" != --tls ] || tls=1
    done
    if [ -n "$tls" ]; then
        SIM_CA=$SIM_DIR/ca.pem
        export SIM_CA
        set -- --cert-out "$SIM_CA" "$@"
    fi
    "$vpcsim" --port 0 --log "$SIM_LOG" "$@" > "$SIM_DIR/out" 2> "$SIM_DIR/err" 3>&- 4>&- &
    SIM_PID=$!
    # the first line says where it listens; end of file: it has ended
    if ! read -r -t 30 line < "$SIM_DIR/out"; then
        echo "vpcsim did not start: $(cat "$SIM_DIR/err")" >&2
        return 1
    fi
    SIM_URL=${line##* }
    SIM_BASE=${SIM_URL%/v1}
    SIM_PORT=${SIM_BASE##*:}
    SIM_TOKEN=
    export SIM_URL SIM_BASE SIM_PORT SIM_LOG SIM_DIR SIM_PID SIM_API_KEY
}

sim_stop() {
    local status=0
    [ -n "${SIM_PID:-}" ] || return 0
    kill "$SIM_PID" 2> /dev/null || true
    wait "$SIM_PID" || status=$?
    SIM_PID=
    if [ "$status" -ne 0 ]; then
        echo "vpcsim ended with status $status: $(cat "$SIM_DIR/err")" >&2
        return 1
    fi
}

sim_http() {
    curl -sS ${SIM_CA:+--cacert "$SIM_CA"} "$@"
}

sim_state() {
    sim_http "$SIM_BASE/_sim/state" | jq "${@:-.}"
}

sim_log() {
    jq -c "${@:-.}" "$SIM_LOG"
}

sim_count() {
    local method path count=0
    while read -r method path; do
        # shellcheck disable=SC2053 # the right side is meant to be a pattern
        if [ "$method" = "$1" ] && [[ $path == $2 ]]; then count=$((count + 1)); fi
    done < <(jq -r '"\(.method) \(.path)"' "$SIM_LOG")
    echo "$count"
}

sim_token() {
    if [ -z "${SIM_TOKEN:-}" ]; then
        SIM_TOKEN=$(sim_http "$SIM_BASE/identity/token" --data-urlencode grant_type=urn:ibm:params:oauth:grant-type:apikey \
            --data-urlencode "apikey=$SIM_API_KEY" | jq -r .access_token)
    fi
    echo "$SIM_TOKEN"
}

sim_profile() {
    local id account
    account=$(sim_token | jq -rR 'split(".")[1] | gsub("-"; "+") | gsub("_"; "/") | @base64d | fromjson | .account.bss')
    id=$(sim_http "$SIM_BASE/v1/profiles" -H "Authorization: Bearer $(sim_token)" -H 'Content-Type: application/json' \
        -d "{\"name\":\"$1\",\"account_id\":\"$account\"}" | jq -r .id)
    [ -z "${2:-}" ] || sim_http -f "$SIM_BASE/v1/profiles/$id/links" -H "Authorization: Bearer $(sim_token)" -o /dev/null \
        -H 'Content-Type: application/json' -d "{\"cr_type\":\"$2\",\"link\":{\"crn\":\"$3\"}}" || return
    echo "$id"
}

sim_curl() {
    local method=$1 path=$2
    shift 2
    SIM_TOKEN=$(sim_token)
    case $path in
    *\?*) path="$path&version=${SIM_VERSION:-2026-09-01}&generation=2" ;;
    *) path="$path?version=${SIM_VERSION:-2026-09-01}&generation=2" ;;
    esac
    sim_http -X "$method" -H "Authorization: Bearer $SIM_TOKEN" "$SIM_BASE$path" "$@"
}
