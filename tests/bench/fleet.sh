# shellcheck shell=bash
# Helpers of the benchmarks that need a simulator; read with `.`. Environment: BUILD.
. tests/cli/sim.bash

BENCH_DIR=$(mktemp -d)
trap 'sim_stop; rm -rf "$BENCH_DIR"' EXIT
export TMPDIR=$BENCH_DIR HOME=$BENCH_DIR

fleet_start() {
    sim_start "$@"
    export VPC_URL=$SIM_URL VPC_APIKEY=$SIM_API_KEY IBMCLOUD_IAM_API_ENDPOINT=$SIM_BASE
}

# Wall seconds of the best of RUNS runs of a command without a shell, after one to warm up: what else the machine does
# only ever adds to it.
best() {
    hyperfine -N --warmup 1 --runs "$1" --export-json "$BENCH_DIR/hyperfine.json" "$2" > /dev/null 2>&1
    jq -r '.results[0].min * 10000 | round / 10000' "$BENCH_DIR/hyperfine.json"
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}
