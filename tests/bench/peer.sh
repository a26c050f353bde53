#!/bin/bash
# The documented calls by curl, jq and xargs: what an operator writes in a quarter of an hour.
# usage: TOKEN=... peer.sh list|enable URL WINDOW
set -euo pipefail
job=$1 url=$2
export TOKEN URL=$url QUERY="version=2026-06-30&generation=2"

# pages FILTER: what jq makes of each instance, page after page; one reading of a page gives it and the next address
pages() {
    local start='' lines
    while :; do
        lines=$(curl -sSf --compressed -H "Authorization: Bearer $TOKEN" "$URL/instances?$QUERY&limit=100$start" |
            jq -r "(.next.href // \"\" | capture(\"(?<s>start=[^&]*)\").s // \"\"), (.instances[] | $1)")
        printf '%s\n' "${lines#*$'\n'}"
        start=${lines%%$'\n'*}
        [ -n "$start" ] || break
        start="&$start"
    done
}

case $job in
list)
    pages '{id, name, crn, status, zone: .zone.name, vpc: .vpc.name, architecture: .vcpu.architecture} +
        .metadata_service | tojson'
    ;;
enable)
    # shellcheck disable=SC2016 # the shell of xargs expands them
    pages 'select(.metadata_service.enabled | not) | .id' |
        xargs -P "$3" -I{} sh -c 'exec curl -sSf -o /dev/null -X PATCH -H "Authorization: Bearer $TOKEN" \
            -H "Content-Type: application/merge-patch+json" -d "{\"metadata_service\":{\"enabled\":true}}" "$URL/instances/$1?$QUERY"' sh {}
    ;;
esac
