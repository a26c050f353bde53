#!/bin/sh
# The main job on the bundled simulator: a fleet is listed, audited, changed and audited again.
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

fields=name,status,zone,enabled,protocol,response_hop_limit

# Prints what an audit counts, "NAME<tab>NUMBER" a line.
counts() {
    vpcmeta audit --max-hop-limit 2 --jq '.summary | .metadata_service as $service
        | ["instances with the service on", $service.instance.enabled],
          ["  over https", ($service.instance.protocol.enabled.https // 0)],
          ["  over http", ($service.instance.protocol.enabled.http // 0)],
          ["bare metal servers with the service on", $service["bare-metal"].enabled],
          ["findings of severity high", (.findings.severity.high // 0)]
        | @tsv' || [ $? -eq 3 ]
}

say 'The fleet: which servers have the metadata service on, over which protocol, with which hop limit?'
show -5 instance list --fields "$fields"
show -3 bare-metal list --fields name,status,zone,enabled,protocol
show group list --fields name,status,template,membership_count,enabled,protocol,response_hop_limit

say 'Audit: what is unsafe? Exit status 3 says that there are findings.'
vpcmeta audit > "$work/data" || [ $? -eq 3 ]
echo '$ vpcmeta audit | tail -n 18'
tail -n 18 "$work/data"
counts > "$work/before"

say 'Preview: what would a change do? Nothing is sent.'
show -5 instance set --all --enabled true --protocol https --hop-limit 2 --dry-run

say 'A mistake costs nothing: it is an error before anything is sent.'
show instance set --all --hop-limit 65

say 'Change: one PATCH for each instance that differs, with only the settings that differ.'
show -5 instance set --all --enabled true --protocol https --hop-limit 2 --yes

say 'The same again: what is already set gets no request.'
show -2 instance set --all --enabled true --protocol https --hop-limit 2 --yes

say 'Bare metal servers, and a template for instances to come, made from an existing one.'
show -3 bare-metal set --all --enabled true --protocol https --yes
show template create --source-template tpl-web-001 --name web-hardened --enabled true --protocol https --hop-limit 1

say 'Every change is on record and can be rolled back.'
show runs list

say 'Before and after.'
counts > "$work/after"
paste "$work/before" "$work/after" | awk -F '\t' '
    BEGIN { printf "%-40s  %6s  %6s\n", "", "BEFORE", "AFTER" }
    { printf "%-40s  %6d  %6d\n", $1, $2, $4 }'
echo "$(wc -l < "$work/requests") requests, $(($(date +%s) - began)) s."

say 'Next: try it yourself. The simulator, in one terminal:'
cat << END
$BUILD/vpcsim --port 8080 --instances 1000 --templates 40 --bare-metal 12 --groups 5
END
say 'and vpcmeta in another:'
cat << END
export IBMCLOUD_IS_NG_API_ENDPOINT=http://127.0.0.1:8080/v1 IBMCLOUD_IAM_API_ENDPOINT=http://127.0.0.1:8080 IC_API_KEY=vpcsim-api-key
$BUILD/vpcmeta audit
$BUILD/vpcmeta template replace --all --enabled true --protocol https --update-groups --dry-run
$BUILD/vpcmeta instance restart --all --dry-run
$BUILD/vpcmeta help
END
