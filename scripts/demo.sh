#!/bin/sh
# The main job on the bundled simulator: a fleet is listed, changed, listed again and audited.
# usage: BUILD=build scripts/demo.sh     (`make demo` builds first)
# Needs nothing but the two programs; touches nothing outside a temporary folder.
set -eu
: "${BUILD:=build}"
BUILD=$(cd "$BUILD" && pwd)
work=$(mktemp -d)
simulator=''
began=$(date +%s)

finish() {
    [ -z "$simulator" ] || { kill "$simulator" && wait "$simulator"; } 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }

# usage: show [-ROWS] ARGUMENT...: runs vpcmeta and shows the command, ROWS lines of its data (10) and all its
# messages; whatever its exit status, that is what the demo is to show.
show() {
    rows=10
    case $1 in -[0-9]*) rows=${1#-}; shift ;; esac
    printf '$ vpcmeta'
    for argument in "$@"; do
        case $argument in *[!A-Za-z0-9_./:=,-]*) printf " '%s'" "$argument" ;; *) printf ' %s' "$argument" ;; esac
    done
    printf '\n'
    status=0
    vpcmeta "$@" > "$work/data" 2> "$work/messages" || status=$?
    awk -v rows="$rows" -v wide=150 '
        NR <= rows + 1 { print (length > wide) ? substr($0, 1, wide - 3) "..." : $0 }
        END { if (NR > rows + 1) print "... " NR - rows - 1 " more" }' "$work/data"
    cat "$work/messages"
    [ "$status" -eq 0 ] || echo "(exit status $status)"
}

# Nothing of the caller's set-up takes part.
for name in $(env | sed -n 's/^\(\(IC\|IBMCLOUD\|IBM\|VPC\|XDG\)_[A-Za-z_]*\)=.*/\1/p'); do unset "$name"; done
PATH=$BUILD:$PATH HOME=$work
export PATH HOME

vpcsim --port-file "$work/port" --log "$work/requests" \
    --instances 1000 --templates 40 --bare-metal 12 --groups 5 > "$work/simulator" 2>&1 &
simulator=$!
until [ -s "$work/port" ]; do
    kill -0 "$simulator" 2>/dev/null || { cat "$work/simulator" >&2; exit 1; }
    sleep 0.02
done
url=http://127.0.0.1:$(cat "$work/port")

say 'A simulated region: 1,000 instances, 40 templates, 12 bare metal servers, 5 instance groups.'
echo "\$ vpcsim --instances 1000 --templates 40 --bare-metal 12 --groups 5 &"
IBMCLOUD_IS_NG_API_ENDPOINT=$url/v1 IBMCLOUD_IAM_API_ENDPOINT=$url IC_API_KEY=vpcsim-api-key
export IBMCLOUD_IS_NG_API_ENDPOINT IBMCLOUD_IAM_API_ENDPOINT IC_API_KEY
echo "\$ export IBMCLOUD_IS_NG_API_ENDPOINT=$url/v1 IBMCLOUD_IAM_API_ENDPOINT=$url IC_API_KEY=..."

fields=name,status,zone,architecture,enabled,protocol,response_hop_limit

say 'What is there?'
show instance list --fields "$fields"
show -5 template list --fields name,zone,enabled,protocol,response_hop_limit
show -5 bare-metal list --fields name,status,zone,architecture,enabled,protocol
show group list

say 'What is wrong with it? Exit status 3 says that there are findings.'
show -32 audit

say 'What would a change do? Nothing is sent.'
show -6 instance set --all --enabled true --protocol https --hop-limit 2 --dry-run

say 'A mistake costs nothing: it is told before anything is sent.'
show instance set --all --hop-limit 65

say 'Do it: one PATCH for each instance that differs, with only what differs.'
show -6 instance set --all --enabled true --protocol https --hop-limit 2 --yes

say 'Again: what is as wanted gets no request; the others are skipped for their reasons.'
show -3 instance set --all --enabled true --protocol https --hop-limit 2 --yes

say 'The bare metal servers, and a template for servers to come, built on an old one.'
show -5 bare-metal set --all --enabled true --protocol https --yes
template=$(vpcmeta template list --jq '.items[0].id')
printf '{"source_template": {"id": "%s"}}\n' "$template" > "$work/template.json"
echo "\$ cat template.json"
cat "$work/template.json"
cd "$work"
show template create -f template.json --name web-hardened --enabled true --protocol https --hop-limit 1

say 'And now?'
show instance list --fields "$fields"
show -5 bare-metal list --fields name,status,zone,architecture,enabled,protocol
show template list --name 'web-*' --fields name,zone,enabled,protocol,response_hop_limit
show -30 audit --max-hop-limit 2

say 'What the simulator got, the rehearsed and the refused commands included.'
sed -n 's/.*"operation":"\([^"]*\)".*/\1/p' requests | sort | uniq -c | sort -rn
echo "All of it took $(($(date +%s) - began)) s."
