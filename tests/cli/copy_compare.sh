#!/bin/bash
# Whether a copy of a fleet answers as the fleet does: exports a generated fleet, loads the file, and runs the same
# commands on both. Standard output, standard error and exit status are equal but for what changes from run to run;
# copy_plain.py says what that is.
# usage: BUILD=build tests/cli/copy_compare.sh FOLDER SEED INSTANCES [VPCSIM-ARGS...]
#   FOLDER    an empty one for what is written; NAME.fleet and NAME.copy are what the commands printed
#   SEED      of the generated fleet
#   INSTANCES in each of the three regions
# EXPORT='COMMAND' writes the file instead of vpcmeta inventory export; it gets the name of the file as $1.
# EXPORTED=STATUS of the export, 0 without it: 1 where odd records make it incomplete.
# COPY='VPCSIM-ARGS' starts the copy with those instead of --load.
# COMMANDS=FILE: lines "NAME STATUS ARGS...", the status that the fleet's command must end with, "." for any.
# Ends with 0 when everything is equal, and prints a line a command otherwise.
# shellcheck disable=SC2317 # functions are called by lines of the commands and by the trap
set -euo pipefail
folder=$(realpath "$1") seed=$2 instances=$3
shift 3
BUILD=$(realpath "${BUILD:?the build folder}")
here=$(realpath "$(dirname "$0")")
key=vpcsim-api-key
for name in $(compgen -e | grep -E '^(IBM|IC_|VPC_|XDG_|VCAP_|NO_COLOR|CLICOLOR|COLUMNS|LINES|VPCMETA_)'); do unset "$name"; done
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
servers=()
end() {
    for pid in "${servers[@]}"; do kill "$pid" 2> /dev/null || true; done
    wait
}
trap end EXIT

# start NAME VPCSIM-ARGS...: a simulator whose port is in NAME.port.
start() {
    local name=$1 line
    shift
    mkfifo "$folder/$name.pipe"
    "$BUILD/vpcsim" --port 0 --transition-ms 0 "$@" > "$folder/$name.pipe" 2> "$folder/$name.sim" &
    servers+=($!)
    if ! read -r -t 120 line < "$folder/$name.pipe"; then
        echo "$name did not start: $(cat "$folder/$name.sim")" >&2
        exit 1
    fi
    port[$name]=$(grep -oE '[0-9]+/v1' <<< "$line" | cut -d/ -f1)
    mkdir "$folder/$name.home"
}

# on NAME ARGS...: vpcmeta on that simulator.
on() {
    local name=$1 base=http://127.0.0.1:${port[$1]}
    shift
    (
        cd "$folder/$name.home"
        HOME=$PWD PAGER=cat VPC_URL=$base/v1 VPC_APIKEY=$key IBMCLOUD_IAM_API_ENDPOINT=$base \
            "$BUILD/vpcmeta" "$@" < /dev/null
    )
}

# names KIND REGION: of the fleet, at most 40.
names() {
    on fleet "$1" list --region "$2" -o json --jq '.items[:40][].name' 2> /dev/null || true
}

# compare NAME STATUS ARGS...
compare() {
    local name=$1 wanted=$2 side status
    shift 2
    for side in fleet copy; do
        status=0
        on "$side" "$@" > "$folder/$name.$side" 2> "$folder/err" || status=$?
        { echo "-- stderr" && cat "$folder/err" && echo "-- status $status"; } >> "$folder/$name.$side"
        if [ "$side" = fleet ] && [ "$wanted" != . ] && [ "$status" != "$wanted" ]; then
            echo "WRONG   $name: the fleet's status is $status, not $wanted: $(head -c 300 "$folder/err")"
            return 1
        fi
    done
    python3 "$here/copy_plain.py" "$folder/known" "$today" "$folder/$name.fleet" "$folder/$name.copy"
    if ! cmp -s "$folder/$name.fleet" "$folder/$name.copy"; then
        echo "DIFFERS $name: $(diff "$folder/$name.fleet" "$folder/$name.copy" | grep -c '^[<>]') lines"
        diff "$folder/$name.fleet" "$folder/$name.copy" | cut -c 1-300 | head -n "${SHOW:-6}"
        return 1
    fi
    echo "equal   $name ($(wc -c < "$folder/$name.fleet") bytes, status $status)"
}

today=$(date -u +%Y-%m-%d)
declare -A port
start fleet --region us-south,eu-de,jp-tok --seed "$seed" --instances "$instances" --mix varied "$@"
if [ -n "${EXPORT:-}" ]; then
    PORT=${port[fleet]} bash -c "$EXPORT" export "$folder/fleet.json"
else
    status=0
    on fleet inventory export --region all --initializations -o "$folder/fleet.json" 2> "$folder/export.err" || status=$?
    if [ "$status" -ne "${EXPORTED:-0}" ]; then
        echo "the export ended with $status: $(cat "$folder/export.err")"
        exit 1
    fi
fi
if [ -n "${COPY:-}" ]; then
    # shellcheck disable=SC2086 # words
    start copy $COPY
else
    start copy --seed "$seed" --load "$folder/fleet.json"
fi
grep -oE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' "$folder/fleet.json" | sort -u > "$folder/known"
bad=0
while read -r name status line; do
    [ -n "$name" ] || continue
    # shellcheck disable=SC2086 # words
    eval "compare $name $status $line" || bad=1
done < "${COMMANDS:-$here/copy_commands.txt}"
exit "$bad"
