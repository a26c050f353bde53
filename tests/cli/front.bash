# shellcheck shell=bash
# TLS with HTTP/2 before the simulator: `load front` (or `load ../cli/front`) after `load client` or `load sim`.
#
#   front_start [NGHTTPX-ARGS...]  starts nghttpx before the running simulator, with a certificate of its own, and waits
#                                  until it answers; sets and exports FRONT_BASE (https://localhost:PORT) and FRONT_CA, and
#                                  points VPC_URL and IBMCLOUD_IAM_API_ENDPOINT there. Skips the test without nghttpx.
#   front_stop                     stops it; call it in teardown before sim_stop (twice is harmless)
#   front_connections TRACE        how many connections the requests of a --trace opened, told by connection_reused
#   front_versions TRACE           the HTTP versions that answered, one a line, each once

front_free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

front_certificate() {
    FRONT_CA=$1/front.pem
    FRONT_KEY=$1/front.key
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$FRONT_KEY" -out "$FRONT_CA" \
        -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2> /dev/null
}

# Whether it answers before it ends or a limit is reached.
front_answers() {
    local i
    for ((i = 0; i < 200; i++)); do
        kill -0 "$FRONT_PID" 2> /dev/null || return 1
        ! curl -s -o /dev/null --max-time 5 --cacert "$FRONT_CA" "$FRONT_BASE/_sim/counters" || return 0
        sleep 0.05
    done
    return 1
}

front_start() {
    local port try
    command -v nghttpx > /dev/null || skip "needs nghttpx (package nghttp2-proxy)"
    front_certificate "$SIM_DIR"
    # nghttpx cannot choose a port itself: another program may take the free one before it does
    for try in 1 2 3; do
        port=$(front_free_port)
        FRONT_BASE=https://localhost:$port
        nghttpx --conf=/dev/null "-f127.0.0.1,$port" "-b127.0.0.1,$SIM_PORT" --workers=1 "$@" \
            "$FRONT_KEY" "$FRONT_CA" > "$SIM_DIR/front.log" 2>&1 3>&- 4>&- &
        FRONT_PID=$!
        if front_answers; then
            export FRONT_BASE FRONT_CA VPC_URL=$FRONT_BASE/v1 IBMCLOUD_IAM_API_ENDPOINT=$FRONT_BASE
            return 0
        fi
        front_stop
        echo "try $try: nghttpx did not start: $(tail -n 2 "$SIM_DIR/front.log")" >&2
    done
    return 1
}

front_stop() {
    [ -n "${FRONT_PID:-}" ] || return 0
    kill "$FRONT_PID" 2> /dev/null || true
    wait "$FRONT_PID" || true
    FRONT_PID=
}

front_connections() {
    jq -s 'map(select(.connection_reused | not)) | length' "$1"
}

front_versions() {
    jq -r .http_version "$1" | sort -u
}
