#!/bin/sh
# The long proofs, which `make test` runs in a small size: every fault, met by a quarter of all requests, then all of them
# mixed at a tenth each, against 1,000 servers over HTTP/1.1 and HTTP/2 with TLS; and runs that signals end at random moments
# and that are resumed. Takes about forty minutes on two cores.
# usage: BUILD=build [FAULT_SERVERS=1000] [FAULT_PROBABILITY=0.25] [FAULT_MIXED=0.1] [MOMENTS=500] [KILLS=200] [SEED=N] tests/fault/full.sh
set -eu
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
FAULT_SERVERS=${FAULT_SERVERS:-1000}
FAULT_PROBABILITY=${FAULT_PROBABILITY:-0.25}
FAULT_MIXED=${FAULT_MIXED:-0.1}
FAULT_REFUSALS=${FAULT_REFUSALS:-1000000}
KILLS=${KILLS:-200}
MOMENTS=${MOMENTS:-500}
export BUILD FAULT_SERVERS FAULT_PROBABILITY FAULT_MIXED FAULT_REFUSALS KILLS MOMENTS
status=0
for FAULT_HTTP in 1.1 2; do
    export FAULT_HTTP
    echo "# HTTP/$FAULT_HTTP"
    bats --timing tests/fault/matrix.bats tests/fault/mixed.bats || status=1
done
bats --timing tests/fault/moments.bats || status=1
APPLY_SCENARIOS='throttled throttled-by-date gateway-errors resets server-errors mixed lost-creates slow expired-token late-token
broken-bodies changed-etag bodiless late-changes passing-states rate-halves rate-windows'
export APPLY_SCENARIOS APPLY_MOMENTS="${APPLY_MOMENTS:-200}"
bats --timing tests/fault/apply.bats || status=1
bats --timing --filter 'kill -9 at random moments' tests/fault/resume.bats || status=1
exit $status
