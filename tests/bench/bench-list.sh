#!/bin/bash
# Listing 10,000 instances: against curl that fetches the same pages over one connection, and in memory; the start.
# usage: BUILD=build [BENCH_INSTANCES=10000] tests/bench/bench-list.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
. tests/bench/fleet.sh
instances=${BENCH_INSTANCES:-10000}
fleet_start --instances "$instances" --log /dev/null

# The addresses of all pages, walked once; then curl gets them in one go and parses nothing.
token=$(sim_token)
query="version=2026-06-30&generation=2&limit=100"
start=
pages=0
while :; do
    url="$SIM_URL/instances?$query${start:+&start=$start}"
    printf 'url = "%s"\noutput = /dev/null\n' "$url" >> "$BENCH_DIR/pages"
    pages=$((pages + 1))
    start=$(curl -sS -H "Authorization: Bearer $token" "$url" | jq -r '.next.href // "" | capture("start=(?<s>[^&]*)").s // ""')
    [ -n "$start" ] || break
done
curl_s=$(best 7 "curl -sS -H 'Authorization: Bearer $token' -K $BENCH_DIR/pages")
curl_gzip_s=$(best 7 "curl -sS --compressed -H 'Authorization: Bearer $token' -K $BENCH_DIR/pages")
list_s=$(best 7 "$BUILD/vpcmeta instance list -o json")
where_s=$(best 5 "$BUILD/vpcmeta instance list --where '.metadata_service.enabled' -o json")
memory_kb=$( { /usr/bin/time -f %M "$BUILD/vpcmeta" instance list -o json > /dev/null; } 2>&1)
start_s=$(best 50 "$BUILD/vpcmeta version")

echo "list of $instances instances, $pages pages:"
echo "  curl, one connection  $curl_s s ($curl_gzip_s s with gzip)"
echo "  vpcmeta               $list_s s, $(ratio "$list_s" "$curl_s") of curl (wanted: at most 1.2)"
echo "  vpcmeta with --where  $where_s s, $(ratio "$where_s" "$curl_s") of curl"
echo "  memory                $((memory_kb / 1024)) MB (wanted: under 40)"
echo "vpcmeta version         $(awk -v s="$start_s" 'BEGIN { printf "%.1f", s * 1000 }') ms (wanted: at most 10)"
