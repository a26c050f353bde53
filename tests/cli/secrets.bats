#!/usr/bin/env bats
# No secret comes out: every channel of output is searched for every form of every secret that was sent to a server, an
# IAM and a proxy that repeat what they get. Forms and search are in echo.py.
load client

KEY='Zq7_Lk2-Vx9sPd4TmB8nRf6HwYc3JgQaE1uXo5Ki0tSb'
CLIENT_SECRET='cl!ent &secret/w1th+odd="characters'
PASSWORD='pr0xy&pass/w0rd'

setup() {
    client_start --instances 3 --mix plain
    ECHO=$BATS_TEST_DIRNAME/echo.py
    SECRETS=$BATS_TEST_TMPDIR/secrets OUT=$BATS_TEST_TMPDIR/out MODE=$BATS_TEST_TMPDIR/mode
    mkdir "$OUT"
    printf '%s\n%s\n%s\n' "$KEY" "$CLIENT_SECRET" "$PASSWORD" > "$SECRETS"
    echo any pass plain > "$MODE"
    mkfifo "$SIM_DIR/echo"
    python3 "$ECHO" serve "$SIM_PORT" "$MODE" "$SECRETS" > "$SIM_DIR/echo" 2> "$SIM_DIR/echo.err" 3>&- 4>&- &
    ECHO_PID=$!
    read -r -t 20 ECHO_PORT < "$SIM_DIR/echo"
    export VPC_URL=http://127.0.0.1:$ECHO_PORT/v1 IBMCLOUD_IAM_API_ENDPOINT=http://127.0.0.1:$ECHO_PORT
    export VPC_APIKEY=$KEY VPC_CLIENT_ID=client-of-the-test VPC_CLIENT_SECRET=$CLIENT_SECRET
    export XDG_STATE_HOME=$OUT/state XDG_CACHE_HOME=$OUT/cache XDG_CONFIG_HOME=$OUT/config
    FORMS=$(python3 "$ECHO" forms)
    ran=0
}

teardown() {
    kill "$ECHO_PID" 2> /dev/null || true
    wait "$ECHO_PID" || true
    sim_stop
}

# METHOD WHERE FORM: what the server repeats from now on, to requests of this method
repeats() {
    echo "$1 $2 $3" > "$MODE"
}

# ARGS...: runs vpcmeta and keeps what it prints
leave() {
    ran=$((ran + 1))
    echo "$*" > "$SIM_DIR/last"
    "$BUILD/vpcmeta" "$@" --trace "$OUT/trace.$ran" > "$OUT/stdout.$ran" 2> "$OUT/stderr.$ran" || true
    # it did run: it said something
    [ -s "$OUT/stdout.$ran" ] || [ -s "$OUT/stderr.$ran" ]
}

# Nothing of what was kept has a part of a secret.
no_secret() {
    python3 "$ECHO" search "$SECRETS" "$OUT" "$@"
}

# What the server repeated did arrive, and was overwritten.
masked() {
    grep -q '\*\*\*\*\*\*\*\*\*\*\*\*' "$@"
}

@test "an API that repeats the token in errors, in every form" {
    for form in $FORMS; do
        repeats any error "$form"
        leave instance list -v
        masked "$OUT/stderr.$ran"
    done
    for where in html text headers location; do
        for form in percents html base64-2; do
            repeats any $where $form
            leave instance list -o json -v
        done
    done
    repeats any odd percents
    leave instance list -o json
    masked "$OUT"/trace.*
    no_secret
}

@test "a token in the names, reasons and ETags of a good answer, in every format of output" {
    repeats any name json
    for format in table json jsonl csv yaml; do
        leave instance list -o $format
        masked "$OUT/stdout.$ran"
    done
    leave instance list --jq '.items[].name'
    masked "$OUT/stdout.$ran"
    for form in $FORMS; do
        repeats any name "$form"
        leave instance list -o json
    done
    leave audit
    leave instance show "$(sim_state -r '.instances[0].id')" -o json
    no_secret
}

@test "a run whose changes are answered with the token: results, history, runs" {
    for form in plain percents json html base64-1; do
        repeats PATCH error $form
        leave instance set --all --enabled true -y -o json
        masked "$OUT/stdout.$ran"
        leave runs show last -o json
        masked "$OUT/stdout.$ran"
    done
    repeats GET name percents
    leave instance set --all --enabled true -y -o yaml
    repeats PATCH headers base64-2
    leave instance set --all --protocol https -y
    for format in table json; do
        leave runs list -o $format
        leave runs show last -o $format
    done
    [ -s "$OUT/state/vpcmeta/history.db" ]
    no_secret
}

@test "an IAM that repeats the form and the Basic header" {
    for form in $FORMS; do
        repeats any iam-error "$form"
        leave auth status -v
        masked "$OUT/stderr.$ran"
    done
    for where in iam-html iam-text; do
        for form in percents json base64-1; do
            repeats any $where $form
            leave doctor -o json
        done
    done
    repeats any iam-odd percents
    leave auth status
    repeats any iam-text html
    leave instance set --all --enabled true -y -o json
    masked "$OUT"/trace.*
    no_secret
}

@test "words of the operator: a key in the place of a name or a file, passwords in addresses, lines of the shell" {
    repeats any pass plain
    leave instance show "$KEY"
    leave instance set "$KEY" --enabled true -y
    leave instance list --where "\"$KEY"
    leave instance list --region "$KEY"
    leave instance set --all --protocol "$KEY"
    leave runs show "$KEY"
    for endpoint in "https://me:$PASSWORD@[x/v1" "https://me:$PASSWORD@host.example.test/v1" \
        "https://me:pr0xy%26pass%2Fw0rd@host.example.test:x/v1"; do
        leave instance list --endpoint "$endpoint"
        leave doctor --iam-url "$endpoint"
    done
    VPC_APIKEY="$KEY
" leave auth status
    VPC_APIKEY="{$KEY}" leave auth status
    VPC_AUTH_TYPE=$KEY leave auth status
    printf 'VPC_APIKEY %s\nVPC_%s=1\nVPC_URL=https://me:%s@[x\n' "$KEY" "$KEY" "$PASSWORD" > file.env
    IBM_CREDENTIALS_FILE=$PWD/file.env leave auth status
    # nobody has registered this one: it looks like a key
    unset VPC_APIKEY
    leave auth status --api-key-file "$KEY"
    grep -q "not the key" "$OUT/stderr.$ran"
    export VPC_APIKEY=$KEY
    token=$("$BUILD/vpcmeta" auth token)
    printf 'instance list --name %s\ninstance show %s\nauth status\n' "${token:40:24}" "${CLIENT_SECRET:3:14}" |
        "$BUILD/vpcmeta" shell > "$OUT/shell.out" 2> "$OUT/shell.err" || true
    # a proxy that repeats the password of its URL; libcurl shows nothing of its answer but the status
    repeats any error percents
    export https_proxy="http://me:pr0xy%26pass%2Fw0rd@127.0.0.1:$ECHO_PORT"
    leave instance list -v --deadline 1 --auth none --endpoint https://vpc.example.test/v1
    grep -q 407 "$OUT/trace.$ran"
    no_secret
    # the token goes where it was asked for
    [[ $token == eyJ* ]]
}
